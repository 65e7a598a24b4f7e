"""k8s/TROUBLESHOOTING.md: each case is brought about, and what the page quotes is what the program says."""

import json
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logship.commands.settings import every_option
from logship.metrics import LOST_REASONS, Metrics
from tests.e2e.opensearch import OpenSearch
from tests.k8s import store_troubles, troubles
from tests.k8s.troubles import Said, normal

pytest_plugins = ("tests.e2e.opensearch",)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

PAGE = Path(__file__).parents[2] / "k8s" / "TROUBLESHOOTING.md"
_QUOTE = re.compile(r"<!-- says: (\w+) (check|status) -->\n```(?:text|json)\n(.*?)\n```", re.DOTALL)
FOLDERS = [
    troubles.wrong_mount_path_of_the_sidecar,
    troubles.wrong_mount_path_of_the_application,
    troubles.pattern_that_matches_nothing,
    troubles.folder_that_can_not_be_listed,
    troubles.file_that_can_not_be_read,
    troubles.records_without_newlines,
    troubles.times_in_the_future,
    troubles.sidecar_after_the_application,
]
STORES = [
    store_troubles.wrong_credentials,
    store_troubles.wrong_token,
    store_troubles.unknown_ca,
    store_troubles.https_to_a_plain_port,
    store_troubles.store_is_down,
]
IN_OPENSEARCH = [store_troubles.no_index_template, store_troubles.mapping_that_does_not_fit]
PERMISSIONS = [troubles.folder_that_can_not_be_listed, troubles.file_that_can_not_be_read]


def quotes() -> dict[str, dict[str, str]]:
    """Give what the page quotes, by case and program."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for case, what, text in _QUOTE.findall(PAGE.read_text()):
        assert what not in found[case]
        found[case][what] = text
    return found


def contains(real: Any, quoted: Any) -> bool:
    """Whether a document has all that a part of it is quoted with; of a list, each quoted element, and none of none."""
    if isinstance(quoted, dict):
        return isinstance(real, dict) and all(key in real and contains(real[key], quoted[key]) for key in quoted)
    if isinstance(quoted, list):
        return bool(real) == bool(quoted) and all(any(contains(each, part) for each in real) for part in quoted)
    return type(real) is type(quoted) and normal(str(real)) == normal(str(quoted))


def compare(case: str, said: Said) -> None:
    """Compare a page's quotes with the program: every fault that it finds is quoted, and nothing else."""
    quoted = quotes()[case]
    lines = quoted["check"].splitlines()
    failed = [normal(line) for line in lines if line.startswith("FAIL ")]
    assert failed == [normal(line) for line in said.failed]
    assert {normal(line) for line in lines} <= {normal(line) for line in (*said.failed, *said.fine)}
    assert contains(said.status, json.loads(quoted["status"])), said.status


@pytest.mark.parametrize("case", [*FOLDERS, *STORES], ids=lambda case: case.__name__)
def test_the_page_quotes_what_the_program_says(case: Callable[[], Said]) -> None:
    """Both ``logship check`` and ``/status``, in a real run of the case."""
    if case in PERMISSIONS and (os.geteuid() or not shutil.which("setpriv")):
        assert os.environ.get("CI") != "true", "permissions of another user need root and setpriv"
        pytest.skip("permissions of another user need root and setpriv")
    compare(case.__name__, case())


@pytest.mark.opensearch
@pytest.mark.parametrize("case", IN_OPENSEARCH, ids=lambda case: case.__name__)
def test_the_page_quotes_what_a_real_store_makes_it_say(
    case: Callable[[OpenSearch], Said], opensearch: OpenSearch
) -> None:
    """The same, where it is the store that knows."""
    compare(case.__name__, case(opensearch))


def test_a_sidecar_that_works_has_no_fault() -> None:
    """Else no fault would mean anything."""
    said = troubles.nothing_is_wrong()
    assert said.failed == []
    assert contains(said.status, {"ready": True, "problems": [], "files_left_alone": 0, "future_timestamps": 0})


def test_the_cases_are_told_apart() -> None:
    """No two have the same fault; what is quoted is all that is found (see ``compare``)."""
    failed = {case: re.findall("^FAIL .*$", quoted["check"], re.MULTILINE) for case, quoted in quotes().items()}
    assert failed.keys() == {case.__name__ for case in (*FOLDERS, *STORES, *IN_OPENSEARCH)}
    # what is quoted of a path, a size or an index is not what tells two cases apart
    words = [frozenset(re.sub(r"/var/\S+|\d+", "", normal(line)) for line in lines) for lines in failed.values()]
    assert all(words)
    assert len(set(words)) == len(words)


def test_the_normaliser_forgives_nothing_else() -> None:
    """A word that changes, or a number that is no time, is a difference."""
    assert normal("is of 2026-11-22T17:00:00Z, 3 h") == normal("is of 2027-01-01T00:00:00.5Z, 14 h")
    assert normal("by user 0 (drwx------, owner 1:2)") == normal("by user 65532 (drwx------, owner 10001:10001)")
    assert normal("has 36 bytes") != normal("has 37 bytes")
    assert normal("http_401") != normal("http_403")
    assert normal("drwx------") != normal("drwxr-x---")
    assert not contains({"a": [1]}, {"a": []})
    assert not contains({"a": [{"b": 1}]}, {"a": [{"b": 2}]})
    assert not contains({"a": True}, {"a": 1})


def test_every_link_and_name_on_the_page_leads_somewhere() -> None:
    """Headings, files, settings and series; each reason of a loss has its row."""
    text = PAGE.read_text()
    headings = {
        re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert {link[1:] for link in links if link.startswith("#")} <= headings
    assert all((PAGE.parent / link).exists() for link in links if not link.startswith("#"))
    settings = {option.variable for option in every_option()}
    assert set(re.findall(r"\bLOGSHIP_[A-Z_]+[A-Z]\b", text.replace("LOGSHIP_<SINK>_WHEN", ""))) <= settings
    samples = {sample.name for family in Metrics(("x",), "1").registry.collect() for sample in family.samples}
    series = set(re.findall(r"\blogship_[a-z_]+_[a-z]+\b", text)) - {"logship_delivery_latency_seconds"}
    assert {each for each in series if each not in samples and f"{each}_count" not in samples} == set()
    assert set(re.findall(r"^\| `([a-z_]+)` \| .* \| .* \|$", text, re.MULTILINE)) == set(LOST_REASONS) - {"other"}
