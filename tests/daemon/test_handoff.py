import os
import subprocess
import sys
from pathlib import Path

import pytest

from logship.daemon import handoff
from logship.settings import loading as settings
from logship.settings.config import Config
from logship.settings.resolved import Resolved

HIDDEN = "hunter2-sEcReT"


@pytest.fixture
def resolved(tmp_path: Path) -> Resolved:
    """Give settings of every kind, a secret by file and one by variable."""
    (tmp_path / "token").write_text(HIDDEN)
    environ = {
        "HOME": "/home/somebody",
        "LOGSHIP_SECRETS_DIR": "/nowhere",
        "LOGSHIP_SINKS": "http,stdout,audit:http",
        "LOGSHIP_AUDIT_URL": "http://z",
        "LOGSHIP_FIELDS": '{"team": {"a": [1, null, "x"]}}',
        "LOGSHIP_HTTP_URL": "http://x",
        "LOGSHIP_HTTP_USERNAME": "user",
        "LOGSHIP_HTTP_PASSWORD": HIDDEN,
        "LOGSHIP_HTTP_HEADERS": "X-A=b",
        "LOGSHIP_ELASTICSEARCH_URL": "http://y",
    }
    return settings.load({}, environ, once=True)


def test_what_is_written_is_read(resolved: Resolved) -> None:
    """Tuples, mappings, secrets' places, in the order of the sinks."""
    back = handoff.read(handoff.write(resolved))
    assert back == resolved
    assert list(back.sinks) == ["http", "stdout", "audit"]
    assert back.kind("audit") == "http"
    assert back.once
    assert isinstance(back.config.paths, tuple)


def test_no_secret_is_handed_over(resolved: Resolved) -> None:
    """The daemon looks a secret up where it is, when it needs it."""
    descriptor = handoff.write(resolved)
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read()
    assert b"LOGSHIP_HTTP_PASSWORD" in raw
    assert HIDDEN.encode() not in raw


def test_it_survives_exec_and_leaves_nothing_open(resolved: Resolved) -> None:
    """Another program, given only the number, reads the same settings and has closed them."""
    code = (
        "import os, sys\n"
        "from logship.daemon import handoff\n"
        "descriptor = int(sys.argv[1])\n"
        "print(handoff.read(descriptor))\n"
        "try: os.fstat(descriptor)\n"
        "except OSError: print('closed')\n"
    )
    descriptor = handoff.write(resolved)
    assert os.get_inheritable(descriptor)
    command = [sys.executable, "-c", code, str(descriptor)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, pass_fds=[descriptor])
    os.close(descriptor)
    assert done.stdout == f"{resolved}\nclosed\n"
    assert HIDDEN not in done.stdout


def test_the_daemon_keeps_the_interpreters_flags() -> None:
    """What an operator or CI set for Python holds for the daemon too; the working folder is no place to import from."""
    code = "from logship.daemon import handoff; print(handoff.daemon_command(7))"
    flags = ["-X", "dev", "-W", "error", "-P"]
    done = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True)
    command = done.stdout
    for flag in flags:
        assert f"'{flag}'" in command or f"'{flag}error'" in command or "'-Werror'" in command
    assert command.endswith("'-m', 'logship.daemon', '7']\n")


def test_an_installed_logship_imports_nothing_from_the_working_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder may be one that the application can write."""
    monkeypatch.setattr(sys, "path", ["/usr/local/bin", *sys.path[1:]])
    assert "-P" in handoff.daemon_command(3)


def test_defaults_are_small_enough_to_hand_over() -> None:
    """A bare Config needs no sink's module."""
    assert handoff.read(handoff.write(Resolved(config=Config()))) == Resolved(config=Config())
