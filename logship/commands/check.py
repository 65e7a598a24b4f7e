"""``logship check``: one line a finding, what is wrong and what to do.

Beside a daemon it asks that what it knows, and loads neither what reads settings nor what sends: it runs in the
daemon's container, and its memory is the daemon's. Who gives a flag, or has other ``LOGSHIP_`` variables than the
daemon, asks about those settings: then, with ``--full``, with ``--send`` and without a daemon, all is looked at.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from logship.check.known import Known, findings
from logship.commands.daemon_client import fetch
from logship.errors import ConfigError, LogshipError
from logship.printable import printable
from logship.settings.places import state_dir_of
from logship.state.running import Running, find

if TYPE_CHECKING:
    from logship.settings.resolved import Resolved

FAILED = 1
BAD_CONFIGURATION = 2
_LIGHT: Final = frozenset({"--json"})
"""What may be said to a check that only asks the daemon."""
_OURS: Final = _LIGHT | {"--full", "--send"}
"""What is no setting."""


def arguments(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--send", action="store_true", help="deliver one test record to each sink, as --full")
    parser.add_argument("--full", action="store_true", help="look at everything, also beside a daemon that runs")
    parser.add_argument("--json", action="store_true", help="as JSON: the findings, or an object for each record")
    parser.add_argument(
        "--lines", metavar="FILE", help="show what becomes of a file's lines, or of standard input's (-)"
    )
    parser.add_argument("--explain", action="store_true", help="with --lines: say why")
    others = {*words} - _OURS
    parser.set_defaults(light=not {*words} - _LIGHT, as_it_runs=not others)
    if others:
        from logship.commands.flags import daemon_flags  # noqa: PLC0415 - what reads settings is 20 MiB

        daemon_flags(parser, words)


def run(parsed: argparse.Namespace) -> int:
    """Print the findings; 0 if all is well, 1 if something stands in the way, 2 if a setting is wrong."""
    if parsed.explain and parsed.lines is None:
        raise ConfigError(["--explain: says why of --lines: name a file, or - for standard input"])
    if parsed.lines is not None and (parsed.send or parsed.full):
        raise ConfigError(["--lines: opens no sink, and looks at nothing else: leave --send and --full out"])
    folder = state_dir_of(os.environ)
    running = find(folder) if parsed.as_it_runs else None
    known: list[Known] = []
    if running and running.address and running.has_settings_of(os.environ):
        try:
            known = _known(running, folder, files=parsed.light)
            if parsed.light:
                return show(known, as_json=parsed.json)
        except LogshipError as error:
            known = [Known(good=False, subject="daemon", message=printable(f"process {running.pid} runs, but {error}"))]
    return _look(parsed, known)


def _known(running: Running, folder: str, *, files: bool) -> list[Known]:
    """Give what the daemon knows."""
    status = fetch(running.address)
    letters = {sink["name"]: _size(f"{folder}/dead-letter/{sink['name']}.ndjson") for sink in status.get("sinks", ())}
    return [*findings(status, running.address, letters, files=files)]


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - pathlib is a tenth of the memory
    except OSError:
        return 0


def _look(parsed: argparse.Namespace, before: Sequence[Known]) -> int:
    """Look at everything."""
    import asyncio  # noqa: PLC0415 - this and the others: not beside a daemon

    from logship.check.inspection import inspect  # noqa: PLC0415
    from logship.commands.run import resolve  # noqa: PLC0415
    from logship.logs import set_up  # noqa: PLC0415

    set_up("error", "auto")
    try:
        resolved: Resolved = resolve(parsed)
    except ConfigError as error:
        faults = [Known(good=False, subject="settings", message=fault) for fault in error.faults]
        show([*before, *faults], as_json=parsed.json)
        return BAD_CONFIGURATION
    if parsed.lines is not None:
        from logship.commands import check_lines  # noqa: PLC0415

        return check_lines.run(parsed, resolved)
    found = asyncio.run(inspect(resolved, send=parsed.send))
    every = [*before, *(Known(each.good, each.subject, each.message) for each in found)]
    return show(every, as_json=parsed.json)


def show(found: Iterable[Known], *, as_json: bool) -> int:
    """Print them, a line each or as one JSON list; give 0 if all are good, else 1."""
    every = list(found)
    if as_json:
        sys.stdout.write(json.dumps([each._asdict() for each in every], indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(
            f"{'ok  ' if each.good else 'FAIL'} {printable(f'{each.subject}: {each.message}')}\n" for each in every
        )
    return 0 if all(each.good for each in every) else FAILED
