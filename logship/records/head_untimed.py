r"""Heads with a level and no time, as who leaves the time to a container's runtime configures them; pure.

As in :mod:`logship.records.head_forms`: what a line looks like when each digit is a 0. A level is in capitals, and is
the line's first word, or stands between marks, or behind what is no word of a sentence: Python's ``logging`` in some
ninety formats, Django's ``simple`` of its own documentation among them (DECISIONS 865).
"""

from logship.records.head_levels import ANY, POSTGRES
from logship.records.head_parts import END, GAP, ISO, LETTERS, LEVELS, ONE, Form

WORDS = rb"(?:CRIT(?:ICAL)?|DEBUG?|EMERG(?:ENCY)?|ERROR?|FATAL?|INFO|NOTICE|SEVERE|TRACE|WARN(?:ING)?)(?![\w=]|[.-]\w)"
"""What is a level without a time, too."""
_LEVEL = rb"(?P<l>" + WORDS + rb")"
_POINTED = rb"[A-Za-z_]\w{0,40}+(?:\.\w{1,40}+){1,8}"
_PLACE = (
    rb"(?:\[[^\]\n]{1,80}+\]|\([^)\n]{1,60}+\)|<[\w.]{1,60}+>|(?=[A-Za-z_./])[\w./$-]{1,80}+(?::[\w<>]{1,60}+)?:0{1,6}"
    rb"|[\w.<>]{1,60}+\(\)|" + _POINTED + rb")"
)
"""A thread, a file and a line, a function, a name with points: no word of a sentence."""
_NAME = rb"(?:[A-Za-z_][\w$-]{0,60}+|0{1,20})"
_MARK = rb"(?:[ ]{0,20}+(?:::|->|[|:-])[ ]{0,20}+|\t)"
_GAP = rb"(?:" + _MARK + rb"|[ ]{1,40}+)"
_NO_LEVEL = (
    rb"(?!\W{0,6}(?:" + ANY.replace(rb"\d", b"0") + rb"|" + POSTGRES + rb")\b|[\w.$-]{1,60}?[./|]" + WORDS + rb"[:|])"
)
"""The first level counts."""
_SPACED = _NAME + rb"(?:" + _MARK + rb"|[ ]{2,40}+|[ ](?=[A-Z]{4}|[\[(<]))"
"""One with a single blank behind it only before what is none, as the gate has it."""
_WORD = _NO_LEVEL + rb"(?:" + _PLACE + _GAP + rb"|" + _SPACED + rb")"
_FIELD = rb"(?:" + _NO_LEVEL + rb"(?:" + _PLACE + _GAP + rb"|" + _NAME + _MARK + rb"))"
"""A word with a mark behind it, or a place."""
_COLUMN = _NO_LEVEL + rb"(?:" + _PLACE + _GAP + rb"|(?:" + _NAME + rb"|" + _POINTED + rb")[ ]{2,40}|root[ ])"
_STARTS = LETTERS + b"0[(<./"

TIMED_LATE = Form(_STARTS, ONE(rb"(?:" + _WORD + rb"){1,3}?[\[(<]?[ ]{0,5}" + _LEVEL + rb"[ ]{0,5}" + GAP + ISO + END))
"""Behind fields, with a time behind it after all."""
UNTIMED = (
    # The level first, or in its column, to the right
    Form(
        LEVELS,
        ONE(_LEVEL + rb"(?:[:;,|>]|[ ](?:[:|>]|::|--?>?|=>|>>)[ ]|\t|/[\w.-]{1,60}+(?::[ ]|\][ ]))"),
    ),
    # Django's "simple", charmbracelet's without a time, agno, Nim, Mojo
    Form(b"CDEFINW", ONE(rb"(?P<l>CRIT(?:ICAL)?|DEBUG?|ERROR?|FATAL?|INFO|NOTICE|WARN(?:ING)?)[ ](?=[^\s:|\[-])")),
    Form(b" ", ONE(rb"(?=[ ](?:WARNING|[ ]{1,2}(?:DEBUG|ERROR|FATAL|[ ]INFO))[ ])[ ]{1,4}(?P<l>[A-Z]+)[ ]\S")),
    # A process with a dash, as the introductions to Python's logging have it
    Form(b"0", ONE(rb"0{1,7}-(?P<l>CRITICAL|DEBUG|ERROR|INFO|WARNING)-")),
    # Between marks
    Form(b"{|*#=-", ONE(rb"[{|*#=-]{1,4}[ ]?" + _LEVEL + rb"[ ]?[}|*#=-]{1,4}:?[ ]")),
    Form(_STARTS, ONE(rb"(?:" + _WORD + rb"){0,3}?[\[(<][ ]{0,5}" + _LEVEL + rb"[ ]{0,5}[\])>][: ]")),
    # Behind fields: before a mark; behind what is no word, or in a column
    Form(_STARTS, ONE(_WORD + _FIELD + rb"{0,2}?" + _LEVEL + rb"[ ]{0,20}(?:(?:::?|->|[|-])[ ]|[|]|\t)")),
    Form(LETTERS, ONE(rb"[A-Za-z_][\w.$-]{0,60}?[./|]" + _LEVEL + rb"[:|]")),
    Form(_STARTS, ONE(_FIELD + rb"{0,2}?" + _COLUMN + _LEVEL + rb"[ ]")),
)
