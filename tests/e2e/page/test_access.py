"""Whoever looks at the page can use it: in the dark, on a phone, by keyboard, by ear."""

import base64
import hashlib
import shutil
import subprocess
import tarfile

import pytest

from logship.daemon.status import FileStatus
from tests.e2e.page.browser import Page
from tests.e2e.page.conftest import Counted, show
from tests.e2e.page.statuses import sink, status

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

AXE = "4.14.1"
AXE_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
LONG = "/var/log/" + "a_very_long_name_without_any_place_to_break_it" * 5 + ".log"
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
        const words = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
        if (!words || !node.checkVisibility()) continue;
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
    every = "[...document.querySelectorAll({!r})].filter((each) => each.checkVisibility()).map((each) => each.{})"
    rights = await shown.run(
        every.format("body *:not(.skip, .unseen, thead, thead *)", "getBoundingClientRect().right")
    )
    assert max(rights) <= width + 1
    assert min(await shown.run(every.format("button, input", "getBoundingClientRect().height"))) >= 24


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


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give axe-core, which knows WCAG's rules better than we do; without npm the tests above have to do."""
    if not shutil.which("npm"):
        pytest.skip("npm is not here to get axe-core")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(["npm", "pack", "--silent", f"axe-core@{AXE}"], cwd=folder, check=False, timeout=60)
    packed = folder / f"axe-core-{AXE}.tgz"
    if done.returncode or not packed.exists():
        pytest.skip("axe-core can't be had from npm")
    assert base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() == AXE_SHA512
    with tarfile.open(packed) as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script
        return script.read().decode()


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (1200, True), (360, False)])
async def test_axe_finds_nothing(shown: Page, view: Counted, axe: str, width: int, dark: bool) -> None:  # noqa: FBT001
    """Of all its rules, best practices too."""
    await shown.shape(width, 900, dark=dark, phone=width < 700)
    bad = sink(state="retrying", last_error="http_503")
    await show(shown, view, status(bad, without_level=2, lost_bytes={"truncated": 5}))
    await shown.run(f"{axe}; true")
    words = "axe.run().then(({violations, passes}) => [violations.map((each) => each.id), passes.length])"
    faults, passed = await shown.run(words)
    assert faults == []
    assert passed > 40


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
