"""``python -m benchmarks``: logship and its peers on the same input and receiver, in turn."""

import argparse
import sys
from collections.abc import Sequence

from benchmarks import drain, live

COMMANDS = {
    "drain": (drain, "ship a prepared file to its end: MB/s, CPU seconds per GB, peak memory"),
    "live": (live, "follow a file that is written at a steady rate: delay, CPU, memory; then idle"),
}


def main(argv: Sequence[str]) -> int:
    """Run one benchmark; gives 1 if a line was missing."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures logship, and each peer that is present: Fluent Bit by FLUENT_BIT=path or on PATH, "
        "rsyslog on PATH. The shipper runs on one core, all else on another.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (module, words) in COMMANDS.items():
        command = commands.add_parser(name, help=words, description=words)
        module.arguments(command)
        command.add_argument("--json", default="", metavar="FILE", help="write the results there, too")
        command.add_argument("--markdown", action="store_true", help="print the table as a page has it")
        command.add_argument(
            "--sink",
            nargs="+",
            choices=("http", "elasticsearch"),
            default=list(module.SINKS),
            help="default: %(default)s",
        )
        command.add_argument(
            "--compression",
            nargs="+",
            choices=("none", "gzip"),
            default=list(module.COMPRESSIONS),
            help="default: %(default)s",
        )
    parsed = parser.parse_args(argv)
    return int(COMMANDS[parsed.command][0].run(parsed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
