import pytest

from logship.records.field_patterns import Patterns, Renames, pattern_faults, rename_faults


@pytest.mark.parametrize(
    ("pattern", "paths", "others"),
    [
        ("a", ["a", "a.b", "a.b.c"], ["ab", "b.a", ""]),
        ("a.b", ["a.b", "a.b.c"], ["a", "a.bc", "x.a.b"]),
        ("a.*", ["a.b", "a.", "a.b.c"], ["a", "b.a"]),
        ("*.b", ["a.b", "x.b.c"], ["b", "a.x.b"]),
        ("a*c", ["ac", "abc", "abc.d"], ["a.c", "ab"]),
        ("a.b", ["a.b"], ["a+b", "a\nb"]),
        ("a+(", ["a+("], ["aa("]),
    ],
)
def test_a_pattern_matches_a_path_and_what_lies_below_it(pattern: str, paths: list[str], others: list[str]) -> None:
    """A star stands for any part of one name."""
    made = Patterns([pattern])
    assert [path for path in [*paths, *others] if made.match(path)] == paths


def test_what_may_match_below_is_told() -> None:
    """Only there an object is looked into."""
    made = Patterns(["a.b.c", "*.d"])
    assert [path for path in ("a", "a.b", "a.b.c", "x", "x.d", "a.x") if made.may_match_below(path)] == [
        "a",
        "a.b",
        "x",
    ]
    assert not Patterns([])
    assert not Patterns([]).match("")


def test_a_star_in_a_new_name_is_what_the_one_in_the_pattern_is() -> None:
    """What lies below goes with it; the pair that matches most names counts, of two such the first."""
    made = Renames([("mdc.*", "context.*"), ("*.x.*", "*_*"), ("a", "b"), ("mdc.id", "id"), ("mdc.id.no", "no")])
    paths = ("mdc.user", "p.x.q", "a", "mdc.user.id", "a.b", "mdc.id.no.x", "mdc.id.n", "mdc", "ab")
    news = ["context.user", "p_q", "b", "context.user.id", "b.b", "no.x", "context.id.n", "", ""]
    assert [made.new(path) for path in paths] == news
    assert made.may_match_below("mdc")


def test_what_gave_an_object_another_name_gives_none_to_what_is_in_it() -> None:
    """A member's own name is what begins behind its object's: only a pair that matches some of that counts."""
    made = Renames([("mdc.*", "context.*"), ("mdc.user.id", "id")])
    cases = [
        ("mdc.user", 4),
        ("mdc.user.x", 9),
        ("mdc.user.x", 4),
        ("mdc.user.id", 9),
        ("mdc.user.id.x", 9),
        ("mdc.", 4),
    ]
    assert [made.new(path, start) for path, start in cases] == [
        "context.user",
        "",
        "context.user.x",
        "id",
        "id.x",
        "context.",
    ]


def test_what_can_not_be_meant_is_named() -> None:
    """With what to write."""
    assert pattern_faults(["a.b", "*", "a..b", ""]) == [
        "'a..b' has a name that is empty; write a.b or a.*",
        "'' has a name that is empty; write a.b or a.*",
    ]
    assert rename_faults([("a.*", "b")]) == ["'a.*' and 'b' have not the same number of *; write for example a.*=b.*"]
