"""How files are followed."""

from msgspec import Struct


class Rules(Struct, frozen=True):
    """How files are followed; durations in seconds."""

    poll: float = 1.0
    rotate_wait: float = 30.0
    drain_quiet: float = 0.5
    drain_longest: float = 8.0
    gather: float = 0.2
    """How long a record may be gathered with others: files are not looked at more often for a few lines."""
    max_backlog: int = 0
    """Bytes of unlinked files that are held, and bytes that a live file may lag; 0: no bound."""
