import re
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.records.expressions import Literal, Search, Something, compile_expression, search


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("error(?=x)", "'(?=' at character 6: there is no look-around"),
        ("(?<!x)y", "'(?<!' at character 1: there is no look-around"),
        (r"(a)b\1", r"'\\1' at character 5: there is no back-reference"),
        ("(?P<n>a)(?P=n)", "'(?P=n)' at character 9: there is no back-reference"),
        ("a++", "'++' at character 2: there is nothing possessive"),
        ("(?>a)", "'(?>' at character 1: there is nothing possessive"),
        (r"end\Z", r"'\\Z' at character 4: the end is written $ or \z"),
        ("a(?#why)", "'(?#' at character 2: there are no comments"),
        ("(?x)a b", "'(?x' at character 1: there are the flags i, m, s and U alone"),
        (r"\u00e4", r"'\\u' at character 1: a character is written as itself"),
        ("a{2000}", "'{2000' at character 2: at most 1000 repeats"),
        ("(a", r"the '(' at character 1 is not closed; write \( for the character"),
        ("ok a**", "bad repetition operator: '**' at character 5"),
        ("[z-a]", "invalid character class range: 'z-a' at character 2"),
    ],
)
def test_an_expression_that_does_not_compile_is_named_with_its_place_and_what_to_write(
    expression: str, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The place counts from 1; re2 itself says nothing on stderr."""
    with pytest.raises(ValueError, match="^has no valid expression: " + re.escape(fault)):
        compile_expression(expression)
    with pytest.raises(ValueError, match="^has no valid expression: " + re.escape(fault)):
        Search(expression)
    assert capfd.readouterr() == ("", "")


def test_what_looks_like_a_fault_within_a_set_or_behind_a_backslash_is_none() -> None:
    r"""``\(?=`` and ``[(?=]`` are characters."""
    with pytest.raises(ValueError, match=re.escape("'**' at character 14")):
        compile_expression(r"[(?=]\(?=\\Za**")


def test_an_expression_is_for_bytes_in_utf_8_and_has_groups_by_name() -> None:
    """A dot is a character, not a byte."""
    found = compile_expression("(?P<who>.)(?P<none>x)?$").fullmatch("ä".encode())
    assert found
    assert found.groupdict() == {b"who": "ä".encode(), b"none": None}
    assert found.group(b"who") == "ä".encode()


def test_time_is_linear() -> None:
    """Python's own expressions take days for this."""
    search = Search("(a+)+$")
    began = time.process_time()
    assert not search.one(b"a" * 1_000_000 + b"b")
    assert time.process_time() - began < 5


PIECES = st.sampled_from(
    [
        *("a", "b", ".", "[^a]", r"\s", r"\W", "^", "$", r"\b", "a*", "(?:ab|b)", "(a)", r"\n", "(?s).", "(?i)A", "|"),
        *("(?s:a.b)", r"\A", r"\z", "(?m)^", "(?-m:$)", "b+?", r"\D{1,3}", "(?U)a+", r"\Q.\E", r"\Qa", r"[\n]"),
        *("ä", r"\pL", r"\xE4"),
    ]
)
TEXTS = st.lists(st.text("ab .\rxä", max_size=6).map(str.encode), max_size=8)


@given(pieces=st.lists(PIECES, min_size=1, max_size=4), texts=TEXTS)
def test_many_texts_at_once_are_searched_as_each_by_itself(pieces: list[str], texts: list[bytes]) -> None:
    """Whatever the expression says of lines and ends."""
    search = Search("".join(pieces))
    assert search.each(texts) == [*map(search.one, texts)]


@given(
    expression=st.sampled_from(["a.b", "a[^x]b", "b$", "^a"]),
    texts=st.lists(st.text("ab\nx", max_size=6).map(str.encode)),
)
def test_a_newline_within_a_text_is_no_end_of_it(expression: str, texts: list[bytes]) -> None:
    """Several lines that are one record are searched as one text."""
    search = Search(expression)
    assert search.each(texts) == [*map(search.one, texts)]


def test_re2_is_not_imported_before_an_expression_is_set() -> None:
    """It takes more than 3 MiB."""
    code = "import sys, logship.records.encoding, logship.records.expressions; print('re2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        *[("health", Literal), (r"GET /v1\.0/\?", Literal), ("ä b", Literal), (r"\\", Literal), (r"\-\"", Literal)],
        *[(".", Something), (".+", Something), ("^.", Search), (".$", Search)],
        *[
            ("health|ready", Search),
            (r"\d", Search),
            (r"\bat", Search),
            ("a.b", Search),
            ("a\nb", Search),
            ("", Search),
        ],
    ],
)
def test_an_expression_that_means_a_text_needs_no_re2(expression: str, kind: type[Search]) -> None:
    """It is looked for as it stands; what asks only whether there is something asks no more."""
    texts = ["", "\n", "\n\n", "\na", "a", "health", "is healthy", "a health\nb", "GET /v1.0/?x", "GET /v1a0/"]
    texts += ["xä b", "\\", "1", '-"', "ready", "at", "a\nb", "\r"]
    made, oracle = search(expression), Search(expression)
    assert type(made) is kind
    for some in (texts, texts * 40, [each for each in texts if "\n" not in each] * 30, ["health"] * 200, []):
        encoded = [each.encode() for each in some]
        assert made.each(encoded) == oracle.each(encoded)
        assert [made.one(each) for each in encoded] == [oracle.one(each) for each in encoded]
