"""How much memory this process may take, by its cgroup, and whether that is enough.

cgroup v2: https://docs.kernel.org/admin-guide/cgroup-v2.html (``memory.max``, ``max`` or bytes, of each group above,
too); v1: https://docs.kernel.org/admin-guide/cgroup-v1/memory.html (``memory.limit_in_bytes``, about 2**63 for none).
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from logship.daemon.volumes import mebibytes

LEAST_BYTES: Final = 40 << 20
"""What the daemon takes beside its buffer: 31 MiB idle with the sink http, and room for requests and pages."""
_NO_LIMIT: Final = 1 << 60
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def memory_limit(root: Path = Path("/")) -> int | None:
    """Give the smallest limit, in bytes, of this process's cgroup and those above it; None without one."""
    limits = []
    for folder, name in _groups(root):
        for path in (folder, *folder.parents):
            with suppress(OSError, ValueError):
                limits.append(int((path / name).read_text()))
            if path.name == "cgroup":
                break
    return min((limit for limit in limits if limit < _NO_LIMIT), default=None)


def _groups(root: Path) -> list[tuple[Path, str]]:
    """Give the folder of each hierarchy that can limit memory, and the name of its limit.

    In a container the groups above are not seen, and what /proc names may not be there: then the mount itself is it.
    """
    found = []
    with suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            number, kinds, path = line.split(":", 2)
            if number == "0":
                found.append((root / "sys/fs/cgroup" / path.strip("/"), "memory.max"))
            elif "memory" in kinds.split(","):
                found.append((root / "sys/fs/cgroup/memory" / path.strip("/"), "memory.limit_in_bytes"))
    return found


def resident_bytes() -> int:
    """Give what this process has in memory now."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    return 0


def too_little(limit: int | None, buffer_bytes: int) -> str:
    """Say that a limit is below what is needed; empty where it is not."""
    needed = LEAST_BYTES + buffer_bytes
    if limit is None or limit >= needed:
        return ""
    sizes = f"memory is limited to {mebibytes(limit)}, about {mebibytes(needed)} are needed"
    return f"{sizes}: raise the container's memory limit, or lower LOGSHIP_BUFFER_MAX_BYTES"
