import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.scripted_server import bulk_reply, scripted_server

pytestmark = pytest.mark.e2e

README = Path(__file__).parent.parent.parent / "README.md"
FETCHING = ("git clone", "python3 -m venv")
"""What gets and installs logship: the tests run in such an environment."""


def start(logs: Path, store: str) -> str:
    """Give the lines of README's Start that come after the installation, for another folder and store.

    What runs until Ctrl-C gets a SIGTERM after 4 seconds, and must drain.
    """
    found = re.search(r"## Start\n.*?```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    lines = found[1].splitlines()
    assert [line for line in lines if line.startswith(FETCHING)] == lines[:2]
    script = "\n".join(lines[2:]).replace("/var/log/agent", str(logs)).replace("http://localhost:9200", store)
    logship = f"{sys.executable} -m logship"
    script = script.replace(".venv/bin/logship run", f"timeout --preserve-status -s TERM 4 {logship} run")
    return "set -e\n" + script.replace(".venv/bin/logship", logship)


async def test_the_start_of_the_readme_works_line_by_line(tmp_path: Path) -> None:
    """The demo, then to the terminal, then what check says and to a store that speaks ``_bulk``."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "app.log").write_text('{"message":"hello"}\n')
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}
    environ |= {"LOGSHIP_STATE_DIR": str(tmp_path / "state"), "LOGSHIP_LISTEN": ""}
    async with scripted_server(otherwise=bulk_reply) as server:
        command = ("sh", "-c", start(tmp_path / "logs", server.url))
        shell = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environ)
        async with asyncio.timeout(120):
            printed, _ = await shell.communicate()
        bodies = [request.body for request in server.requests if "_bulk" in request.path]
    assert shell.returncode == 0, printed.decode()
    assert b"missing 0" in printed
    assert printed.count(b'"message":"hello"') == 1
    assert sum(body.count(b'"message":"hello"') for body in bodies) == 1
