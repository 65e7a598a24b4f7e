import asyncio

import pytest

from logship.__main__ import main
from logship.daemon.server import open_server
from tests.commands.shown import Shown


async def run(*words: str) -> int:
    """Run a command against a real server on loopback; ``PORT`` stands for its address."""
    async with open_server("127.0.0.1:0", Shown({"version": "1", "files": []}, "draining")) as port:
        return await asyncio.to_thread(main, [word.replace("PORT", f"127.0.0.1:{port}") for word in words])


async def test_a_probe_gives_the_servers_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """0 for yes, 1 for no with the cause, so that the kubelet's event shows it."""
    assert await run("probe", "live", "--listen", "PORT") == 0
    assert await run("probe", "startup", "--listen", "PORT") == 0
    assert await run("probe", "ready", "--listen", "PORT") == 1
    assert capsys.readouterr().out == "OK\nOK\ndraining\n"


async def test_a_probe_asks_where_the_daemon_was_told_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same variable for both; all addresses means loopback."""
    async with open_server("[::]:0", Shown({"version": "1", "files": []}, "draining")) as port:
        monkeypatch.setenv("LOGSHIP_LISTEN", f"[::]:{port}")
        assert await asyncio.to_thread(main, ["probe", "live"]) == 0


@pytest.mark.parametrize(
    ("listen", "said"),
    [
        ("127.0.0.1:1", "nobody answers at 127.0.0.1:1"),
        ("", "LOGSHIP_LISTEN is off: there is no server to ask"),
        ("8687", "is not an address"),
    ],
)
def test_no_server_is_a_no(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], listen: str, said: str
) -> None:
    """Exit 1 and one line, no traceback."""
    monkeypatch.setenv("LOGSHIP_LISTEN", listen)
    assert main(["probe", "live"]) == 1
    text = capsys.readouterr().err
    assert said in text
    assert text.count("\n") == 1
