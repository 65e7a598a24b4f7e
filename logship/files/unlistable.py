"""Folders that exist and can't be listed: one look in vain proves nothing, for names come and go."""

from collections.abc import Collection

UNLISTABLE_SWEEPS = 3


class Unlistable:
    """Counts for each folder the sweeps in a row that could not list it."""

    def __init__(self) -> None:
        self._sweeps: dict[str, int] = {}

    def note(self, folders: Collection[str]) -> None:
        """Note what a sweep could not list."""
        self._sweeps = {folder: self._sweeps.get(folder, 0) + 1 for folder in folders}

    @property
    def any(self) -> bool:
        """Whether the last sweep could not list something."""
        return bool(self._sweeps)

    @property
    def lasting(self) -> list[str]:
        """Folders that could not be listed for three sweeps."""
        return [folder for folder, sweeps in self._sweeps.items() if sweeps >= UNLISTABLE_SWEEPS]
