"""``python -m tests.soak --minutes 30``: runs the soak, draws it, and says what was wrong; exit 0 if nothing was."""

import argparse
import datetime as dt
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import logship
from tests.soak.drawing import draw
from tests.soak.page import problems, replaced, summary, table
from tests.soak.record import Soak, load, save
from tests.soak.running import run

SAMPLES, FIGURES, PICTURE = "soak-samples.json", "soak.json", "soak.png"
MESSAGES = "daemon/logship.stderr"


def main(argv: Sequence[str]) -> int:
    """Run, or draw again; 1 if something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="default: %(default)s")
    parser.add_argument(
        "--every", type=float, default=1, metavar="SECONDS", help="between two looks; default: %(default)s"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/soak"), metavar="FOLDER", help="results; default: %(default)s"
    )
    parser.add_argument("--redraw", action="store_true", help=f"only draw what {SAMPLES} in the folder has")
    parser.add_argument("--page", type=Path, help="also copy picture and figures beside this page and write its table")
    parsed = parser.parse_args(argv)
    parsed.out.mkdir(parents=True, exist_ok=True)
    soak = load(parsed.out / SAMPLES) if parsed.redraw else _run(parsed.minutes * 60, parsed.every, parsed.out)
    figures = show(soak, parsed.out)
    if parsed.page:
        publish(parsed.out, figures, parsed.page)
    return 1 if figures["problems"] else 0


def _run(seconds: float, every: float, out: Path) -> Soak:
    soak = Soak(seconds, {**surroundings(), "command": f"make soak SOAK_MINUTES={seconds / 60:g}"})
    with tempfile.TemporaryDirectory(prefix="logship-soak-") as folder:
        try:
            run(soak, Path(folder), tell, every)
        finally:  # what was seen is kept, however it ended
            save(soak, out / SAMPLES)
            shutil.copy(Path(folder) / MESSAGES, out)
    return soak


def surroundings() -> dict[str, Any]:
    """Say when, where and with what."""
    processors = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "logship": logship.__version__,
        "python": platform.python_version(),
        "processor": processors[0] if processors else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
    }


def tell(line: str) -> None:
    """Show where the soak is, on one line of a terminal."""
    sys.stderr.write(f"\r\x1b[K{line}" if sys.stderr.isatty() else f"{line}\n")
    sys.stderr.flush()


def show(soak: Soak, out: Path) -> Mapping[str, Any]:
    """Draw the picture, write the figures and print them."""
    figures = summary(soak)
    (out / FIGURES).write_text(json.dumps(figures, indent=2) + "\n")
    draw(soak, out / PICTURE)
    sys.stdout.write(f"\n{table(figures)}\n\n{out / PICTURE}, {out / FIGURES}\n")
    sys.stdout.writelines(f"WRONG: {each}\n" for each in problems(soak))
    return figures


def publish(out: Path, figures: Mapping[str, Any], page: Path) -> None:
    """Put the results beside a page, and the table into it."""
    for name in (FIGURES, PICTURE):
        shutil.copy(out / name, page.parent)
    page.write_text(replaced(page.read_text(), figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
