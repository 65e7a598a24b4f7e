import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.containers import engine, image
from tests.containers.sidecar import Sidecar, shared_folder
from tests.e2e.conftest import pytest_runtest_makereport, receiver, write

__all__ = ["pytest_runtest_makereport", "receiver", "write"]


@pytest.fixture(scope="session", autouse=True)
def _containers() -> None:
    """Skip where no container can be made; CI must be able to."""
    if why := engine.obstacle():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must run containers: {why}", pytrace=False)
        pytest.skip(why)


@pytest.fixture(scope="session")
def source(_containers: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give what the image is built from, as it is now."""
    return image.snapshot(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def built(source: Path) -> str:
    """Give the tag of logship's image; LOGSHIP_TEST_IMAGE names one on another base."""
    return os.environ.get("LOGSHIP_TEST_IMAGE") or image.logship(source.parent, source)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Give the folder that the application and the sidecar share."""
    return shared_folder(tmp_path / "logs")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Give the sidecar's state volume."""
    return shared_folder(tmp_path / "state")


Figure = Callable[[str], None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Give what notes a figure, to be printed when all is done."""
    return lambda text: record_property("figure", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {text}")


StartSidecar = Callable[..., Sidecar]


@pytest.fixture
def new_sidecar(built: str, logs: Path) -> Iterator[StartSidecar]:
    """Make sidecars, not started yet; what they said is shown where a test failed."""
    made: list[Sidecar] = []

    def make(**options: Any) -> Sidecar:
        made.append(Sidecar(built, logs, **options))
        return made[-1]

    yield make
    for each in made:
        said = engine.podman("logs", each.name, check=False)
        print(f"--- {each.name}\n{said.stdout[-5000:]}\n{said.stderr[-20_000:]}")  # noqa: T201 - for who reads a failure
        each.close()
