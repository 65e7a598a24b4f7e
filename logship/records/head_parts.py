r"""The parts of which the heads of text lines are made, and the form that such a head has; pure.

A *shape* is a line in which every digit is a 0: neighbouring lines share it. A form's head is looked for in the shape,
what follows it in the line itself. Groups: ``s`` is the time up to its second, with the point or comma that a fraction
follows; ``f`` the fraction; ``z`` the zone, or what else of the time comes last; ``l`` the level.
"""

from functools import cache
from typing import NamedTuple

from logship.records.head_levels import ANY, LOUD, WORDS, line
from logship.records.lazy_pattern import LazyPattern
from logship.records.line_starts import WEEKDAY

FRACTION = rb"(?:[.,](?=0{1,9}(?!0))|:(?=000(?![.,:\w])))?)(?P<f>(?<=[.,])0{1,9}|(?<=00:)000|)"
CLOCK = rb"00:00:00"
OFFSET = (
    rb"(?P<z>Z(?![A-Za-z0])| ?[+-]00:?00(?![0.\w-]|:0)|(?<=\.000) [+-]00(?![0:.\w-])|[+-]00(?![0:.\w-])"
    rb"| (?:UTC|GMT|[AP]M)(?![\w])|)"
)
NO_ZONE = rb"(?P<z>)"
MONTH = rb"(?:J(?:an|u[nl])|Feb|Ma[ry]|A(?:pr|ug)|Sep|Oct|Nov|Dec)"
ISO = (
    rb"(?P<s>0000-00-00(?:T00:00(?![0:.,])|(?:[T _/-]0|(?:[ ]at|,)[ ]0|\]\[0|[ ]{2}0|[ ]{1,2})0:00:00)"
    + FRACTION
    + OFFSET
)  # Java leaves out seconds that are 0, MariaDB's hours have no 0, Icecast has two blanks
SLASHED = rb"(?P<s>0000/00/00[ -]" + CLOCK + FRACTION + OFFSET
REQUESTED = rb"(?P<s>00/" + MONTH + rb"/0000:" + CLOCK
"""The time of a request, in the Common Log Format."""
END = rb"(?![\w])"
SPOKEN = (
    rb"(?P<s>(?:[A-Z][a-z]{2,8},? )?(?:00?[ -]"
    + MONTH
    + rb"[ -](?:00)?00|"
    + MONTH
    + rb" [ 0]0(?: 0000)?) 00:00(?::00)?"
    + FRACTION
    + rb"(?P<z>(?: (?:[A-Z]{3,4}|[+-]0000))?(?: 0000)?)"
)
"""A date with a month's name, in whatever layout of Go's."""

PAIR = rb"""@?[\w.-]{1,60}+=(?:"(?:[^"\\\n]|\\.){0,300}+"|'[^'\n]{0,300}+'|\{[^}\n]{0,300}+\}|[^\s"']{0,300}+)"""
PAIRS = rb"(?:" + PAIR + rb" ){0,8}?"
TIMED = rb"""@?(?:time|ts|t|timestamp|when|asctime)=["']?"""
LEVELED = rb"""@?(?:level|lvl|severity|at(?==["']?(?i:""" + WORDS + rb""")\b))=["']?"""
LOGFMT = (
    rb"""["']? (?: [ ] (?!@?(?:level|lvl|severity)=) """ + PAIR + rb""" ){0,5}+"""
    rb""" [ ] @?(?:level|lvl|severity) = ["']? (?P<a>\w{1,20}+(?:[+-]\d{1,3}(?![\w.-]))?+)"""
)

_SIGN = rb"[\xe2\xf0][\x80-\xbf]{2,3}(?:\xef\xb8\x8f)?[ -]++"
_GOES_ON = rb" | [.,:\d\w] | [ ]?[+-]\d | [ ](?:UTC|GMT|[AP]M)\b"
"""What may yet belong to a time."""
TIME_FOLLOWS = LazyPattern(
    rb"[\])>}|:;, \t\b\[(-]*+(?:"
    + _SIGN
    + rb")?(?:"
    + TIMED
    + rb")?(?:\d\d(?:\d\d[/-]|[:-]|\.\d\d\.\d{4}|/[A-Z\d]|\d{8}\.|\d{6}[ T-]?\d\d(?:\d{4}|:)|\d{11}\])|\d\d?[ ]"
    + MONTH
    + rb"|(?:(?<=\[)[^\]\[\n]{1,120}+\]\[)?\d\d/\d\d/\d{4}[ ]\d|(?:"
    + WEEKDAY
    + rb" )?"
    + MONTH
    + rb" [ \d]\d )|\||\[\d"
)
"""What may be a time behind a level, or leads to one."""


class Form(NamedTuple):
    """How a line may begin."""

    starts: bytes
    """The bytes that a shape may begin with."""
    head: LazyPattern
    """In the shape, from its start."""
    after: LazyPattern | None = None
    """In the line, just past the head: the level, in a group of any name, or in ``zone`` a zone that has a name."""
    alone: bool = True
    """Whether the head says enough without a level after it."""

    mark: bytes = b""
    """Where the part of the head begins that is alike in all lines; empty: all of it is."""

    alike: bool = True
    """Whether a line that begins alike has the same parts; not where the time may be anywhere behind the level."""

    priority: bool = False
    """Whether the level is a priority of syslog's, in digits."""

    @property
    def more(self) -> LazyPattern:
        """What must not follow the head of a line that is like one without a level."""
        return _more(self.after.pattern if self.after else b"(?!)")


@cache
def _more(after: bytes) -> LazyPattern:
    return line(after, _GOES_ON)


ONE = LazyPattern
LETTERS = bytes(range(65, 91)) + bytes(range(97, 123)) + b"_"
MONTHS = b"JFMASOND"
LEVELS = b"ACDEFILNPSTVW"
SHAPED = LOUD.replace(rb"\d", b"0").replace(b"1-5", b"0")
FIRST = rb"(?P<l>" + SHAPED + rb")"
QUIET = rb"(?P<l>" + ANY.replace(rb"\d", b"0") + rb")"
PRECISELY = rb"(?P<s>(?:0000-00-00[T ]|0000/00/00 )" + CLOCK + rb"[.,])(?P<f>0{1,9})(?!0)" + OFFSET
OPEN = rb"(?:[ ]{1,4}|[\[<({|][ ]{0,4})?"
"""Before a level that comes first; where levels are in a column to the right, nothing but blanks."""
GAP = rb"[ ]{0,4}[\])>}|]?[ ]?(?:[:,;]?[ \t\b|\[-]++(?:" + _SIGN + rb")?|[:;,])[\[(]?"
"""Between a level and a time; a sign may stand there, or a backspace, as asgi-correlation-id's documents have it."""
COMPACT = rb"(?P<s>0{8}[ T-]?00(?:0000|:00:00)" + FRACTION + OFFSET
_DAY = rb"(?P<s>" + WEEKDAY + rb" " + MONTH + rb" [ 0]0 "
CTIME = _DAY + CLOCK + FRACTION + rb"(?P<z>(?: [A-Z]{3,5}| [+-]00(?:00)?)? 0000)"
"""C's ctime, date and Apache's errors."""
TIMES = (
    ISO,
    SLASHED,
    rb"(?P<s>(?:00-"
    + MONTH
    + rb"-0000|00\.00\.0000,?|00? "
    + MONTH
    + rb" 0000|00/"
    + MONTH
    + rb"/0000) "
    + CLOCK
    + FRACTION
    + OFFSET,
    COMPACT,
    REQUESTED + FRACTION + OFFSET,
    CTIME,
)
"""Times with a date, as they stand behind a level."""

PROCESS = rb"\((?:[\w.:-]{1,60}+ )?(?:pid=0+(?:, ip=[\w.:]+)?|raylet)\) "
