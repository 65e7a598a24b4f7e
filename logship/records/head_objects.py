r"""What the head of a text line looks like where it is an object of a language, and no JSON; pure.

As in :mod:`logship.records.head_forms`, of which these are looked at first. Which of time and level comes first, and
what is between them, is told before either; nothing behind both counts.
"""

from logship.records.head_parts import ISO, ONE, QUIET, Form

_MEMBERS = rb"(?:'[\w.@-]{1,60}+': (?:'[^'\\\n]{0,300}+'|[\w.-]{1,60}+), ){0,6}?"
_TIME_MEMBER = rb"'(?:time|timestamp|ts|asctime)': '" + ISO + rb"'"
_LEVEL_MEMBER = rb"'(?:level|levelname|severity)': '" + QUIET + rb"'"

_STRING = rb"'(?:[^'\\\n]|\\.){0,300}+'"
_VALUE = rb"(?:" + _STRING + rb"|\"[^\"\n]{0,300}+\"|\{[^{}\n]{0,300}+\}|\[[^\[\]\n]{0,300}+\]|[\w.:+-]{1,60}+)"
_TIME = rb"(?:time|timestamp|ts|date): '?" + ISO + rb"'?"
_LEVEL = rb"(?:level|severity): '" + QUIET + rb"'"
_OTHER = rb"(?!(?:time|timestamp|ts|date|level|severity): )"
_SAID = rb"(?=(?s:.{0,400}?)(?<![\w.])(?:message|msg): )"
"""A level alone is one beside a text."""
_NAMED = rb"(?= {0,2}[A-Za-z_$'])"
_SAME_LINE = rb"(?:" + _OTHER + rb"(?:[\w$]{1,60}+|'[^'\n]{1,60}+'): " + _VALUE + rb", ){0,6}?"
_LINES = rb"(?:  " + _OTHER + rb"[^\n]{0,300}+\n){0,12}?  "
"""Of a member's value, too: that is further to the right than any member's name."""

OBJECTS = (
    # A dictionary of Python's, or JSON that was written by hand with its quotes
    Form(b"{", ONE(rb"\{" + _MEMBERS + _TIME_MEMBER + rb", " + _MEMBERS + _LEVEL_MEMBER)),
    Form(b"{", ONE(rb"\{" + _MEMBERS + _LEVEL_MEMBER + rb", " + _MEMBERS + _TIME_MEMBER)),
    # An object of Node's, on one line or on several
    *(
        Form(b"{", ONE(rb"\{" + start + _NAMED + others + first + between + others + second))
        for start, others, between in ((rb" ", _SAME_LINE, rb", "), (rb"\n", _LINES, rb",\n"))
        for first, second in ((_TIME, _LEVEL), (_LEVEL, _TIME))
    ),
    # … without a time: winston's prettyPrint
    *(
        Form(b"{", ONE(rb"\{" + start + _NAMED + _SAID + others + _LEVEL), alike=False)
        for start, others in ((rb" ", _SAME_LINE), (rb"\n", _LINES))
    ),
)
