"""What must not leave a pod, drawn: every kind that a detector is for, in the forms that logs have it in.

Nothing here looks like a credential: each is made of a seed when it is asked for. What issuers and standards fix is
written down a second time, by their documents.
"""

import base64
import json
import string
from collections.abc import Callable
from itertools import pairwise
from random import Random

import msgspec

ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"
HEX = "0123456789abcdef"


class Planted(msgspec.Struct, frozen=True):
    """Something that must go, and the text that it is in."""

    kind: str
    form: str
    value: str
    text: str
    member: str = ""
    """The name that the text has as a member of a JSON object, if it matters; the value is then the whole text."""


def drawn(rng: Random, letters: str, count: int) -> str:
    """Give so many letters, at least one of them a digit where there are digits."""
    text = "".join(rng.choices(letters, k=count))
    if letters.endswith(("9", "-_")) and not any(each.isdigit() for each in text):
        return text[:-1] + rng.choice(string.digits)
    return text


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


CARDS = {
    "Visa": ("4", 16),
    "Mastercard": ("53", 16),
    "Mastercard, new": ("2345", 16),
    "American Express": ("37", 15),
    "Diners Club": ("36", 14),
    "Discover": ("6011", 16),
    "JCB": ("3540", 16),
    "UnionPay": ("6212", 16),
    "RuPay": ("6521", 16),
    "Maestro": ("6759", 16),
    "Mir": ("2202", 16),
}


def card(rng: Random) -> Planted:
    """Draw a card's number."""
    issuer = rng.choice([*CARDS])
    prefix, length = CARDS[issuer]
    digits = prefix + drawn(rng, "0123456789", length - len(prefix) - 1)
    digits += _luhn(digits)
    sizes = (4, 4, 4, 4) if length == 16 else (4, 6, length - 10)
    ends = [sum(sizes[:count]) for count in range(len(sizes) + 1)]
    groups = [digits[start:end] for start, end in pairwise(ends)]
    form, between = rng.choice([("as digits", ""), ("with blanks", " "), ("with dashes", "-")])
    value = between.join(groups)
    text = rng.choice(["paid with {}", "card {}.", "{}", "no. {}, thank you"])
    return Planted("card", form, value, text.format(value))


IBANS = {
    "DE": "n" * 18,
    "GB": "aaaa" + "n" * 14,
    "FR": "n" * 10 + "c" * 11 + "nn",
    "NL": "aaaa" + "n" * 10,
    "ES": "n" * 20,
    "IT": "a" + "n" * 10 + "c" * 12,
    "BE": "n" * 12,
    "NO": "n" * 11,
    "CH": "n" * 5 + "c" * 12,
    "PL": "n" * 24,
    "AE": "n" * 19,
    "MT": "aaaa" + "n" * 5 + "c" * 18,
    "SE": "n" * 20,
    "BR": "n" * 23 + "ac",
}


def iban(rng: Random) -> Planted:
    """Draw an account's number."""
    country = rng.choice([*IBANS])
    letters = {"n": string.digits, "a": string.ascii_uppercase, "c": string.ascii_uppercase + string.digits}
    account = "".join(rng.choice(letters[each]) for each in IBANS[country])
    number = int("".join(str(int(each, 36)) for each in f"{account}{country}00"))
    whole = f"{country}{98 - number % 97:02d}{account}"
    groups = " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))
    form, value = rng.choice([("in one", whole), ("in groups", groups)])
    text = rng.choice(["to {}", "IBAN: {}, EUR 12.50", "account {} is closed"])
    return Planted("iban", form, value, text.format(value))


NAMES = ("jane", "j.doe", "maria-luisa", "chen_wei", "o'neil", "user+tag", "ANNA.SCHMIDT", "x1")
DOMAINS = ("example.org", "mail.example.com", "example.co.uk", "ex-ample.net", "example.museum", "dept.uni.example.edu")


def email(rng: Random) -> Planted:
    """Draw an address of mail."""
    name = rng.choice(NAMES) + str(rng.randrange(10_000))
    form, at = ("in a query", "%40") if rng.random() < 0.1 else ("plain", "@")
    value = f"{name}{at}{rng.choice(DOMAINS)}"
    text = "GET /u?email={}&x=1" if at != "@" else rng.choice(["mail to {}.", "<{}>", "user={}", "邮箱{}谢谢", "{}"])
    return Planted("email", form, value, text.format(value))


PHONES = (
    "+49 151 ########",
    "+49#########",
    "+44 20 7### ####",
    "+44 (0)20 7### ####",
    "+1 (2{s}2) 5{s}5-#1##",
    "+1 2{s}2-5{s}5-####",
    "+12{s}25{s}5####",
    "+86 138 #### ####",
    "+91-98###-#####",
    "+33 6 ## ## ## ##",
    "+81.90.####.####",
    "+55 (11) 9####-####",
    "+353 86 ### ####",
)


def phone(rng: Random) -> Planted:
    """Draw a number in the international form."""
    form = rng.choice(PHONES)
    value = "".join(
        rng.choice(string.digits) if each == "#" else each for each in form.replace("{s}", rng.choice("23456789"))
    )
    text = rng.choice(["call {}", "tel:{}", "{}", "拨打{}吧", "from {}, twice"])
    return Planted("phone", "with separators" if set(value) & set(" -.(") else "in one", value, text.format(value))


def ip(rng: Random) -> Planted:
    """Draw an address of a machine."""
    four = ".".join(str(rng.randrange(*limits)) for limits in ((128, 224), (0, 256), (0, 256), (1, 255)))
    groups = [f"{rng.randrange(1, 1 << 16):x}" for _ in range(8)]
    groups[0] = rng.choice(["2001", "2a02", "fe80", "fd12"])
    cut = rng.randrange(1, 6)
    form, value = rng.choice(
        [
            ("IPv4", four),
            ("IPv4", four),
            ("IPv6, whole", ":".join(groups)),
            ("IPv6, short", ":".join(groups[:cut]) + "::" + ":".join(groups[cut + 2 :])),
            ("IPv6, mapped", f"::ffff:{four}"),
        ]
    )
    shown = f"[{value}]:8080" if ":" in value else f"{value}:8080"
    return Planted(
        "ip",
        form,
        value,
        rng.choice(["from {}", "connect to {shown}: refused", "{}", "/{}"]).format(value, shown=shown),
    )


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(rng: Random) -> Planted:
    """Draw a token, signed or encrypted, or one whose end was cut."""
    header = {"alg": rng.choice(["HS256", "RS256", "ES256", "none"]), "typ": "JWT"}
    claims = {"sub": str(rng.randrange(10**9)), "iat": 1_795_000_000 + rng.randrange(10**6)}
    parts = [_base64(json.dumps(each).encode()) for each in (header, claims)] + [_base64(rng.randbytes(32))]
    form = rng.choice(["signed", "signed", "encrypted", "cut"])
    if form == "encrypted":
        parts = [_base64(b'{"alg":"dir","enc":"A256GCM"}'), "", *(_base64(rng.randbytes(16)) for _ in range(3))]
    value = ".".join(parts[:2] if form == "cut" else parts)
    text = rng.choice(["session {} expired", "{}", "cookie sid={}; path=/", "?jwt={}"])
    return Planted("jwt", form, value, text.format(value))


def bearer(rng: Random) -> Planted:
    """Draw the value of a header, or a login within an address."""
    word = drawn(rng, ALNUM, rng.randrange(8, 40))
    login = f"{rng.choice(NAMES[:4])}:{drawn(rng, ALNUM + '!$*', 12)}"
    basic = base64.b64encode(login.encode()).decode()
    form, value, text = rng.choice(
        [
            ("Bearer", word, "Authorization: Bearer {}"),
            ("Bearer", word, "curl -H 'authorization: bearer {}' https://api.example.com/v1"),
            ("Bearer", word, '{{"Authorization": "Bearer {}"}}'),
            ("Basic", basic, "Authorization: Basic {}"),
            ("Basic", basic, "headers={{'authorization': 'Basic {}', 'accept': '*/*'}}"),
            ("another scheme", word, "Authorization: Token {}"),
            ("login in an address", login, "postgres://{}@db.example.internal:5432/app"),
            ("login in an address", login, "cloning https://{}@git.example.com/a/b.git"),
        ]
    )
    if rng.random() < 0.2:
        return Planted(
            "bearer",
            "a member's value",
            f"Bearer {word}",
            f"Bearer {word}",
            rng.choice(["authorization", "Proxy-Authorization"]),
        )
    return Planted("bearer", form, value, text.format(value))


def private_key(rng: Random) -> Planted:
    """Draw what has the form of a key in PEM: its lines are, or are not, in one."""
    label = rng.choice(["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
    body = base64.b64encode(rng.randbytes(rng.randrange(96, 800))).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    dashes = "-" * 5
    whole = [f"{dashes}BEGIN {label}PRIVATE KEY{dashes}", *lines, f"{dashes}END {label}PRIVATE KEY{dashes}", ""]
    form, between = rng.choice([("in lines", "\n"), ("escaped into one line", "\\n")])
    return Planted(
        "private_key", form, between.join(lines), rng.choice(["{}", "loaded {}"]).format(between.join(whole))
    )


KEYS: dict[str, Callable[[Random], str]] = {
    "OpenAI": lambda rng: f"sk-proj-{drawn(rng, URLSAFE, 74)}T3BlbkFJ{drawn(rng, URLSAFE, 74)}",
    "OpenAI, older": lambda rng: f"sk-{drawn(rng, ALNUM, 20)}T3BlbkFJ{drawn(rng, ALNUM, 20)}",
    "Anthropic": lambda rng: f"sk-ant-api03-{drawn(rng, URLSAFE, 93)}AA",
    "GitHub": lambda rng: f"gh{rng.choice('pousr')}_{drawn(rng, ALNUM, 36)}",
    "GitHub, fine-grained": lambda rng: f"github_pat_{drawn(rng, ALNUM, 22)}_{drawn(rng, ALNUM, 59)}",
    "GitLab": lambda rng: f"glpat-{drawn(rng, URLSAFE, 20)}",
    "AWS": lambda rng: rng.choice(["AKIA", "ASIA"]) + drawn(rng, string.ascii_uppercase + "234567", 16),
    "Google": lambda rng: f"AIza{drawn(rng, URLSAFE, 35)}",
    "Google, client": lambda rng: f"GOCSPX-{drawn(rng, URLSAFE, 28)}",
    "Azure": lambda rng: f"{drawn(rng, ALNUM, 3)}8Q~{drawn(rng, ALNUM + '_~.-', 34)}",
    "Slack": lambda rng: (
        f"xoxb-{rng.randrange(10**11, 10**12)}-{rng.randrange(10**11, 10**12)}-{drawn(rng, ALNUM, 24)}"
    ),
    "Stripe": lambda rng: f"{rng.choice(['sk', 'rk'])}_live_{drawn(rng, ALNUM, 24)}",
    "Hugging Face": lambda rng: f"hf_{drawn(rng, string.ascii_letters, 34)}",
    "npm": lambda rng: f"npm_{drawn(rng, ALNUM, 36)}",
    "PyPI": lambda rng: f"pypi-AgEIcHlwaS5vcmc{drawn(rng, URLSAFE, 130)}",
    "SendGrid": lambda rng: f"SG.{drawn(rng, URLSAFE, 22)}.{drawn(rng, URLSAFE, 43)}",
    "Groq": lambda rng: f"gsk_{drawn(rng, ALNUM, 52)}",
    "Databricks": lambda rng: f"dapi{drawn(rng, HEX, 32)}",
    "Telegram": lambda rng: f"{rng.randrange(10**9, 10**10)}:AA{drawn(rng, URLSAFE, 33)}",
}


def key(rng: Random) -> Planted:
    """Draw a key that its first letters tell."""
    issuer = rng.choice([*KEYS])
    value = KEYS[issuer](rng)
    text = rng.choice(["{}", "using key {}", "client = Client('{}')", "Incorrect key provided: {}.", "?k={}&v=2"])
    return Planted("secret", f"key: {issuer.partition(',')[0]}", value, text.format(value))


def password(rng: Random) -> Planted:
    """Draw a value that the name before it tells, in a text or as a member."""
    word = drawn(rng, ALNUM, rng.randrange(8, 20))
    name = rng.choice(["password", "DB_PASSWORD", "api_key", "OPENAI_API_KEY", "clientSecret", "passwd", "x-api-key"])
    if rng.random() < 0.4:
        return Planted("secret", "a member's value", word, word, name)
    form, text = rng.choice(
        [
            ("name=value", "{name}={}"),
            ("name=value", "login?{name}={}&next=/"),
            ("name: value", "{name}: {}"),
            ("name in quotes", '{{"{name}": "{}", "n": 1}}'),
            ("name in quotes", "{{'{name}': '{}'}}"),
            ("name = value in code", '{name} = "{}"'),
            ("an option", "run --{name} {} --verbose"),
        ]
    )
    return Planted("secret", form, word, text.format(word, name=name))


def token(rng: Random) -> Planted:
    """Draw a token that only its name tells."""
    word = drawn(rng, ALNUM, 40)
    name = rng.choice(["access_token", "refreshToken", "X-Auth-Token", "github_token", "token"])
    if rng.random() < 0.4:
        return Planted("secret", "a member's value", word, word, name)
    return Planted(
        "secret", "a token by its name", word, rng.choice(["{}={}", '"{}": "{}"', "{}: {}"]).format(name, word)
    )


def cookie(rng: Random) -> Planted:
    """Draw the cookie of a session, among others."""
    word = drawn(rng, ALNUM, 32)
    text = rng.choice(["sid={}", "theme=dark; sessionid={}; lang=en", "session={}; Path=/; HttpOnly"]).format(word)
    if rng.random() < 0.4:
        return Planted("secret", "cookies in a member", text, text, rng.choice(["cookie", "set-cookie", "Cookie"]))
    return Planted(
        "secret", "a header of cookies", word, rng.choice(["Cookie: {}", "{{'Set-Cookie': '{}'}}"]).format(text)
    )


MAKERS = (card, iban, email, phone, ip, jwt, bearer, private_key, key, password, token, cookie)


def plant(rng: Random) -> Planted:
    """Draw one of any kind."""
    return rng.choice(MAKERS)(rng)
