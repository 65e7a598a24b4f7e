import os
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


def handed_over(resolved: Resolved) -> int:
    """Give the descriptor of a file that holds the settings."""
    descriptor = os.memfd_create("settings")
    handoff.write(resolved, descriptor)
    return descriptor


def test_what_is_written_is_read(resolved: Resolved) -> None:
    """Tuples, mappings, secrets' places, in the order of the sinks."""
    back = handoff.read(handed_over(resolved))
    assert back == resolved
    assert list(back.sinks) == ["http", "stdout", "audit"]
    assert back.kind("audit") == "http"
    assert back.once
    assert isinstance(back.config.paths, tuple)


def test_no_secret_is_handed_over(resolved: Resolved) -> None:
    """The daemon looks a secret up where it is, when it needs it."""
    with os.fdopen(handed_over(resolved), "rb") as file:
        file.seek(0)
        raw = file.read()
    assert b"LOGSHIP_HTTP_PASSWORD" in raw
    assert HIDDEN.encode() not in raw


def test_it_goes_from_a_child_to_its_parent_and_leaves_nothing_open(resolved: Resolved) -> None:
    """Which reads it from the start, after the child has gone, and no program that it starts gets it."""
    descriptor = os.memfd_create("settings")
    child = os.fork()
    if not child:
        handoff.write(resolved, descriptor)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert not os.get_inheritable(descriptor)
    assert handoff.read(descriptor) == resolved
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_defaults_are_small_enough_to_hand_over() -> None:
    """A bare Config needs no sink's module."""
    assert handoff.read(handed_over(Resolved(config=Config()))) == Resolved(config=Config())
