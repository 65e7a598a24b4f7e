"""The command line: finds the subcommand, imports only that, turns faults into exit codes."""

import errno
import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from logship import __version__
from logship.errors import ConfigError, LogshipError

if TYPE_CHECKING:
    import argparse

COMMANDS: Final = {
    "run": "ship logs until SIGTERM",
    "check": "find out what stands in the way of run, without shipping",
    "probe": "ask a running daemon: live, ready or startup",
    "status": "show what a running daemon does",
    "top": "watch what a running daemon does, redrawn each second",
    "settings": "list every setting",
    "convert": "make settings of a configuration of Fluent Bit's",
    "replay": "send the dead letters again",
    "demo": "watch rotating logs being shipped",
}
HELD: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
FAILED: Final = 1
BAD_CONFIGURATION: Final = 2
INTERRUPTED: Final = 130
_NOT_WRITTEN: Final = (errno.EPIPE, errno.ENOSPC, errno.EIO)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_standard_streams()
    descriptor = -1
    if words[:1] == ["run"]:
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD)  # before anything slow, until the daemon releases them
        gc.disable()  # until all is loaded: importing makes little garbage, to look for it is an eighth of the start
        if argv is None:
            descriptor = importlib.import_module("logship.daemon.handoff").part()
    name = words[0] if words and words[0] in COMMANDS else ""
    if not name:
        if words:
            _overview().parse_args(words)  # ends the program: help, version, or what is wrong
        _overview().print_help(sys.stderr)
        return BAD_CONFIGURATION
    import argparse  # noqa: PLC0415 - the daemon does without, and this process may be on its way to become it

    command: Any = importlib.import_module(f"logship.commands.{name}")
    parser = argparse.ArgumentParser(prog=f"logship {name}", description=COMMANDS[name], allow_abbrev=False)
    parser.set_defaults(descriptor=descriptor)
    command.arguments(parser, words[1:])
    parsed = parser.parse_args(words[1:])
    try:
        code = int(command.run(parsed))
        sys.stdout.flush()
    except ConfigError as error:
        sys.stderr.writelines(f"logship: {_printable(fault)}\n" for fault in error.faults)
        return BAD_CONFIGURATION
    except LogshipError as error:
        sys.stderr.write(f"logship: {_printable(str(error))}\n")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.errno not in _NOT_WRITTEN or error.filename is not None:
            raise
        return _give_up_output(error)
    return code


def _give_up_output(error: OSError) -> int:
    """Say why nothing can be printed; where its reader has gone, as ``head`` does, nobody is interested."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still in the buffer is written at the exit
    if not isinstance(error, BrokenPipeError):
        sys.stderr.write(f"logship: standard output can't be written: {error.strerror}\n")
    return FAILED


def _open_standard_streams() -> None:
    """Let no file of ours be taken for a standard stream that whoever started us has closed.

    A closed stdout is opened for reading only: who wants to write there can tell (:mod:`logship.commands.run`).
    """
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, mode), True)  # noqa: FBT003 - the lowest number that is free
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - open to the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr is: not every terminal has every character
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115 - open to the end


def _printable(text: str) -> str:
    from logship.printable import printable  # noqa: PLC0415 - seldom needed, and a probe is to be quick

    return printable(text)


def _overview() -> "argparse.ArgumentParser":
    width = max(map(len, COMMANDS))
    import argparse  # noqa: PLC0415 - as above

    parser = argparse.ArgumentParser(
        prog="logship",
        description="Ships rotating log files to a log store.",
        epilog="commands:\n" + "\n".join(f"  {name:{width}}  {text}" for name, text in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"logship {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="command", help="what to do; each has a --help")
    return parser


if __name__ == "__main__":
    sys.exit(main())
