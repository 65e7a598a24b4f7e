"""The page for people in a real browser: it shows what there is, takes nothing for markup, and fits whoever looks."""

import asyncio
import copy
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from logship.daemon.server import open_server
from logship.daemon.status import FileStatus
from tests.daemon.test_server import StillView
from tests.e2e.browser import Page, find_browser, new_page, running_browser
from tests.e2e.conftest import StartLogship
from tests.e2e.page_status import sink, status
from tests.e2e.receiver import Answer, Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>\u202egol.exe\n\x1b[2J&amp;"\''
LONG = "/var/log/" + "a_very_long_name_without_any_place_to_break_it" * 5 + ".log"


class Counted(StillView):
    """Counts who asks."""

    asked = 0

    def status(self) -> Mapping[str, Any]:
        """Give what the test set."""
        self.asked += 1
        return self.document


@pytest.fixture(scope="module")
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


# -- a real daemon ----------------------------------------------------------------------------------------------------


async def test_it_follows_a_real_daemon(page: Page, new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """A store that is down, then works: the page says so by itself, from one load; nothing of a record is in it."""
    receiver.script(then=Answer(status=503))
    (logs / "app.log").write_text('{"message": "a secret of a record"}\n' * 100)
    daemon = new_logship(paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, retry_max_seconds=1)
    await asyncio.to_thread(daemon.start)
    await page.go(f"http://127.0.0.1:{daemon.port}/")
    await page.wait("document.querySelector('#attention .problem')?.innerText.includes('http_503')")
    assert "delivery fails and is tried again" in await page.text("#attention")
    assert "retrying, since" in await page.text("#sinks")
    assert f"{logs}/app.log" in await page.text("#files")
    assert "3.6 kB" in await page.text("#files")
    receiver.clear()
    await page.wait("document.querySelector('#sinks').innerText.includes('ok, since')")
    assert "All is well" not in await page.text("#attention")  # the records have no level: a note
    assert "100 records have no level" in await page.text("#attention")
    await page.wait("/Delivered\\s+(?:Lines )?100/.test(document.querySelector('#ends').innerText)")
    assert page.loads == 1
    assert "secret" not in await page.run("document.documentElement.outerHTML")


# -- what it shows ----------------------------------------------------------------------------------------------------


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
    assert "–/s" not in await shown.text("#sinks")
    assert "– lines" in await shown.text("#sinks"), "a restart between two looks is no rate"


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


# -- enemies ----------------------------------------------------------------------------------------------------------


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


# -- away -------------------------------------------------------------------------------------------------------------


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
    assert view.asked > asked


# -- whoever looks ----------------------------------------------------------------------------------------------------

CONTRAST = """(() => {
    const parse = (text) => text.match(/[\\d.]+/g).map(Number);
    const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const back = (node) => {
        const colour = parse(getComputedStyle(node).backgroundColor);
        return colour.length === 4 && colour[3] === 0 ? back(node.parentElement) : colour;
    };
    const found = [];
    for (const node of document.querySelectorAll("body *")) {
        if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) || !node.checkVisibility()) continue;
        const [one, two] = [light(parse(getComputedStyle(node).color)), light(back(node))].sort((a, b) => b - a);
        found.push([(one + 0.05) / (two + 0.05), node.tagName, node.innerText]);
    }
    return found.sort((a, b) => a[0] - b[0]);
})()"""
"""The contrast of every text with what is behind it, by WCAG 2.2 (relative luminance)."""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_it_can_be_read_by_day_and_by_night(shown: Page, view: Counted, dark: bool) -> None:  # noqa: FBT001
    """Each text stands out from what is behind it by 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    await shown.shape(1200, 900, dark=dark)
    await show(shown, view, status(sink(state="retrying", last_error="http_503"), sink("http"), without_level=1))
    back = await shown.run("getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(15, 19, 24)" if dark else "rgb(246, 247, 249)")
    contrasts = await shown.run(CONTRAST)
    assert len(contrasts) > 60
    assert contrasts[0][0] >= 4.5, contrasts[:5]


@pytest.mark.parametrize("width", [320, 360, 768, 1200])
async def test_it_fits_a_phone(shown: Page, view: Counted, width: int) -> None:
    """Nothing has to be scrolled sideways, however long a name is; what is pressed is large enough (WCAG 2.5.8)."""
    await shown.shape(width, 640, phone=width < 700)
    bad = sink("x" * 200, "retrying", last_error="e" * 300, last_refusal="r" * 300, where=f"{'h' * 253}:9200")
    files = [FileStatus(LONG, 10**15, {"s": 0}, deleted=True, unterminated=10**12)]
    await show(shown, view, status(bad, files=files, problems=[LONG], host="h" * 253, lost_bytes={"z" * 200: 10**15}))
    assert await shown.run("document.documentElement.scrollWidth") <= width
    wide = "[...document.querySelectorAll('body *:not(.skip, .unseen, thead, thead *)')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).length"
    assert await shown.run(wide) == 0
    small = "[...document.querySelectorAll('button, input')].filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 24).length"
    assert await shown.run(small) == 0


async def test_the_keyboard_is_enough(shown: Page, view: Counted) -> None:
    """Tab comes by all that does something, in order and visibly; a refresh takes neither the focus nor the words."""
    files = [FileStatus(f"/var/log/agent/{at:04}.log", 10, {"s": 0}) for at in range(60)]
    await show(shown, view, status(files=files))
    places = []
    for _ in range(6):
        await shown.press("Tab")
        places.append(await shown.run("document.activeElement.id || document.activeElement.innerText"))
        assert await shown.run("getComputedStyle(document.activeElement).outlineStyle") == "solid", places
        assert await shown.run(
            "(({left, top}) => left >= 0 && top >= 0)(document.activeElement.getBoundingClientRect())"
        )
    assert places == ["Skip to what needs attention", "pause", "filter", "more", "status", "metrics"]
    await shown.run("by('filter').focus()")
    for letter in "0042":
        await shown.press(letter, letter)
    await show(shown, view, status(files=files))
    assert await shown.run("[document.activeElement.id, document.activeElement.value]") == ["filter", "0042"]
    assert await shown.run("document.querySelectorAll('#files tr').length") == 1
    await shown.run("by('pause').focus()")
    await shown.press(" ", " ")
    assert await shown.run("paused") is True
    await shown.run("document.querySelector('.skip').focus()")
    await shown.press("Enter", "\r")
    assert await shown.run("document.activeElement.id") == "attention"


async def test_a_screen_reader_gets_what_the_eye_gets(shown: Page, view: Counted) -> None:
    """Landmarks, headings, names of all that does something, tables as tables, curves in words; on a phone, too."""
    await show(shown, view, status(sink(state="retrying", last_error="http_503"), without_level=2))
    for width in (1200, 360):
        await shown.shape(width, 900, phone=width < 700)
        tree = await shown.tree()
        roles = {role for role, _ in tree}
        assert {"banner", "main", "contentinfo", "region", "table", "row", "columnheader", "cell", "status"} <= roles
        named = {"link", "button", "searchbox", "image", "table", "region", "heading", "article"}
        assert [node for node in tree if node[0] in named - {"article"} and not node[1]] == []
        headings = [name for role, name in tree if role == "heading"]
        assert headings[:4] == ["logship agent-5d8c", "Needs attention", "Sinks", "elasticsearch"]
        images = [name for role, name in tree if role == "image"]
        assert [name.split(":")[0] for name in images] == ["In and out", "Lag", "Delay", "Memory"]
        assert ("columnheader", "File") in tree
    assert await shown.run("document.documentElement.lang") == "en"


async def test_changes_are_read_out_once(shown: Page, view: Counted) -> None:
    """What needs attention is said when it changes, not with every number that moves."""
    await shown.run("""window.said = []; new MutationObserver(() => said.push(by("spoken").innerText))
        .observe(by("spoken"), { childList: true, characterData: true, subtree: true })""")
    for records in (1, 2, 3):
        await show(shown, view, status(sink(totals={"dead_lettered": (records, 10)}, last_refusal="http_400")))
    await show(shown, view, status())
    said = await shown.run("said")
    assert len(said) == 2, said
    assert said[0].startswith("Problems: 1, notes: 0. elasticsearch refused 1 records")
    assert said[1] == "All is well."
