import subprocess
import sys

import pytest

pytestmark = pytest.mark.e2e


def test_the_demo_keeps_what_it_promises() -> None:
    """The first thing that people try: rotations, a kill -9 in the middle, and no line missing."""
    command = [sys.executable, "-m", "logship", "demo", "--seconds", "4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kill -9" in done.stdout
    assert "missing 0" in done.stdout
    assert "rotated 0 times" not in done.stdout
    assert '"seq": 100' in done.stdout
