"""What VictoriaLogs is held to, by each protocol that it takes."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final

from tests.zoo_stores.corpus import Line
from tests.zoo_stores.judging import Expected
from tests.zoo_stores.servers.victorialogs import MESSAGES, SETTINGS, VERSION, VictoriaLogs
from tests.zoo_stores.setup import Setup
from tests.zoo_stores.shapes import flattened, in_a_string, loki_time, named, to_the

_MS: Final = 10**6
_LOKI: Final = {21: "critical", 17: "error", 13: "warn", 9: "info", 5: "debug", 1: "trace"}
_DATADOG: Final = {21: "critical", 17: "error", 13: "warning", 9: "info", 1: "debug"}
_OUTSIDE: Final = ("8 days old", "15 days old", "3 days ahead", "of 1970")
_LONG: Final = ("300 KiB", "999,000 bytes", "1 MiB", "1.5 MiB")
_OVER: Final = ("an empty name", "_msg")
"""What it may take for the message instead: of two by that name one wins."""
_CHANGED: Final = ("_time and _stream",)
_MAY: Final = {"message": _OVER, "fields": _OVER}
_AGE: Final = "drops without a word what is older than 7 days or more than 2 days ahead"
_FIELDS: Final = "drops what has over 1,000 fields"
_TAKES_OVER: Final = (
    "loses fields called `_time` and `_stream`; one called `_msg`, or nothing, may take the message's place"
)


def _setup(sink: str, expected: Callable[[Line], Expected], missing: Collection[str], **more: Any) -> Setup:
    known = {"missing": (*_OUTSIDE, *missing), **more.pop("known")}
    make = partial(VictoriaLogs, sink=sink)
    return Setup(
        f"victorialogs-{sink}",
        sink,
        "VictoriaLogs",
        VERSION,
        make,
        VictoriaLogs.settings,
        expected,
        "victorialogs",
        known,
        loses_in=("crash",),
        needs=", ".join(f"`{name.upper()}={value}`" for name, value in SETTINGS[sink].items() if "URL" in value),
        **more,
    )


SETUPS: Final = (
    _setup(
        "elasticsearch",
        flattened(MESSAGES),
        ("1,100 fields",),
        known={"refused": (*_LONG, "of 2300"), "fields": _CHANGED},
        may=_MAY,
        words=f"{_AGE}; {_FIELDS}; refuses lines over 256 KiB and times that 64 bits of ns can't hold; {_TAKES_OVER}",
    ),
    _setup(
        "http",
        flattened(MESSAGES),
        ("1,100 fields", "of 2300", *_LONG),
        known={"fields": _CHANGED},
        may=_MAY,
        words=f"{_AGE}, or over 256 KiB; {_FIELDS}; {_TAKES_OVER}",
    ),
    _setup(
        "loki",
        flattened(MESSAGES, named(_LOKI)),
        ("1,100 fields",),
        known={"refused": ("of 2300",), "fields": _CHANGED},
        may=_MAY,
        same_time=loki_time,
        words=f"{_AGE}; {_FIELDS}; takes lines up to 2 MB; {_TAKES_OVER}",
    ),
    _setup(
        "splunk",
        flattened(MESSAGES, prefix="event"),
        ("1,100 fields", "of 2300"),
        known={},
        same_time=to_the(_MS),
        words=f"{_AGE}; {_FIELDS}; takes lines up to 2 MB; times to the millisecond, as the protocol has them",
    ),
    _setup(
        "datadog",
        in_a_string(named(_DATADOG)),
        ("of 2300",),
        known={"refused": ("1 MiB", "1.5 MiB")},
        same_time=to_the(_MS),
        words=f"{_AGE}; the sink itself puts aside what is over 1,000,000 bytes; times to the millisecond; the record "
        "stays a JSON text in `_msg`",
    ),
    _setup(
        "otlp",
        in_a_string(lambda line: str(line.severity)),
        (),
        known={"time": ("of 2300",)},
        words=f"{_AGE}; takes lines up to 2 MB; the record stays a JSON text in `_msg`; a time after 2262 is left "
        "out by the sink, so that the time of reading counts",
    ),
)
