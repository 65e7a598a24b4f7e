"""When folders are swept: soon after a change, but for no more than a share of a core, however many names they have."""

from msgspec import Struct

from logship.ticks import near_tick

SWEEP_SHARE, IDLE_SWEEP_SHARE = 0.25, 0.05
"""What sweeps may take of a core while names come and go, and while none does: a folder may hold any number."""
BURST_SECONDS = 8.0
"""So much of the time without sweeps is made up for: several may then follow one another without a rest."""
IDLE_SWEEP_SHARE_AIM, IDLE_SWEEP_SECONDS = 0.0001, 10.0
"""What they should take while no name comes or goes, if that leaves no more than so long between two of them."""
LONG_SWEEP_SECONDS = 0.05
SOON_SECONDS = 1.0
MANY_FILES = 1000
"""A sweep that opens so many needs no rest after it: it was for them, and there is an end of them."""


class Pace(Struct):
    """Counts what sweeps take; all in monotonic seconds."""

    poll: float
    """The least time between two sweeps while nothing seems to have changed."""
    due: float = 0.0
    """When it is time for a sweep though nothing seems to have changed."""
    began: float = 0.0
    """When the last sweep began."""
    rested: float = 0.0
    """Before this there is no sweep, whatever changes."""
    sweep_seconds: float = 0.0
    """What the last sweep took, or the one that is under way so far."""
    long: int = 0
    """How many in a row took so long that they are slow."""

    @property
    def slow(self) -> bool:
        """Whether a sweep takes so long, and the rest after it, that rotated files can't be left to sweeps alone."""
        return self.sweep_seconds > LONG_SWEEP_SECONDS

    @property
    def lasting(self) -> bool:
        """Whether the last two sweeps did: one says as much of the machine as of the folders."""
        return self.slow and self.long > 1

    def hurry(self) -> None:
        """Have a sweep at once."""
        self.due = self.rested = 0.0

    def soon(self) -> None:
        """Have a sweep within a second: something happened, and to none of the files that are open."""
        self.due = min(self.due, self.began + SOON_SECONDS)

    def swept(self, began: float, ended: float, spent: float, opened: int = 0) -> None:
        """Note a sweep, which took ``spent`` seconds of the time between, and how many files it opened."""
        self.began, self.sweep_seconds = began, spent
        self.long = self.long + 1 if self.slow else 0
        self.spend(spent * max(0.0, 1 - opened / MANY_FILES), began)
        idle = max(min(spent / IDLE_SWEEP_SHARE_AIM, IDLE_SWEEP_SECONDS), spent * (1 / IDLE_SWEEP_SHARE - 1))
        self.due = near_tick(max(began + self.poll, ended + idle), self.poll)

    def spend(self, seconds: float, now: float) -> None:
        """Take time from what sweeps may take."""
        self.rested = max(self.rested, now - BURST_SECONDS) + seconds / SWEEP_SHARE

    def until_sweep(self, now: float) -> float:
        """Give how long it is until the next sweep, if nothing changes; not positive when it is time."""
        return max(self.due, self.rested) - now
