from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.e2e.harness import Logship
from tests.e2e.receiver import Receiver
from tests.e2e.writers import Writer

_OUTCOME = pytest.StashKey[bool]()
_ROOT = Path(__file__).parents[2]
_SERVERS = {
    "opensearch": '("tests.e2e.opensearch",)',
    "kafka": '("tests.e2e.kafka",)',
    "browser": "from tests.e2e.page.browser import",
}
"""What starts for a whole process of tests, and what the modules say that have it."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Shares tests out one by one, but those that need one server to one process: it is started once."""

    def _split_scope(self, nodeid: str) -> str:
        text = (_ROOT / nodeid.partition("::")[0]).read_text()
        return next((name for name, words in _SERVERS.items() if words in text), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Use it, whatever ``--dist`` says: ``loadgroup`` of pytest-xdist 3.8 finds no group under pytest 9.2."""
    return Together(config, log)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark each test of this folder: ``make test`` and ``make e2e`` share all tests by that mark."""
    item.add_marker("e2e")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note whether the test itself passed, for the fixtures' ends."""
    report = yield
    if report.when == "call":
        item.stash[_OUTCOME] = report.passed
    return report


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Give an empty log folder."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """Give a running HTTP store."""
    with Receiver(tmp_path) as started:
        yield started


StartLogship = Callable[..., Logship]


@pytest.fixture
def new_logship(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartLogship]:
    """Make daemons, not started yet: ``new_logship(paths=…, sinks="http", http_url=receiver.url)``.

    At the end of a test that passed, a daemon that still runs must add up and drain with exit 0, or 4 if records were
    refused; messages of the daemons of a test that failed are shown.
    """
    made: list[Logship] = []

    def make(name: str = "daemon", **settings: Any) -> Logship:
        made.append(Logship(tmp_path / name, **settings))
        return made[-1]

    yield make
    try:
        if request.node.stash.get(_OUTCOME, False):
            for each in made:
                if each.running:
                    refused = each.check_conservation().refused
                    assert each.terminate() == (4 if refused else 0)
    finally:
        for each in made:
            each.close()
            if each.stderr.exists():  # pytest shows it only if something failed
                print(f"--- {each.stderr}\n{each.stderr.read_text()[-20_000:]}")  # noqa: T201


@pytest.fixture
def logship(new_logship: StartLogship, receiver: Receiver, logs: Path) -> Logship:
    """Give a daemon, not started yet, that ships ``logs/*.log`` to the receiver."""
    return new_logship(paths=f"{logs}/*.log", sinks="http", http_url=receiver.url)


StartWriter = Callable[..., Writer]


@pytest.fixture
def write() -> Iterator[StartWriter]:
    """Start applications that log: ``write("rotating", path, 1000, keep=5)``; see :class:`Writer`."""
    started: list[Writer] = []

    def start(kind: str, path: Path, lines: int, **options: Any) -> Writer:
        started.append(Writer(kind, path, lines, **options))
        return started[-1]

    yield start
    for each in started:
        each.close()
