"""The stack traces and texts of several lines that are known, by language: how a record begins, and goes on.

Each row has the rule that it belongs to, or none, what a line looks like, and the state of the record with it; empty:
the line is not the record's.
"""

from logship.records.leveled_lines import BOXED, LEVELED
from logship.records.line_starts import END, TOLD, TRACE
from logship.records.uncaught import RACE, RULE, RULED, UNCAUGHT, UNCAUGHT_FIRST, UNCAUGHT_FRAMES, UNCAUGHT_HEADS

RULES = ("python", "java", "go", "node", "ruby", "php", "rust", "dotnet", "postgres")
UNKNOWN = "p"
"""The state of a line that nobody knows: only frames of a stack trace go on with it."""
WITH_LEVEL, WITH_ERROR = "lp", "lx"
"""… and has a level without a time: what pino-pretty writes below it goes on with it, too; the level is an error's."""
BRIEF = {UNKNOWN, WITH_LEVEL, WITH_ERROR, RULED}
"""With a record of one line in these states nothing goes on but what is written at once."""

_INDENTED = rb"[ \t]"
_OPEN = rb"[ \t].*[{\[(]$"
_ANY = rb""
_EMPTY = rb"\s*$"
_BRACE = rb"[{\[]\s*$"
_BOX = r"\s*╭─.* (?:\x1b\[[\d;]*m)*Traceback (?:\x1b\[[\d;]*m)*\(most recent call last\)".encode()
_LINES = rb"\s*\xe2[\x94\x95]"
_WRAPPED = rb"[^\n]{39,} (?:\x1b\[[\d;]*m)*$"
_SOURCE = rb"(?:source_traceback: Object|handle_traceback: Handle) created at \(most"
_CONTEXT = (
    rb"(?:future: <(?:Task|Future|_GatheringFuture) |task: <Task |handle: <(?:Timer)?Handle |transport: <_\w+Transport "
    rb"|protocol: <\S+ object at |asyncgen: <async_gen|(?:client_session|connector): <aiohttp\."
    rb"|connections: \['deque\(\[\(<aiohttp\.)"
)
"""What asyncio says of an error, and aiohttp."""
_RAISED = rb"(?:\w++\.)*+\w*(?:Error|Exception|Interrupt|Exit|Timeout|Cancelled)(?:: |$)"
_PRINTED = rb'(?:File "[^"\n]{1,300}+", line \d+, in \S|\w+ {2,}Traceback \(most recent call last\)$)'
"""Of stackprinter and of IPython, as in what papermill says of a notebook."""
_DRAWN = rb"(?:-{75}|Exception encountered at \"In \[\d+\]\":)$"
_THREAD = rb"(?:Current t|T)hread 0x[0-9a-f]+ "
_STACK = rb"Stack \(most recent call last\):"
_GROUP = rb"\s*(?:\+ Exception Group Traceback \(most recent|\| [\w.]*Group: .* \(\d+ sub-exceptions?\)$)"
_MORE_TEXT = (  # of an error: httpx's, LangChain's, SQLAlchemy's, Kubernetes', Playwright's, PostgreSQL's
    rb"(?:For (?:more|further) information |For troubleshooting, visit: |\[parameters: |\[SQL: .*\]$"
    rb"|HTTP response \w+: |\(Background on this error |Call log:$|LINE \d+: )"
)
_NEXT_TEXT = (  # … and jsonschema's, PyTorch's; brackets
    _MORE_TEXT + rb"|(?:Reason: |Failed validating |On \S+:$|DETAIL: |HINT: |[>)\]}]+$"
    rb"|CUDA kernel errors |For debugging consider |Compile with `TORCH_)"
)
INVALID = rb".*\d validation errors? for \S+$"
"""How a text of Pydantic's begins."""
_CLOSED = rb"[}\])]+[,;]?\s*$"
_OF_ASYNCIO = (
    rb"(?:(?:Task|Future) exception was never retrieved|Task was destroyed but it is pending!"
    rb"|Unclosed (?:client session|connector|connection|response))$"
)
_BORDER = rb"\s+\+-+$"
_REMOTE, _QUOTES = rb"(?:\w++\.)++_?RemoteTraceback: ?$", rb'"""$'
_WARNING = rb"[^\s:]++:\d+: (?:[\w.]*Warning|PydanticDeprecated\w*): "
_CHAIN = rb"(?:The above exception was the direct cause|During handling of the above exception)"
_AT = rb"\s++(?:(?:\x1b\[[\d;]*m)++\s*+)?at \S"
_AT_OPEN = _AT + rb".*[{\[(]$"
_CAUSE = rb"\s*(?:Caused by:|Suppressed:|Next \S+: |Wrapped by:| ?--->)"
_HEADER = rb"(?:[\w$]++\.)++[\w$]*(?:Exception|Error|Throwable)\b"
_RUBY = rb"[^\s:]++:\d+:in [`']"
_FROM = rb"\s+(?:from |(?<=\t))\S+:\d+:in "
"""Rack's and Sinatra's frames have a tab alone before them."""
_FAILED = _RUBY + rb"[^']*': "
_PHP = rb"(?:\s*#\d+ |(?:PHP )?Stack trace:)"
_MORE = rb"(?:\s*\.\.\. \d+ |--- End of |\s+(?:thrown in|what\(\):) |\t\S.* called at )"
_REPORT = rb"Caused by:$"
"""Of anyhow and eyre, behind an empty line."""
_REPORTED = rb"note: |Location:$|Backtrace omitted\. |Run with [A-Z_]+=|\s+\xe2\x94\x81"
_SCRIPT = rb"(?:file://|/|[A-Z]:\\|node:)\S*(?<!:\d)(?<!:\d\d)(?<!:\d{3})(?<!:\d{4}):\d+$"
"""A file and a line; Prisma's has a column, too."""
_BEHIND_TEXT = rb"[ \t]+[\w$]*Error(?: \[\w+\])?: "
"""What console.error writes of an error behind a text that ends a line."""
_ERROR = rb"[\w$]*Error(?: \[\w+\])?: "
_FIELD = rb" {4,8}(?:\x1b\[[\d;]*m)*+\"?[\w$@./-]{1,80}+\"?(?:\x1b\[[\d;]*m)*+: ?\S"
"""Pino-pretty's, which are indented by four, and Renovate's."""
_BELOW = rb"  \S"
"""Crawlee's text of an error, or a frame."""
_PRISMA = rb"Invalid `[^`\n]+` invocation"
_CARET = rb"\s*\^+\s*$"

_FRAMES = (
    *(("node", _AT_OPEN, "b"), ("node", _AT, "f"), ("java", _AT, "f"), ("java", _MORE, "f"), ("java", _CAUSE, "c")),
    ("dotnet", _AT, "f"),
    *(("dotnet", _CAUSE, "c"), ("dotnet", _MORE, "f"), ("ruby", _RUBY, "f"), ("ruby", _FROM, "fr")),
    *(("php", _PHP, "f"), ("php", _MORE, "f"), ("php", _CAUSE, "c"), ("rust", rb"[Ss]tack backtrace:", "f")),
    *(("rust", _CAUSE, "f"), ("node", rb"for call at$", "f"), *UNCAUGHT_FRAMES),
)
_TRACES = (
    *(("python", TRACE, "tb"), ("python", _BOX, "tr"), ("python", _STACK, "tk"), ("python", _GROUP, "tg")),
    *(("python", _SOURCE, "ts"), ("python", _THREAD, "tf"), ("python", _REMOTE, "tq")),
    *(("python", _CONTEXT, "ta"), ("python", _PRINTED, "tp"), ("python", _DRAWN, "?ti")),
)
_OTHER = tuple(("", form, "") for form in (TRACE, _BOX, _GROUP, _REMOTE, _PRINTED))
"""Another one begins: it is no text of the error before."""
PLAIN = (
    *(*_TRACES, *_FRAMES, ("go", rb"goroutine \d+ \[", "g")),
    *(("java", _HEADER, "?h"), ("dotnet", _HEADER, "?h"), ("node", _BEHIND_TEXT, "?h")),
)
_EVENT = ("", LEVELED, "")
"""What has a level of its own is no text of an error."""
_OF_LEVEL = (("node", _FIELD, "lf"), ("node", _BELOW, "?li"), ("node", BOXED, "lb"))
_IN_TRACE = (("", _INDENTED, "tb"), ("", rb"> File ", "tb"), ("", _EMPTY, "?tb"), ("", INVALID, "tv"), ("", _ANY, "te"))
_AFTER_FRAMES = (
    *((rule, form, state) for rule, form, state in _FRAMES if form is not _RUBY),
    *(("php", rb"Next ", "c"), ("rust", _REPORTED, "f"), ("", _EMPTY, "?fe")),
)
_NAMES_ERROR = (
    *(*PLAIN, ("node", _PRISMA, "?np"), ("rust", rb"\s+\d+: ", "f"), ("rust", _LINES, "es")),
    *(("node", _EMPTY, "?hb"), ("rust", _EMPTY, "?fe"), ("", _EMPTY, ""), _EVENT, ("", _ANY, "?h")),
)

_BEHIND = {"tb": "sw", "?h": "?h", "?ti": "?ti", **{state: state for _, _, state in _FRAMES}}
"""The state of what goes on with a head of no stamp; behind any other than these all goes on with it."""
_UNSTAMPED = tuple((rule, form, _BEHIND.get(state, "s")) for rule, form, state in PLAIN)
_STAMPED = (("node", _SCRIPT, "?sn"), ("go", RULE, "?sd"), ("ruby", _RUBY, "sr"), ("ruby", _FROM, "sr"))

STATES: dict[str, tuple[tuple[str, bytes, str], ...]] = {
    "s": (*_STAMPED, ("", _EMPTY, "?s"), ("", _ANY, "s")),  # a learned head: all goes on
    "sw": (("", _BRACE, ""), ("", _EMPTY, "?sw"), ("", _ANY, "sw")),  # a traceback: an object is none of it
    "sr": (*_STAMPED, ("", _EMPTY, "?s"), ("", _ANY, "s")),  # … behind a frame of Ruby's: its cause may be next
    "sn": (("", _ANY, "?sm"),),  # a script's place: is it where Node.js died?
    "sm": (("", _CARET, ""), ("", _EMPTY, "?s"), ("", _ANY, "s")),
    "sd": (("", RACE, ""), ("", _EMPTY, "?s"), ("", _ANY, "s")),  # a rule: is it a race detector's?
    "p": PLAIN,  # a line that nobody knows
    "pr": (("rust", _REPORT, "f"),),  # what caused what a line with a level says, behind an empty line
    "pb": (*PLAIN, ("", _INDENTED, "b")),  # … that ends with a brace
    "pj": (*PLAIN, ("", _INDENTED, "bj")),  # … and names an error
    "pe": _NAMES_ERROR,  # … that names an error
    WITH_LEVEL: (*PLAIN, *_OF_LEVEL),  # a line with a level
    WITH_ERROR: (*PLAIN, ("node", _ERROR, "?h"), *_OF_LEVEL),
    "le": (*_OF_LEVEL[::2], *_NAMES_ERROR),  # … with a level, and names an error
    "lf": (("", _INDENTED, "lf"),),
    "li": (("node", _AT_OPEN, "b"), ("node", _AT, "f"), ("", _INDENTED, "?li")),
    "lb": (("", BOXED, "lb"),),
    "np": (
        ("node", _AT_OPEN, "b"),
        ("node", _AT, "f"),
        *(_EVENT, ("", _ANY, "?np")),
    ),  # Prisma's: code, empty lines, what is wrong
    "es": (("", _INDENTED, "es"), ("", _LINES, "es"), ("", _EMPTY, "?ez")),  # error-stack, miette
    "ez": (("", _LINES, "es"), ("", rb"(?:backtrace|span trace) no\. \d+$", "es"), ("", _EMPTY, "?ez")),
    "rc": (("", rb"(?:Message|Location): ", "rc"), ("", _EMPTY, "?fe"), ("", _INDENTED, "f")),  # color-eyre
    "re": (*PLAIN, ("", _EMPTY, ""), _EVENT, ("", _ANY, "?h")),  # a failure of Ruby's
    "h": (  # more of its message, if frames follow
        *(*PLAIN, ("node", _EMPTY, "?hb"), ("", _EMPTY, ""), _EVENT, ("", _ANY, "?h")),
    ),
    "hb": (*_AFTER_FRAMES, _EVENT, ("", _ANY, "?hc")),  # … behind an empty line, if another and frames follow
    "hc": (("", _EMPTY, "?hd"), _EVENT, ("", _ANY, "?hc")),
    "hd": (("node", _AT_OPEN, "b"), ("node", _AT, "f"), ("", _EMPTY, "?hd")),
    "w": (  # a head of no stamp
        *_UNSTAMPED,
        ("rust", _EMPTY, "?pr"),
    ),
    "we": (*_UNSTAMPED, ("node", _ERROR, "?h"), ("rust", _EMPTY, "?pr")),  # … of an error
    **dict.fromkeys(
        ("wp", "wd"),
        (
            *_UNSTAMPED,
            *(("postgres", rb"\t", "wp"), ("rust", _EMPTY, "?pr")),
        ),
    ),
    **dict.fromkeys(("wa", "wh"), (("python", TOLD + TRACE, "at"),)),  # a line that another process wrote, with a head
    "at": (("", TOLD + _INDENTED, "at"), ("", TOLD + _EMPTY, "?at"), ("", TOLD, "ae")),  # … its stack trace
    "ae": (("", TOLD + _INDENTED, "at"), ("", TOLD + _EMPTY, "?ax")),
    "ax": (("", TOLD + _CHAIN, "ac"), ("", TOLD + _EMPTY, "?ax")),
    "ac": (("", TOLD + TRACE, "at"), ("", TOLD + _EMPTY, "ac")),
    "f": (("", _OPEN, "b"), *_FRAMES, ("rust", _REPORTED, "f"), ("", _INDENTED, "f"), ("", _EMPTY, "?fe")),
    "fr": (("ruby", _FROM, "fr"), ("ruby", _FAILED, "re"), *_AFTER_FRAMES),  # Ruby's: its cause may be next
    "rt": (("ruby", _FAILED, "re"),),  # … in a thread
    "fe": _AFTER_FRAMES,
    "c": (*_FRAMES, ("", _OPEN, "b"), ("", _INDENTED, "f"), ("", _EMPTY, "?fe"), _EVENT, ("", _ANY, "?c")),
    "b": (("", _CLOSED, END), ("node", rb"[}\])]+ \S", "f"), ("", _INDENTED, "b")),
    "bj": (("", _CLOSED, "be"), ("", _INDENTED, "bj")),  # what an error says in brackets …
    "be": (("node", _AT, "f"),),  # … and where it was
    "tb": _IN_TRACE,
    "te": (  # the error: of its text's next lines it takes what is certain
        *(*_OTHER, ("", _STACK, "tk"), ("", _QUOTES, "te"), ("", rb"Call stack:$", "tm"), ("", _LINES, "te")),
        *(("", _DRAWN, "?ti"), ("", _NEXT_TEXT, "te"), ("", _EMPTY, "?tx"), ("", _INDENTED, "te"), ("", _ANY, "?tu")),
    ),
    "tx": (*_OTHER, ("", _CHAIN, "tc"), ("", _LINES, "te"), ("", _NEXT_TEXT, "te"), ("", _EMPTY, "?tx")),
    "tu": (*_OTHER, ("", _CHAIN, "tc"), ("", _MORE_TEXT, "te"), ("", _ANY, "?tu")),  # … and what those bear out
    "tv": (("", _INDENTED, "tv"), ("", _EMPTY, "?tx"), *_OTHER, _EVENT, ("", _ANY, "?tn")),  # Pydantic's: fields …
    "tn": (("", _INDENTED, "tv"),),  # … and what is wrong with each
    "mv": (  # … in a message: the error's stack trace may be next
        *(("", _INDENTED, "mv"), ("", TRACE, "tb"), ("", _BOX, "tr"), ("", _EMPTY, "?tx"), _EVENT, ("", _ANY, "?mn")),
    ),
    "mn": (("", _INDENTED, "mv"),),
    "tc": (
        *(("", TRACE, "tb"), ("", _BOX, "tr"), ("", _GROUP, "tg"), ("", _REMOTE, "tq"), ("", _PRINTED, "tp")),
        ("", _EMPTY, "tc"),
    ),
    "tp": (  # a trace that shows variables and code around each place
        *(("", _INDENTED, "tp"), ("", rb"-+> ?\d", "tp"), ("", rb"(?:File|Cell In|Input In) ?\S", "tp")),
        *(("", rb"\.{50}$", "tp"), ("", _EMPTY, "?tp"), ("", rb"(?:\w++\.)*+\w++(?:: |$)", "te")),
    ),
    "ti": (("", _PRINTED, "tp"), ("", _DRAWN, "?ti")),  # … behind what IPython and papermill draw
    "tq": (("", _QUOTES, "tq"), ("", TRACE, "tb")),  # another process's, in quotes
    "tl": (("", TRACE, "tb"),),  # logging could not write a record
    "tm": (("", _INDENTED, "tm"), ("", rb"Message: ", "tm"), ("", rb"Arguments: ", END)),
    "ta": (("", rb"[a-z_]+: [<(\[{]", "ta"), ("", _SOURCE, "ts"), ("", TRACE, "tb"), ("", _RAISED, "te")),  # asyncio
    "ts": (  # … in debug mode: where the task was made
        *(("", _INDENTED, "ts"), ("", TRACE, "tb"), ("", _CONTEXT, "ta"), ("", _SOURCE, "ts"), ("", _RAISED, "te")),
    ),
    "tf": (  # faulthandler: every thread, and what is loaded
        *(("", _INDENTED, "tf"), ("", _THREAD, "tf"), ("", rb"(?:Current thread's C |Python runtime state)", "tf")),
        *(("", rb"(?:Extension modules: |<Cannot )", "tf"), ("", TRACE, "tb"), ("", _EMPTY, "?tf")),
    ),
    "tr": (("", _LINES, "tr"), ("", _WRAPPED, "tw"), ("", _ANY, "te")),  # Rich's frame around it, and below the error
    "tw": (("", _WRAPPED, "tw"), ("", _ANY, "te")),  # … in so many columns as there are
    "tg": (("", _BORDER, "ty"), ("", _INDENTED, "tg"), ("", _EMPTY, "?tx"), ("", _ANY, "?tz")),
    "ty": (*_OTHER, ("", _BORDER, "ty"), ("", _INDENTED, "tg"), ("", _EMPTY, "?tx")),  # … behind an end of one
    "tz": (("", _BORDER, "ty"), ("", rb"\s+[|+]", "tg"), ("", _ANY, "?tz")),  # … text that 3.11 does not indent
    "tk": (("", _INDENTED, "tk"),),
    **UNCAUGHT,
    "r": (("", _EMPTY, "?rm"), ("", _ANY, "rm")),
    "rm": (("", rb"stack backtrace:", "f"), ("", rb"note: ", END), _EVENT, ("", _ANY, "?rm")),
    "ro": (("", rb"fatal runtime error: ", END),),  # no stack left
    "d": (("", _INDENTED, "d"), ("", _EMPTY, "?d")),
    "ph": (("php", _PHP, "f"),),  # what PHP has said in one line
    # Python's warnings: the line that warned is last
    "pw": (("", rb"Coroutine created at \(most", "pc"), ("", rb"  \S", "pv"), _EVENT, ("", _ANY, "?pw")),
    "pc": (("", _INDENTED, "pc"), ("", rb"\w+: Enable tracemalloc ", END)),
    "pv": (("", rb"\w+: Enable tracemalloc ", END), ("", rb"Object allocated at \(most recent", "tk")),
    # Node.js's
    "nw": (("", rb"\(Use `node --trace-", END), ("node", _AT, "f"), ("", _EMPTY, ""), _EVENT, ("", _ANY, "?nw")),
    "n": (("", _EMPTY, ""), ("", _ANY, "?na")),
    "na": (("", _CARET, "nb"),),
    "nb": (("", _AT, "nf"), ("", rb"Node\.js v", END), ("", _EMPTY, "?nb"), ("", _ANY, "nb")),
    "nh": (  # out of memory
        *(("", rb"[^\n]{0,9}\[\d+:0x[0-9a-f]+\] ", "nh"), ("", rb"(?:<--- |FATAL ERROR: |-----|====)", "nh")),
        *(("", rb"[ \d]\d: 0x[0-9a-f]+ ", "nh"), ("", _EMPTY, "?nh")),
    ),
    "nf": (
        *(("", rb"Node\.js v", END), ("", _INDENTED, "nf"), ("", _EMPTY, "?nf")),
        ("", rb"(?:[}\])]|Caused by: |Emitted 'error' event )", "nf"),
    ),
}
PREFIXED = {"w", "wp", "wd", "wa", "wh", WITH_LEVEL, END}
"""States of what begins with a head without a stamp."""
_OF_ANOTHER = {"wa", "wh", "at", "ae", "ax", "ac"}
MAY_GO_ON = {
    "n": {"s", "sw", "sr", "sn", "sm"},
    "re": {"sr", "fr", "rt"},
    "g": {"gr"},
    "gr": {"gr"},
    "wd": {"te", "tu", "tx"},
    "wa": _OF_ANOTHER,
    "at": _OF_ANOTHER,
}
"""What begins a record, by the state of it, and yet may go on with one that is in one of these states."""
INDENTS = {state for state, rows in STATES.items() if rows[0] == ("", _INDENTED, state)}
"""States in which an indented line changes nothing."""
HEADS = (
    *UNCAUGHT_HEADS,
    ("node", _SCRIPT, "n"),
    ("node", rb"<--- Last few GCs --->", "nh"),
    ("rust", rb"thread '.*' (?:\(\d+\) )?panicked at ", "r"),
    ("rust", rb"The application panicked \(crashed\)\.", "rc"),
    ("rust", rb"thread '.*' (?:\(\d+\) )?has overflowed its stack$", "ro"),
    ("java", rb'Exception in thread "', "pe"),
    ("node", rb"\(node:\d+\) ", "nw"),
    ("python", _WARNING, "pw"),
    ("python", rb"--- Logging error ---$", "tl"),
    ("python", _OF_ASYNCIO, "ta"),
    ("python", rb"Process (?:\S*[Pp]rocess\S*|\S*[Ww]orker\S*|[\w.:-]+-\d+):$", "pe"),  # multiprocessing
    ("python", rb"(?:Fatal Python error: |Timeout \(\d[\d:.]*\)!$)", "tf"),
    ("python", rb"Exception (?:in thread \S.*|ignored in: .*|ignored in \S.*):?$", "pe"),
    ("dotnet", rb"(?:trce|dbug|info|warn|fail|crit): [\w.+`<>]+\[\d+\]$", "d"),
    ("dotnet", rb"Unhandled [Ee]xception(?:[.:] |:$)", "pe"),
    ("php", rb"PHP (?:Fatal error|Parse error|Warning|Notice|Deprecated): .* on line \d+$", "ph"),
    ("php", rb"PHP (?:Fatal error|Parse error|Warning|Notice|Deprecated): ", "pe"),
    ("ruby", _FAILED, "re"),
    ("ruby", rb"#<Thread:0x[0-9a-f]+ .*> terminated with exception \(", "rt"),
)
"""What begins a record by itself, though there is neither a stamp nor a level."""
FIRST = (*_TRACES, *_FRAMES, *UNCAUGHT_FIRST)
"""What begins one only where no record is under way."""
MORE = (*_OF_LEVEL, *UNCAUGHT_FIRST)
"""What goes on with lines that nobody knows and that have a level, and with what other line may go on."""
