r"""What the head of a text line looks like in the forms that loggers write by default; pure.

A *shape* is a line in which every digit is a 0: neighbouring lines share it. A form's head is looked for in the shape,
what follows it in the line itself. Groups: ``s`` is the time up to its second, with the point or comma that a fraction
follows; ``f`` the fraction; ``z`` the zone, or what else of the time comes last; ``l`` the level.
"""

import re
from typing import NamedTuple

_FRACTION = rb"(?:[.,](?=0{1,9}(?!0)))?)(?P<f>(?<=[.,])0{1,9}|)"
_CLOCK = rb"00:00:00"
_OFFSET = rb"(?P<z>Z(?![A-Za-z0])| ?[+-]00:?00(?![0:.\w])|[+-]00(?![0:.\w])| (?:UTC|GMT)(?![\w])|)"
_NO_ZONE = rb"(?P<z>)"
_MONTH = rb"(?:J(?:an|u[nl])|Feb|Ma[ry]|A(?:pr|ug)|Sep|Oct|Nov|Dec)"
_ISO = rb"(?P<s>0000-00-00[T ]" + _CLOCK + _FRACTION + _OFFSET
_SLASHED = rb"(?P<s>0000/00/00 " + _CLOCK + _FRACTION + _OFFSET
_END = rb"(?![\w])"

_WORDS = (
    rb"(?:A(?:LERT|NY)|C(?:RIT(?:ICAL|I)?|RT|ONFIG)|D(?:E?BUG|EBU|E?BG|PANIC)|E(?:MERG(?:ENCY)?|RR(?:OR|O)?|ROR)|F(?:ATAL?|TL|INE(?:ST|R)?)"
    rb"|I(?:NFORMATION|NFO?)|N(?:OTICE)|P(?:ANIC|NC)|S(?:EVERE|UCCESS|ILLY)|T(?:RACE|RCE?)|V(?:ERBOSE|RB)|W(?:ARN(?:ING|I)?|RN))"
)
"""What levels are called; each begins with another letter or goes on differently, so that one look at it is enough."""
_PLUS = rb"(?:[+-]\d{1,3})?"
_LOUD = rb"(?=[A-Z])(?:" + _WORDS + _PLUS + rb"|Level\ \d{1,3})(?![\w=]|[.-]\w)"
"""In capitals."""
_ANY = rb"(?:(?i:" + _WORDS + rb")" + _PLUS + rb"|(?i:Level)\ \d{1,3})"
"""In any case: only between marks."""
_BARE = rb"(?:silly|trace|debug|verbose|info|notice|warn|warning|error|err|fatal|crit|critical|alert|emerg|panic)"
_DOTNET = rb":[ ][\w.+`]+\[\d+\]"

_FIELD = rb"""(?:
    \[ [^\]\n]{0,100}+ \]                    # [7], [main], [scrapy.core.engine]
  | \{ [^}\n]{0,100}+ \} | \( [^)\n]{0,60}+ \)
  | -++[ ]++ (?: [^\s\[\]]{1,80}+ (?=[ ]+-+[ ]) )??  # - name -
  | \| (?: [^|\n]{1,60}+ (?=\|) )??          # | name |
  | [\w.]{1,40}+=\S{1,60}+                   # pid=1
  | [^\s@]{1,64}+@\S{1,64}+                  # user@database
  | \d++
)"""
_MARKED = (
    rb"(?=[\[<|]) (?: \[ [ ]* (?P<a>" + _ANY + rb") [ ]* \] | <(?P<b>" + _ANY + rb")>"
    rb" | \| [ ]* (?P<c>" + _ANY + rb") [ ]* \| | \[(?P<f>Note|System)\]"
    rb" | \[ [\w.-]*+ [:#] (?P<d>" + _ANY + rb") \] )"  # Apache's [core:error], Twisted's [app.db#error]
)
_AFTER = (
    rb"[\])]?+ (?:[ ]:: | [:,])?+ [ \t]*+ (?: " + _FIELD + rb" [ \t]*+ ){0,6}? :?+ [ \t]*+"
    rb"(?: \[?(?P<e>" + _LOUD + rb") | " + _MARKED + rb" | (?P<g>" + _ANY + rb"):[ ]"
    rb" | (?P<h>LOG|DEBUG[1-5]):[ ][ ]"  # PostgreSQL
    rb" | PHP[ ](?P<p>Warning|Notice|Deprecated|(?:Fatal|Parse)[ ]error):[ ]"
    rb" | [\w.$]{1,120}+\(\)\n(?P<t>" + _LOUD + rb"):[ ]"  # tinylog: the level is on the second line
    rb" | [A-Za-z_] (?: \w{0,40}+ \. | [\w./-]{0,60}+ :[ ] ) (?P<i>" + _LOUD + rb")"  # local.ERROR:; app: INFO
    rb" | -[ ] [A-Za-z_] [\w.\ -]{0,60}+ : (?P<m>" + _LOUD + rb"):[ ]"  # - LiteLLM Router:ERROR:
    rb" | [\w.-]{1,64}+[ ][\w.]{1,80}+\[\d{1,7}\][ ](?P<o>" + _LOUD + rb")"  # coloredlogs: host app[7] INFO
    rb" | [A-Za-z_][\w.]{0,80}+:(?P<q>" + _LOUD + rb"):"  # :app.db:INFO:
    rb" | (?P<n>[IWEF])[ ][^\s:]{1,120}+:\d{1,6}\]"  # TensorFlow: W tensorflow/core/a.cc:1]
    rb" | (?P<r>[TDIWEC])[ ]\d{1,7}[ ]\d{1,7}\]"  # Ray's processes: E 7 7] (raylet) a.cc:1
    rb" | [\w.-]{1,64}+/(?P<u>" + _LOUD + rb")/"  # Locust: host/INFO/locust.main:
    rb" | [\w-]{1,40}:[ ](?P<w>" + _BARE + rb"):[ ]"  # BIND: general: error:
    rb" | (?P<x>trce|dbug|info|warn|fail|crit)" + _DOTNET + rb"| (?P<y>[DIWE])!(?=[ ]) )"  # Telegraf: E! [inputs.cpu]
)
_NAMED = (
    rb" | [ \t]++ (?: \([^)\n]{1,60}+\) [ ] | \d{1,7}+ [ ] (?=[\w.]{1,80}+[ ][A-Z]{4,8}+[ ]\[) )?+"
    rb" [A-Za-z_][\w.$/:-]{0,80}+ [ \t]++ (?P<j>" + _LOUD + rb") (?=[ \t:])"
)
_SPOKEN = rb" | (?P<between>[ \t]) (?P<k>(?=[a-z])" + _ANY + rb")(?P=between)"
_ZONE = rb" | [ ](?P<zone>[A-Z]{3,5}+)(?=[ ]\[\d)"
_PAIR = rb"""[\w.-]{1,60}+=(?:"(?:[^"\\\n]|\\.){0,300}+"|'[^'\n]{0,300}+'|\{[^}\n]{0,300}+\}|[^\s"']{0,300}+)"""
_PAIRS = rb"(?:" + _PAIR + rb" ){0,8}?"
_TIMED = rb"""(?:time|ts|t|timestamp|when|asctime)=["']?"""
_LEVELED = rb"""(?:level|lvl|severity|at(?==["']?(?i:""" + _WORDS + rb""")\b))=["']?"""
_LOGFMT = (
    rb"""["']? (?: [ ] (?!(?:level|lvl|severity)=) """ + _PAIR + rb""" ){0,5}+"""
    rb""" [ ] (?:level|lvl|severity) = ["']? (?P<a>\w{1,20}+(?:[+-]\d{1,3}(?![\w.-]))?+)"""
)


def _line(*parts: bytes) -> "re.Pattern[bytes]":
    """Make an expression of what stands in the line."""
    return re.compile(b"".join(parts), re.VERBOSE)


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
        return _line(self.after.pattern if self.after else b"(?!)", _GOES_ON)


_ONE = re.compile
_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123)) + b"_"
_MONTHS = b"JFMASOND"
_LEVELS = b"ACDEFILNPSTVW"
_ANYWHERE = _line(_AFTER, _ZONE)
_PRECISE = _line(_AFTER, _NAMED, _SPOKEN, _ZONE)
_LEVEL_ONLY = _line(_AFTER, _NAMED, _SPOKEN)
_TAG = _line(rb"\S{1,255}[ ][^\s:\[]{1,64}(?:\[[^\]\n]{1,40}\])?:[ ](?P<e>", _LOUD, rb")")
_SHAPED = _LOUD.replace(rb"\d", b"0").replace(b"1-5", b"0")
_FIRST = rb"(?P<l>" + _SHAPED + rb")"
_QUIET = rb"(?P<l>" + _ANY.replace(rb"\d", b"0") + rb")"
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
    Form(b"0", _ONE(rb"(?P<s>0{10}\.)(?P<f>000(?:000){0,2})(?P<z>)(?= )")),  # seconds of 1970: Squid
    # Times with a date and no level before them
    Form(b"0[(", _ONE(rb"[\[(]?" + _PRECISELY), _PRECISE),
    Form(b"0", _ONE(rb"(?P<s>0000\.00\.00 " + _CLOCK + rb"[.])(?P<f>0{6})(?P<z>) "), _PRECISE),  # ClickHouse
    Form(b"0[(", _ONE(rb"[\[(]?" + _ISO + _END), _ANYWHERE),
    Form(b"0[(", _ONE(rb"[\[(]?" + _SLASHED + _END), _ANYWHERE),
    Form(
        b"[",
        _ONE(rb"\[(?P<s>00-" + _MONTH + rb"-0000 " + _CLOCK + rb")(?P<f>)(?P<z>(?: [A-Z][\w/+-]*)?)\] "),
        _ANYWHERE,
    ),
    Form(
        b"[", _ONE(rb"\[(?P<s>[A-Z][a-z]{2} " + _MONTH + rb" 00 " + _CLOCK + _FRACTION + rb"(?P<z> 0000)\] "), _ANYWHERE
    ),
    Form(b"0", _ONE(rb"(?P<s>00[ -]" + _MONTH + rb"[ -]0000 " + _CLOCK + rb"[.,])(?P<f>000)(?P<z>) "), _PRECISE),
    Form(b"0", _ONE(rb"(?P<s>00/00/00 " + _CLOCK + rb")(?P<f>)(?P<z>) " + _FIRST)),
    # Rich: the month comes first; a second is written once, of what follows in it only the level is known
    Form(b"[", _ONE(rb"(?P<s>\[00/00/00 " + _CLOCK + rb")(?P<f>)(?P<z>)\] " + _FIRST + rb" ")),
    Form(b" ", _ONE(rb" {11,40}(?P<l>DEBUG(?= {4})|INFO(?= {5})|WARNING(?= {2})|ERROR(?= {4})|CRITICAL(?= )) +\S")),
    Form(
        b"0",
        _ONE(rb"(?P<s>00-00 00:00)(?P<f>)(?P<z>) "),
        _line(rb"[A-Za-z_][\w.]{0,80} [ ]+ (?P<j>", _LOUD, rb") [ ]"),
        alone=False,
    ),
    Form(b"0", _ONE(rb"(?P<s>00/00/0000,? 00?:00:00 [AP]M)(?P<f>)(?P<z>)"), _LEVEL_ONLY, alone=False),
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
    Form(b"[", _ONE(rb"\[0{1,7}\] " + _SLASHED + _END), _ANYWHERE),  # NATS
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
    Form(_LETTERS, _ONE(_PAIRS + _TIMED + _ISO + _END), _line(_LOGFMT), alone=False),
    Form(_LETTERS, _ONE(_PAIRS + _TIMED + _SLASHED + _END), _line(_LOGFMT), alone=False),
    Form(_LETTERS, _ONE(_PAIRS + _LEVELED + _QUIET + rb"""(?=["']?(?:$| [\w.-]{1,60}+=))"""), alike=False),
    # The level first
    Form(_LEVELS + b"[", _ONE(rb"\[?" + _FIRST + rb"(?:\|[^\]\n]{1,100})?\]?:?[ \t|\[-]+" + _ISO + _END)),
    Form(_LEVELS + b"[", _ONE(rb"\[?" + _FIRST + rb"\]?:?[ \[-]+" + _SLASHED + _END)),
    Form(_LEVELS, _ONE(_FIRST + rb" {1,4}\[[^\]\n]{1,100}\] " + _ISO + _END)),  # a thread before the time
    Form(_LEVELS, _ONE(_FIRST + rb" (?P<s>00-00 " + _CLOCK + rb")(?P<f>)(?P<z>) \[")),
    # What vLLM puts before the lines of its processes, and Ray before those of others
    Form(b"(", _ONE(_PROCESS + _FIRST + rb" (?P<s>00-00 " + _CLOCK + rb")(?P<f>)(?P<z>) \["), mark=b") "),
    Form(b"(", _ONE(_PROCESS + _FIRST + rb" " + _ISO + _END), mark=b") "),
    Form(b"(", _ONE(_PROCESS + rb"\[?" + _PRECISELY), _PRECISE, mark=b") "),
    Form(_LEVELS, _ONE(_FIRST + rb":[^\s:]{1,100}:")),
    Form(_LEVELS, _ONE(_FIRST + rb"(?::[ ]|  +\S| +\[| +- |\[0{4,}\] )")),
    Form(b" ", _ONE(rb" {1,3}" + _FIRST + rb"\[0{4,}\] ")),  # apex: levels are to the right of six columns
    Form(b"stdvinwefcap", _ONE(rb"(?P<l>" + _BARE + rb"): ")),
    Form(b"tdiwfc", _ONE(rb"(?P<l>trce|dbug|info|warn|fail|crit)" + _DOTNET.replace(rb"\d", b"0"))),
    Form(b"[", _ONE(rb"\[ ?" + _QUIET + rb" ?\]:? ")),
    Form(_LETTERS, _ONE(rb"(?=[\w.]{1,60}+(?: ++: [A-Z]|: [A-Z]++  ))[\w.]++ *+: " + _FIRST + rb" ")),
    Form(b"C", _ONE(rb"(?P<l>CRITICAL) (?=[^\s:|\[-])")),  # in eight columns, where all others have two blanks
    # What comes before a time is a process's or a program's name, or a client's address
    Form(b"MS", _ONE(rb"(?:Main|Srv 0{1,4}) [ |]" + _ISO + _END), _ANYWHERE),  # Sanic
    Form(_LETTERS + b"0", _ONE(rb"[\w.-]{1,40}: " + _SLASHED + _END), _ANYWHERE),
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
    Form(b"0[", _ONE(rb"\[?(?P<s>" + _CLOCK + _FRACTION + _NO_ZONE + rb"(?=[ \]])"), _LEVEL_ONLY, alone=False),
)
"""All of them; the first that fits counts."""


_GATE = (
    rb"""[\d\[(<:-] | (?:Main|Srv\ \d{1,4})[ ][ |]\d
  | localhost[ ] | [ ]{1,3}[A-Z]{4,5}\[ | [ ]{11,40}[A-Z]{4,8}[ ] | [A-Za-z_][\w.-]{0,60}+=
  | (?=[A-Z])(?: """
    + _WORDS
    + rb"""[\s:|\[+-] | Level\ \d | """
    + _MONTH
    + rb"""[ ]++\d | [IWEFD]\d{4}(?:\d\d|\d{4})?[ ] | [A-Z],[ ]\[ )
  | (?=[stdvinwefcapl])(?: """
    + _BARE
    + rb""":[ ] | """
    + rb"(?:trce|dbug|info|warn|fail|crit)"
    + _DOTNET
    + rb""" )
  | (?=[\w-]++[ ]*+[.:])(?: [\w.-]{1,60}+ [ ]*+:[ ](?:[A-Z]|\d{4}/)
                          | [\w-]*+[.:][^\s\[]*+[ ](?:[^\s\[]++[ ]){1,5}+\[\d\d/ )"""
)
MAY_BE_HEAD = _line(_GATE).match
"""Whether a line may begin with one of the forms: most of those that don't are told so at once."""
