"""The page among enemies and without its daemon: texts stay text, a fault is told, and it goes on by itself."""

import asyncio
import copy
import json
from typing import Any

import pytest

from logship.daemon.server import open_server
from logship.daemon.status import FileStatus
from tests.e2e.page.browser import Page
from tests.e2e.page.conftest import Counted, show
from tests.e2e.page.statuses import sink, status

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>\u202egol.exe\n\x1b[2J&amp;"\''


async def test_hostile_names_and_reasons_are_text(shown: Page, view: Counted) -> None:
    """No markup, no reordered or hidden characters, wherever a text of others may stand."""
    bad = sink(HOSTILE, "retrying", last_error=HOSTILE, last_refusal=HOSTILE, where=HOSTILE)
    made = status(
        bad, files=[FileStatus(HOSTILE, 5, {HOSTILE: 1})], problems=[HOSTILE], cause=HOSTILE, host=HOSTILE,
        version=HOSTILE, lost_bytes={HOSTILE: 5}, volumes=[{"path": HOSTILE, "holds": HOSTILE, "state": HOSTILE}],
    )  # fmt: skip
    await show(shown, view, made)
    assert await shown.run("window.hacked") is None
    assert await shown.run("document.querySelectorAll('img, main script, body script ~ *').length") == 0
    for place in ("h1", "#about", "#attention", "#sinks", "#files", "#ends", "#records"):
        text = await shown.text(place)
        assert "<script>window.hacked=2</script>\\u{202e}gol.exe\\u{a}\\u{1b}[2J&amp;" in text, place
    assert await shown.run("/[\\u202e\\u001b]/.test(document.documentElement.outerHTML)") is False


async def test_the_policy_stops_what_got_in(shown: Page) -> None:
    """Even if a text were taken for markup: no script, no style, no picture, no other address."""
    await shown.run("""(async () => {
        const add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
        add("script", { textContent: "window.hacked = 1" });
        add("div", { innerHTML: "<p onclick='window.hacked = 2' style='color: red' id='in'>x</p>" });
        document.getElementById("in").click();
        add("img", { src: "/status" });
        try { await fetch("http://127.0.0.1:1/"); } catch { /* as it should be */ }
        try { Function("window.hacked = 3")(); } catch { /* as it should be */ }
    })()""")
    assert await shown.run("window.hacked") is None
    assert await shown.run("getComputedStyle(document.getElementById('in')).color") != "rgb(255, 0, 0)"
    refused = [problem for problem in shown.problems if "Content Security Policy" in problem]
    assert len(refused) >= 5, shown.problems
    shown.problems.clear()


@pytest.mark.parametrize("value", ["absent", None, "text", -1, [], {}, [None], {"a": None}], ids=repr)
async def test_a_status_that_lacks_something_is_shown_all_the_same(shown: Page, view: Counted, value: Any) -> None:
    """An older or a newer daemon: whatever member is not there, or not what it was, the page goes on."""
    whole = json.loads(json.dumps(status(sink(state="retrying", last_error="http_503"), problems=["x"])))
    for path in [(name,) for name in whole] + [
        (kind, 0, name) for kind in ("sinks", "files") for name in whole[kind][0]
    ]:
        made = copy.deepcopy(whole)
        place = made
        for step in path[:-1]:
            place = place[step]
        if path == ("version",):
            continue
        place.pop(path[-1])
        if value != "absent":
            place[path[-1]] = value
        await show(shown, view, made)
        assert await shown.run("by('away').hidden"), (path, await shown.text("#away"))
        assert shown.problems == [], path
    assert await shown.text("#sinks")


async def test_a_daemon_that_goes_away_and_comes_back(page: Page, view: Counted) -> None:
    """The page says so, keeps what it last knew, goes on asking, and needs nobody when it is back."""
    async with open_server("127.0.0.1:0", view) as port:
        await page.go(f"http://127.0.0.1:{port}/")
        await page.wait("document.querySelectorAll('#sinks article').length")
    await page.wait("!by('away').hidden")
    assert "The daemon can't be reached" in await page.text("#away [role=alert]")
    assert "app.log" in await page.text("#files")
    await page.wait("by('away-since').innerText.includes('What is below is')")
    alert = await page.text("#away [role=alert]")
    await page.wait("document.title === '(away) logship agent-5d8c'")
    await asyncio.sleep(2.5)
    assert await page.text("#away [role=alert]") == alert, "an alert that changes is read out each time"
    async with open_server(f"127.0.0.1:{port}", view):
        await page.wait("by('away').hidden")
        assert await page.run("document.title") == "logship agent-5d8c"
        assert page.loads == 1
    page.problems.clear()  # that nobody listened


async def test_an_answer_that_is_none_is_told(page: Page, view: Counted) -> None:
    """A loop that stalls says where; another program on that port is no logship."""
    stalled = ""
    async with open_server("127.0.0.1:0", view, lambda: stalled) as port:
        await page.go(f"http://127.0.0.1:{port}/")
        await page.wait("document.querySelectorAll('#sinks article').length")
        view.document = {"bad": object()}
        await page.wait("by('away').innerText.includes('The daemon says 500')")
        view.document = {"uptime": "of another program"}
        await page.wait("by('away').innerText.includes('Something else than logship answers')")
        view.document = status()
        await page.wait("by('away').hidden")
    page.problems.clear()  # the 500


async def test_nobody_is_asked_while_it_is_paused(shown: Page, view: Counted) -> None:
    """And it goes on when told."""
    await shown.run("by('pause').click()")
    assert await shown.run("by('pause').getAttribute('aria-pressed')") == "true"
    asked = view.asked
    await asyncio.sleep(2.5)
    assert view.asked <= asked + 1  # one may have been on its way
    assert await shown.text("#fresh") == "paused"
    await shown.run("by('pause').click()")
    await shown.wait("by('fresh').innerText.includes('as of')")
    await asyncio.sleep(2.5)  # what it had is shown at once
    assert view.asked > asked
