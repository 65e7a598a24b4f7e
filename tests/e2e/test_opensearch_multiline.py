"""Records of several lines, written bit by bit over kills, under ids of a real OpenSearch."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import StartLogship
from tests.e2e.harness import wait_until
from tests.e2e.opensearch import OpenSearch
from tests.e2e.test_opensearch_daemon import documents

pytest_plugins = ("tests.e2e.opensearch",)
pytestmark = [pytest.mark.e2e, pytest.mark.opensearch, pytest.mark.timeout(300)]
RECORDS = 12


@pytest.fixture
def index(opensearch: OpenSearch) -> Iterator[str]:
    """Give an index of its own."""
    yield "multiline"
    opensearch.delete("multiline")


def append(path: Path, lines: list[str]) -> list[str]:
    """Write lines, and give them."""
    with path.open("a") as file:
        file.write("".join(f"{line}\n" for line in lines))
    return lines


def test_no_line_is_taken_for_a_repeat(
    new_logship: StartLogship, opensearch: OpenSearch, index: str, logs: Path
) -> None:
    """Every line is stored once, though records were cut by the clock and the daemon died around that."""
    chance, live, written = random.Random(7), logs / "app.log", []
    address = {"elasticsearch_url": opensearch.url, "elasticsearch_index": index}
    daemon = new_logship(
        paths=f"{logs}/*.log", sinks="elasticsearch", multiline_wait_seconds="0.4", multiline_max_lines="20", **address
    )
    daemon.start()
    for number in range(RECORDS):
        head = f"2026-11-27 10:00:{number:02} ERROR failed {number}"
        written += append(live, [head, f"Traceback {number} (most recent call last):"])
        time.sleep(chance.choice([0.0, 0.3, 0.5, 0.7]))
        if killed := chance.random() < 0.7:
            daemon.kill()
        written += append(live, [f"  line {more} of {number}" for more in range(chance.choice([1, 5, 45]))])
        if killed:
            daemon.start()
    append(logs / "pretty.log", ["{", '  "level": "info",', '  "message": "the end"', "}"])

    def stored() -> Counter[str]:
        return Counter(line for each in documents(opensearch, index) for line in each["message"].split("\n"))

    wait_until(lambda: set(written) | {"the end"} <= set(stored()), "all lines", 60)
    assert stored() == Counter([*written, "the end"])
    found = documents(opensearch, index)
    assert {each["message"].startswith("2026") for each in found if "log.flags" in each} == {False}
    assert sum(each["message"].startswith("2026") for each in found) == RECORDS
    assert [each["level"] for each in found if each["message"] == "the end"] == ["info"]
    assert daemon.check_conservation().totals("elasticsearch")["dead_lettered"] == (0, 0)
