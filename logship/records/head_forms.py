r"""What the head of a text line looks like in the forms that loggers write by default; pure.

A *shape* is a line in which every digit is a 0: neighbouring lines share it. A form's head is looked for in the shape,
what follows it in the line itself. Groups: ``s`` is the time up to its second, with the point or comma that a fraction
follows; ``f`` the fraction; ``z`` the zone, or what else of the time comes last; ``l`` the level.
"""

import re
from typing import NamedTuple

from logship.records.head_levels import ANY, ANYWHERE, BARE, DOTNET, LEVEL_ONLY, LOUD, MARKED, PRECISE, WORDS, line
from logship.records.line_starts import WEEKDAY

_FRACTION = rb"(?:[.,](?=0{1,9}(?!0)))?)(?P<f>(?<=[.,])0{1,9}|)"
_CLOCK = rb"00:00:00"
_OFFSET = rb"(?P<z>Z(?![A-Za-z0])| ?[+-]00:?00(?![0:.\w])|[+-]00(?![0:.\w])| (?:UTC|GMT)(?![\w])|)"
_NO_ZONE = rb"(?P<z>)"
_MONTH = rb"(?:J(?:an|u[nl])|Feb|Ma[ry]|A(?:pr|ug)|Sep|Oct|Nov|Dec)"
_ISO = rb"(?P<s>0000-00-00(?:[T ]0|[ ]at[ ]0|[ ]{2})0:00:00" + _FRACTION + _OFFSET  # MariaDB's hours have no 0
_SLASHED = rb"(?P<s>0000/00/00 " + _CLOCK + _FRACTION + _OFFSET
_END = rb"(?![\w])"

_PAIR = rb"""[\w.-]{1,60}+=(?:"(?:[^"\\\n]|\\.){0,300}+"|'[^'\n]{0,300}+'|\{[^}\n]{0,300}+\}|[^\s"']{0,300}+)"""
_PAIRS = rb"(?:" + _PAIR + rb" ){0,8}?"
_TIMED = rb"""(?:time|ts|t|timestamp|when|asctime)=["']?"""
_LEVELED = rb"""(?:level|lvl|severity|at(?==["']?(?i:""" + WORDS + rb""")\b))=["']?"""
_LOGFMT = (
    rb"""["']? (?: [ ] (?!(?:level|lvl|severity)=) """ + _PAIR + rb""" ){0,5}+"""
    rb""" [ ] (?:level|lvl|severity) = ["']? (?P<a>\w{1,20}+(?:[+-]\d{1,3}(?![\w.-]))?+)"""
)

_GOES_ON = rb" | [.,:\d\w] | [ ]?[+-]\d | [ ](?:UTC|GMT)\b"
"""What may yet belong to a time."""
TIME_FOLLOWS = re.compile(rb"[\]|: \[-]*+\d\d(?:\d\d[/-]|-)|\||\[\d")
"""What may be a time behind a level, or leads to one."""


class Form(NamedTuple):
    """How a line may begin."""

    starts: bytes
    """The bytes that a shape may begin with."""
    head: "re.Pattern[bytes]"
    """In the shape, from its start."""
    after: "re.Pattern[bytes] | None" = None
    """In the line, just past the head: the level, in a group named by one letter, or a zone that has a name."""
    alone: bool = True
    """Whether the head says enough without a level after it."""

    mark: bytes = b""
    """Where the part of the head begins that is alike in all lines; empty: all of it is."""

    alike: bool = True
    """Whether a line that begins alike has the same parts; not where the time may be anywhere behind the level."""

    priority: bool = False
    """Whether the level is a priority of syslog's, in digits."""

    @property
    def more(self) -> "re.Pattern[bytes]":
        """What must not follow the head of a line that is like one without a level."""
        return line(self.after.pattern if self.after else b"(?!)", _GOES_ON)


_ONE = re.compile
_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123)) + b"_"
_MONTHS = b"JFMASOND"
_LEVELS = b"ACDEFILNPSTVW"
_TAG = line(rb"\S{1,255}[ ][^\s:\[]{1,64}(?:\[[^\]\n]{1,40}\])?:[ ](?P<e>", LOUD, rb")")
_SHAPED = LOUD.replace(rb"\d", b"0").replace(b"1-5", b"0")
_FIRST = rb"(?P<l>" + _SHAPED + rb")"
_QUIET = rb"(?P<l>" + ANY.replace(rb"\d", b"0") + rb")"
_PRECISELY = rb"(?P<s>(?:0000-00-00[T ]|0000/00/00 )" + _CLOCK + rb"[.,])(?P<f>0{1,9})(?!0)" + _OFFSET

_PROCESS = rb"\((?:[\w.:-]{1,60}+ )?(?:pid=0+(?:, ip=[\w.:]+)?|raylet)\) "

FORMS = (
    # Letters that stand for levels: klog and abseil, Tornado, Jupyter, Ruby, Redis
    Form(b"IWEFD", _ONE(rb"(?P<l>[IWEFD])(?P<s>0000 " + _CLOCK + rb"\.)(?P<f>0{6})(?P<z>) +0+ [^\s\]]+:0+\] ")),
    Form(
        b"IWEF", _ONE(rb"(?P<l>[IWEF])0000 00:00:(?P<s>0{10}\.)(?P<f>0{6})(?P<z>) +0+ [^\s\]]+:0+\] ")
    ),  # a second of 1970
    Form(b"IWEF", _ONE(rb"(?P<l>[IWEF])(?P<s>00000000 " + _CLOCK + rb"\.)(?P<f>0{6})(?P<z>) +0+ [^\s\]]+:0+\] ")),
    Form(b"[", _ONE(rb"\[(?P<l>[IWECDF]) (?P<s>000000 " + _CLOCK + rb")(?P<f>)(?P<z>) [^\s\]]+:0+\] ")),
    Form(b"[", _ONE(rb"\[(?P<l>[IWECDF]) " + _PRECISELY + rb"(?: [\w.-]+)?\] ")),
    Form(_LETTERS, _ONE(rb"[A-Z], \[" + _ISO + rb" #0+\] +(?P<l>[A-Z]+) -- ")),
    Form(b"0", _ONE(rb"0+:[A-Z] (?P<s>00 " + _MONTH + rb" 0000 " + _CLOCK + rb"\.)(?P<f>000)(?P<z>) (?P<l>[.*#-]) ")),
    Form(b"IWEF", _ONE(rb"(?P<l>[IWEF])(?P<s>000000 " + _CLOCK + rb"\.)(?P<f>0{6})(?P<z>) 0+ ")),  # CockroachDB
    Form(b"0", _ONE(rb"(?P<s>0{10}\.)(?P<f>000(?:000){0,2})(?P<z>)(?= )"), PRECISE),  # seconds of 1970: Squid
    # Times with a date and no level before them
    Form(b"0[(", _ONE(rb"[\[(]?" + _PRECISELY), PRECISE),
    Form(b"0", _ONE(rb"(?P<s>0000\.00\.00 " + _CLOCK + rb"[.])(?P<f>0{6})(?P<z>) "), PRECISE),  # ClickHouse
    Form(b"0[(", _ONE(rb"[\[(]?" + _ISO + _END), ANYWHERE),
    Form(b"0[(", _ONE(rb"[\[(]?" + _SLASHED + _END), ANYWHERE),
    Form(
        b"[",
        _ONE(rb"\[(?P<s>00-" + _MONTH + rb"-0000 " + _CLOCK + _FRACTION + rb"(?P<z>(?: [A-Z][\w/+-]*)?)\] "),
        ANYWHERE,
    ),
    # C's ctime, date and Apache's errors; JavaScript's Date
    Form(
        b"FMSTW[",
        _ONE(
            rb"\[?(?P<s>"
            + WEEKDAY
            + rb" "
            + _MONTH
            + rb" [ 0]0 "
            + _CLOCK
            + _FRACTION
            + rb"(?P<z>(?: [A-Z]{3,5})? 0000)(?![^\] ])"
        ),
        ANYWHERE,
    ),
    Form(
        _MONTHS + b"TW[",
        _ONE(
            rb"\[?(?P<s>(?:"
            + WEEKDAY
            + rb" )?"
            + _MONTH
            + rb" [ 0]0 0000 "
            + _CLOCK
            + _FRACTION
            + rb"(?: GMT(?=[+-]))?(?P<z>[+-]0000|)(?: \([^)\n]{3,60}+\))?(?![^\] ])"
        ),
        ANYWHERE,
    ),
    Form(b"0", _ONE(rb"(?P<s>00[ -]" + _MONTH + rb"[ -]0000 " + _CLOCK + rb"[.,])(?P<f>000)(?P<z>) "), PRECISE),
    Form(
        b"0FMSTW[",
        _ONE(
            rb"\[?(?P<s>(?:" + WEEKDAY + rb", )?00?[ -]" + _MONTH + rb"[ -]0000 " + _CLOCK + _FRACTION + _OFFSET + _END
        ),
        ANYWHERE,
    ),  # RFC 2822
    Form(b"0", _ONE(rb"(?P<s>00? " + _MONTH + rb" " + _CLOCK + rb")(?P<f>)(?P<z>) - "), line(MARKED), alone=False),
    Form(b"0[(", _ONE(rb"[\[(]?(?P<s>00\.00\.0000,? " + _CLOCK + _FRACTION + _NO_ZONE + _END), ANYWHERE),
    Form(b"0", _ONE(rb"(?P<s>00/00/00 " + _CLOCK + rb")(?P<f>)(?P<z>) " + _FIRST)),
    # Rich: the month comes first; a second is written once, of what follows in it only the level is known
    Form(b"[", _ONE(rb"(?P<s>\[00/00/00 " + _CLOCK + rb")(?P<f>)(?P<z>)\] " + _FIRST + rb" ")),
    Form(b" ", _ONE(rb" {11,40}(?P<l>DEBUG(?= {4})|INFO(?= {5})|WARNING(?= {2})|ERROR(?= {4})|CRITICAL(?= )) +\S")),
    Form(
        b"0",
        _ONE(rb"(?P<s>00-00 00:00)(?P<f>)(?P<z>) "),
        line(rb"[A-Za-z_][\w.]{0,80} [ ]+ (?P<j>", LOUD, rb") [ ]"),
        alone=False,
    ),
    Form(b"0[", _ONE(rb"\[?(?P<s>00-00 " + _CLOCK + _FRACTION + _NO_ZONE + rb"(?=[ \]])"), LEVEL_ONLY, alone=False),
    Form(b"0", _ONE(rb"(?P<s>00/00/0000,? 00?:00:00 [AP]M)(?P<f>)(?P<z>)" + _END), LEVEL_ONLY),
    # Is the day first, or the month? Only the level is certain.
    Form(b"0[", _ONE(rb"\[?00[/-]00[/-]0000,? " + _CLOCK + rb"(?:[.,]0{1,6})?(?=[ \]])"), LEVEL_ONLY, alone=False),
    Form(b"[", _ONE(rb"\[Nest\] 0+ +- (?P<s>00/00/0000, 00?:00:00 [AP]M)(?P<f>)(?P<z>) +(?P<l>[A-Z]+) ")),
    # java.util.logging: the level is on the second line
    Form(
        _MONTHS,
        _ONE(
            rb"(?P<s>" + _MONTH + rb" 00?, 0000,? 00?:00:00(?: |\xe2\x80\xaf)[AP]M)(?P<f>)(?P<z>) [\w.$]+ [^\n]+"
            rb"(?:\n(?P<l>[A-Z]+): )?"
        ),
    ),
    # Syslog, of RFC 5424 and RFC 3164
    Form(b"<", _ONE(rb"<(?P<l>00?0?)>0 " + _ISO + rb" \S+ \S+ \S+ \S+ "), priority=True),
    Form(
        b"<",
        _ONE(rb"<(?P<l>00?0?)>(?P<s>" + _MONTH + rb" [ 0]0 " + _CLOCK + _FRACTION + _NO_ZONE + rb" "),
        priority=True,
    ),
    # slog-rs-term: no host's name stands behind a fraction
    Form(_MONTHS, _ONE(rb"(?P<s>" + _MONTH + rb" 00 " + _CLOCK + rb"\.)(?P<f>000)(?P<z>) " + _FIRST + rb" ")),
    Form(_MONTHS, _ONE(rb"(?P<s>" + _MONTH + rb" [ 0]0 " + _CLOCK + _FRACTION + _NO_ZONE + rb" "), _TAG),
    Form(b"[", _ONE(rb"\[(?P<s>00/" + _MONTH + rb"/0000[: ]" + _CLOCK + _FRACTION + rb"(?P<z>(?: [+-]0000)?)\] ")),
    Form(b"[", _ONE(rb"\[GIN\] (?P<s>0000/00/00 - " + _CLOCK + rb")(?P<f>)(?P<z>) \| ")),
    Form(b"[", _ONE(rb"\[0{1,7}\] " + _SLASHED + _END), ANYWHERE),  # NATS
    Form(
        b"[",
        _ONE(
            rb"\[pid: 0+\|app: -?0+\|req: -?0+/0+\] [^\n]{3,200}?\} \[(?P<s>[A-Z][a-z]{2} "
            + _MONTH
            + rb" [ 0]0 "
            + _CLOCK
            + rb")(?P<f>)(?P<z> 0000)\] "
        ),
        mark=b"} [",
    ),  # uWSGI
    # logfmt
    Form(_LETTERS, _ONE(_PAIRS + _LEVELED + rb"(?P<l>\w{1,20})" + rb"""["']? """ + _PAIRS + _TIMED + _ISO + _END)),
    Form(_LETTERS, _ONE(_PAIRS + _TIMED + _ISO + _END), line(_LOGFMT), alone=False),
    Form(_LETTERS, _ONE(_PAIRS + _TIMED + _SLASHED + _END), line(_LOGFMT), alone=False),
    Form(_LETTERS, _ONE(_PAIRS + _LEVELED + _QUIET + rb"""(?=["']?(?:$| [\w.-]{1,60}+=))"""), alike=False),
    # The level first
    Form(_LEVELS, _ONE(_FIRST + rb" " + _TIMED + _ISO + _END)),  # Kratos
    Form(_LEVELS + b"[", _ONE(rb"\[?" + _FIRST + rb"(?:\|[^\]\n]{1,100})?(?:\]?:?[ \t|\[-]+|:)" + _ISO + _END)),
    Form(_LEVELS + b"[", _ONE(rb"\[?" + _FIRST + rb"(?:\]?:?[ \[-]+|:)" + _SLASHED + _END)),
    Form(_LEVELS, _ONE(_FIRST + rb" {1,4}\[[^\]\n]{1,100}\] " + _ISO + _END)),  # a thread before the time
    Form(_LEVELS, _ONE(_FIRST + rb" (?P<s>00-00 " + _CLOCK + rb")(?P<f>)(?P<z>) \[")),
    # What vLLM puts before the lines of its processes, and Ray before those of others
    Form(b"(", _ONE(_PROCESS + _FIRST + rb" (?P<s>00-00 " + _CLOCK + rb")(?P<f>)(?P<z>) \["), mark=b") "),
    Form(b"(", _ONE(_PROCESS + _FIRST + rb" " + _ISO + _END), mark=b") "),
    Form(b"(", _ONE(_PROCESS + rb"\[?" + _PRECISELY), PRECISE, mark=b") "),
    Form(_LEVELS, _ONE(_FIRST + rb":[^\s:]{1,100}:")),
    Form(b"DIWEFC[", _ONE(rb"\[?(?P<l>[DIWEFC])\]? " + _ISO + _END)),
    Form(_LEVELS, _ONE(_FIRST + rb"(?::[ ]|  +\S| +\[| +- | +\| |\[0{4,}\] )")),
    Form(b" ", _ONE(rb" {1,4}" + _FIRST + rb"(?:\[0{4,}\]|:) ")),  # apex: levels are to the right of six columns
    Form(b"stdvinwefcap", _ONE(rb"(?P<l>" + BARE + rb"): ")),
    Form(b"tdiwfc", _ONE(rb"(?P<l>trce|dbug|info|warn|fail|crit)" + DOTNET.replace(rb"\d", b"0"))),
    Form(b"[", _ONE(rb"\[ {0,5}" + _QUIET + rb" {0,5}\]:? ")),
    Form(_LETTERS, _ONE(rb"(?=[\w.]{1,60}+(?: ++: [A-Z]|: [A-Z]++  ))[\w.]++ *+: " + _FIRST + rb" ")),
    Form(_LEVELS, _ONE(_FIRST + rb" [A-Za-z_](?:\w*+\.[\w.]++[ :]|[\w.-]{0,60}+: )")),
    Form(_LETTERS, _ONE(rb"[A-Za-z_][\w.]{0,60}+ - " + _FIRST + rb" - ")),
    Form(_LETTERS, _ONE(rb"[A-Za-z_][\w.]{0,60}+:" + _FIRST + rb":")),
    Form(b"[", _ONE(rb"\[[A-Za-z_][\w.-]{0,60}+\](?: ?\[(?=[^\]\n]+\])| (?=[A-Z]+: ))" + _FIRST)),
    Form(b"C", _ONE(rb"(?P<l>CRITICAL) (?=[^\s:|\[-])")),  # in eight columns, where all others have two blanks
    # What comes before a time is a process's or a program's name, or a client's address
    Form(b"MS", _ONE(rb"(?:Main|Srv 0{1,4}) [ |]" + _ISO + _END), ANYWHERE),  # Sanic
    Form(_LETTERS + b"0", _ONE(rb"[\w.-]{1,40}: " + _SLASHED + _END), ANYWHERE),
    Form(
        _LETTERS + b"0:-",
        _ONE(
            rb"(?:localhost|[\w-]*+[.:][^\s\[]*+) (?:[^\s\[]++ ){1,5}+\[(?P<s>00/"
            + _MONTH
            + rb"/0000[: ]"
            + _CLOCK
            + rb")(?P<f>)(?P<z>(?: [+-]0000)?)\] \""
        ),
        mark=b"[",
    ),
    # A time of day alone; zerolog's console has no seconds
    Form(b"0", _ONE(rb"(?P<s>00?:00[AP]M)(?P<f>)(?P<z>) " + _FIRST + rb" ")),
    Form(b"0[", _ONE(rb"\[?(?P<s>" + _CLOCK + _FRACTION + _NO_ZONE + rb"(?=[ \]])"), LEVEL_ONLY, alone=False),
)
"""All of them; the first that fits counts."""


_GATE = (
    rb"""[\d\[(<:-] | (?:Main|Srv\ \d{1,4})[ ][ |]\d
  | localhost[ ] | [ ]{1,4}[A-Z]{4,8}[\[:] | [ ]{11,40}[A-Z]{4,8}[ ] | [A-Za-z_][\w.-]{0,60}+=
  | [A-Za-z_][\w.]{0,60}+(?:[ ]-[ ]|:)[A-Z] | [DIWEFC][ ]\d{4}-
  | (?=[A-Z])(?: """
    + WEEKDAY
    + rb""",?[ ] | """
    + WORDS
    + rb"""[\s:|\[+-] | Level\ \d | """
    + _MONTH
    + rb"""[ ]++\d | [IWEFD]\d{4}(?:\d\d|\d{4})?[ ] | [A-Z],[ ]\[ )
  | (?=[stdvinwefcapl])(?: """
    + BARE
    + rb""":[ ] | """
    + rb"(?:trce|dbug|info|warn|fail|crit)"
    + DOTNET
    + rb""" )
  | (?=[\w-]++[ ]*+[.:])(?: [\w.-]{1,60}+ [ ]*+:[ ](?:[A-Z]|\d{4}/)
                          | [\w-]*+[.:][^\s\[]*+[ ](?:[^\s\[]++[ ]){1,5}+\[\d\d/ )"""
)
MAY_BE_HEAD = line(_GATE).match
"""Whether a line may begin with one of the forms: most of those that don't are told so at once."""
