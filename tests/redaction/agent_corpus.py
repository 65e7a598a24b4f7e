"""Logs as agents write them, drawn from a seed: traces, identities, digests, prompts, answers, tools and code.

Half of them have one thing planted that must not leave the pod, in a place where such things end up; the others have
nothing to hide, and much that looks like it.
"""

import base64
import json
import string
import uuid
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec

from tests.redaction.planting import ALNUM, HEX, Planted, drawn, plant

START = 1_795_000_000
"""Epoch seconds of the first record."""
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Record(msgspec.Struct, frozen=True):
    """A line of a log."""

    line: str
    planted: Planted | None


def corpus(seed: int, count: int) -> Iterator[Record]:
    """Give so many records, the same for the same numbers."""
    rng = Random(seed)
    for number in range(count):
        planted = plant(rng) if number % 2 else None
        if rng.random() < 0.1 and (planted is None or not (planted.member or "\n" in planted.text)):
            yield Record(_text_line(rng, number, planted), planted)
        else:
            record = rng.choice(SHAPES)(rng)
            _put(rng, record, planted)
            yield Record(json.dumps(_stamped(rng, number, record), ensure_ascii=rng.random() < 0.5), planted)


def _put(rng: Random, record: dict[str, Any], planted: Planted | None) -> None:
    if planted is None:
        return
    if planted.member:
        holder: dict[str, Any] = rng.choice([record, record.setdefault("headers", {}), record.setdefault("config", {})])
        holder[planted.member] = planted.text
    elif planted.form == "as digits" and planted.text == planted.value and rng.random() < 0.5:
        record["account"] = int(planted.value)
    else:
        name = rng.choice(["message", "prompt", "answer", "arguments", "error"])
        around = rng.choice(["{}", "{}", "user said: {}", "{}\nand that was all", "tool result:\n{}\n"])
        text = around.format(planted.text)
        record[name] = json.dumps({"input": text}) if name == "arguments" else text


def _stamped(rng: Random, number: int, record: dict[str, Any]) -> dict[str, Any]:
    now = START + number * 0.37
    times: list[dict[str, Any]] = [
        {
            "timestamp": f"2026-11-{number % 28 + 1:02d}T{number % 24:02d}:{number % 60:02d}:07.{number % 10**6:06d}Z",
        },
        {"ts": now},
        {"time": int(now * 1000), "pid": rng.randrange(1, 1 << 22)},
        {"time_unix_nano": int(now * 10**9)},
        {"@timestamp": f"2026-11-28T02:11:{number % 60:02d}.563120942+05:30"},
    ]
    traces: list[dict[str, Any]] = [
        {"trace_id": drawn(rng, HEX, 32), "span_id": drawn(rng, HEX, 16)},
        {"dd": {"trace_id": str(rng.getrandbits(64)), "span_id": rng.getrandbits(64)}},
        {"traceparent": f"00-{drawn(rng, HEX, 32)}-{drawn(rng, HEX, 16)}-01"},
        {"correlation_id": _uuid(rng)},
        {"xray": f"Root=1-{drawn(rng, HEX, 8)}-{drawn(rng, HEX, 24)};Parent={drawn(rng, HEX, 16)};Sampled=1"},
    ]
    return {
        **rng.choice(times),
        "level": rng.choice(["info", "debug", "warning", "error"]),
        **rng.choice(traces),
        **record,
    }


def _uuid(rng: Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=rng.choice([1, 4])))


def _identity(rng: Random) -> str:
    return rng.choice(
        [
            _uuid(rng),
            "".join(rng.choices(CROCKFORD, k=26)),
            f"req_011{drawn(rng, ALNUM, 21)}",
            f"chatcmpl-{drawn(rng, ALNUM, 29)}",
            f"toolu_01{drawn(rng, ALNUM, 22)}",
            f"call_{drawn(rng, ALNUM, 24)}",
            f"run-{_uuid(rng)}",
            str(rng.randrange(10**17, 19 * 10**17)),  # a snowflake
            drawn(rng, HEX, 24),  # an ObjectId
            f"order-{rng.randrange(10**15, 10**16)}",
            f"arn:aws:ecs:eu-west-1:{rng.randrange(10**11, 10**12)}:task/{drawn(rng, HEX, 32)}",
        ]
    )


def _call(rng: Random) -> dict[str, Any]:
    used = rng.randrange(10, 200_000)
    return {
        "message": "model call done",
        "id": _identity(rng),
        "model": rng.choice(["gpt-4o-2024-08-06", "claude-sonnet-4-5-20250929", "gemini-2.5-pro", "llama-3.1-70b"]),
        "usage": {
            "prompt_tokens": used,
            "completion_tokens": used // 7,
            "max_tokens": 4096,
            "total_tokens": used * 8 // 7,
        },
        "cost_usd": rng.random() / 100,
        "latency_ms": rng.random() * 10_000,
        "logprobs": [-rng.random() for _ in range(3)],
        "token": rng.choice([" the", "ing", "{", "1"]),
        "next_page_token": drawn(rng, ALNUM, 40),
        "finish_reason": "stop",
    }


def _numbers(rng: Random) -> dict[str, Any]:
    return {
        "message": "numbers",
        "epoch_s": START + rng.randrange(10**8),
        "epoch_ms": (START + rng.randrange(10**8)) * 1000 + rng.randrange(1000),
        "epoch_us": (START + rng.randrange(10**8)) * 10**6 + rng.randrange(10**6),
        "epoch_ns": (START + rng.randrange(10**8)) * 10**9 + rng.randrange(10**9),
        "u64": rng.getrandbits(64),
        "i64": rng.getrandbits(63) - (1 << 62),
        "u32": rng.getrandbits(32),
        "snowflake": rng.randrange(10**17, 19 * 10**17),
        "bytes": rng.randrange(10**12),
        "serial": rng.randrange(10**9, 10**13),
        "ratio": rng.random(),
        "score": rng.gauss(0, 1e-5),
        "large": rng.random() * 1e15,
        "fixed": round(rng.random() * 1e6, 2),
        "embedding": [rng.uniform(-1, 1) for _ in range(4)],
        "port": rng.randrange(1024, 65536),
        "as_text": [str(rng.randrange(10**12, 10**13)), f"{rng.random():.16f}", f"{rng.random():.3e}"],
    }


SENTENCES = (
    "The secret of a good prompt is to say what you want.",
    "Password: must be at least 12 characters long.",
    "A bearer token is sent in the Authorization header; basic authentication is older.",
    "Please update to version 1.2.3.4, or 10.4.1, of the driver.",
    "The table has 4 columns: 2019 2020 2021 2022, and 12.5 % more rows.",
    "Invalid password: user not found.",
    "token: expected a string, got None",
    "Call us between 10:00:00 and 18:30:00 +0100.",
    "Install with pip install requests==2.31.0 or npm i lodash@4.17.21 and open http://localhost:8080/docs.",
    "It costs $1,299.00 + 19 % VAT; order no. 2026-11-0042, EAN 4006381333931, ISBN 978-3-16-148410-0.",
    "你好。今天的会议在 15:00 开始。",
    "See std::vector, serde::de::Error, abc::def and x[1::2] for details; MAC 00:1b:44:11:3a:b7.",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "kubectl create secret generic db --from-literal=user=app -n prod; key: value; api_key: str",
    "The API key is missing. Set api_key=<your key> or export API_KEY=$API_KEY.",
)
CODE = (
    "def login(user: str, password: str | None = None) -> Token:\n    return auth(user, password=password)\n",
    'client = Client(api_key=os.environ["API_KEY"], token=settings.token)\n',
    "@app.route('/login')\nasync def handle(request): token = await request.json()\n",
    'fn main() { let v: Vec<u8> = std::fs::read(path)?; println!("{}", v[0x1F]); }\n',
    "SELECT id, password_hash FROM users WHERE token = $1 AND created_at > '2026-11-22 10:00:00+00';\n",
    "git diff a1b2c3d..d4e5f6a\n@@ -1,7 +1234567,9 @@\n+12345 added\n- removed\n",
    "const secret = process.env.SECRET; if (!secret) throw new Error('no secret');\n",
    "password = getpass.getpass('Password: ')\nself.password = password\nsecret = get_secret(name)\n",
    "docker pull registry.example.com/app@sha256:{sha}\nRUN pip install --hash=sha256:{sha} pkg\n",
    "Traceback (most recent call last):\n  File \"/app/agent.py\", line 4111, in run\nKeyError: 'k'\n",
)


def _talk(rng: Random) -> dict[str, Any]:
    return {
        "message": rng.choice(SENTENCES),
        "conversation": _identity(rng),
        "prompt": " ".join(rng.choices(SENTENCES, k=rng.randrange(1, 4))),
        "answer": rng.choice(CODE).replace("{sha}", drawn(rng, HEX, 64)),
        "turns": rng.randrange(40),
    }


def _tool(rng: Random) -> dict[str, Any]:
    name = rng.choice(["search", "read_file", "sql"])
    arguments = {"path": f"/data/{_uuid(rng)}.json", "limit": rng.randrange(1000), "etag": drawn(rng, HEX, 32)}
    return {
        "message": "tool call",
        "tool": {
            "name": name,
            "id": _identity(rng),
            "arguments": json.dumps(arguments),
        },
        "sha256": drawn(rng, HEX, 64),
        "commit": drawn(rng, HEX, 40),
        "image": f"data:image/png;base64,{base64.b64encode(rng.randbytes(180)).decode()}",
        "digest": f"sha256-{base64.b64encode(rng.randbytes(32)).decode()}",
        "user_agent": "python-httpx/0.28.1",
        "version": f"{rng.randrange(5)}.{rng.randrange(30)}.{rng.randrange(9)}",
    }


def _request(rng: Random) -> dict[str, Any]:
    return {
        "message": f'"POST /v1/agents/{rng.randrange(1000)}/run HTTP/1.1" 200 OK',
        "request_id": _identity(rng),
        "http": {"status": 200, "duration_ms": rng.random() * 1000, "bytes": rng.randrange(10**7)},
        "headers": {
            "content-type": "application/json",
            "x-request-id": _uuid(rng),
            "etag": f'W/"{drawn(rng, HEX, 32)}"',
        },
        "session": drawn(rng, string.ascii_lowercase + string.digits, 26),
        "peer": "127.0.0.1:51234",
    }


SHAPES: tuple[Callable[[Random], dict[str, Any]], ...] = (_call, _numbers, _talk, _tool, _request)


def _text_line(rng: Random, number: int, planted: Planted | None) -> str:
    text = planted.text if planted is not None else rng.choice(SENTENCES)
    head = rng.choice(
        [
            f"2026-11-28 02:11:{number % 60:02d},563 INFO agent.worker [{_uuid(rng)}] ",
            f"INFO:agent:{_identity(rng)} ",
            f"time=2026-11-28T02:11:05.563Z level=info id={_identity(rng)} took={rng.random()} msg=",
            f"I1128 02:11:05.{number % 10**6:06d} {rng.randrange(10**6):7d} main.go:84] ",
        ]
    )
    return head + text
