from pathlib import Path

import pytest

from logship.delivery.http_status import Answer
from logship.model import Outcome, Status
from logship.net.credentials import SecretError, basic, bearer, bearer_or_basic, read_secret
from logship.net.transport import open_transport
from logship.settings.config import NetworkSettings, Secret
from tests.scripted_server import scripted_server

PLAIN = NetworkSettings(compression="none")


def test_a_secret_is_read_when_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading sees the file as it is now, without the newline that editors add."""
    path = tmp_path / "token"
    path.write_text("first\n")
    assert read_secret(Secret(path=str(path))) == "first"
    path.write_text("second")
    assert read_secret(Secret(path=str(path))) == "second"
    monkeypatch.setenv("SOME_TOKEN", "third\r\n")
    assert read_secret(Secret(variable="SOME_TOKEN")) == "third"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"two\nlines", b"nul\x00", b"\xff"])
def test_an_unusable_secret_names_its_place_and_not_its_value(tmp_path: Path, content: bytes | None) -> None:
    """The error can be shown to anybody."""
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SecretError) as caught:
        read_secret(Secret(path=str(path)))
    assert str(path) in str(caught.value)
    assert "lines" not in str(caught.value)


async def test_a_missing_secret_is_a_fault_and_heals(tmp_path: Path) -> None:
    """No request is made without it; once the file is there, the next attempt works."""
    path = tmp_path / "token"
    async with scripted_server() as server, open_transport(PLAIN, bearer(Secret(path=str(path)))) as transport:
        outcome = await transport.post(server.url, b"x", {})
        assert isinstance(outcome, Outcome)
        assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "secret", True)
        path.write_text("tok")
        assert isinstance(await transport.post(server.url, b"x", {}), Answer)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer tok"]


def test_authorization_forms(tmp_path: Path) -> None:
    """A token goes as Bearer, a pair as Basic in UTF-8, nothing as nothing."""
    path = tmp_path / "secret"
    path.write_text("pässword")
    secret = Secret(path=str(path))
    assert basic("user", secret)() == {"Authorization": "Basic dXNlcjpww6Rzc3dvcmQ="}
    assert bearer_or_basic(secret, "", Secret())()["Authorization"].startswith("Bearer ")
    assert bearer_or_basic(Secret(), "user", secret)()["Authorization"].startswith("Basic ")
    assert bearer_or_basic(Secret(), "", Secret())() == {}
