"""What the page for people shows, in a real browser: a daemon as it is, worked out without reloading."""

import asyncio
import math
from pathlib import Path

import pytest

from logship.daemon.status import FileStatus
from tests.e2e.conftest import StartLogship
from tests.e2e.page.browser import Page
from tests.e2e.page.conftest import Counted, show
from tests.e2e.page.statuses import sink, status
from tests.e2e.receiver import Answer, Receiver
from tests.status_schema import assert_is_status

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


async def test_it_follows_a_real_daemon(page: Page, new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """A store that is down, then works: the page says so by itself, from one load; nothing of a record is in it."""
    receiver.script(then=Answer(status=503))
    (logs / "app.log").write_text('{"message": "a secret of a record"}\n' * 100)
    (logs / "<img src=x onerror='window.hacked=1'>\n.log").touch()
    daemon = new_logship(paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, retry_max_seconds=1)
    await asyncio.to_thread(daemon.start)
    await page.go(f"http://127.0.0.1:{daemon.port}/")
    await page.wait("document.querySelector('#attention .problem')?.innerText.includes('http_503')")
    assert "delivery fails and is tried again" in await page.text("#attention")
    assert "retrying, since" in await page.text("#sinks")
    assert receiver.url.split("/")[2] in await page.text("#sinks")
    assert f"{logs}/app.log" in await page.text("#files")
    assert "3.6 kB" in await page.text("#files")
    receiver.clear()
    await page.wait("document.querySelector('#sinks').innerText.includes('ok, since')")
    assert "All is well" not in await page.text("#attention")  # the records have no level: a note
    assert "100 records have no level" in await page.text("#attention")
    await page.wait("/Delivered\\s+(?:Lines )?100/.test(document.querySelector('#ends').innerText)")
    assert "<img src=x onerror='window.hacked=1'>\\u{a}.log" in await page.text("#files")
    assert await page.run("[window.hacked, document.images.length]") == [None, 0]
    assert page.loads == 1
    assert "secret" not in await page.run("document.documentElement.outerHTML")


async def test_a_look_costs_little(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """At most 1 ms of CPU with 20 files, as the daemon counts it itself, all that the server does included."""
    for at in range(20):
        (logs / f"{at}.log").write_text('{"message": "x"}\n' * 100)
    daemon = new_logship(paths=f"{logs}/*.log", sinks="http", http_url=receiver.url)
    await asyncio.to_thread(daemon.start)
    await asyncio.to_thread(daemon.wait_idle)
    least = math.inf
    for _ in range(40):  # short ones: on a machine with other work, few moments are without what that costs us
        before = daemon.status()["cpu_seconds"]
        for _ in range(49):
            assert len(daemon.status()["files"]) == 20
        least = min(least, (daemon.status()["cpu_seconds"] - before) / 50)
    print(f"{1000 * least:.2f} ms")  # noqa: T201 - a figure of docs/page.md
    assert least <= 0.001


def test_what_is_shown_here_is_what_a_daemon_says() -> None:
    """The documents of these tests are of the schema that the daemon's are held to."""
    assert_is_status(status(sink(state="retrying", last_error="http_503"), without_level=3))


async def test_all_is_well_is_said_in_words(shown: Page) -> None:
    """Nothing to do is worth saying, too."""
    assert "All is well." in await shown.text("#attention")
    assert await shown.run("document.title") == "logship agent-5d8c"
    assert "1.2.3, up 100 s, ready" in await shown.text("header")


async def test_what_needs_attention_comes_first_with_what_to_do(shown: Page, view: Counted) -> None:
    """Before everything else on the page, since when, and counted in the title of the tab."""
    bad = sink(state="retrying", last_error="http_401")
    await show(shown, view, status(bad, without_level=3, problems=["/var/log/agent: does not exist"]))
    items = await shown.run("[...document.querySelectorAll('#attention li')].map((each) => each.innerText)")
    assert [item.split(":")[0] for item in items] == ["Problem", "Problem", "Note"]
    assert "Check LOGSHIP_PATHS" in items[0]
    assert "elasticsearch (es.logs:9200): delivery fails and is tried again: http_401." in items[1]
    assert "Since " in items[1]
    assert "What to do: The credentials are refused: check user and password, token or API key." in items[1]
    assert await shown.run("document.title") == "(2) logship agent-5d8c"
    assert await shown.run("document.querySelector('main section').id") == "attention"


async def test_rates_and_recent_latency_are_worked_out_in_the_browser(shown: Page, view: Counted) -> None:
    """From counters that the daemon has anyway: what was read and ended between two looks."""
    for at in (1, 2, 3):
        await show(shown, view, status(sink(records=1000 + 200 * at), uptime=100 + 2 * at, lines=1010 + 300 * at))
    assert "100/s lines, 10 kB/s" in (await shown.text("#sinks")).replace("\n", " ")
    assert "p50 0.5 s, p99 0.99 s" in await shown.text("#sinks")
    curve = await shown.run("document.querySelector('#curves svg').getAttribute('aria-label')")
    assert curve.startswith("In and out: now lines in 150/s, lines out, slowest sink 100/s")
    await show(shown, view, status(sink(records=5), uptime=1, lines=5, started_at="2026-11-01T00:00:00.000Z"))
    assert "\N{EN DASH} lines" in await shown.text("#sinks"), "a restart between two looks is no rate"


async def test_curves_are_kept_for_15_minutes_and_broken_where_nobody_looked(shown: Page, view: Counted) -> None:
    """In the browser alone."""
    for at in range(1, 4):
        await show(shown, view, status(uptime=100 + 2 * at, lag_bytes=at))
    path = "document.querySelectorAll('#curves path')[2].getAttribute('d')"
    assert (await shown.run(path)).count("M") == 1
    await shown.run("points.forEach((each, at) => { each.at -= at < 2 ? 1000 : 100; })")
    await show(shown, view, status(uptime=210))
    assert await shown.run("points.every((each) => each.at > Date.now() / 1000 - SPAN - 1)")
    assert (await shown.run(path)).count("M") == 2


async def test_a_thousand_files_are_no_burden(shown: Page, view: Counted) -> None:
    """The 50 that lag most, all of them if asked, those of a name; a refresh takes a small part of its interval."""
    files = [FileStatus(f"/var/log/agent/{at:04}.log", 10_000, {"s": 10_000 - at}) for at in range(1000)]
    await show(shown, view, status(files=files))
    rows = "document.querySelectorAll('#files tr').length"
    assert await shown.run(rows) == 50
    assert "/var/log/agent/0999.log" in await shown.text("#files tr")
    await shown.run("by('more').click()")
    assert await shown.run(rows) == 1000
    timing = "(async () => { const at = performance.now(); show(latest); return performance.now() - at; })()"
    took = [await shown.run(timing) for _ in range(5)]
    assert min(took) < 500, took
    await shown.run("by('filter').value = '/042'; by('filter').dispatchEvent(new Event('input'))")
    assert await shown.run(rows) == 10
    assert "Shown: 10 of 10 with that name" in await shown.text("#files-sum")
