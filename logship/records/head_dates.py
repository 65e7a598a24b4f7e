r"""What the head of a text line looks like where its date has a month's whole name, or a form of few programs; pure.

As in :mod:`logship.records.head_forms`, of which these are looked at last among those with a date.
"""

from logship.records.head_levels import ANYWHERE, WORDLIKE, ZONES
from logship.records.head_parts import CLOCK, END, FRACTION, MONTH, NO_ZONE, OFFSET, ONE, REQUESTED, Form

_WHOLE = rb"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = rb"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, )?"

DATES = (
    # RFC 822, RFC 850
    Form(
        b"0FMSTW",
        ONE(
            rb"(?P<s>" + _DAY + rb"00[ -]" + MONTH + rb"[ -]00 00:00(?::00)?)(?P<f>)"
            rb"(?P<z> (?:[+-]0000|" + ZONES + rb"|" + WORDLIKE + rb")) "
        ),
        ANYWHERE,
    ),
    # %d-%b-%y, as introductions to Python's logging have it
    Form(
        b"0[(FMSTW",
        ONE(rb"[\[(]?(?P<s>" + _DAY + rb"00-" + MONTH + rb"-00 " + CLOCK + FRACTION + NO_ZONE + END),
        ANYWHERE,
    ),
    # The time of a request, without its brackets
    Form(b"0", ONE(REQUESTED + FRACTION + OFFSET + END), ANYWHERE),
    # Fit for a file's name
    Form(b"0[(", ONE(rb"[\[(]?(?P<s>0000-00-00[_T ]00-00-00" + FRACTION + NO_ZONE + END), ANYWHERE, alone=False),
    # A month's whole name; Django's runserver
    Form(
        b"JFMASONDTW[0",
        ONE(
            rb"\[?(?P<s>"
            + _DAY
            + rb"(?:"
            + _WHOLE
            + rb" 00?, 0000|00? "
            + _WHOLE
            + rb" 0000)(?:,| -)? 00?:00:00"
            + FRACTION
            + rb"(?P<z> [AP]M|)"
            + END
        ),
        ANYWHERE,
    ),
)
"""With the month's name it is certain which number is the day."""
