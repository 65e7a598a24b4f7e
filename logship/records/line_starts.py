"""How the first line of a record of text looks: the heads that loggers write, with a time stamp or without.

Pure. A *stamped* head is the safe sign that whatever does not look so goes on with the record before it. It is learned:
the first such line in a generation's first 64 KiB says which form it is, so that the same bytes always learn the same.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from logship.records.framing import BOM
from logship.records.lazy_pattern import LazyPattern

LEARNED_BYTES = 64 * 1024
"""A form is learned from so many bytes at a generation's beginning, and from nothing else."""
END = "."
"""The state of a record that is complete, whatever follows."""
FORMLESS = "-"
"""What is learned where all of them have no form: nobody has to look again."""

_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
WEEKDAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_DATE = (
    rb"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d\d \d\d \d{4}|\d{8}|\d{6}|\d\d-\d\d"
    rb"|\d{1,2}[-/ ]" + _MONTH + rb"[-/ ]\d{4}|(?:" + WEEKDAY + rb",? )?\d{1,2} " + _MONTH + rb"(?: \d{4})?"
    rb"|(?:[A-Z][a-z]{5,8}, )?\d\d[ -]" + _MONTH + rb"[ -]\d\d|" + _MONTH + rb"-\d\d-\d{4}"
    rb"|(?:[A-Z][a-z]{5,8}, )?(?:" + _MONTH + rb"[a-z]{0,6} \d{1,2}, \d{4},?|\d{1,2} " + _MONTH + rb"[a-z]{0,6} \d{4})"
    rb"|(?:" + WEEKDAY + rb",? )?" + _MONTH + rb" [ \d]\d(?: \d{4})?)"
)
_TIME = rb"\d{1,2}:\d\d(?::\d\d)?(?:[.,:]\d+)?(?:.{1,3}[AP]M\b)?"
_RAN = rb" (?:system|[\w-]{1,40}+\.\d{1,3}) +\| "
"""Honcho's name of what it runs."""
_CLOCK = rb"\d\d:\d\d:\d\d(?:[.,]\d+)?\b(?!" + _RAN + rb")|\d{1,2}:\d\d[AP]M\b|1\d{9}\.\d{3,9} "
_STAMP = (
    rb"(?:"
    + _DATE
    + rb"(?:[T ,:]+(?:- )?|[/_-]| at |\] ?\[)"
    + _TIME
    + rb"|\d{4}-\d\d-\d\d[_T ]\d\d-\d\d-\d\d(?:[.,]\d+)?[\]) ])"
)
_THREAD = rb"(?:\[[^\]\n]{1,80}\] )?"
_COLOUR = rb"(?:\x1b\[[\d;]*m)*"
_COLOURED = LazyPattern(_COLOUR)
_LEVEL = (
    rb"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRIT(?:ICAL)?|FATAL|SEVERE|SUCCESS|FINE(?:R|ST)?|CONFIG|VERBOSE"
    rb"|trace|debug|info|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|verbose|Trace|Debug|Info|Warn(?:ing)?"
    rb"|Error|Fatal)"
)

_MOMENT = rb"[\[(]?(?:" + _DATE + rb"[T _,:]+" + _TIME + rb"|" + _CLOCK + rb")"
_COMPACT = rb"(?:1\d{9}(?:\d{3}){0,3}|1\.\d{9,18}e\+\d\d|\d{8}[ T]?\d{6}(?:[.,]?\d{3})?Z?)"
"""A date and time in digits alone, or the seconds of 1970: only a level beside it tells."""

_GO = rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"

STAMPED = {
    "klog": rb"[CDEFINVW]\d{4}(?:\d{4})? " + _TIME,
    "ruby": rb"[DIWEFUA], \[\d{4}-",
    "logrus": rb"(?:TRACE?|DEBUG?|DBUG|INFO|WARN(?:ING)?|ERRO|EROR|ERROR|CRIT|FATA|PANI|[DIE](?=\[\d{4}-))"
    rb"(?: ?(?=\[\d\d-)| *\x1b\[0m)?\[(?:" + _DATE + rb"[T |])?" + _TIME,
    "otp": rb"=[A-Z]+ REPORT==== \d{1,2}-" + _MONTH + rb"-\d{4}::" + _TIME + rb" ===$",
    "nest": rb"\[[\w-]+\] \d+ +(?:- +)?" + _COLOUR + _DATE,
    "kafka": rb"%\d\|1\d{9}\.\d{3}\|",
    "paramiko": rb"(?:DEB|INF|WAR|ERR|CRI) \[\d{8}-\d\d:\d\d:\d\d\.\d{3}\] ",
    "dancer": rb"\[[\w-]{1,40}:\d+\] [a-z]{4,7} @\d{4}-\d\d-\d\d \d\d:\d\d:\d\d> ",
    "rank": rb"\[rank\d{1,5}\]:[CEFIVW]\d{4} " + _TIME,
    "chromium": rb"\[(?:\d+:\d+:)?\d{4}/\d{6}\.\d{6}:",
    "go": rb"[a-z][a-z_.-]{0,40}+(?:\d?: (?:pid=\d+ )?" + _GO + rb"| ?" + _GO + rb"(?:\.\d+)? " + _LEVEL + rb":"
    rb"| " + _LEVEL + rb": (?:" + _GO + rb"|\d\d:\d\d:\d\d\.\d))",
    "sanic": rb"(?:Main|Srv \d{1,4}) [ |]" + _STAMP,
    "stamp": rb"(?:#{4}|< )?[\[(<]{0,2}(?:" + _STAMP + rb"|" + _CLOCK + rb")",
    "signed_stamp": rb"[\xe2\xf0][\x80-\xbf]{2,3}(?:\xef\xb8\x8f)? {1,2}[\[(]?\d{4}-\d\d-\d\d[T ]" + _TIME,
    "pretty": rb"  "
    + _COLOUR
    + rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d)(?="
    + _COLOUR
    + rb" +"
    + _COLOUR
    + rb" ?(?:TRACE|DEBUG|INFO|WARN|ERROR)\b)",
    "compact": _COMPACT + rb"[ \t]+(?:\[[^\]\n]{1,60}\] )?\[?(?:" + _LEVEL + rb"|(?i:D?PANIC|CRITICAL|DBG|INF|WRN))\b",
    "named_stamp": rb"\[[^\]\n]{1,60}\] (?:(?:\[?"
    + _LEVEL
    + rb"\]? {1,2})?\d{4}[/.-]\d\d[/.-]\d\d[T ]"
    + _TIME
    + rb"|\d\d:\d\d:\d\d(?:[.,]\d+)? (?=[A-Z])"
    + _LEVEL
    + rb":? )",
    "right_stamp": rb" {1,4}" + _LEVEL + rb"[ \t|;,-]{1,4}" + _MOMENT,
    "process_stamp": rb" {0,6}\d{1,7}:\d{8}:\d{6}\.\d{3} ",
    "slapd": rb"[67][\da-f]{7}\.[\da-f]{8} 0x",
    "level_stamp": rb"(?:\[ (?=[A-Z]\d? \d{4}-|[A-Z]{4})|[\[(<|])?"
    rb"(?:[A-Z](?:\d(?= \d{4}-))?|d(?= \[\d)|CONNECT|DEBU|ERRO|"
    + _LEVEL
    + rb") ?(?:\x1b\[[\d;]*m)?(?:\|[^\s\]]{1,100}\])?[\]) :;|,\t\b>-]++"
    + rb"(?:[\xe2\xf0][\x80-\xbf]{2,3}(?:\xef\xb8\x8f)?[ -]++)?"
    + _THREAD
    + _MOMENT,
}
"""A time stamp stands at the head, behind colours and a level at the most; by name."""
NAMED = {
    "python": rb"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]+:",
    "node": rb"(?:silly|debug|verbose|http|info|warn|error): (?![\w.+`<>]+\[\d+\]$)",
}
"""A level in a logger's own form, without a stamp, by the rule that it belongs to: learned only where a generation's
first two lines are so."""
DETAIL = rb"(?:DETAIL|HINT|QUERY|CONTEXT|LOCATION|STATEMENT):  \S"
"""What PostgreSQL adds to a message; so do errors of its clients, to theirs."""
ACCESS = (
    rb"\S++ (?:(?:\S++ \S++ )?\[(?:\d\d/"
    + _MONTH
    + rb"/\d{4}[: ]|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] \")"
    + rb"|(?:\([^)\s]{1,60}\) )?- \S++ - \S++ \["  # oauth2-proxy
    + _GO
    + rb"\] )"
)
UVICORN = rb'INFO: {2,}\S+ - "[^"\n]*" \d{3}'
"""A request that was answered: nothing goes on with it. What goes wrong behind it has a record of its own."""
_LEVEL_OF_UVICORN = rb"(?:TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL): {2,}"
ANSWERED = (
    rb'(?=[\d\[(])[^"\n]{0,160}+(?:(?<= - )|(?<=[+-]\d{4}] ))"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) '
    rb'[^"\n]{0,2000}+"(?<=\d\.\d") \d{3}(?: |$)'
    rb"|INFO: {2,}(?:Application (?:startup|shutdown) complete|Finished server process|Shutting down"
    rb"|Started (?:parent|reloader|server) process|Stopping (?:parent|reloader) process|Uvicorn running on)"
)
"""So is one behind a stamp, of uvicorn, hypercorn or granian, and what uvicorn says of itself."""
SENTENCE = _LEVEL_OF_UVICORN + rb"(?:[a-z]++ |[A-Z][a-z]*+ [a-z])"
"""So many lines of uvicorn begin that they are looked for first."""
COLUMN = rb" (?:WARNING| {2}(?:DEBUG|ERROR)| {3}INFO):? \S"
"""A level to the right of eight columns, as ``%(levelname)8s`` has it."""
PREFIXES = (
    _LEVEL_OF_UVICORN + rb"\S",
    rb"\[(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)(?:/[\w.:-]{1,60})?\] \S",  # Granian, multiprocessing: beside stamps
    rb"\[(?:NOTICE|WARNING|ALERT) *\] +\(\d{1,7}\) : ",  # HAProxy
    rb"(?:DEBUG\d?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC):  \S",  # PostgreSQL
    rb"<\d{1,3}>\S",  # syslog
    rb"(?:time|ts|timestamp|level|lvl|severity)=\S",  # logfmt
    _LEVEL + rb"\[\d{4,}\] ",  # logrus
    rb"(?:\d{1,9} +)?\[[^\]\n]{1,80}\] " + _LEVEL + rb" +[\w.$]+ {1,2}- ",  # slf4j-simple, Log4j 1
    _LEVEL + rb"\t(?:[\w.-]{1,60}\t)?[\w./@-]{1,120}:\d+\t",  # zap without a time
    rb"\"(?:ts|level|msg)\"=",  # logr
    rb" (?:INFO|WARN) [\w:]{1,80}+(?:: |\{)",  # Rust's tracing without a time
    rb"(?:TRACE|DEBUG|ERROR) [\w:]{1,80}+\{[^}\n]{0,200}+\}:",
    COLUMN,
    rb" \[sentry\] [A-Z]{4,8}: ",  # Sentry's SDK, while it is debugged
    rb"npm (?:ERR!|WARN|error|warn|notice|info) ",
    rb"# Logfile created on ",
    rb"\[\d{1,9}\.\d{3}s\]\[[a-z]{4,7} *\]\[",  # the JVM's own
    rb"(?:\*\* )?\([^()\n]{1,60}:\d+\): (?:[A-Za-z][\w.]{0,40}-)*+[A-Za-z]{4,8}(?: \*\*)?: \d\d:",  # GLib
)
"""Heads that begin a record, though what stands between two of them may be anything."""

_NO_WORDS = rb"(?!Error in |Raised by |Exception |Traceback |Future |Task |The app|unexpected |npm )"
ORDINARY = _NO_WORDS + rb"(?:[A-Z]?[a-z]++ [a-z]++|[a-z]++ \d++) [a-z]++ [^\[]"
"""Words: no head begins so, nor what goes on with one; most lines without a head do. To try all heads takes long."""

TOLD = (
    rb"(?:(?:\((?:[\w.:-]{1,60} )?pid=\d+(?:, ip=[\w.:]+)?\)(?:\x1b\[0(?:;0)?m)?|\[rank\d{1,5}\]:) "
    rb"|\d\d:\d\d:\d\d" + _RAN + rb")"
)
"""What Ray and vLLM put before each line that another process wrote, ``(Agent pid=7) ``, and what torchrun and Honcho
do."""
_HEAD = rb"(?:" + _LEVEL + rb" )?[\[(]?\d[\d/-]{4,9}[T ]\d\d:\d\d"
_PART = rb"[a-z][a-z-]{1,40}+ +\| \d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S* \[?" + _LEVEL + rb"\b"
"""A head behind the name of the part that wrote it: Airflow's ``standalone``."""
TRACE = rb"[ |]*Traceback (?:with variables )?\(most recent call last\):"

INDENTED = ("pretty", "right_stamp", "process_stamp")
"""The forms of heads that are indented as other lines are: Rust's tracing, over several lines; Gearman, Zabbix."""

BLANK = rb" {11,40}(?:DEBUG {4}|INFO {5}|WARNING {2}|ERROR {4}|CRITICAL )\S"
"""Rich 15 writes a second once: a record of the same second has blanks there, and its level in eight columns."""
OF_GIN = rb"(?:" + _GO + rb" )?\[Recovery\] \d{4}/\d\d/\d\d - "
OF_PINO = rb" (?:INFO|WARN)(?:\x1b\[[\d;]*m)*+: \S"
"""A level to the right of five columns, as Renovate writes it, and bunyan without a time."""

DIGITS = bytes.maketrans(b"123456789", b"000000000")
_DATED = len(b"0000-00-00 00:00")
"""Bytes of a date with its time: what follows them, a fraction say, makes no other form of it."""

_SHORT = 64
"""Bytes of a line."""
_REMEMBERED = 64
"""Lines."""

Row = tuple[bytes, str]
"""An expression, and what a line is that it matches at its head."""


def past_colour(line: bytes) -> bytes:
    """Give a line without the colours that it begins with."""
    colour = _COLOURED.match(line)
    return line[colour.end() :] if colour else line


class Table:
    """Rows of which the first one counts, matched by one expression; colours before a head don't.

    The expression is compiled once somebody asks: an application that writes JSON never does, and all together take
    0.3 MiB.
    """

    def __init__(self, rows: Sequence[Row], none: bytes = rb"(?!)") -> None:
        """``none``: what is known to match no row."""
        self._rows, self._none = rows, none
        self.words = ["", *(word for _, word in rows)]
        self._met: dict[bytes, int] = {}
        """Short lines that were met, and the row of each: stack traces begin alike."""

    @cached_property
    def _match(self) -> Callable[..., re.Match[bytes] | None]:
        # The empty group, by which a row is known, comes last: of what begins with a byte or some, only that is looked
        # at where it is another one, but not behind a group's begin.
        rows = (b"(?:" + form + b")()" for form, _ in self._rows)
        return re.compile(b"|".join((self._none, *rows))).match

    def matches(self, line: bytes) -> re.Match[bytes] | None:
        """Find the first row that matches, or what is known to match none; None where nothing does."""
        match = self._match(line)
        if match is None and line.startswith(b"\x1b") and (colour := _COLOURED.match(line)):
            match = self._match(line, colour.end())
        return match

    def row(self, line: bytes) -> int:
        """Give the number of the first row that matches, from 1; 0 where none does."""
        found = self._met.get(line) if len(line) <= _SHORT else None
        if found is None:
            match = self.matches(line)
            found = (match.lastindex or 0) if match else 0
            if len(line) <= _SHORT:
                if len(self._met) >= _REMEMBERED:
                    self._met.clear()
                self._met[line] = found
        return found

    def rows(self, lines: Sequence[bytes]) -> list[int]:
        """Give the number of each line's row, as :meth:`row` does: faster than one by one."""
        found = [(match.lastindex or 0) if match else -1 for match in map(self._match, lines)]
        if -1 in found:
            found = [
                self.row(line) if row < 0 and line.startswith(b"\x1b") else max(row, 0)
                for row, line in zip(found, lines, strict=True)
            ]
        return found

    def word(self, line: bytes) -> str:
        """Give what a line is; empty where no row matches."""
        return self.words[self.row(line)]


class Starts:
    """Knows heads for the rules in ``rules``; those with a stamp are for all."""

    def __init__(self, rules: Iterable[str]) -> None:
        forms = {**STAMPED, **{name: NAMED[name] for name in sorted(set(NAMED).intersection(rules))}}
        rows = [(form, name) for name, form in forms.items()]
        self._forms = Table(rows)
        self._exact = Table([(_COLOUR + b"(?:" + b"|".join(forms.values()) + b").?", "")])
        prefix = "wp" if "postgres" in rules else "w"
        self.rows: list[Row] = [
            *((UVICORN, END), (ANSWERED, END), (SENTENCE, prefix)),
            *([(OF_GIN, "gq")] if "go" in rules else []),
            *((form, "=" + name) for name, form in forms.items()),
            (ACCESS, END),
            *((form, prefix) for form in PREFIXES),
            (DETAIL, "wd"),
            (TOLD + _HEAD, "wh"),
            (_PART, "=stamp"),
            *([(TOLD + TRACE, "at")] if "python" in rules else []),
            (TOLD, "wa"),
            (BLANK, "=blank"),
            *([(OF_PINO, "lp")] if "node" in rules else []),
        ]
        """What begins a record: a form by its name behind ``=``, or the state of what begins so."""

    def learn(self, head: bytes) -> str:
        """Give the form of a generation whose first bytes these are; empty where there is none yet.

        It is a form's name and, where all lines with a head of so many bytes have that form, those bytes with each
        digit as 0. More bytes, up to :data:`LEARNED_BYTES`, never change what was found.
        """
        lines = head[:LEARNED_BYTES].removeprefix(BOM).split(b"\n")[:-1]
        first = ""
        for number, line in enumerate(lines):
            form = "" if line.startswith(b'{"') else self._forms.word(line)
            if form in STAMPED or (form and number and form == first):
                return f"{form}|{self._skeleton(line)}"
            first = "" if number else form
        return FORMLESS if len(head) >= LEARNED_BYTES else ""

    def _skeleton(self, line: bytes) -> str:
        match = self._exact.matches(line)
        head = match[0].translate(DIGITS) if match else b""
        if head.startswith(b"0000000000."):
            return ""  # an epoch is told by its first digit
        if len(head) > _DATED and self._forms.word(head[:_DATED]):
            head = head[:_DATED]
        return "" if head[-1:].isalnum() and len(head) != _DATED else head.decode("latin-1")
