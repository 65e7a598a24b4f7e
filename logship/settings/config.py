"""The daemon's settings as plain values, with the words that explain them; no reading, no checking (see loading.py).

A setting is a dataclass field made by :func:`setting`; its variable is ``LOGSHIP_`` + the field's name in upper case.
The type says how its text is read: ``Size`` takes ``1MiB``, ``Seconds`` a number, a tuple a comma-separated list,
``Secret`` never holds its value. This module imports but names of ours, and nothing heavy: the daemon loads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from logship.records.names import LEVEL_FIELDS, MESSAGE_FIELDS, TIMESTAMP_FIELDS, Scale
from logship.settings.urls import host_port

Size = Annotated[int, "size"]
"""Bytes; written as ``65536``, ``64KiB`` or ``64kB``."""
Seconds = Annotated[float, "seconds"]
"""Seconds, 0 or more."""
Count = Annotated[int, "count"]
"""A whole number, 1 or more."""
Globs = Annotated[tuple[str, ...], "globs"]
"""Patterns of paths; ``{a,b}`` stands for either."""
Names = Annotated[tuple[str, ...], "names"]
"""Names of ours, in lower case."""
Formats = Annotated[tuple[str, ...], "formats"]
"""Forms of times, as strptime has them."""
Headers = Annotated[Mapping[str, str], "headers"]
"""Headers of HTTP, by name."""
Shares = Annotated[Mapping[str, float], "shares"]
"""Shares from 0 to 1, by level."""
Verbatim = Annotated[str, "verbatim"]
"""A text whose blanks at its ends are part of it."""
Condition = Annotated[str, "condition"]
"""Which records: ``level>=warning and not (logger=health or path~^/metrics)``; empty: all."""
Expressions = Annotated[str, "expressions"]
"""Named expressions, by commas or a line each; or the path of a file that has them, from ``/`` on."""
Parse = Annotated[str, "parser"]
"""How lines become fields: ``auto``, ``off``, a form by its name, ``json_in:<field>`` or ``regex:<expression>``."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is, never the secret itself: its value is read when it is needed, and again after a 401."""

    variable: str = ""
    """Name of the environment variable that holds it; empty if a file does."""
    path: str = ""
    """Path of the file that holds it; empty if a variable does."""

    def __bool__(self) -> bool:
        return bool(self.variable or self.path)


def setting(doc: str, default: Any = "", **extra: Any) -> Any:  # noqa: ANN401 - a field of any type
    """Make a settings field: what it means, in a few words, and its default.

    ``extra`` is kept beside the words: ``minimum`` and ``maximum`` bound a number, ``required=True`` has no default,
    ``path=True`` marks a file that must be readable at the start, ``empty=True`` one whose empty text means something,
    ``plain=True`` texts by name of which none is secret.
    ``also`` names variables of a standard that count where ours is not set, and ``reading(name, text)`` makes one of
    our texts of theirs. The default ``dict`` is an empty mapping.
    """
    metadata = {"doc": doc, **extra}
    return (
        field(default_factory=dict, metadata=metadata) if default is dict else field(default=default, metadata=metadata)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting of the daemon; those of a sink are in the sink's own ``Settings``."""

    paths: Globs = setting(
        "globs to tail (`**` and `{a,b}` allowed); a path may not exist yet", ("/var/log/agent/*.log",)
    )
    exclude: Globs = setting("globs to leave out", ())
    root: str = setting("nothing outside this folder is ever opened; else the folder before the first wildcard")
    max_files: Count = setting("files open at once; a quiet one makes room, more are counted", 4096)
    read_from: Literal["beginning", "end"] = setting("where to begin in files found at the first start", "beginning")
    state_dir: str = setting("folder for checkpoints and dead letters")
    max_line_bytes: Size = setting("a longer line is cut at a UTF-8 boundary, marked and counted", 1 << 20, minimum=64)
    rotate_wait_seconds: Seconds = setting("how long a rotated, fully read file stays open for a late writer", 30.0)
    poll_seconds: Seconds = setting(
        "upper bound between two looks, whatever file events say (of more than 64 quiet files on a local disk 10 s)",
        1.0,
        minimum=0.01,
    )
    force_polling: bool = setting("never use file events", False)  # noqa: FBT003
    format: Literal["auto", "text", "raw"] = setting(
        "`auto`: JSON object lines are records, others messages; `text`: all are messages; `raw`: bytes as they are",
        "auto",
    )
    parse: Parse = setting(
        "`auto`: time and level from a text line's head; `logfmt` `cri` `docker` `nginx` `apache` `uvicorn` "
        "`json_in:<field>` `regex:<expression with named groups>`: fields, too; `off`",
        "auto",
    )
    fields: Mapping[str, Any] = setting("`k=v,k2=v2` or a JSON object, added to every record", dict)
    pod_name: str = setting("becomes `k8s.pod.name`")
    pod_namespace: str = setting("becomes `k8s.namespace.name`")
    pod_uid: str = setting("becomes `k8s.pod.uid`")
    node_name: str = setting("becomes `k8s.node.name`")
    container_name: str = setting("becomes `k8s.container.name`")
    service_name: str = setting("becomes `service.name`")
    file_fields: tuple[str, ...] = setting(
        "of `name`, `path`, `offset`: the record's `log.file.name`, `log.file.path`, `log.offset`", ("name",)
    )
    timestamp_fields: tuple[str, ...] = setting(
        "the first that can be read is a record's event time, dotted paths too; then where real loggers have theirs",
        TIMESTAMP_FIELDS,
    )
    timestamp_zone: str = setting("zone of event times that name none", "UTC")
    timestamp_format: Formats = setting("strptime's forms of times that are not known otherwise, by commas", ())
    level_fields: tuple[str, ...] = setting("where a record's severity is, dotted paths too", LEVEL_FIELDS)
    level_scale: Scale = setting("scale of levels that are numbers, where nothing else tells; `auto`: Python's", "auto")
    multiline: str = setting(
        "several lines as one record: `auto`, `off`, rules (`python,java,…`) or `start:` and an expression", "auto"
    )
    multiline_wait_seconds: Seconds = setting("how long a line of text may wait for more of its record", 1.0)
    multiline_max_lines: Count = setting("lines of one record; the rest is marked `continuation`", 1000, minimum=1)
    message_fields: tuple[str, ...] = setting(
        "where the text of a record is, by dotted paths; the first that is there", MESSAGE_FIELDS
    )
    drop_fields: tuple[str, ...] = setting("left out of records: dotted paths, `*` (docs/conditions.md)", ())
    rename_fields: Mapping[str, str] = setting("`a.b=c`: what gets another name", dict, plain=True)
    only_fields: tuple[str, ...] = setting("what alone stays, beside time, level, message and our fields", ())
    sample: Shares = setting("share of the records that is kept, by level: `info=0.1,debug=0`; alike for a trace", dict)
    redact: Names = setting("what must not leave the pod: detectors (`email,card,…`), or `all` (docs/redaction.md)", ())
    redact_patterns: Expressions = setting(
        "own detectors: `order=ORD-[0-9]{6},badge=B[0-9]+`, or a file with one a line (RE2)"
    )
    redact_fields: tuple[str, ...] = setting("whose values must not leave: dotted paths, `*.password` at any depth", ())
    redact_with: Literal["type", "hash"] = setting(
        "what stands in its place: `type`: `[email]`; `hash`: `[email:5f2c…]`, the same for the same value", "type"
    )
    redact_hash_key: Secret = setting("the key of those hashes (HMAC-SHA256)", Secret())
    redact_tag: bool = setting('changed records say so: `redacted: ["email"]`', False)  # noqa: FBT003
    sinks: Names = setting(
        "where to: one or more sinks, each with its own offsets; `audit:http` is another http, with settings `AUDIT_…`",
        ("stdout",),
    )
    batch_max_bytes: Size = setting("closes a batch: encoded bytes", 1 << 20, minimum=1)
    batch_max_records: Count = setting("closes a batch: records", 10_000)
    batch_timeout_seconds: Seconds = setting("closes a batch: age of its first record", 0.2)
    buffer_max_bytes: Size = setting("everything held in memory, shared out among the sinks", 8 << 20, minimum=1 << 20)
    max_in_flight: Count = setting("requests at once for each sink; 1 keeps order", 1)
    retry_initial_seconds: Seconds = setting("full-jitter exponential backoff: the first bound", 0.5, minimum=0.01)
    retry_max_seconds: Seconds = setting("full-jitter exponential backoff: the largest bound", 30.0, minimum=0.01)
    retry_limit_seconds: Seconds = setting("give a record up to the dead letters after this long; 0: never", 0.0)
    request_timeout_seconds: Seconds = setting("one attempt, connect to last byte", 30.0, minimum=0.1)
    dead_letter_max_bytes: Size = setting("size of each sink's dead letters; past it the oldest go, counted", 64 << 20)
    max_backlog_bytes: Size = setting("bound on unlinked files held open and on a live file's lag; 0: none", 0)
    shutdown_timeout_seconds: Seconds = setting("drain deadline after SIGTERM", 25.0)
    drain_quiet_seconds: Seconds = setting("after SIGTERM, wait for writers to be quiet this long", 0.5)
    exit_file: str = setting("once this file exists: drain and exit 0")
    listen: str = setting("address of probes, metrics and status; empty: off", "[::]:8687", empty=True)
    ready_max_lag_seconds: Seconds = setting("not ready while the oldest undelivered byte is older; 0: off", 0.0)
    log_level: Literal["debug", "info", "warning", "error"] = setting("own messages: from this level up", "info")
    log_format: Literal["auto", "json", "text"] = setting(
        "own messages: `auto` is text on a terminal, else JSON", "auto"
    )


GROUPS: Mapping[str, str] = {
    "paths": "what to read",
    "format": "what a record is",
    "redact": "what must not leave the pod",
    "sinks": "where to, and how",
    "shutdown_timeout_seconds": "the daemon",
}
"""The first setting of each group, and what the group is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkSettings:
    """What every sink can be told; a sink's ``Settings`` inherits it."""

    when: Condition = setting(
        "only such records: `level>=warning and not (logger=health or path~^/metrics)` (docs/conditions.md)"
    )

    def where(self) -> str:
        """Say where records go, ``host:port`` as a rule, without anything secret; empty for standard output."""
        return ", ".join(filter(None, map(host_port, self.addresses())))

    def addresses(self) -> tuple[str, ...]:
        """Give the URLs, or pairs ``host:port``, that records go to."""
        return ()

    def oldest_seconds(self) -> float:
        """Give how old a record may be that the store shows; 0 where any may."""
        return 0.0

    def folder(self) -> str:
        """Give the folder that records are written to; empty if they are not."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings(SinkSettings):
    """What every sink that talks over the network can be told; a sink's ``Settings`` inherits it."""

    compression: Literal["gzip", "none"] = setting("`gzip` or `none`", "gzip")
    ca_file: str = setting("certificates (PEM) that may sign the server's, instead of the system's", path=True)
    cert_file: str = setting("client certificate (PEM)", path=True)
    key_file: str = setting("key of the client certificate (PEM)", path=True)
    insecure_skip_verify: bool = setting("do not check the server's certificate", False)  # noqa: FBT003
    headers: Headers = setting("`K=V,K2=V2` or a JSON object, sent with every request", dict)

    def addresses(self) -> tuple[str, ...]:
        """Give the URLs, or pairs ``host:port``, that records go to."""
        named: str | tuple[str, ...] = getattr(self, "url", "") or getattr(self, "endpoint", "")
        return (named,) if isinstance(named, str) else named
