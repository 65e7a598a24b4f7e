import copy
import fcntl
import json
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from supply import audit, pins, sbom
from supply.audit import NOT_ANSWERED, Finding, Run, allowed, shown, verdict

pytestmark = pytest.mark.timeout(600)  # whoever comes first waits for the bill, on a machine that may have other work
ROOT = Path(__file__).parent.parent
HASH = "0" * 64
ONE = pins.Pin("one", "1", frozenset({HASH}))
TWO = pins.Pin("two", "2", frozenset({HASH}))


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give the bill of materials as ``make sbom`` writes it; made once, by whichever process of the run needs it first.

    It looks at the whole environment, which is a quarter of a minute of CPU.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    made = shared / "sbom.json"
    with (shared / "sbom.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            found = sbom.build(ROOT / "requirements.lock", ROOT / "pyproject.toml")
            made.write_text(json.dumps(found))
    document: dict[str, Any] = json.loads(made.read_text())
    return document


def answering(stdout: object = "", stderr: str = "", code: int = 0) -> Run:
    """Give a runner whose commands all end so."""

    def run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        text = stdout if isinstance(stdout, str) else json.dumps(stdout)
        return subprocess.CompletedProcess(command, code, text, stderr)

    return run


# -- the bill of materials --------------------------------------------------------------------------------------------


def test_the_bill_names_what_the_lock_file_names(document: dict[str, Any]) -> None:
    """Name by name, in the same version, with the same hashes, and nothing else."""
    found = {
        (
            pins.normalised(each["name"]),
            each["version"],
            frozenset(hash_["content"] for place in each["externalReferences"] for hash_ in place.get("hashes", ())),
        )
        for each in document["components"]
    }
    assert found == {(pin.name, pin.version, pin.hashes) for pin in pins.read(ROOT / "requirements.lock")}
    assert document["metadata"]["component"]["name"] == "logship-sidecar"


def test_the_bill_is_valid_and_a_wrong_one_is_not(document: dict[str, Any]) -> None:
    """By the schema of CycloneDX itself."""
    assert sbom.schema_faults(document) == []
    wrong = copy.deepcopy(document)
    wrong["components"][0]["type"] = "no such type"
    del wrong["components"][1]["name"]
    assert len(sbom.schema_faults(wrong)) >= 2


def test_everything_in_the_bill_is_there_because_something_needs_it(document: dict[str, Any]) -> None:
    """The graph begins at logship's own dependencies and reaches every package."""
    needs = {each["ref"]: each["dependsOn"] for each in document["dependencies"]}
    root = document["metadata"]["component"]["bom-ref"]
    assert {each.partition("@")[0].removeprefix("pkg:pypi/") for each in needs[root]} == pins.direct()
    reached, waiting = set(), [root]
    while waiting:
        reached.add(at := waiting.pop())
        waiting += [each for each in needs[at] if each not in reached]
    assert reached == {root} | {each["bom-ref"] for each in document["components"]}


def test_a_package_that_is_not_installed_as_locked_is_an_error(document: dict[str, Any]) -> None:
    """Its licence would be another version's."""
    installed = copy.deepcopy(document)
    installed["components"][0]["version"] = "0"
    with pytest.raises(sbom.NotInstalledError, match=document["components"][0]["name"]):
        sbom.merge(document, installed, ())


def test_every_licence_is_one_that_may_be_given_away(document: dict[str, Any]) -> None:
    """Of each package in the image."""
    assert audit.check_licences(sbom.licences(document)).faults == []


def test_the_security_page_names_tests_that_there_are() -> None:
    """A promise whose test was renamed or removed is noticed."""
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", (ROOT / "SECURITY.md").read_text()))
    sources = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert named
    assert {name for name in named if f"def {name}(" not in sources} == set()


# -- the lock files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_files_pin_everything_by_hashes(name: str) -> None:
    """One version of each package, for one Python."""
    found = [each for each in pins.faults(pins.read(ROOT / name), pins.direct()) if "pinned" not in each]
    assert found == []


def test_the_runtime_lock_pins_each_package_once() -> None:
    """So that what was tested is what is shipped, on every Python."""
    assert audit.check_lock(pins.read(ROOT / "requirements.lock")).faults == []


def test_what_is_wrong_with_a_lock_file_is_named(tmp_path: Path) -> None:
    """A loose version, an entry without hash, a package twice or not at all."""
    lock = tmp_path / "lock"
    lock.write_text(
        f"# comment\nLoose_One>=1 \\\n    --hash=sha256:{HASH}\nbare==2\n"
        f"good==3 ; python_version < '4' \\\n    --hash=sha256:{HASH} \\\n    --hash=sha256:{'1' * 64}\n"
        f"Good==4 --hash=sha256:{HASH}\n"
    )
    read = pins.read(lock)
    assert read[2] == pins.Pin("good", "3", frozenset({HASH, "1" * 64}))
    assert pins.faults(read, {"good", "absent"}) == [
        "loose-one>=1: no exact version",
        "bare: no hash",
        "good: pinned 2 times",
        "absent: not in the lock file",
    ]


# -- the audit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "good"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only", False),
        ("MIT AND (GPL-3.0-only OR Apache-2.0)", False),
        ("", False),
    ],
)
def test_only_listed_licences_are_allowed(expression: str, *, good: bool) -> None:
    """A package without one is not allowed either."""
    assert allowed(expression) is good


def test_a_known_vulnerability_is_named() -> None:
    """With its package and where it is mended."""
    fault = {"id": "PYSEC-1", "fix_versions": ["1.1"]}
    answer = {"dependencies": [{"name": "one", "version": "1", "vulns": [fault]}]}
    found = audit.check_vulnerabilities([ONE], answering(answer, code=1))
    assert (found.faults, found.unanswered) == (["one 1: PYSEC-1, fixed in 1.1"], "")


def test_a_service_that_knows_a_package_not_has_not_answered_for_it() -> None:
    """pip-audit skips such a package and says that all is well."""
    answer = {
        "dependencies": [{"name": "one", "version": "1", "vulns": []}, {"name": "two", "skip_reason": "not found"}]
    }
    found = audit.check_vulnerabilities([ONE, TWO], answering(answer))
    assert found.faults == []
    assert "1 of 2 packages" in found.unanswered


def test_no_answer_from_the_service_is_no_all_clear() -> None:
    """A traceback, or nothing at all."""
    assert audit.check_vulnerabilities([ONE], answering("", "ConnectionError", 1)).unanswered


def test_a_withdrawn_version_is_named_and_an_absent_wheel_is_a_fault() -> None:
    """By what pip itself reports."""
    report = {"install": [{"metadata": {"name": "one"}, "is_yanked": True}]}
    assert audit.check_archives("arm64", "3.13", [ONE], answering(report)).faults == ["one: withdrawn by its authors"]
    assert audit.check_archives("arm64", "3.13", [ONE, TWO], answering({"install": report["install"]})).faults[1:]
    refused = answering("", "ERROR: Could not find a version that satisfies one==1 (from versions: none)", 1)
    assert audit.check_archives("arm64", "3.13", [ONE], refused).faults


def test_an_index_that_cannot_be_reached_is_no_fault() -> None:
    """It is said, and the exit code tells it from an all clear."""
    words = "WARNING: Retrying (Retry(total=0, …)) after connection broken by 'NewConnectionError(…)': /simple/one/\n"
    away = answering("", words + "ERROR: Could not find a version that satisfies one==1 (from versions: none)", 1)
    found = audit.check_archives("amd64", "3.11", [ONE], away)
    assert (found.faults, found.unanswered) == ((), "the package index")


def test_packages_that_do_not_fit_together_are_a_fault() -> None:
    """In pip's own words."""
    assert audit.check_environment(answering("one 1 requires two\n", code=1)).faults == ["one 1 requires two"]
    assert audit.check_environment(answering("No broken requirements found.\n")).faults == ()


def test_the_exit_code_tells_wrong_from_not_known() -> None:
    """What is wrong counts before what nobody answered."""
    good, bad, silent = Finding("a"), Finding("b", ["wrong"]), Finding("c", unanswered="the index")
    assert [verdict(each) for each in ([good], [good, silent], [bad, silent])] == [0, NOT_ANSWERED, 1]
    assert [shown(each).split()[0] for each in (good, bad, silent)] == ["good", "WRONG", "UNKNOWN"]
