"""Numbers that stand for somebody: of cards, accounts, telephones, machines.

What keeps them apart from the many other numbers of a log is their form first, so that a time or an identity is not
even a candidate, and then what each standard lets one check.
"""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from logship.redaction.forms import AFTER, ESCAPE, WRITTEN_BLANK
from logship.redaction.scanner import Detector

_LONE: Final = rf"(?:^|[^\w\n.-]|{ESCAPE})"
"""Before it is no word, nor a point or dash: no fraction of a number, no last part of an identity, nothing negative."""
_ENDS: Final = r"(?:$|[^\w.-]|[.-](?:$|\W)|\.0{1,2}(?:$|[^\w.-]))"
"""Also as a column of floats has it: ``4111111111111111.0``."""

_CARDS: Final = tuple(
    (re.compile(prefix.encode()), lengths)
    for prefix, lengths in (
        ("4", (16, 19)),  # Visa
        ("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,)),  # Mastercard
        ("3[47]", (15,)),  # American Express
        ("30[0-5]|3095|36|3[89]", (14, 16, 19)),  # Diners Club
        ("6011|64[4-9]|65|62", (16, 17, 18, 19)),  # Discover, UnionPay
        ("352[89]|35[3-8]", (16, 17, 18, 19)),  # JCB
        ("5018|5020|5038|5893|6304|6759|676[1-3]", (16, 17, 18, 19)),  # Maestro
        ("220[0-4]", (16, 17, 18, 19)),  # Mir
        ("60|81|82|508|506[01]|9792", (16,)),  # RuPay, Verve, Troy
    )
)
"""What an issuer's numbers begin with, and their lengths: the ranges of ISO/IEC 7812-1 that cards are made of."""
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def is_card(value: bytes) -> bool:
    """Say whether digits, with blanks (``+``, ``%20``) or dashes, are an issuer's, of its length, with Luhn's digit."""
    digits = value.replace(b"%20", b"").translate(None, b" +-")
    total = sum(digits[-1::-2]) - 48 * ((len(digits) + 1) // 2) + sum(digits[-2::-2].translate(_DOUBLED))
    return total % 10 == 0 and any(len(digits) in lengths and prefix.match(digits) for prefix, lengths in _CARDS)


_FOUR: Final = r"(?:2[2-7]|3[05689]|4\d|5[0-8]|6\d|8[12]|97)\d\d"
_GAP: Final = "(?:[ +-]|%20)"
_CARD: Final = "|".join(
    (
        rf"{_FOUR}\d{{12}}|3[47]\d{{13}}|3[0689]\d{{12}}",
        rf"{_FOUR}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?|3[04-9]\d\d{_GAP}\d{{6}}{_GAP}\d{{4,5}}",
    )
)
_LONE_CARD: Final = f"{_LONE}({_CARD}){_ENDS}"
CARD: Final = Detector(
    "card", (_LONE_CARD,), hints=(_LONE_CARD,), confirm=is_card, sample="paid with 4111 1111 1111 1111"
)

_IBAN_LENGTHS: Final = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
"""The length of an account's number in each country (the IBAN registry, which ISO 13616 names)."""
_IN_HEX: Final = "AD AE BA BE DE EE"
"""Countries that may be the first letters of a number in hexadecimal; all go on with at least eight digits."""


def _ibans() -> Iterator[str]:
    for length, countries in _IBAN_LENGTHS.items():
        groups, rest = divmod(length - 4, 4)
        tail = f" ?[A-Z0-9]{{{rest}}}" if rest else ""
        yield rf"(?:{countries.replace(' ', '|')})\d\d(?: ?[A-Z0-9]{{4}}){{{groups}}}{tail}"


def is_iban(value: bytes) -> bool:
    """Say whether the check digits are right (ISO/IEC 7064, MOD 97-10); the expression has country and length."""
    text = value.translate(None, b" ").decode()
    return int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 == 1


_HEX_COUNTRIES: Final = _IN_HEX.replace(" ", "|")
_OTHERS: Final = "|".join(each for some in _IBAN_LENGTHS.values() for each in some.split() if each not in _IN_HEX)
_BLANK: Final = f"(?: |{WRITTEN_BLANK})?"
IBAN: Final = Detector(
    "iban",
    (rf"{AFTER}((?i:{'|'.join(_ibans())}))(?:$|\W)",),
    confirm=is_iban,
    hints=(
        rf"{AFTER}(?i:{_HEX_COUNTRIES})\d\d(?:{_BLANK}\d{{4}}){{2}}{_BLANK}[A-Za-z0-9]{{4}}",
        rf"{AFTER}(?i:{_OTHERS})\d\d(?:{_BLANK}[A-Za-z0-9]{{4}}){{2}}",
    ),
    sample="pay to GB82 WEST 1234 5698 7654 32",
)

_COUNTRY_CODES: Final = frozenset(
    b"""7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84
    86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235
    236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263
    264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375
    376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592
    593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691
    692 800 808 850 852 853 855 856 870 878 880 881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 971
    972 973 974 975 976 977 979 992 993 994 995 996 998""".split()
)
"""Of ITU-T E.164, but for 1, whose numbers have a plan of their own."""
_NORTH_AMERICA: Final = re.compile(rb"1[2-9]\d\d[2-9]\d{6}")


def is_phone(value: bytes) -> bool:
    """Say whether a number begins with the code of a country, or is one of North America's."""
    digits = value.translate(None, b"+ ().-")
    if digits[:1] == b"1":
        return _NORTH_AMERICA.fullmatch(digits) is not None
    return 9 <= len(digits) <= 15 and any(digits[:count] in _COUNTRY_CODES for count in (1, 2, 3))  # noqa: PLR2004 - E.164


_NATIONAL: Final = r"[1-9](?:[ ().-]{0,2}\d){7,14}"
_INTERNATIONAL: Final = rf"(?:^|[^\w\n+]|{ESCAPE})(\+{_NATIONAL})(?:$|\W|x\d)"
PHONE: Final = Detector(
    "phone",
    (_INTERNATIONAL,),
    needs=(b"+",),
    hints=(_INTERNATIONAL, r"%2[bB][1-9](?:[ ().+-]|%20)?\d"),
    confirm=is_phone,
    sample="call +1 (202) 555-0143",
)


_OCTETS: Final = re.compile(rb"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")


def is_address(value: bytes) -> bool:
    """Say whether it is the address of one machine: not this one's own to itself, nor a mask."""
    if b":" not in value:
        return _OCTETS.fullmatch(value) is not None and not value.startswith((b"127.", b"255."))
    text = value.decode()
    try:
        four = IPv4Address(text.rpartition(":")[2]) if "." in text else None
        six = IPv6Address(text)
    except AddressValueError:
        return False
    return four is not None or _given_out(int(six) >> 112)


def _given_out(group: int) -> bool:
    """Say it of an address's first group: translated, global, local, of a link, of many (RFC 4291, RFC 6052)."""
    return group == 0x64 or 0x2000 <= group < 0x4000 or group >= 0xFC00  # noqa: PLR2004 - the standards' own numbers


_REST: Final = r"(?:\.\d{1,3}){2}\.[1-9]\d{0,2}"
"""An address that ends in 0 is a network's, or was made so on purpose; a browser's version often does."""
_V4: Final = rf"(?:1(?:[013-9]\d|2[0-689]?)?|[2-9]\d?|1\d|2\d\d){_REST}"
_VERSION: Final = rf"(?:(?i:\b(?:version|release|revision|build|ver|rev)\W{{1,3}})|\b[A-Z]\w*/|==)\d{{1,3}}{_REST}"
_LONE_V4: Final = rf"(?:^|[^\w\n.]|(?:^|[^\w\n])\.|{ESCAPE})({_V4})(?:$|[^\w.]|\.(?:$|\W))"
_COLON: Final = rf"(?:^|[^\w\n:.]|{ESCAPE})"
_GROUPS: Final = r"[0-9a-fA-F]{1,4}:"
_WRITTEN_GROUPS: Final = r"[0-9a-fA-F]{1,4}%3[aA]"
IP: Final = Detector(
    "ip",
    (
        _VERSION,
        _LONE_V4,
        rf"{_COLON}((?:[0-9a-fA-F]{{0,4}}:){{2,7}}(?:{_V4}|[0-9a-fA-F]{{0,4}}))(?:$|[^\w:.]|[:.](?:$|\W))",
    ),
    confirm=is_address,
    hints=(
        _LONE_V4,
        rf"[fF]:{_V4}",
        rf"{_COLON}(?:{_GROUPS}){{7}}[0-9a-fA-F]",
        rf"{_COLON}(?:{_GROUPS}){{1,6}}:",
        rf"{_COLON}(?:{_WRITTEN_GROUPS}){{7}}[0-9a-fA-F]",
        rf"{_COLON}(?:{_WRITTEN_GROUPS}){{1,6}}%3[aA]",
    ),
    sample="from 192.0.2.10",
)
