"""What programs print of an error that nobody caught: Go's, and those of languages that have no rule of their own.

Rows as in :mod:`logship.records.multiline_rules`.
"""

from logship.records.leveled_lines import LEVELED
from logship.records.line_starts import END

OTHERS = "others"
"""The rule of languages that nobody can name: they are known where all rules are."""
RULED = "gz"
"""The state of a rule, by itself."""
_INDENTED, _EMPTY, _ANY = rb"[ \t]", rb"\s*$", rb""
_EVENT = ("", LEVELED, "")
_GO = (
    rb"(?:\t|goroutine \d+ |PC=0x|instruction bytes: 0x|signal arrived during |-----$|runtime stack:$"
    rb"|\[signal |created by |exit status |\.\.\.|\w+\s+0x[0-9a-f]+$"
    rb"|(?:[\w.-]++/)*+[\w-]++\.[^\s(]*(?:\(\*[\w\[\].]+\)[^\s(]*)?\(.*\)$|panic\()"
)
_SIGNAL = (
    rb"SIG(?:QUIT: quit|ABRT: abort|SYS: bad system call|TRAP: trace trap|ILL: illegal instruction"
    rb"|FPE: floating-point exception|BUS: bus error|SEGV: segmentation violation)"
)
RULE, RACE = rb"={18}$", rb"WARNING: DATA RACE$"
_RACING = rb"(?:Read|Write|Atomic|Previous|Concurrent|Goroutine|Mutex|Location|Heap|As if|\[failed )"
"""Of Go's race detector, between two rules."""
_GIN = rb"(?:Error #\d{1,3}: | {5}Meta: )"
_ELIXIR = rb"\*\* \((?:[A-Z][\w.]{1,80}|exit|throw|EXIT from #PID<[\d.]+>)\) "
_ELIXIRS = rb" {4}(?:\([a-z_]\w* [\d.]+\) )?\S{1,120}:\d+: "
_R = rb"Error in [^\n]{1,200}? : "
_TCL = rb" {4}(?:while executing|invoked from within)$"
_OCAML = rb"(?:Raised (?:at|by primitive operation at)|Re-raised at|Called from) [A-Z][^\"\n]{1,200}file \""
_D = rb"(?:\?\?:\?|[\w./-]{1,200}\.di?:\d+) "
_NIM = rb"(?:/\S{1,200}|\w{1,60})\.nim\(\d{1,6}\) +\w"

UNCAUGHT: dict[str, tuple[tuple[str, bytes, str], ...]] = {
    "g": (("", _GO, "g"), ("", _EMPTY, "?g")),
    "gr": (("", rb"runtime: ", "gr"), ("", rb"fatal error: ", "g"), ("", _GO, "g"), ("", _EMPTY, "?g")),
    RULED: (("", RACE, "gd"),),
    "gd": (("", _INDENTED, "gd"), ("", RULE, END), ("", _RACING, "gd"), ("", _EMPTY, "?gd")),
    "gn": (("", _GIN, "gn"),),  # a request that gin answered, and its errors
    "gq": (("", rb"\x1b\[0m$", END), ("", _EMPTY, "?gq"), ("", _ANY, "gq")),  # … of which it recovered a panic
    # Elixir's: text, if frames follow
    "ox": (("", _INDENTED, "oe"), ("", _EMPTY, "?oe"), ("", _ELIXIR, ""), _EVENT, ("", _ANY, "?ov")),
    "oe": (("", _INDENTED, "oe"), ("", _EMPTY, "?oe")),
    "ov": (("", _ELIXIRS, "oe"), ("", _EMPTY, ""), ("", _ELIXIR, ""), _EVENT, ("", _ANY, "?ov")),
    # R's
    "or": (
        *(("", rb"Execution halted$", END), ("", rb"Calls: ", "or"), ("", _INDENTED, "or")),
        *(("", _EMPTY, ""), ("", _R, ""), _EVENT, ("", _ANY, "?or")),
    ),
    "ot": (("", _INDENTED, "ot"), ("", rb"\"", "ot")),  # Tcl's
    "oo": (("", _OCAML, "oo"),),
    "od": (("", rb"-{16}$", "?og"), ("", _EMPTY, ""), _EVENT, ("", _ANY, "?od")),  # D's
    "og": (("", _D, "og"),),
    "on": (("", _NIM, "on"), ("", rb"Error: unhandled exception: ", END)),
}
UNCAUGHT_HEADS = (
    ("go", rb"runtime: ", "gr"),
    ("go", rb"(?:panic: |fatal error: |unexpected fault address |" + _SIGNAL + rb")", "g"),
    ("go", rb"\[GIN\] \d{4}/\d\d/\d\d - \d\d:\d\d:\d\d \|", "gn"),
    ("go", rb"\[GIN-debug\] \S", "d"),
)
"""What begins a record whatever is before it."""
UNCAUGHT_FIRST = (
    ("go", RULE, RULED),
    (OTHERS, _ELIXIR, "ox"),
    (OTHERS, _R, "or"),
    (OTHERS, rb"[a-z]\w*(?:\.\w+)*@[\w./-]{1,200}\.di?\(\d+\): ", "od"),
    (OTHERS, rb"Traceback \(most recent call last\)$|" + _NIM, "on"),
)
"""What begins one only where no record is under way."""
UNCAUGHT_FRAMES = (
    (OTHERS, rb"  from \S{1,200}:\d+:\d+ in '", "f"),  # Crystal
    (OTHERS, rb"stack traceback:$", "f"),  # Lua
    (OTHERS, rb"CallStack \(from HasCallStack\):$", "f"),  # Haskell
    (OTHERS, _TCL, "ot"),
    (OTHERS, _OCAML, "oo"),
)
"""What goes on with the line before it, which is its message."""
