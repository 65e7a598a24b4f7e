import json
from random import Random

import pytest
from msgspec.structs import replace

from logship.redaction.detectors import DETECTORS, detectors_of
from logship.redaction.scanner import Detector, Found, Scanner, own
from tests.redaction.planting import plant

EMAIL = Scanner(detectors_of(["email"]))


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.name)
def test_each_detector_finds_its_sample(detector: Detector) -> None:
    """`check` tries them."""
    text = detector.sample.encode()
    scanner = Scanner([detector])
    assert scanner.may_hold(text)
    assert {each.detector for each in scanner.find(text)} == {detector.name}


def test_only_lines_with_something_are_suspects() -> None:
    """So is a line that may hide a character behind an escape."""
    lines = b'plain\n{"to":"jane@example.org"}\n\nplain\n{"to":"jane\\u0040example.org"}'
    assert EMAIL.suspect_lines(lines) == [*range(len(lines.split(b"\n")))][1::3]
    assert EMAIL.suspects(b"plain\n") == EMAIL.suspects(b"") == []


def test_of_what_overlaps_nothing_is_left() -> None:
    """The first goes whole, and of the next what sticks out."""
    scanner = Scanner([own("one", "abc"), own("two", "bcd"), own("three", "b")])
    assert scanner.find(b"abcd") == [Found(0, 3, "one"), Found(3, 4, "two")]


def test_an_unknown_detector_is_told_with_the_nearest_known() -> None:
    """The message ends a sentence that begins with the setting."""
    with pytest.raises(ValueError, match=r"^names no detector with 'emial'; did you mean email\?$"):
        detectors_of(["email", "emial"])
    with pytest.raises(ValueError, match="write all, or of email, "):
        detectors_of(["zzz"])
    assert detectors_of(["all"]) == DETECTORS


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (r"^id-\d+$", "id-12"),
        (r"\Ax{2}", "xx"),
        (r"\bkey\b{1}", "a key"),
        (r"\Qa^b\E", "a^b"),
        ('"x"', 'say "x"'),
        ("[^a]b", "\nb"),
        ("(a|b)c", "bc"),
        ("(?i)Ä", "ä"),
    ],
)
def test_an_expression_of_ones_own_sees_each_string_as_a_text(expression: str, text: str) -> None:
    """Its assertions are about the string, not about the line that it is in; its whole match goes."""
    scanner = Scanner([own("id", expression)])
    found = scanner.find(text.encode())
    assert [each.detector for each in found] == ["id"]
    assert found[0].end == len(text.encode())
    for ascii_only in (True, False):
        assert scanner.may_hold(json.dumps({"n": [text]}, ensure_ascii=ascii_only).encode())


def test_an_expression_that_cannot_be_is_refused() -> None:
    """With what is wrong: it does not compile, or it would match everywhere."""
    with pytest.raises(ValueError, match="has no valid expression"):
        own("x", "(")
    with pytest.raises(ValueError, match="matches the empty text"):
        own("x", "a*")


@pytest.mark.parametrize("seed", range(60))
def test_what_a_detector_needs_is_in_all_that_it_finds(seed: int) -> None:
    """With and without that look, the same is found of everything that is planted."""
    text = plant(Random(seed)).text.encode()
    without = [replace(each, needs=()) for each in DETECTORS]
    for some in (text, text.upper(), b"x " + text + b" \xc5\xbf"):
        assert Scanner(DETECTORS).find(some) == Scanner(without).find(some)
