r"""What the head of a text line looks like where one server alone writes it so; pure.

As in :mod:`logship.records.head_forms`, of which these are looked at first: some begin as others' heads do.
"""

from logship.records.head_levels import ANYWHERE, ARROW, BARE, LOUD, LOUDLY, MARKED, POSTGRES, PRECISE, line
from logship.records.head_parts import (
    CLOCK,
    END,
    FIRST,
    FRACTION,
    ISO,
    LETTERS,
    LEVELS,
    MONTH,
    MONTHS,
    NO_ZONE,
    ONE,
    PRECISELY,
    PROCESS,
    QUIET,
    REQUESTED,
    SHAPED,
    SLASHED,
    Form,
)
from logship.records.line_starts import WEEKDAY

_LIBERTY = rb"[0a-f]{8} (?:id=[0a-f]{8} )?[\w.$]{1,60} +(?P<l>[IWEFD])[ ]"
"""A thread, a class, and a letter in a column of its own."""
_JVM = rb"(?:\[0{1,9}\]){0,2}\[(?P<l>trace|debug|info|warning|error) {0,4}\]\[[a-z0,]{1,60} {0,20}\] "
"""A process and a thread, a level, and tags in a column."""
_RAN = rb" (?:system|[\w-]{1,40}+\.0{1,3}) +\| "

SERVERS = (
    # CUPS
    Form(
        b"XACEWNIDd",
        ONE(rb"(?P<l>[XACEWNIDd]) \[" + REQUESTED + FRACTION + rb"(?P<z> [+-]0000)\] "),
    ),
    # Tinyproxy; a connection is a level of its own
    Form(
        LEVELS,
        ONE(rb"(?P<l>CONNECT|" + SHAPED + rb") +(?P<s>" + MONTH + rb" [ 0]0 " + CLOCK + FRACTION + NO_ZONE + rb" \["),
    ),
    # ClamAV, on its standard output
    Form(
        b"EW",
        ONE(
            rb"(?P<l>ERROR|WARNING): (?P<s>"
            + WEEKDAY
            + rb" "
            + MONTH
            + rb" [ 0]0 "
            + CLOCK
            + rb")(?P<f>)(?P<z> 0000) -> "
        ),
    ),
    # SeaweedFS: glog's head without a thread
    Form(b"IWEF", ONE(rb"(?P<l>[IWEF])(?P<s>0000 " + CLOCK + rb"\.)(?P<f>0{6})(?P<z>) [\w.-]{1,60}+:0{1,6} ")),
    # Mumble: its X stands for none
    Form(b"<", ONE(rb"<(?:(?P<l>[DIWCF])|X)>" + PRECISELY)),
    # qBittorrent: its N is for normal
    Form(b"(", ONE(rb"\((?P<l>[NIWC])\) " + ISO + rb" - ")),
    # Shadowsocks
    Form(b" ", ONE(rb" " + ISO + END), ANYWHERE, alone=False),
    # structlog 20.1 to 22.1: a point before its seconds
    Form(b"0", ONE(rb"(?P<s>0000-00-00 00:00\.00)(?P<f>)(?P<z>) \[" + QUIET + rb" {0,8}\] ")),
    # Snapcast: dashes in the time of day
    Form(b"0", ONE(rb"(?P<s>0000-00-00 00-00-00\.)(?P<f>000)(?P<z>)(?= \[)"), ANYWHERE, alone=False),
    # Zabbix: a process before the time
    Form(b" 0", ONE(rb" {0,6}0{1,7}:(?P<s>00000000:000000\.)(?P<f>000)(?P<z>) ")),
    # MPD
    Form(MONTHS, ONE(rb"(?P<s>" + MONTH + rb" [ 0]0 00:00)(?P<f>)(?P<z>) : ")),
    # OpenLDAP: the second of 1970 in hexadecimal digits, as is what is behind it
    Form(b"0", ONE(rb"(?P<s>0[0a-f]{7})(?P<f>)(?P<z>)\.[0a-f]{8} 0x[0a-f]{8,16} "), alike=False),
    # i2pd
    Form(b"0", ONE(rb"(?P<s>" + CLOCK + rb")(?P<f>)(?P<z>)@0{1,4}/(?:none|(?P<l>" + BARE + rb")) - ")),
    # librdkafka, on its standard error: a severity of syslog's, the second of 1970
    Form(b"%", ONE(rb"%(?P<l>0)\|(?P<s>0{10}\.)(?P<f>000)(?P<z>)\|"), priority=True),
    # SkyPilot: klog's, the month and the day apart
    Form(
        b"DIWEF",
        ONE(
            rb"(?P<l>[DIWEF]) (?P<s>00-00 " + CLOCK + rb"\.)(?P<f>000)(?P<z>) (?:PID=0{1,9} )?[^\s\]]{1,120}:0{1,6}\] "
        ),
    ),
    # pino-pretty, not told to translate its time: milliseconds of 1970
    Form(b"[", ONE(rb"\[(?P<s>0{10})(?=(?P<z>0))(?P<f>000)(?=\] )"), LOUDLY, alone=False),
    Form(LEVELS, ONE(FIRST + rb" {1,2}\[(?P<s>0{10})(?=(?P<z>0))(?P<f>000)\](?: \([^)\n]{1,80}+\))?: ")),
    # Go's runtime
    Form(b"f", ONE(rb"(?P<l>fatal error): ")),
    # Paramiko's log_to_file: three letters of each level
    Form(b"DIWEC", ONE(rb"(?P<l>DEB|INF|WAR|ERR|CRI) \[(?P<s>00000000-" + CLOCK + rb"\.)(?P<f>000)(?P<z>)\] thr=")),
    # Chromium, and what is made of it: Electron, CEF
    Form(
        b"[",
        ONE(
            rb"\[(?:0{1,9}:0{1,9}:)?(?P<s>0000/000000\.)(?P<f>0{6})(?P<z>):"
            rb"(?P<l>VERBOSE|INFO|WARNING|ERROR|FATAL)0{0,2}:[^\]\n:(]{1,200}[:(]0{1,6}\)?\] "
        ),
    ),
    # ChromeDriver
    Form(b"[", ONE(rb"\[(?P<s>0{10}\.)(?P<f>000)(?P<z>)\]\[" + FIRST + rb"\]: ")),
    # CometBFT
    Form(b"DIE", ONE(rb"(?P<l>[DIE])\[(?P<s>0000-00-00\|" + CLOCK + rb"\.)(?P<f>000)(?P<z>)\] ")),
    # ClickHouse, in the words of another host
    Form(b"[", ONE(rb"\[[^\]\n]{1,60}\] (?P<s>0000\.00\.00 " + CLOCK + rb"[.])(?P<f>0{6})(?P<z>) "), PRECISE),
    # Apache Traffic Server: a program behind the time
    Form(
        b"[",
        ONE(rb"\[(?P<s>" + MONTH + rb" [ 0]0 " + CLOCK + rb"\.)(?P<f>000)(?P<z>)\] "),
        line(rb"[\w-]{1,40}+[ ](?P<a>", LOUD, rb"|NOTE):[ ]"),
    ),
    # Open Liberty: only ISO's is a time, as its locale tells if the day is first
    Form(b"[", ONE(rb"\[00?[/.-]00?[/.-]00(?:00)?,? 00?:00:00:000 [A-Z]{3,5}\] " + _LIBERTY)),
    # NFS-Ganesha: the day first
    Form(
        b"0",
        ONE(rb"(?P<s>00/00/0000 " + CLOCK + rb")(?P<f>)(?P<z> : epoch) [0a-f]{8} : "),
        line(rb"[^\n]{1,200}?[ ]:[A-Z][A-Z0-9 _]{0,30}[ ]:(?P<a>FATAL|CRIT|WARN|EVENT|INFO|DEBUG)[ ]:"),
    ),
    # HAProxy, as its requests are logged without an agent
    Form(
        LETTERS + b"0:",
        ONE(
            rb"[\w-]*+[.:][^\s\[]*+ \[" + REQUESTED + rb"\.)(?P<f>000)(?P<z>)\] "
            rb"[^\s/]{1,80}+ [^\s/]{1,80}+/"
        ),
        mark=b"[",
    ),
    # PHP-FPM's requests: no brackets
    Form(
        LETTERS + b"0:",
        ONE(rb"[\w-]*+[.:]\S*+ - [^\s\"]{0,60}+ " + REQUESTED + rb")(?P<f>)(?P<z> [+-]0000) \""),
        alike=False,
    ),
    # Requests of an address in the common log format, whose user has a bracket
    Form(
        b"0:",
        ONE(
            rb"(?:0{1,3}(?:\.0{1,3}){3}|[0a-f:]{0,40}::[0a-f:.]{0,40}) \S++ "
            rb"(?=[^\[\n]{0,255}+\[(?!00/))[^\n]{1,255}? \[" + REQUESTED + rb")(?P<f>)(?P<z> [+-]0000)\] \""
        ),
        alike=False,
    ),
    # oauth2-proxy's requests: an identifier of each
    Form(
        LETTERS + b"0:[",
        ONE(
            rb"(?:[\w-]*+[.:]\S*+|\[[0a-f:.]{2,40}\](?::0{1,5})?) (?:\([^)\s]{1,60}+\) )?- \S{1,128}+ - \S{1,128}+ \["
            rb"(?P<s>0000/00/00 " + CLOCK + rb")(?P<f>)(?P<z>)\] "
        ),
        alike=False,
    ),
    # PM2, with the format of its documents
    Form(b"0", ONE(rb"(?P<s>0000-00-00 00:00)(?P<f>)(?P<z> [+-]00:00): ")),
    # serve: a request is of no level
    Form(b" ", ONE(rb" HTTP  (?P<s>00?/00?/0000,? 00?:00:00 [AP]M)(?P<f>)(?P<z>) ")),
    # PostgreSQL, with a prefix in pointed brackets
    Form(b"<", ONE(rb"< " + ISO + rb" ?>"), line(rb"[ ]?(?P<a>" + POSTGRES + rb"):[ ][ ]")),
    # gevent's requests, and PyTorch's, which say whose they are
    Form(LETTERS + b"0:", ONE(rb"[\w-]*+[.:]\S*+ - - \[" + ISO + rb"\] \""), mark=b"["),
    Form(b"[", ONE(rb"\[rank0{1,5}\]:(?P<l>[IWEFCV])(?P<s>0000 " + CLOCK + rb"\.)(?P<f>0{6})(?P<z>) +0+ \S+:0+\] ")),
    # Dancer2
    Form(b"[", ONE(rb"\[[\w-]{1,40}:0{1,9}\] (?:core|(?P<l>" + BARE + rb")) @" + ISO + rb"> "), alike=False),
    # XORM
    Form(b"[", ONE(rb"\[[^\]\n]{1,60}\] \[" + QUIET + rb"\] {1,2}" + SLASHED + END)),
    # Badger, etcd's raft
    Form(LETTERS, ONE(rb"[a-z][a-z_-]{0,40}+ ?" + SLASHED + rb" " + FIRST + rb": ")),
    # pion
    Form(LETTERS, ONE(rb"[a-z][\w-]{0,30}+ " + FIRST + rb": " + SLASHED + END)),
    Form(LETTERS, ONE(rb"[a-z][\w-]{0,30}+ " + FIRST + rb": (?P<s>" + CLOCK + FRACTION + NO_ZONE + rb" ")),
    # Sanic, while it is debugged
    Form(b"MS", ONE(rb"(?:Main|Srv 0{1,4}) [ |](?P<s>" + CLOCK + rb")(?P<f>)(?P<z>) " + FIRST + rb": ")),
    # GLib: all that says where it comes from may be left out
    Form(
        b"*(" + LETTERS,
        ONE(
            rb"(?:\*\* )?(?:\([^():\n]{1,60}+:0{1,9}\): )?(?:[A-Za-z][\w.]{0,40}+-)*+"
            rb"(?P<l>ERROR|CRITICAL|WARNING|Message|INFO|DEBUG)(?: \*\*)?: (?P<s>" + CLOCK + rb"\.)(?P<f>000)(?P<z>): "
        ),
    ),
    # wandb; tox -vv, with the milliseconds that it has run
    Form(b"w", ONE(rb"wandb: (?P<l>WARNING|ERROR) ")),
    Form(
        LETTERS + b".0",
        ONE(
            rb"(?:(?:ROOT|\.pkg[\w.-]{0,40}|py[\w.-]{0,40}): 0{1,9} (?=I )|(?:\.pkg|\w)[\w.-]{0,40}: 0{1,9} (?=[DWE] ))"
            rb"(?P<l>[DIWE]) [\w./-]"
        ),
    ),
    # uv, with RUST_LOG; TRACE is a request's method, too
    Form(b"T", ONE(rb"(?P<l>TRACE) (?:[^\s:|\[/*h-]|h[^t])")),
    # loguru's signs, and how long its program has run
    Form(b"\xe2\xf0", ONE(rb"[\xe2\xf0][\x80-\xbf]{2,3}(?:\xef\xb8\x8f)? {1,2}[\[(]?" + ISO + END), ANYWHERE),
    Form(b"0", ONE(rb"0:00:00\.0{6} [|-] {0,4}" + FIRST + rb" {0,8}[|-] ")),
    # Sentry's SDK, and pretty_env_logger: a blank before the level, no time
    Form(b" ", ONE(rb" \[[a-z_]{1,40}\] " + FIRST + rb": ")),
    Form(b" ", ONE(rb" " + FIRST + rb" [\w:]{1,80} > ")),
    # sing-box: the zone first
    Form(b"+-", ONE(rb"(?P<z>[+-]0000) (?P<s>0000-00-00 " + CLOCK + rb")(?P<f>) " + FIRST + rb" ")),
    # Slurm
    Form(LETTERS, ONE(rb"[A-Za-z_][\w.-]{0,40}+(?:\[0{1,7}\])?(?::0{1,6}){0,2}: (?P<l>" + BARE + rb")0?: ")),
    # NATS
    Form(b"[", ONE(rb"\[0{1,7}\] " + SLASHED + END), ANYWHERE),
    # What vLLM puts before the lines of its processes, and Ray before those of others
    Form(b"(", ONE(PROCESS + FIRST + rb" (?P<s>00-00 " + CLOCK + rb")(?P<f>)(?P<z>) \["), mark=b") "),
    Form(b"(", ONE(PROCESS + FIRST + rb" " + ISO + END), mark=b") "),
    Form(b"(", ONE(PROCESS + rb"\[?" + PRECISELY), PRECISE, mark=b") "),
    # … and Honcho, with a time of its own; Airflow's standalone before those of its parts
    Form(b"0", ONE(CLOCK + _RAN + FIRST + rb" " + ISO + END)),
    Form(b"0", ONE(CLOCK + _RAN + rb"[\[(]?" + PRECISELY), PRECISE),
    Form(b"0", ONE(CLOCK + _RAN + rb"[\[(]?" + ISO + END), ANYWHERE),
    Form(
        b"0",
        ONE(rb"(?P<s>" + CLOCK + rb")(?P<f>)(?P<z>)" + _RAN),
        line(rb"(?P<e>", LOUD, rb")(?=:|[ ]{2}) | ", MARKED),
        alike=False,
    ),
    Form(LETTERS, ONE(rb"[a-z][a-z-]{1,40}+ +\| " + ISO + END), ANYWHERE, alone=False),
    # Akka, Pekko: they write the month first, and nobody else all of these brackets
    Form(
        b"[",
        ONE(
            rb"\[(?P<l>ERROR|WARN|WARNING|INFO|DEBUG)\] (?:\[[^\]\n]{1,120}+\])?"
            rb"\[(?P<s>00/00/0000 " + CLOCK + rb"\.)(?P<f>000)(?P<z>)\] \[[^\]\n]{1,200}+\] \[[^\]\n]{1,300}+\] "
        ),
    ),
    # Nim, as Ruby without a process
    Form(b"DINWEF", ONE(rb"(?P<l>[DINWEF]), \[" + ISO + rb"\] -- ")),
    # R: a call and a colon between blanks; rlang has its message on the second line
    Form(
        b"EW", ONE(rb"(?P<l>Error|Warning) in (?:[\w.:$]{1,80}\([^\n]{0,300}?\) : |`[^`\n]{1,80}`:\n! )"), alike=False
    ),
    # monad-logger, Yesod: a level and its source
    Form(b"0", ONE(REQUESTED + rb")(?P<f>)(?P<z> [+-]0000) \[" + QUIET + rb"(?:#[^\]\n]{0,80}+)?\]")),
    Form(b"[", ONE(rb"\[" + QUIET + rb"#[^\]\n]{0,80}+\] ")),
    # WSO2
    Form(b"T", ONE(rb"TID: (?:\[[^\]\n]{0,80}+\] ){1,3}?\[" + ISO + END), ANYWHERE),
    # Levels without a time, or with a number for one: the JVM's, Sidekiq's, GStreamer's, NATS'
    Form(b"[", ONE(rb"\[(?P<s>0{10})(?=(?P<z>0))(?P<f>000(?=ms)|0{9}(?=ns))[mn]s\]" + _JVM)),  # the time of 1970
    Form(b"[", ONE(rb"\[0{1,18}(?:\.000s|ms|ns)\]" + _JVM)),
    Form(
        b"OJ",
        ONE(rb"(?:OpenJDK|Java HotSpot\(TM\)) (?:00-Bit )?(?:Server|Client|Minimal|Zero) VM (?P<l>warning): "),
    ),
    Form(b"p", ONE(rb"pid=0{1,9} tid=[0a-z]{1,16} (?:[a-z]{1,12}=\S{1,80} ){0,4}+" + FIRST + rb": ")),
    Form(b"0", ONE(rb"0{1,4}:00:00\.0{9} +0{1,9} +0x[0a-f]{1,16} " + FIRST + rb" ")),
    Form(b"[", ONE(rb"\[0{1,7}\] \[(?P<l>INF|DBG|WRN|ERR|FTL|TRC)\] ")),
    # Passenger: debugging has three levels
    Form(b"[", ONE(rb"\[ (?P<l>[CEWNID])0? " + PRECISELY + rb" 0+/T[0a-z]+ \S+:0+ \]: ")),
    # Verdaccio
    Form(b"stdvinwefcaph", ONE(rb"(?P<l>http|" + BARE + rb")" + ARROW)),
    # Next.js: its sign for an error, and one's name
    Form(b"\xe2", ONE(rb"(?P<l>\xe2\xa8\xaf) (?=\[?[A-Z]?\w*(?:Error\b|Exception:|Rejection:))"), alike=False),
    # esbuild, wrangler
    Form(b"\xe2", ONE(rb"\xe2[\x80-\xbf]{2} \[" + FIRST + rb"\] ")),
    Form(b"[", ONE(rb"\[[a-z][\w-]{0,40}+:(?P<l>" + BARE + rb")\] ")),
    # captains-log has five columns; chi's Recoverer
    Form(b" ", ONE(rb" (?P<l>info|warn|crit|panic): ")),
    # diary
    Form(b"\xe2", ONE(rb"\xe2[\x80-\xbf]{2} (?P<l>" + BARE + rb") {1,2}\[[^\]\n]{1,60}+\] ")),
    # debug-level: how long after the line before
    Form(b" ", ONE(rb"  " + FIRST + rb" [\w:./-]{1,60}+ [^\n]{0,400}?(?:\+0{1,9}ms| [{\[])(?:\n|$)"), alike=False),
    # adze writes that much of a request's line, and then its message
    Form(
        LETTERS + b"0",
        ONE(rb"[\w.:-]{1,255}+ - [^\s\[]{1,64}+ \[" + REQUESTED + rb")(?P<f>)(?P<z> [+-]0000)\] "),
        mark=b"[",
    ),
    # Node-RED's metrics
    Form(b"0", ONE(rb"(?P<s>00? " + MONTH + rb" " + CLOCK + rb")(?P<f>)(?P<z>) - \[(?:metric|audit)\] ")),
    # Kamailio, coturn: no time
    Form(b" 0", ONE(rb" ?0{1,3}\(0{1,7}\) " + FIRST + rb": ")),
    Form(b"0", ONE(rb"0{1,9}: (?:\(0{1,9}\))?: " + FIRST + rb": ")),
)
"""Each with the server's name."""
