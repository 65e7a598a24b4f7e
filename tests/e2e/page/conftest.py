"""The page in a tab of a real browser, over the daemon's own server; what is shown is set by the test."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest

from logship.daemon.server import open_server
from tests.daemon.test_server import StillView
from tests.e2e.page.browser import Page, find_browser, new_page, running_browser
from tests.e2e.page.statuses import status


class Counted(StillView):
    """Counts who asks."""

    asked = 0

    def status(self) -> Mapping[str, Any]:
        """Give what the test set."""
        self.asked += 1
        return self.document


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a browser; without one the tests are skipped, but fail in CI."""
    program = find_browser()
    if program is None:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("no browser: apt-get install chromium-headless-shell, or set LOGSHIP_TEST_CHROMIUM")
    with running_browser(program, tmp_path_factory.mktemp("browser")) as address:
        yield address


@pytest.fixture
async def page(browser: str) -> AsyncIterator[Page]:
    """Give an empty tab; whatever its console complained of fails the test, unless that has cleared it."""
    async with new_page(browser) as made:
        yield made
        assert made.problems == []


@pytest.fixture
async def view() -> Counted:
    """Give a view that says that all is well."""
    made = Counted()
    made.document = status()
    return made


@pytest.fixture
async def port(view: Counted) -> AsyncIterator[int]:
    """Give the port of the daemon's own server over it."""
    async with open_server("127.0.0.1:0", view) as port:
        yield port


@pytest.fixture
async def shown(page: Page, port: int) -> Page:
    """Give the page with the first status in it."""
    await page.go(f"http://127.0.0.1:{port}/")
    await page.wait("document.querySelectorAll('#sinks article').length")
    return page


async def show(page: Page, view: Counted, document: Any) -> None:
    """Have the page show another status now."""
    view.document = document
    await page.run("refresh()")
