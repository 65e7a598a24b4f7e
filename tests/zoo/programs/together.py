"""A writer and the rotator that comes by: runs ``--rotate`` (a shell command) whenever the live file is large enough.

The shell finds ``$PID`` (the writer's process id) and ``$N`` (1, 2, 3, …: how often it rotated).
``python -m tests.zoo.programs.together --live app.log --bytes 1000000 --rotate 'mv app.log app.log.$N' -- writer …``
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

_LOOK_SECONDS = 0.01


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def main() -> int:
    """Run both; the writer's exit code, or 1 if the rotator failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--live", type=Path, required=True)
    parser.add_argument("--bytes", type=int, required=True)
    parser.add_argument("--rotate", required=True)
    parser.add_argument("writer", nargs="+")
    options = parser.parse_args()
    writer = subprocess.Popen(options.writer)
    rotations = 0
    while writer.poll() is None:
        time.sleep(_LOOK_SECONDS)
        if _size(options.live) < options.bytes:
            continue
        rotations += 1
        environment = os.environ | {"PID": str(writer.pid), "N": str(rotations)}
        done = subprocess.run(["/bin/sh", "-c", options.rotate], env=environment, check=False)
        if done.returncode:
            print(f"the rotator ended with {done.returncode}", file=sys.stderr)
            writer.kill()
            return 1
    return writer.returncode


if __name__ == "__main__":
    sys.exit(main())
