"""The bytes of a checkpoint: entries in and out."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from logship.model import FileId, LineState
from logship.state.fingerprint import Fingerprint
from logship.state.identity import Entry, Print, Saved

VERSION = 1


class Document(Struct, frozen=True):
    """What is in a checkpoint."""

    version: int
    files: tuple[Entry, ...]
    saved_ns: int
    first_start_ns: int
    looked_ns: int | None = None
    """An older checkpoint has none."""


class _Print(Struct, gc=False):
    length: int
    digest: str


class _Saved(Struct, gc=False):
    offset: int
    state: str
    marker: _Print
    in_flight: list[Any]


class _Entry(Struct, gc=False):
    head: _Print
    offsets: dict[str, _Saved]


class _Required(Struct, gc=False):
    """What every checkpoint has, and entries have a default for in memory: where it is missing, all is unknown."""

    files: list[_Entry]


def written(entries: Iterable[Entry], first_start_ns: int, looked_ns: int) -> Iterator[bytes]:
    """Give the file's bytes bit by bit: of thousands of generations, several times a megabyte every second else."""
    yield b'{"version":%d,"saved_ns":%d,"looked_ns":%d,' % (VERSION, time.time_ns(), looked_ns)
    yield b'"first_start_ns":%d,"files":[' % first_start_ns
    comma = b""
    for entry in entries:
        yield comma + encoded(entry)
        comma = b","
    yield b"]}"


def encoded(entry: Entry) -> bytes:
    """Give one entry's."""
    # of a thousand files every second: by way of dicts it would take eight times as long, and 2 KiB of each meanwhile
    try:
        return msgspec.json.encode(entry)
    except (UnicodeEncodeError, OverflowError):  # a name that is not UTF-8, or a number of more than 64 bits
        return json.dumps(msgspec.to_builtins(entry), separators=(",", ":")).encode()


def read(text: bytes) -> Document:
    """Give what was written; raises what reading anything else comes to, by :func:`_parse`."""
    with suppress(msgspec.MsgspecError, ValueError, RecursionError):
        msgspec.json.decode(text, type=_Required)
        found = msgspec.json.decode(text, type=Document)
        if found.version == VERSION:
            return found
    try:
        return _parse(text)  # names that are not UTF-8, large numbers; what is wrong otherwise it says
    except KeyError as error:
        message = f"it has no {error}"
        raise ValueError(message) from error


def _parse(text: bytes) -> Document:
    """Do the same entry by entry, which takes eight times as long."""
    document = json.loads(text)
    if document["version"] != VERSION:
        message = f"version {document['version']!r}, this logship writes {VERSION}"
        raise ValueError(message)
    files = tuple(_entry(plain) for plain in document["files"])
    saved_ns, looked_ns = int(document["saved_ns"]), document.get("looked_ns")
    looked_ns = looked_ns if looked_ns is None else int(looked_ns)
    return Document(VERSION, files, saved_ns, int(document["first_start_ns"]), looked_ns)


def _entry(plain: Mapping[str, Any]) -> Entry:
    """Make an entry; what a newer logship has added to it is passed over, so that a roll-back sends nothing again."""
    offsets = {sink: _saved(saved) for sink, saved in plain["offsets"].items()}
    digest = plain.get("digest", {})  # an older checkpoint has none
    packed = plain.get("packed", (0, 0))
    values = {
        **plain,
        "file": FileId(plain["file"]),
        "head": _print(plain["head"]),
        "offsets": offsets,
        "holes": tuple((int(start), int(end)) for start, end in plain.get("holes", ())),
        "packed": (int(packed[0]), int(packed[1])),
        "cuts": tuple((int(offset), str(word)) for offset, word in plain.get("cuts", ())),
        "real_path": str(plain.get("real_path", "")),
        "digest": Fingerprint(int(digest.get("base", 0)), tuple(map(int, digest.get("points", ())))),
    }
    return Entry(**{name: value for name, value in values.items() if name in Entry.__struct_fields__})


def _saved(plain: Mapping[str, Any]) -> Saved:
    return Saved(
        int(plain["offset"]),
        LineState(plain["state"]),
        _print(plain["marker"]),
        tuple((int(start), int(end), int(time_ns)) for start, end, time_ns in plain["in_flight"]),
        tuple((int(start), int(end), int(crc)) for start, end, crc in plain.get("proofs", ())),
        str(plain.get("opened", "")),
    )


def _print(plain: Mapping[str, Any]) -> Print:
    return Print(plain["length"], plain["digest"])
