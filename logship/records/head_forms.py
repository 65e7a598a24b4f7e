r"""What the head of a text line looks like in the forms that loggers write by default; pure.

A *shape* is a line in which every digit is a 0: neighbouring lines share it. A form's head is looked for in the shape,
what follows it in the line itself. Groups: ``s`` is the time up to its second, with the point or comma that a fraction
follows; ``f`` the fraction; ``z`` the zone, or what else of the time comes last; ``l`` the level.
"""

from logship.records.head_dates import DATES
from logship.records.head_levels import (
    ANYWHERE,
    BARE,
    DOTNET,
    LEVEL_ONLY,
    LOUD,
    LOUDLY,
    MARKED,
    PHP,
    PRECISE,
    SPACED,
    TABBED,
    TAG,
    line,
)
from logship.records.head_objects import OBJECTS
from logship.records.head_parts import (
    CLOCK,
    COMPACT,
    CTIME,
    END,
    FIRST,
    FRACTION,
    GAP,
    ISO,
    LETTERS,
    LEVELED,
    LEVELS,
    LOGFMT,
    MONTH,
    MONTHS,
    NO_ZONE,
    OFFSET,
    ONE,
    OPEN,
    PAIRS,
    PRECISELY,
    QUIET,
    REQUESTED,
    SLASHED,
    SPOKEN,
    TIMED,
    TIMES,
    Form,
)
from logship.records.head_servers import SERVERS
from logship.records.head_untimed import TIMED_LATE, UNTIMED
from logship.records.line_starts import WEEKDAY

_OF_DAY = GAP + rb"(?P<s>" + CLOCK + FRACTION + NO_ZONE + rb"[ \])|;,\t]"
"""A time of day behind a level."""
_DAY_YEAR = rb"\[?(?P<s>(?:" + WEEKDAY + rb" )?" + MONTH + rb"(?: [ 0]?0,? |-00-)0000,? " + CLOCK + FRACTION

FORMS = (
    *OBJECTS,
    *SERVERS,
    # Letters that stand for levels: klog and abseil, Tornado, Jupyter, Ruby, Redis
    Form(b"IWEFDNCV", ONE(rb"(?P<l>[IWEFDNCV])(?P<s>0000 " + CLOCK + rb"\.)(?P<f>0{6})(?P<z>) +0+ [^\s\]]+:0+\] ")),
    Form(
        b"IWEF", ONE(rb"(?P<l>[IWEF])0000 00:00:(?P<s>0{10}\.)(?P<f>0{6})(?P<z>) +0+ [^\s\]]+:0+\] ")
    ),  # a second of 1970
    Form(b"IWEF", ONE(rb"(?P<l>[IWEF])(?P<s>00000000 " + CLOCK + rb"\.)(?P<f>0{6})(?P<z>) +0+ [^\s\]]+:0+\] ")),
    Form(b"[", ONE(rb"\[(?P<l>[IWECDF]) (?P<s>000000 " + CLOCK + rb")(?P<f>)(?P<z>) [^\s\]]+:0+\] ")),
    Form(b"[", ONE(rb"\[(?P<l>[IWECDF]) " + PRECISELY + rb"(?: [\w.-]+)?\] ")),
    Form(LETTERS, ONE(rb"[A-Z], \[" + ISO + rb" #0+\] +(?P<l>[A-Z]+) -- ")),
    Form(b"0", ONE(rb"0+:[A-Z] (?P<s>00 " + MONTH + rb" 0000 " + CLOCK + rb"\.)(?P<f>000)(?P<z>) (?P<l>[.*#-]) ")),
    Form(b"IWEF", ONE(rb"(?P<l>[IWEF])(?P<s>000000 " + CLOCK + rb"\.)(?P<f>0{6})(?P<z>) 0+ ")),  # CockroachDB
    Form(b"0", ONE(rb"(?P<s>0{10}\.)(?P<f>000(?:000){0,2})(?P<z>)(?= )"), SPACED),  # seconds of 1970: Squid
    Form(b"0", ONE(rb"(?P<s>0\.0{9})(?P<f>0{1,9})(?P<z>e\+00)(?=[ \t])"), PRECISE, alone=False),  # the same, of zap
    Form(b"0", ONE(rb"(?P<s>0{10})(?=(?P<z>0))(?P<f>(?:000){1,3})(?=[ \t])"), PRECISE, alone=False),  # seelog, Log4j 2
    Form(b"0", ONE(rb"(?P<s>0{10})(?P<f>)(?P<z>)(?=:?[ \t])"), LOUDLY, alone=False),  # Mosquitto has a colon
    # Times with a date and no level before them
    Form(b"0[(", ONE(rb"[\[(]?" + PRECISELY), PRECISE),
    Form(b"0", ONE(rb"(?P<s>0000\.00\.00 " + CLOCK + rb"[.])(?P<f>0{6})(?P<z>) "), PRECISE),  # ClickHouse
    Form(b"0[(", ONE(rb"[\[(]?(?P<s>0000-00-00T00:00(?::00)?)(?P<f>)(?P<z>Z|[+-]00:?00)" + END), PRECISE),
    Form(b"0[(", ONE(rb"[\[(]?" + ISO + END), ANYWHERE),
    Form(b"0[(", ONE(rb"[\[(]?" + SLASHED + END), ANYWHERE),
    Form(b"0[(", ONE(rb"[\[(]?" + COMPACT + END), ANYWHERE, alone=False),
    Form(b"0", ONE(rb"(?P<s>0{14})(?P<f>)(?P<z>)(?=(?:000)? )"), ANYWHERE, alone=False),
    Form(
        b"0[(",
        ONE(rb"[\[(]?(?P<s>0000[/-]00[/-]00[ T]00:00)(?![:0-9])(?P<f>)" + OFFSET + rb"(?![\w:])"),
        ANYWHERE,
        alone=False,
    ),
    Form(b"0[(", ONE(rb"[\[(]?(?P<s>0000\.00\.00 " + CLOCK + FRACTION + NO_ZONE + END), ANYWHERE),
    Form(
        b"[",
        ONE(rb"\[(?P<s>00-" + MONTH + rb"-0000 " + CLOCK + FRACTION + rb"(?P<z>(?: [A-Z][\w/+-]*)?)\] "),
        ANYWHERE,
    ),
    # C's ctime, date and Apache's errors; JavaScript's Date
    Form(
        b"FMSTW[",
        ONE(rb"\[?" + CTIME + END),
        ANYWHERE,
    ),
    Form(MONTHS + b"TW[", ONE(_DAY_YEAR + rb" GMT(?P<z>[+-]0000) \([^)\n]{3,60}+\)" + END), ANYWHERE),
    Form(
        MONTHS + b"TW[",
        ONE(_DAY_YEAR + rb"(?! [AP]M|\xe2)(?: GMT(?=[+-]))?(?P<z>[+-]0000|)" + END),
        ANYWHERE,
        alike=False,
    ),
    Form(b"0", ONE(rb"(?P<s>00[ -]" + MONTH + rb"[ -]0000 " + CLOCK + rb"[.,])(?P<f>000)(?P<z>) "), PRECISE),
    Form(
        b"0FMSTW[",
        ONE(rb"\[?(?P<s>(?:" + WEEKDAY + rb", )?00?[ /-]" + MONTH + rb"[ /-]0000,? " + CLOCK + FRACTION + OFFSET + END),
        ANYWHERE,
    ),  # RFC 2822
    Form(b"0", ONE(rb"(?P<s>00? " + MONTH + rb" " + CLOCK + FRACTION + NO_ZONE + rb"(?= )"), LOUDLY, alone=False),
    Form(b"0[(", ONE(rb"[\[(]?(?P<s>00\.00\.0000,? " + CLOCK + FRACTION + NO_ZONE + END), ANYWHERE),
    Form(b"0[", ONE(rb"\[?(?P<s>00 00 0000 " + CLOCK + FRACTION + NO_ZONE + END), ANYWHERE, alone=False),  # log4js
    Form(b"0", ONE(rb"(?P<s>00/00/00 " + CLOCK + rb")(?P<f>)(?P<z>) " + FIRST)),
    # Rich: the month comes first; a second is written once, of what follows in it only the level is known
    Form(b"[", ONE(rb"(?P<s>\[00/00/00 " + CLOCK + rb")(?P<f>)(?P<z>)\] " + FIRST + rb" ")),
    Form(
        b"[", ONE(rb"(?P<s>\[00/00/00 " + CLOCK + rb")(?P<f>)(?P<z>)\] (?=[^\n]{0,400} (?:\n|$))"), alike=False
    ),  # FastMCP
    Form(b" ", ONE(rb" {11,40}(?P<l>DEBUG(?= {4})|INFO(?= {5})|WARNING(?= {2})|ERROR(?= {4})|CRITICAL(?= )) +\S")),
    Form(
        b"0",
        ONE(rb"(?P<s>00-00 00:00)(?P<f>)(?P<z>) "),
        line(rb"[A-Za-z_][\w.]{0,80} [ ]+ (?P<j>", LOUD, rb") [ ]"),
        alone=False,
    ),
    Form(b"0", ONE(rb"(?P<s>00-00 " + CLOCK + rb"\.)(?P<f>000)(?P<z>) +0+ +0+ (?P<l>[VDIWEF]) ")),  # Android
    Form(b"0[", ONE(rb"\[?(?P<s>00-00 " + CLOCK + FRACTION + NO_ZONE + rb"(?=[ \]])"), LEVEL_ONLY, alone=False),
    Form(b"0[", ONE(rb"\[?(?P<s>00/00/(?:00)?00(?:,? |\] \[)00?:00:00 [AP]M)(?P<f>)(?P<z>)" + END), LEVEL_ONLY),
    # Is the day first, or the month? Only the level is certain.
    Form(
        b"0[",
        ONE(rb"\[?(?:00[/-]00[/-]0000|00-00-00|00/00/00|00\.00|00/00),? " + CLOCK + rb"(?:[.,]0{1,6})?(?=[ \]])"),
        LEVEL_ONLY,
        alone=False,
    ),
    Form(b"[", ONE(rb"\[[\w-]{1,40}\] 0+ +(?:- )?(?P<s>00/00/0000, 00?:00:00 [AP]M)(?P<f>)(?P<z>) +(?P<l>[A-Z]+) ")),
    # java.util.logging: the level is on the second line
    Form(
        MONTHS,
        ONE(rb"(?P<s>" + MONTH + rb" 00?, 0000,? 00?:00:00(?: |\xe2\x80\xaf)[AP]M)(?P<f>)(?P<z>) " + FIRST + rb"[ :]"),
    ),
    Form(
        b"#",
        ONE(rb"#{4}<(?P<s>" + MONTH + rb" 00?, 0000,? 00?:00:00" + FRACTION + rb"(?P<z> [AP]M(?: [A-Z]{3,4})?)> "),
        line(MARKED),
    ),  # WebLogic
    Form(
        MONTHS,
        ONE(
            rb"(?P<s>" + MONTH + rb" 00?, 0000,? 00?:00:00(?: |\xe2\x80\xaf)[AP]M)(?P<f>)(?P<z>) [\w.$]+(?: [^\n]*)?"
            rb"(?:\n(?P<l>[A-Z]+): )?"
        ),
    ),
    # Syslog, of RFC 5424 and RFC 3164
    Form(b"<", ONE(rb"<(?P<l>00?0?)>0 " + ISO + rb" \S+ \S+ \S+ \S+ "), priority=True),
    Form(
        b"<",
        ONE(rb"<(?P<l>00?0?)>(?P<s>" + MONTH + rb" [ 0]0 " + CLOCK + FRACTION + NO_ZONE + rb" "),
        priority=True,
    ),
    Form(b"<", ONE(rb"<(?P<l>00?0?)>" + ISO + END), priority=True),
    Form(b"<", ONE(rb"<(?P<l>00?0?)>(?=[^\s<0])"), priority=True),  # systemd's
    # slog-rs-term: no host's name stands behind a fraction
    Form(MONTHS, ONE(rb"(?P<s>" + MONTH + rb" 00 " + CLOCK + rb"\.)(?P<f>000)(?P<z>) " + FIRST + rb" ")),
    Form(MONTHS, ONE(rb"(?P<s>" + MONTH + rb" [ 0]0 " + CLOCK + FRACTION + NO_ZONE + rb"(?=\t)"), TABBED, alone=False),
    Form(MONTHS, ONE(rb"(?P<s>" + MONTH + rb" [ 0]0 " + CLOCK + FRACTION + NO_ZONE + rb" "), TAG),
    Form(b"[", ONE(rb"\[" + REQUESTED + FRACTION + rb"(?P<z>(?: [+-]0000)?)\] "), ANYWHERE),
    Form(b"[", ONE(rb"\[GIN\] (?P<s>0000/00/00 - " + CLOCK + rb")(?P<f>)(?P<z>) \| ")),
    Form(
        b"[",
        ONE(
            rb"\[pid: 0+\|app: -?0+\|req: -?0+/0+\] [^\n]{3,200}?\} \[(?P<s>[A-Z][a-z]{2} "
            + MONTH
            + rb" [ 0]0 "
            + CLOCK
            + rb")(?P<f>)(?P<z> 0000)\] "
        ),
        mark=b"} [",
    ),  # uWSGI
    # logfmt
    Form(LETTERS + b"@", ONE(PAIRS + LEVELED + rb"(?P<l>\w{1,20})" + rb"""["']? """ + PAIRS + TIMED + ISO + END)),
    Form(LETTERS + b"@", ONE(PAIRS + TIMED + ISO + END), line(LOGFMT), alone=False),
    Form(LETTERS + b"@", ONE(PAIRS + TIMED + SLASHED + END), line(LOGFMT), alone=False),
    Form(LETTERS + b"@", ONE(PAIRS + TIMED + SPOKEN + END), line(LOGFMT), alone=False),
    Form(b"tw", ONE(TIMED + ISO + rb"""["']? [\w.-]{1,60}+="""), alike=False),  # go-kit: a level may be left out
    Form(LETTERS + b"@", ONE(PAIRS + LEVELED + QUIET + rb"""(?=["']?(?:$| [\w.-]{1,60}+=))"""), alike=False),
    # The level first
    Form(LEVELS, ONE(FIRST + rb" " + TIMED + ISO + END)),  # Kratos
    *(
        Form(LEVELS + b"[<({| ", ONE(OPEN + FIRST + rb"(?:\|[^\]\n]{1,100}(?=\]))?" + GAP + time + END))
        for time in TIMES
    ),
    Form(LEVELS, ONE(FIRST + rb" {1,4}\[[^\]\n]{1,100}\] " + ISO + END)),  # a thread before the time
    Form(b"[", ONE(rb"\[ {0,5}" + QUIET + rb" {0,5}\]:?[ \[]+(?:" + ISO + END + rb")")),
    Form(b"stdvinwefcap", ONE(rb"(?P<l>" + BARE + rb"): " + ISO + END)),
    Form(b"[", ONE(rb"\[ {0,5}" + QUIET + rb" {0,5}\]:?[ \[]+(?P<s>0000/00/00 00:00)(?P<f>)(?P<z>)(?![\w:])")),
    Form(b"[", ONE(rb"\[ {0,5}" + QUIET + rb" {0,5}\]:?[ \[]+(?P<s>0{10}\.)(?P<f>0{3,9})(?P<z>)\]")),  # ROS
    Form(
        b"[",
        ONE(
            rb"\[(?P<s>0{10})(?P<f>)(?P<z>)\] [\w.-]{1,40}\[0{1,7}(?::0{1,7})?\]:? (?P<l>fatal(?= error: )|"
            + BARE
            + rb"(?=: ))(?: error)?: "
        ),
    ),  # Unbound
    Form(b"[", ONE(rb"\[[^\]\n]{1,60}\] \[?" + FIRST + rb"\]? " + SLASHED + END)),
    Form(b"[", ONE(rb"\[(?:0|[^\]\n]{2,60})\] \[?" + ISO + END), ANYWHERE),
    Form(b"[", ONE(rb"\[[^\]\n]{2,60}\] " + SLASHED + END), ANYWHERE),  # a prefix of Go's log
    Form(b"[", ONE(rb"\[" + FIRST + rb"/[\w.:-]{1,60}\] ")),  # multiprocessing
    Form(LEVELS + b"[<({| ", ONE(OPEN + FIRST + _OF_DAY)),
    Form(b"[", ONE(rb"\[ {0,5}" + QUIET + rb" {0,5}\]" + _OF_DAY)),
    Form(b"stdvinwefcap", ONE(rb"(?P<l>" + BARE + rb"):" + _OF_DAY)),
    Form(b"[", ONE(rb"\[[\w.-]{1,40}\] (?P<s>" + CLOCK + FRACTION + NO_ZONE + rb" " + FIRST + rb":? ")),  # Syncthing
    Form(LEVELS, ONE(FIRST + rb" ?\[(?P<s>00-00\|" + CLOCK + FRACTION + NO_ZONE + rb"\] ")),  # log15, go-ethereum
    Form(LEVELS, ONE(FIRST + rb"\[" + SPOKEN + rb"\] ")),  # logrus
    TIMED_LATE,
    # A thread first, or how long the program has run before it: slf4j-simple, Log4j 1
    Form(b"0[", ONE(rb"(?:0{1,9} +)?\[[^\]\n]{1,80}\] " + FIRST + rb" +[\w.$]{1,120}+ {1,2}--? ")),
    Form(LEVELS, ONE(FIRST + rb" (?P<s>00-00 " + CLOCK + rb")(?P<f>)(?P<z>) \[")),
    Form(LEVELS, ONE(FIRST + rb":[^\s:]{1,100}:")),
    Form(b"DIWEFC[", ONE(rb"\[?(?P<l>[DIWEFC])\]? " + ISO + END)),
    Form(LEVELS, ONE(FIRST + rb"(?::[ ]|  +\S| +\[| +- | +\| |\[[^\]\n]{1,40}\] | \([^)\n]{1,60}\): )")),
    Form(b" ", ONE(rb"  " + ISO + rb" {1,2}" + FIRST + rb" ")),  # tracing, over several lines
    # consola, Log4r, tracing
    Form(b" ", ONE(rb" " + FIRST + rb"(?:  | [A-Za-z_][\w.-]{0,60}+(?:::[\w.-]{1,60}+){0,8}(?:: |\{))")),
    Form(LEVELS + b"stdvinwefcap", ONE(QUIET + rb"\t(?:[\w.-]{1,60}+\t)?[\w./@-]{1,120}+:0{1,6}\t")),  # zap
    Form(
        b"=",
        ONE(
            rb"=(?P<l>[A-Z]+) REPORT==== (?P<s>00?-" + MONTH + rb"-0000::" + CLOCK + FRACTION + rb"(?P<z>) ===(?=\n|$)"
        ),
        alike=False,
    ),  # Erlang
    Form(
        b"WNDFP",
        ONE(rb"(PHP )?(?P<l>" + PHP + rb"): (?(1) |(?=[^\n]* on line 0+(?:\n|$)|Uncaught [^\n]+\nStack trace:\n))"),
        alike=False,
    ),
    Form(b"n", ONE(rb"npm (?P<l>ERR!|WARN|error|warn|notice|info|http|verb(?:ose)?|sill(?:y)?) ")),
    Form(b"E", ONE(rb"(?P<l>ERR!) \S")),
    Form(b"\xe2", ONE(rb"\xe2[\x80-\xbf]{2}(?:\xef\xb8\x8f)?  " + QUIET + rb"  ")),  # signale
    Form(b'"', ONE(rb'(?:"ts"="' + ISO + rb'" )?(?P<l>"level"=0{1,2}) "msg"="')),  # funcr
    Form(b'"', ONE(rb'(?:"ts"="' + ISO + rb'" )?"msg"="(?:[^"\\\n]|\\.){0,200}+" (?P<l>"error"=)'), alike=False),
    # apex, ActiveMQ: levels are to the right
    Form(b" ", ONE(rb" {1,4}" + FIRST + rb"(?:\[0{4,}\]|:| \|) ")),
    Form(b"stdvinwefcap", ONE(rb"(?P<l>" + BARE + rb"): ")),
    Form(b"tdiwfc", ONE(rb"(?P<l>trce|dbug|info|warn|fail|crit)" + DOTNET.replace(rb"\d", b"0"))),
    Form(b"[", ONE(rb"\[ {0,5}" + QUIET + rb" {0,5}\]:? ")),
    Form(LETTERS, ONE(rb"(?=[\w.]{1,60}+(?: ++: [A-Z]|: [A-Z]++  ))[\w.]++ *+: " + FIRST + rb" ")),
    Form(LEVELS, ONE(FIRST + rb" [A-Za-z_](?:\w*+\.[\w.]++[ :]|[\w.-]{0,60}+(?:::[\w.-]{1,60}+){0,8}(?:: |\{))")),
    Form(LETTERS, ONE(rb"[A-Za-z_][\w.]{0,60}+ - " + FIRST + rb" - ")),
    Form(LETTERS, ONE(rb"[A-Za-z_][\w.]{0,60}+:" + FIRST + rb":")),
    Form(b"[", ONE(rb"\[[A-Za-z_][\w.-]{0,60}+\](?: ?\[(?=[^\]\n]+\])| (?=[A-Z]+: ))" + FIRST)),
    # What comes before a time is a process's or a program's name, or a client's address
    Form(b"MS", ONE(rb"(?:Main|Srv 0{1,4}) [ |]" + ISO + END), ANYWHERE),  # Sanic
    Form(LETTERS + b"0", ONE(rb"[\w.-]{1,40}: (?:pid=0{1,9} )?" + SLASHED + END), ANYWHERE),
    Form(
        LETTERS + b"0:-[",
        ONE(
            rb"(?:\[[a-z]{1,20}\] )?(?:localhost|[\w-]*+[.:][^\s\[]*+) (?:[^\s\[]++ ){1,5}+\[(?P<s>00/"
            + MONTH
            + rb"/0000[: ]"
            + CLOCK
            + rb")(?P<f>)(?P<z>(?: [+-]0000)?)\] \""
        ),
        mark=b"[",
    ),
    # A time of day alone; arq and RQ, whose words say that it is one
    Form(
        b"0",
        ONE(
            rb"(?P<s>"
            + CLOCK
            + rb")(?P<f>)(?P<z>)(?=: {1,4}0{1,4}\.00s (?:\xe2\x86[\x90-\xbb]|!) | Worker [0a-f]{32}: )"
        ),
        alike=False,
    ),
    # zerolog's console has no seconds
    Form(b"0", ONE(rb"(?P<s>(?:0000[/-]00[/-]00 )?00?:00[AP]M)(?P<f>)(?P<z>) " + FIRST + rb" ")),
    Form(
        b"0[(",
        ONE(rb"[\[(]?(?P<s>" + CLOCK + rb"[.,])(?P<f>0{1,9})(?!0)" + OFFSET + rb"(?=[ \t)\[\];|,])"),
        LEVEL_ONLY,
        alone=False,
    ),
    Form(b"0[(", ONE(rb"[\[(]?(?P<s>" + CLOCK + rb")(?P<f>)" + OFFSET + rb"(?=[ \t)\[\];|,])"), LOUDLY, alone=False),
    Form(b"[", ONE(rb"\[(?P<s>00?:00:00 [AP]M)(?P<f>)(?P<z>)(?=\])"), LOUDLY, alone=False),
    Form(b"0", ONE(rb"(?P<s>00:00)(?P<f>)(?P<z>)(?= )"), line(rb"[ ](?P<e>", LOUD, rb")[ ]"), alone=False),
    *DATES,
    *UNTIMED,
)
"""All of them; the first that fits counts."""
