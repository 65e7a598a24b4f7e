"""What names look like to us: an application can call a file anything."""

import random
import re
from collections.abc import Iterator

import pytest

from logship.files import names
from logship.files.forms import alike, letters
from logship.files.names import Globs, beginnings, holds_rotated, newest, shape, stems

PARTS = [
    *".-_@~+:TtZz0159kMbgrpsu",
    *(
        "app",
        "log",
        "gz",
        "old",
        "tar",
        "time",
        "tmp",
        "part",
        "dec",
        "1T",
        "20261127",
        "deadbeefdeadbeef",
        "12345678" * 2,
    ),
]
TOKEN = (
    "(?:[0-9]+(?:[tT][0-9]+)?[zZ]?|[0-9]+[kKmMgG][bB]?|[rp][0-9]+|[0-9a-f]{16,}[stu]?|"
    f"(?:{'|'.join(names._WORDS.split())})[0-9]*)"
)
PLAIN = re.compile(rf"(?:(?:[.\-_@+:]+|[.\-_@+:]*T(?=[0-9])){TOKEN})+~?|~", re.IGNORECASE)
"""What rotators add, said plainly; of long names it takes for ever."""
LONGEST = 255
"""Bytes of a name."""
UNITS = (
    *("1T", "t", ".", "1", "-1", "z.", "12345678901234567t", "1234567890123456t.", "a.1", "T1Z", "deadbeefdeadbeeftt"),
    *("r1.", "1:", "dec1234567890123T", "_r0001", "x1.", "~", "1-1.log"),
)
HOSTILE = [
    *(f"app.log{begin}{unit * 240}"[: LONGEST - len(end)] + end
      for begin in ("-", ".", "") for end in ("1!x", ".log", "!", "~.1!") for unit in UNITS),
    "a1." + "x" * 240 + ".b",
    "a." + "x" * 240 + "!.1",
    "1" * 254 + "-",
    "1-" * 127,
    "@" + "0" * 254,
    "20261127" * 31,
]  # fmt: skip


def drawn(chance: random.Random) -> str:
    """Give a name such as rotators give, and others."""
    return "".join(chance.choice(PARTS) for _ in range(chance.randrange(1, 10)))


def test_what_rotators_add_is_told_as_the_plain_expression_tells_it() -> None:
    """That one tries every way to read a name, this one the only one that there is."""
    chance = random.Random(7)
    told = 0
    for name in (drawn(chance) for _ in range(30_000)):
        at = chance.randrange(len(name))
        end = chance.randrange(at, len(name) + 1)
        expected = PLAIN.fullmatch(name, at, end) is not None
        assert (names._ADDITION.fullmatch(name, at, end) is not None) == expected, (name, at, end)
        whole = re.sub(rf"(?:{PLAIN.pattern})\Z", "", name, flags=re.IGNORECASE)
        assert names._without_addition(name) == whole, name
        told += expected
    assert told > 300


def looks(name: str) -> Iterator[object]:
    """Ask all that is asked of a name."""
    globs = Globs(("*.log", "app*.log", "a*p*p*.l*o*g", "*", "current", "*.log.0"))
    yield from (globs.match(name), globs.rotated(name), globs.moved(name), holds_rotated(name))
    yield from (*stems(name), *newest(name), *beginnings(name), letters(name), shape(name), alike("app.log", name))
    yield names._NUMBERED.fullmatch(name)


@pytest.mark.timeout(60)
def test_no_name_takes_long() -> None:
    """Else one name that an application made would keep all its files from being read."""
    for name in HOSTILE:
        assert any(True for _ in looks(name[:LONGEST]))


def test_a_name_with_very_many_additions_is_nobodys_rotated_form() -> None:
    """No rotator adds so many: there is a bound."""
    assert "app.log" in stems("app.log" + "-1" * 16)
    assert "app.log" not in stems("app.log" + "-1" * 200)
    assert "app.log" not in stems("app.log" + "-" * 200 + "1")


@pytest.mark.parametrize(
    ("name", "live"),
    [
        ("app12.log", ("app", ".log")),
        ("app1.log.gz", None),
        ("app1.2log", ("app", ".2log")),
        ("app1.22", None),
        ("app1.", None),
        ("app-1.log", None),
        ("a.1b1.log", ("a.1b", ".log")),
    ],
)
def test_a_number_in_front_of_the_extension(name: str, live: tuple[str, str] | None) -> None:
    """As winston has it; an extension has something that is no digit."""
    found = names._NUMBERED.fullmatch(name)
    assert (found and found.groups()) == live


@pytest.mark.parametrize(
    ("name", "expected"),
    [("app.log.1", ["app.log.0"]), ("worker.1", []), ("app.22.1", []), ("app.2b.12", ["app.2b.0"]), ("app..1", [])],
)
def test_a_generation_behind_an_extension(name: str, expected: list[str]) -> None:
    """As java.util.logging has it."""
    assert [*newest(name)] == expected
