r"""Keys by what they begin with, and values by the name before them.

Prefixes and lengths are those that the issuers publish, as gitleaks 8.30 and detect-secrets 1.5 know them too; part of
a length is asked for, so that a key is found that was cut, or whose issuer makes longer ones by now.
"""

import re
from typing import Final

from logship.redaction.forms import AFTER, COLOR, ESCAPE, QUOTE, WRITTEN_BLANK, WRITTEN_IS, looks_drawn
from logship.redaction.scanner import Detector

_BEGIN: Final = (
    r"sk-[\w-]{20,}",  # OpenAI, Anthropic, and others that do as they do
    r"gh[opsur]_[\w.-]{30,}|github_pat_\w{22,}",
    r"gl(?:pat|dt|rt|rtr|ptt|ft|soat|cbt|imt|agent|oas|ffct|wt)-[\w.-]{20,}|GR1348941[\w-]{20,}",  # GitLab
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b|ABSK[A-Za-z0-9+/]{40,}=*|bedrock-api-key-[\w+/=-]{20,}",  # AWS
    r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}",  # Google
    r"xox[a-z](?:\.xox[bp])?-[\w-]{10,}|xapp-\d-[\w-]{10,}|hooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{20,}",
    r"[rs]k_(?:live|test|prod)_\w{10,}|whsec_[\w+/]{24,}=*",  # Stripe
    r"hf_[A-Za-z0-9]{30,}|api_org_[A-Za-z0-9]{30,}",  # Hugging Face
    r"npm_[A-Za-z0-9]{30,}|pypi-AgE[\w-]{30,}|rubygems_[a-f0-9]{40,}|dckr_(?:pat|oat)_[\w-]{20,}",
    r"gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{40,}|pplx-[A-Za-z0-9]{40,}|nvapi-[\w-]{40,}|r8_[A-Za-z0-9]{30,}",
    r"lsv2_[a-z]{2}_\w{30,}|tvly-[\w-]{20,}|pcsk_\w{30,}",  # LangSmith, Tavily, Pinecone
    r"do[opr]_v1_[a-f0-9]{40,}|dapi[a-f0-9]{32}|hv[bsr]\.[\w-]{24,}|pul-[a-f0-9]{40}|HRKU-[\w-]{40,}",
    r"SG\.[\w-]{16,}\.[\w-]{16,}|SK[a-f0-9]{32}|xkeysib-[a-f0-9]{40,}-\w+",  # SendGrid, Twilio, Brevo
    r"glc_[\w+/]{32,}=*|glsa_\w{32,}|sntrys_[\w+/=]{40,}|sntryu_[a-f0-9]{40,}|NRAK-[A-Z0-9]{20,}|ph[cx]_\w{30,}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|sq0[a-z]{3}-[\w-]{22,}|EAAA[\w-]{56,}|FLWSECK_\w+-[\w-]{12,}",
    r"ATATT3[\w=-]{40,}|PMAK-[a-f0-9-]{40,}|lin_api_\w{30,}|ntn_\w{40,}|figd_[\w-]{30,}|pscale_\w+_[\w.=-]{30,}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{40,}|ops_eyJ[\w+/]{40,}=*|A3-[A-Z0-9]{6}-[A-Z0-9-]{20,}|dt0c01\.[\w.]{40,}",
)
_HOLD: Final = (
    (r"[\w~.]{3}\dQ~[\w~.-]{31,34}", r"\dQ~[\w~.-]{4}"),  # Microsoft Entra
    (r"\w{14}\.atlasv1\.[\w=-]{40,}", r"\.atlasv1\."),  # Terraform
    (r"[a-f0-9]{32}-us\d{1,2}", r"[a-f0-9]-us\d"),  # Mailchimp
    (r"\d{8,10}:AA[\w-]{32,34}", r"\d:AA[\w-]{4}"),  # Telegram
)
"""What has its mark further in, with what is looked for in a block: something rarer than how it begins."""


_ENOUGH: Final = 5
_COUNTED: Final = re.compile(r"\{(\d+),?\}")


def _fewer(expression: str) -> str:
    """Give what asks for some of many characters only, and stops there: re2 has a state for each that it counts."""
    return _COUNTED.sub(lambda match: f"{{{_ENOUGH},}}?" if int(match[1]) > _ENOUGH else match[0], expression)


_KEYS: Final = "|".join((*_BEGIN, *(each for each, _ in _HOLD)))
_WHOLE_KEY: Final = re.compile(_KEYS.encode())


def key_end(text: bytes, start: int) -> int:
    """Give where a key ends; its start, if what begins as one is none."""
    match = _WHOLE_KEY.match(text, start)
    return match.end() if match else start


def is_key(value: bytes) -> bool:
    """Say whether it is one: ``sk-`` also begins names of things, which are made of words."""
    return len(value) > 0 and (not value.startswith(_WORDY) or value.startswith(_CLEAR) or looks_drawn(value))


_WORDY: Final = b"sk-"
_CLEAR: Final = (b"sk-ant-", b"sk-proj-")
_BEGINNINGS: Final = (_fewer("|".join(_BEGIN)), *(_fewer(each) for each, _ in _HOLD))
KEYS: Final = Detector(
    "secret",
    (rf"(?:\b|{ESCAPE})(?:{'|'.join(_BEGINNINGS)})",),
    hints=(f"{AFTER}(?:{_BEGINNINGS[0]})", *(hint for _, hint in _HOLD)),
    confirm=is_key,
    whole=key_end,
    sample="key sk-" + "x0" * 12,
)

_NAMES: Final = (
    r"(?:passw(?:or)?d|passphrase|passcode|pwd|secret"
    r"|(?:api|access|secret|private|account|auth|encryption|signing|master|subscription|storage)[_. -]?key)"
    r"(?:[_-]?confirm(?:ation)?|[0-9])?"
)
_KINDS_OF_TOKENS: Final = (
    r"(?:access|auth|refresh|id|session|api|bot|bearer|oauth2?|csrf|xsrf|security|secret|user|client|app|push|device"
    r"|account|github|gitlab|slack|hf|npm|pypi|vault|jwt|reset)"
)
"""Not of pages, of requests to go on, and of text: those are no secrets, and agents' logs are full of them."""
_TOKENS: Final = rf"(?:{_KINDS_OF_TOKENS}[_.-]?token|{AFTER}token|x-amz-signature|[?&]sig)"

_IS: Final = rf"{QUOTE}?[ \t]*(?:=>|[:=]=?)[ \t]*"
_WORD: Final = r"""([^\s"'`,;&<>()\[\]{}\\]+)(?:$|[^\w(\[.]|\.(?:$|\W))"""


def _named(name: str, *values: str) -> str:
    return f"(?i:{name})(?:{'|'.join(values)})"


_QUOTED: Final = (rf'{_IS}\\*"([^"\n]+?)(?:\\*"|\n|\z)', rf"{_IS}\\*'([^'\n]+?)(?:\\*'|\n|\z)", r">([^<>\n]+)<")
_LONGER: Final = re.compile(rb"""[^\s"'`,;&<>()\[\]{}\\]+(?:[,;&](?!\s|[\w.-]+[ \t]*[=:])[^\s"'`,;&<>()\[\]{}\\]+)*""")
"""A value with what may as well be the end of it, if no other name and value follow, nor a blank."""
_NO_VALUE: Final = re.compile(
    rb"(?i)(?:[*.x_-]+|\[[^\]]*\]?|<[^>]*>?|[$%]?\{\{?[^}]*\}*|\$\w+|%[a-z]|none|null|nil|true|false|undefined|empty)[.:]?"
    rb"|[^\w\x80-\xff]*"
)
_PATH: Final = re.compile(rb"~?(?:/[\w.-]*)+")
_CODE: Final = re.compile(
    rb"[a-z_]\w*(?:\.[a-z_]\w*)+|[a-z_]*(?:password|passwd|pwd|secret|key|token|str|string)", re.IGNORECASE
)
_MARKED: Final = re.compile(rb"[0-9!#$%^*+~@?|]")


def value_end(text: bytes, start: int) -> int:
    """Give where a value ends that is written without quotes."""
    match = _LONGER.match(text, start)
    return match.end() if match else start


def is_value(value: bytes) -> bool:
    """Say whether something stands there at all, and not the place of something that was taken out, or comes later."""
    return _NO_VALUE.fullmatch(value) is None


def is_assigned(value: bytes) -> bool:
    """Say whether a word behind an equals sign is a value, and not a path or, in a program, another name."""
    return is_value(value) and _PATH.fullmatch(value) is None and _CODE.fullmatch(value) is None


def is_marked(value: bytes) -> bool:
    """Say whether a word that may as well go on in a sentence, or in a program, is none that either is made of."""
    return is_assigned(value) and _MARKED.search(value) is not None


_BLANKS: Final = rf"(?:[ \t]|\\t|{COLOR})*"
_NAME_HINT: Final = (
    rf"(?i:{_NAMES}){COLOR}?(?:{QUOTE}?{_BLANKS}[:=>]|{WRITTEN_IS})"
    rf"|--[\w-]*(?i:{_NAMES})(?:[ \t]|{WRITTEN_BLANK}|{COLOR})"
)
_TOKEN_HINT: Final = (
    rf"""(?i:token|x-amz-signature|[?&]sig){COLOR}?(?:{_IS}|>|{WRITTEN_IS}){COLOR}?{QUOTE}?(?:[^\s"'\\]|\\u){{8}}"""
)
_NEEDS: Final = (b"pass", b"pwd", b"secret", b"key")
"""A part of every name."""
NAMED: Final = (
    Detector(
        "secret",
        (_named(_NAMES, *_QUOTED),),
        needs=_NEEDS,
        confirm=is_value,
        hints=(_NAME_HINT,),
        keys=f".*{_NAMES}",
        keyed=is_value,
        sample='{"password": "not-a-real-one"}',
    ),
    Detector(
        "secret",
        (_named(_NAMES, f"={_WORD}"),),
        needs=_NEEDS,
        confirm=is_assigned,
        whole=value_end,
        hints=(_NAME_HINT,),
        sample="password=not-real",
    ),
    Detector(
        "secret",
        (_named(_NAMES, f"{_IS}{_WORD}"), rf"--[\w-]*(?i:{_NAMES})[ \t]+{_WORD}"),
        needs=_NEEDS,
        confirm=is_marked,
        whole=value_end,
        hints=(_NAME_HINT,),
        sample="password: not-a-real-0ne",
    ),
    Detector(
        "secret",
        (rf"""(?i:cookie){QUOTE}?[ \t]*[:=][ \t]*{QUOTE}?([^"'\n\\]+)""",),
        needs=(b"cookie",),
        confirm=looks_drawn,
        hints=(rf"(?i:cookie){COLOR}?(?:{QUOTE}?{_BLANKS}[:=]|{WRITTEN_IS})",),
        keys=r"(?:.*[_-])?cookies?",
        keyed=looks_drawn,
        sample="Cookie: session=" + "x0" * 12,
    ),
    Detector(
        "secret",
        (_named(_TOKENS, *_QUOTED, f"{_IS}{_WORD}"),),
        needs=(b"token", b"x-amz-signature", b"sig"),
        confirm=looks_drawn,
        hints=(_TOKEN_HINT,),
        keys=rf"(?:.*{_KINDS_OF_TOKENS}[_.-]?|x-)?token",
        keyed=looks_drawn,
        sample="access_token=" + "x0" * 12,
    ),
)
