"""How small configurations of Fluent Bit's are written, with what they come to."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Example(NamedTuple):
    """A configuration in the classic format."""

    text: str
    settings: Mapping[str, str]
    """Those that are told apart by it; others may be there."""
    left_out: tuple[str, ...] = ()
    """The beginning of what each remark is about."""
    files: Mapping[str, str] = {}
    """Files beside it."""


TAIL: Final = "[INPUT]\n    Name tail\n    Path /var/log/app/*.log\n    Tag app\n"
STDOUT: Final = "[OUTPUT]\n    Name stdout\n    Match *\n"


def with_input(*lines: str) -> str:
    """Give a configuration whose input says this, too."""
    return TAIL + "".join(f"    {line}\n" for line in lines) + STDOUT


def with_filter(*lines: str) -> str:
    """Give a configuration with one filter."""
    return TAIL + "[FILTER]\n" + "".join(f"    {line}\n" for line in lines) + "    Match *\n" + STDOUT


def with_output(*lines: str) -> str:
    """Give a configuration with one output."""
    return TAIL + "[OUTPUT]\n" + "".join(f"    {line}\n" for line in lines) + "    Match *\n"


def with_parser(*lines: str) -> Example:
    """Give a configuration whose input names a parser of its own, in a file."""
    parser = "[PARSER]\n    Name own\n" + "".join(f"    {line}\n" for line in lines)
    return Example("[SERVICE]\n    Parsers_File own.conf\n" + with_input("Parser own"), {}, (), {"own.conf": parser})
