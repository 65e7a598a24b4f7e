"""k8s/LESSON.md: its scenarios are gone through with the real program, and what it shows is what was printed."""

import functools
import re
from collections.abc import Callable

import pytest

from tests.k8s import lessons
from tests.k8s.lessons import Steps
from tests.k8s.rendering import K8S
from tests.k8s.test_expect import matches
from tests.k8s.test_pages import commands

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PAGE = K8S / "LESSON.md"
SCENARIOS: dict[str, Callable[[], Steps]] = {
    each.__name__: each for each in (lessons.datadog, lessons.cloudwatch, lessons.crash, lessons.nothing_arrives)
}
_QUOTE = re.compile(r"<!-- says: (\w+) (\w+) -->\n```text\n(.*?)\n```", re.DOTALL)


@functools.cache
def steps(scenario: str) -> Steps:
    """Go through a scenario, once."""
    return SCENARIOS[scenario]()


def missing(quoted: str, printed: str) -> list[str]:
    """Give the quoted lines that were not printed, in this order; and the faults that were, and are not quoted."""
    lines = iter(printed.splitlines())
    found = [pattern for pattern in quoted.splitlines() if not any(matches(line, pattern) for line in lines)]
    faults = [line for line in printed.splitlines() if line.startswith("FAIL")]
    return found + [each for each in faults if not any(matches(each, pattern) for pattern in quoted.splitlines())]


@pytest.mark.parametrize(("scenario", "step", "quoted"), _QUOTE.findall(PAGE.read_text()))
def test_the_lesson_shows_what_was_printed(scenario: str, step: str, quoted: str) -> None:
    """Line by line; and every fault that there is."""
    printed = steps(scenario)[step]
    assert missing(quoted, printed) == [], printed


def test_nothing_is_lost_and_nothing_comes_twice_over_a_crash() -> None:
    """Of what had been acknowledged when it was killed; what is in flight then may come twice."""
    assert steps("crash")["arrived"] == "300 arrived, 300 different"


def test_each_command_of_logships_was_typed() -> None:
    """As the page has it, within the sidecar."""
    for scenario in SCENARIOS:
        steps(scenario)
    named = re.findall(r"\blogship (?:check|status|replay|top|settings)[^|'\n]*", "\n".join(commands(PAGE)))
    here = {each.strip() for each in named}
    assert here
    assert {each for each in here if each not in lessons.typed} == set()


def test_what_was_not_printed_is_found() -> None:
    """A line that is not there, another order, a fault that is kept back."""
    assert missing("a\nb…", "a\nbc") == []
    assert missing("b\na", "a\nb") == ["a"]
    assert missing("a\nd", "a\nb") == ["d"]
    assert missing("a", "a\nFAIL b") == ["FAIL b"]
