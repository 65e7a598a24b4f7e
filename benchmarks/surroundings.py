"""Where and when, and with what, something was measured."""

import datetime as dt
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import logship


def surroundings(versions: Mapping[str, str], absent: Sequence[str]) -> dict[str, Any]:
    """Say where, when, by what command and with which versions this is measured."""
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "command": "python -m benchmarks " + " ".join(sys.argv[1:]),
        "logship": logship.__version__,
        "commit": _commit(),
        "python": python(),
        "system": _system(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "load_before": os.getloadavg()[0],
        "versions": dict(versions),
        "absent": list(absent),
    }


def python() -> str:
    """Give this interpreter's version and what it was built with: builds of one version differ in speed."""
    return f"{platform.python_version()} ({platform.python_compiler()})"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    """Give the commit that is checked out, with a plus if files of logship differ from it; empty outside git."""
    folder = Path(__file__).parents[1]
    git = ("git", "-C", str(folder))
    try:
        name = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "logship"], check=False).returncode
    except (OSError, subprocess.CalledProcessError):
        return ""
    return name.stdout.strip() + ("+" if changed else "")


def heading(about: Mapping[str, Any]) -> str:
    """Give the lines over the tables."""
    lines = [
        f"logship {about['logship']} {about['commit']}, Python {about['python']}",
        f"{about['cores']} cores of {about['processor']}, {about['memory_gib']:.0f} GiB",
        f"{about['system']}, Linux {about['kernel']}",
        f"{about['date']}, load before {about['load_before']:.1f}, {about['command']}",
        *(f"{name}: {version}" for name, version in about["versions"].items()),
        *(f"absent: {each}" for each in about["absent"]),
    ]
    if about["cores"] < 2:
        lines.append("only one core: the receiver takes time from the shipper, and figures are worse than they are")
    return "\n".join(lines)
