"""Which records are kept as a sample: a share by level, decided by the trace or else by the record's id; pure."""

from collections.abc import Mapping, Sequence
from typing import Final
from zlib import crc32

from logship.records.candidates import Candidates
from logship.records.severity import UNKNOWN, named_severity
from logship.records.trace_ids import Contexts

_BAND: Final = 4
"""Severities of a level: 9 to 12 are info, 13 to 16 warning."""
_MOST: Final = 24
_SPREAD: Final = 0x9E3779B1
"""2**32 by the golden ratio: what CRC-32 makes of numbers in a row is no even spread without it."""
_RANGE: Final = 1 << 32


class Sample:
    """Says which records are kept; the same record, and all of a trace that have one share, alike on every pod."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        """Take the share, 0 to 1, of each level: by its name, which covers all from it on to the next that is named."""
        self._contexts = Contexts()
        self._shares = _by_severity(shares)
        self.wants: tuple[str, ...] = self._contexts.wants
        """The top-level names whose columns are needed, beside those of the level."""

    def left_out(self, records: Candidates) -> list[bool]:
        """Say of each record whether it is left out."""
        shares = [self._shares[number] for number in records.severities()]
        if not any(0 < share < 1 for share in set(shares)):
            return [not share for share in shares]
        traces = self._contexts.traces(records.column)
        head = f"{records.file}-".encode()
        columns = zip(shares, traces, records.offsets(), strict=True)
        return [
            share < 1 and fraction(trace.strip(b'"') if trace else head + b"%d" % offset) >= share
            for share, trace, offset in columns
        ]


def fraction(key: bytes) -> float:
    """Give a number from 0 to less than 1 that is the same for the same key, and spread evenly over keys."""
    return (crc32(key) * _SPREAD % _RANGE) / _RANGE


def _by_severity(shares: Mapping[str, float]) -> Sequence[float]:
    """Give the share of each severity from 0 on; what nobody names is kept, as is what has no level."""
    named = {named_severity(name): share for name, share in shares.items()}
    found = [1.0] * (_MOST + 1)
    for number in range(UNKNOWN + 1, _MOST + 1):
        band = range(number - (number - 1) % _BAND, number + 1)
        found[number] = next((named[each] for each in reversed(band) if each in named), 1.0)
    return found


def share_faults(shares: Mapping[str, float]) -> list[str]:
    """Give what is wrong with shares, as ends of sentences that begin with their text."""
    faults = [
        f"has {name!r}, which is no level; write info=0.1,debug=0" for name in shares if named_severity(name) == UNKNOWN
    ]
    named: dict[int, str] = {}
    for name in shares:
        first = named.setdefault(named_severity(name), name)
        if first != name and named_severity(name) != UNKNOWN:
            faults.append(f"has {first!r} and {name!r}, which are one level; write one of them")
    return faults + [
        f"has {share:g} for {name}; write a share from 0 to 1" for name, share in shares.items() if not 0 <= share <= 1
    ]
