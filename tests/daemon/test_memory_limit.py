"""The memory limit of this process's cgroup, as a kernel shows it, and whether it is enough."""

from pathlib import Path

import pytest

from logship.daemon.memory_limit import LEAST_BYTES, memory_limit, resident_bytes, too_little

V1 = "4:memory:/kubepods/pod1/x\n3:cpu,cpuacct:/y\n0::/\n"


def tree(root: Path, groups: str, files: dict[str, str]) -> Path:
    """Lay out what a kernel shows of cgroups."""
    for name, text in {"proc/self/cgroup": groups, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("groups", "files", "limit"),
    [
        ("0::/\n", {"sys/fs/cgroup/memory.max": "67108864\n"}, 67108864),
        ("0::/\n", {"sys/fs/cgroup/memory.max": "max\n"}, None),
        ("0::/a/b\n", {"sys/fs/cgroup/a/memory.max": "5\n", "sys/fs/cgroup/a/b/memory.max": "max\n"}, 5),
        (V1, {"sys/fs/cgroup/memory/memory.limit_in_bytes": "9\n"}, 9),
        (V1, {"sys/fs/cgroup/memory/kubepods/pod1/x/memory.limit_in_bytes": f"{2**63 - 4096}\n"}, None),
        ("nonsense\n", {}, None),
        ("0::/\n", {}, None),
    ],
)
def test_the_smallest_limit_counts(tmp_path: Path, groups: str, files: dict[str, str], limit: int | None) -> None:
    """Of version 2 and 1, of the group and those above it; in a container only its own is to be seen."""
    assert memory_limit(tree(tmp_path, groups, files)) == limit


def test_a_limit_below_what_is_needed_is_told() -> None:
    """With both figures, and what to do; 64 MiB, which the image promises to do with, are enough."""
    assert too_little(None, 1 << 40) == ""
    assert too_little(64 << 20, 8 << 20) == ""
    assert too_little(LEAST_BYTES + 5, 5) == ""
    words = too_little(32 << 20, 8 << 20)
    assert words == (
        "memory is limited to 32 MiB, about 48 MiB are needed: raise the container's memory limit, or lower "
        "LOGSHIP_BUFFER_MAX_BYTES"
    )


def test_the_resident_set_is_this_processs() -> None:
    """In bytes."""
    assert 10 << 20 < resident_bytes() < 10 << 30
