"""podman and buildah as these tests use them: by root, and on machines whose cgroups crun refuses, with runc."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = ("podman", "buildah", "mmdebstrap")
CGROUPS = Path("/sys/fs/cgroup")
UNIFIED = (CGROUPS / "cgroup.controllers").exists()
"""Whether this machine has cgroup v2 alone; else podman is told what works with version 1 and with hybrids."""
PODMAN = ("podman",) if UNIFIED else ("podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs")
LIMITS = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")
"""podman's own are above what a root without CAP_SYS_RESOURCE may set."""


def run(*words: str | Path, seconds: float = 180.0, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program and give what it said; unless ``check`` is off, one that fails fails the test."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False)
    assert not (check and done.returncode), f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done


def podman(*words: str | Path, seconds: float = 180.0, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run podman."""
    return run(*PODMAN, *words, seconds=seconds, check=check)


def obstacle() -> str:
    """Say why no container can be made here; empty if one can."""
    if missing := [program for program in PROGRAMS if not shutil.which(program)]:
        return f"{', '.join(missing)} not found"
    if os.getuid():
        return "containers are made by root here"
    return "" if UNIFIED or shutil.which("runc") else "runc not found, and these cgroups are not of version 2"


def inspect(kind: str, name: str) -> dict[str, Any]:
    """Give what podman knows of an image or a container."""
    (found,) = json.loads(podman(kind, "inspect", name).stdout)
    return dict(found)


def history(image: str) -> list[dict[str, Any]]:
    """Give the steps an image was made in."""
    return list(json.loads(podman("history", "--no-trunc", "--format", "json", image).stdout))


@contextmanager
def mounted(image: str) -> Iterator[Path]:
    """Give the folder that shows an image's files."""
    yield Path(podman("image", "mount", image).stdout.strip())
    podman("image", "umount", image)


def memory_cgroup(pid: int) -> Path:
    """Give the folder of the memory controller that a process is in."""
    for each in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = each.split(":", 2)
        if UNIFIED or "memory" in controllers.split(","):
            return CGROUPS / ("" if UNIFIED else "memory") / path.lstrip("/")
    message = f"process {pid} is in no memory cgroup"
    raise LookupError(message)


def peak_charged(cgroup: Path) -> int:
    """Give the most bytes that were charged to a cgroup, the page cache of what it read included."""
    return int((cgroup / ("memory.peak" if UNIFIED else "memory.max_usage_in_bytes")).read_text())


def oom_kills(cgroup: Path) -> int:
    """Give how many of a cgroup's processes the kernel killed for want of memory."""
    lines = (cgroup / ("memory.events" if UNIFIED else "memory.oom_control")).read_text().splitlines()
    return int(dict(each.split() for each in lines)["oom_kill"])
