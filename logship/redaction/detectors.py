"""The detectors that logship has, by name. What each finds and leaves, and how often it errs: docs/redaction.md."""

from collections.abc import Iterable
from typing import Final

from logship.redaction.scanner import Detector

PEM_BEGIN: Final = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
PEM_END: Final = r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
"""The line before and the line after a private key (RFC 7468, section 2), for whoever sees its lines one by one."""

DETECTORS: Final = (
    Detector(
        "email",
        (r"[\w.%+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}",),
        hints=(r"\w@\w",),
        sample="mail to jane@example.org",
    ),
    Detector(
        "jwt",
        (r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*){1,3}",),
        hints=(r"eyJ[\w-]+\.[\w-]",),
        sample="token eyJ" + "x" * 20 + "." + "x" * 20 + "." + "x" * 20,
    ),
)
NAMES: Final = tuple(each.name for each in DETECTORS)


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
