"""The detectors that logship has, by name. What each finds and leaves, and how often it errs: docs/redaction.md."""

from collections.abc import Iterable
from typing import Final

from logship.redaction.addresses import EMAIL
from logship.redaction.credentials import AUTHORIZATION, JWT, PRIVATE_KEY
from logship.redaction.numbers import CARD, IBAN, IP, PHONE
from logship.redaction.scanner import Detector
from logship.redaction.secrets import KEYS, NAMED

DETECTORS: Final = (EMAIL, CARD, IBAN, PHONE, IP, JWT, *AUTHORIZATION, PRIVATE_KEY, KEYS, *NAMED)
"""Several of one name find one kind, each by a form of its own."""
NAMES: Final = tuple(dict.fromkeys(each.name for each in DETECTORS))


def detectors_of(names: Iterable[str]) -> tuple[Detector, ...]:
    """Give the detectors of these names, each once, in the order of :data:`DETECTORS`; ``all`` stands for every one.

    Raises ``ValueError``, the end of a sentence that begins with the setting, for a name that there is not.
    """
    wanted = {*names}
    for name in sorted(wanted - {*NAMES, "all"}):
        import difflib  # noqa: PLC0415 - only a wrong setting needs it

        near = difflib.get_close_matches(name, (*NAMES, "all"), 1)
        hint = f"did you mean {near[0]}?" if near else f"write all, or of {', '.join(NAMES)}"
        message = f"names no detector with {name!r}; {hint}"
        raise ValueError(message)
    return tuple(each for each in DETECTORS if "all" in wanted or each.name in wanted)
