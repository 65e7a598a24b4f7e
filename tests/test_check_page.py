"""docs/check.md: each command is run, and says what the page shows. LOGSHIP_WRITE_PAGES=1 writes that anew."""

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "check.md"
FILE = re.compile(r"<!-- file: (\S+) -->\n```text\n(.*?)```", re.DOTALL)
RUN = re.compile(r"(<!-- run -->\n```sh\n(.*?)```\n\n```text\n)(.*?)(?=```)", re.DOTALL)
WRITTEN = 1_795_771_860
"""When the page's files were written to, in epoch seconds."""


def said(command: str, folder: Path) -> str:
    """Run a command of the page in a shell, without settings of our own."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}
    environ |= {"PATH": f"{Path(sys.executable).parent}:{environ['PATH']}", "COLUMNS": "80"}
    environ["LOGSHIP_STATE_DIR"] = str(folder / "state")
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environ, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    return done.stdout


def test_the_page_shows_what_its_commands_say(tmp_path: Path) -> None:
    """Word for word."""
    text = PAGE.read_text()
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content)
        os.utime(tmp_path / name, (WRITTEN, WRITTEN))
    shown = RUN.sub(lambda each: each[1] + said(each[2], tmp_path), text)
    if os.environ.get("LOGSHIP_WRITE_PAGES") == "1":
        PAGE.write_text(shown)
    assert len(RUN.findall(text)) == text.count("<!-- run -->") >= 5
    assert not (tmp_path / "state").exists()
    assert shown == text
