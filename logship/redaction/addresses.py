"""Addresses of people."""

import re
from typing import Final

from logship.redaction.forms import ESCAPE
from logship.redaction.scanner import Detector

_LATIN: Final = r"\x{C0}-\x{24F}"
_NO_DOMAIN: Final = re.compile(
    rb"(?i).*\.(?:png|jpe?g|gif|svg|webp|ico|css|js|mjs|ts|py|go|rs|java|service|socket|slice|scope|timer|mount|target)",
    re.IGNORECASE,
)


def is_email(value: bytes) -> bool:
    """Say whether it is no name of a file (``icon@2x.png``) or of a unit (``user@1000.service``)."""
    return _NO_DOMAIN.fullmatch(value) is None


EMAIL: Final = Detector(
    "email",
    (
        r"""://[^\s/?#@:"'`<>\\]*:[^\s/?#"'`<>\\]+@""",  # a login in an address is no one's mail
        rf"(?:{ESCAPE})?([\w.%+'{_LATIN}-]*[\w+{_LATIN}-](?:@|%40)(?:[a-zA-Z0-9{_LATIN}-]+\.)+[a-zA-Z]{{2,}})",
    ),
    needs=(b"@", b"%40"),
    confirm=is_email,
    hints=(rf"[\w+{_LATIN}-](?:@|%40)(?:[a-zA-Z0-9.{_LATIN}-]|\\u[0-9a-fA-F]{{4}})+\.[a-zA-Z]{{2}}",),
    sample="mail to jane@example.org",
)
