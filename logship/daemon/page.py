"""The page for people at ``/``: one file with its style and its script in it, read when somebody asks for it."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("page.html")
_INLINE: Final = re.compile(rb"<(style|script)>(.*?)</\1>", re.DOTALL)


def page() -> tuple[bytes, str]:
    """Give the page, and the Content-Security-Policy under which nothing but its own inline parts runs.

    They are named by hash (Content Security Policy Level 3, section 6.7.2.3): what somebody got into the page beside
    them would neither run nor load anything, and it may ask nobody but the daemon that it came from.
    """
    body = _FILE.read_bytes()
    hashes = "".join(f"; {kind.decode()}-src 'sha256-{_hash(text)}'" for kind, text in _INLINE.findall(body))
    return body, f"default-src 'none'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'{hashes}"


def _hash(text: bytes) -> str:
    return b64encode(sha256(text).digest()).decode()
