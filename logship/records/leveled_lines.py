r"""Which lines have a level where logging writes one, without a time stamp: they are no text of another record; pure.

Cheaper than :mod:`logship.records.head_untimed`, which says what the level is: the level is in capitals, and is the
line's first word, stands between marks, or behind a name or two with a mark beside them; or it is winston's, in small
letters. It is asked of the few lines that might belong to an error's text. Colours may stand anywhere.
"""

from logship.records.head_untimed import WORDS

_COLOUR = rb"(?:\x1b\[[\d;]*m)*+"
_MARK = rb"(?: {0,20}(?:->|[|:>-]) ?| {2,40}|\t)"
_NO_ERROR = rb"(?![\w.$]{0,60}(?:Error|Exception)\b)"
_WORD = _NO_ERROR + rb"[A-Za-z_][\w.$/-]{0,60}+(?::\d{1,6})?" + _COLOUR
_FIELD = (
    _COLOUR
    + rb"(?:(?:\[[^\]\n]{1,80}+\]|\([^)\n]{1,60}+\)|\d{1,7}|"
    + _NO_ERROR
    + rb"[A-Za-z_]\w{0,40}+(?:\.\w{1,40}+){1,8}+)"
    + _COLOUR
    + rb"(?:"
    + _MARK
    + rb"| )|"
    + _WORD
    + rb"(?:"
    + _MARK
    + rb"| (?=[\[(<])))"
)
"""A thread, a process, a name with points; or a word with a mark behind it, or the brackets around a level."""
_LEVEL = _COLOUR + WORDS + _COLOUR
_BOX = _COLOUR + rb"\xe2\x94[\x83\x97]"
_WINSTON = _COLOUR + rb"\[?" + _COLOUR + rb"(?:silly|debug|verbose|http|info|warn|error)" + _COLOUR + rb"\]?: +"
BOXED = _WINSTON + _BOX
"""winston-console-format writes the head again before each line of a stack, and draws a line beside it."""
LEVELED = (
    rb"(?: {0,4}(?:"
    + _FIELD
    + rb"){0,3}?"
    + _COLOUR
    + rb"[\[(<{|*]{0,2} ?"
    + _LEVEL
    + rb"[ \t\])>}|*:;,-]|"
    + _WORD
    + rb" "  # as in a sentence, unless a mark follows the level
    + _LEVEL
    + rb" {0,20}(?::|[|>-] |-> )|"
    + _WINSTON
    + rb"(?!"
    + _BOX
    + rb")\S)"
)
"""What such a line looks like."""
