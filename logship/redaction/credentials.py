"""What lets somebody in, by its form: tokens that carry their claims, headers, logins in addresses, private keys."""

import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error
from typing import Final

from logship.redaction.forms import AFTER, COLOR, QUOTE, WRITTEN_BLANK, WRITTEN_IS
from logship.redaction.scanner import Detector


def is_jwt(value: bytes) -> bool:
    """Say whether the first part is a header with an algorithm (RFC 7515, section 4.1; RFC 7516, section 4.1)."""
    header = value.partition(b".")[0]
    try:
        return b'"alg"' in urlsafe_b64decode(header + b"=" * (-len(header) % 4))
    except Error:
        return False


JWT: Final = Detector(
    "jwt",
    (AFTER + r"(eyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*){0,3})",),
    needs=(b"eyj",),
    confirm=is_jwt,
    hints=(r"eyJ[\w-]{8,}\.[\w.-]",),
    sample="token eyJhbGciOiJub25lIn0." + "x" * 20 + ".",
)

PEM_BEGIN: Final = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
PEM_END: Final = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
"""The line before and the line after a private key (RFC 7468, section 2), for whoever sees its lines one by one."""
PRIVATE_KEY: Final = Detector(
    "private_key",
    (rf"{PEM_BEGIN}(?s:.*?)(?:{PEM_END}|\z)",),
    needs=(b"private key",),
    hints=(PEM_BEGIN,),
    sample="-----BEGIN " + "PRIVATE KEY-----\\n" + "x" * 16 + "\\n-----END " + "PRIVATE KEY-----",
)

_SCHEMES: Final = (
    "(?:basic|bearer|token|api-?key|key|dpop|digest|negotiate|ntlm|oauth|hawk|signature|aws4-hmac-sha256|splunk)"
)
_SPACE: Final = r"[ \t]"
_HEADER: Final = rf"(?i:authorization){QUOTE}?{_SPACE}*[:=]{_SPACE}*{QUOTE}?"
_PARAMETER: Final = r"""[\w-]+=(?:\\*"[^"\\]*\\*"|[^\s"'\\,]+)"""
_PARAMETERS: Final = rf"""{_PARAMETER}(?:, ?{_PARAMETER})*|[^\s"'`\\,;]+"""


def is_basic(value: bytes) -> bool:
    """Say whether it is ``user:password`` in base64 (RFC 7617, section 2), whole or cut."""
    try:
        return b":" in b64decode(value[: len(value) // 4 * 4])
    except Error:
        return False


def is_bearer(value: bytes) -> bool:
    """Say whether it is no word of a sentence about bearer tokens, nor the name of a scheme that has digits."""
    return _NO_WORD.search(value) is not None and not value.lower().startswith(b"aws4-hmac")


_NO_WORD: Final = re.compile(rb"[0-9]|[a-z][A-Z]")
_HEADER_HINT: Final = (
    rf"(?i:authorization{COLOR}?(?:{QUOTE}?[ \t\\]*[:=]|{WRITTEN_IS})"
    rf"|bearer{COLOR}?(?:[ \t]|\\t|{WRITTEN_BLANK})+[\w.~+/-]{{8}})"
)
_LOGIN: Final = r"""://(?:[^\s/?#@:"'`<>\\]|\\u)*:(?:[^\s/?#"'`<>\\]|\\u)+@"""
_WRITTEN_LOGIN: Final = r"""(?i:%3a%2f%2f[^\s/?#@:"'`<>\\]*%3a[^\s/?#"'`<>\\]+%40)"""
AUTHORIZATION: Final = (
    Detector(
        "bearer",
        (_HEADER + f"(?i:{_SCHEMES}(?:{_SPACE}+|%20))+({_PARAMETERS})",),
        needs=(b"authorization",),
        hints=(_HEADER_HINT,),
        sample='Authorization: Digest username="jane", response="x"',
    ),
    Detector(
        "bearer",
        (AFTER + r"(?i:bearer[ \t]+)([\w.~+/-]{8,}=*)", _HEADER + r"([\w.~+/=-]{16,})"),
        needs=(b"bearer", b"authorization"),
        confirm=is_bearer,
        hints=(_HEADER_HINT,),
        keys=r"(?:[\w.-]*[._-])?authorization",
        keyed=is_bearer,
        sample="bearer x0" + "x" * 14,
    ),
    Detector(
        "bearer",
        (AFTER + r"(?i:basic[ \t]+)([A-Za-z0-9+/]{8,}={0,2})",),
        needs=(b"basic",),
        confirm=is_basic,
        hints=(r"(?i:basic(?:[ \t]|\\t|%20|\+)+[A-Za-z0-9+/]{8})",),
        sample="Authorization: Basic dXNlcjpwYXNz",
    ),
    Detector(
        "bearer",
        (r"""://([^\s/?#@:"'`<>\\]*:[^\s/?#"'`<>\\]+)@""",),
        needs=(b"://",),
        hints=(_LOGIN, _WRITTEN_LOGIN),
        sample="postgres://user:pass@db.example/app",
    ),
)
