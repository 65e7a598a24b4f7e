"""``logship convert FILE``: a configuration of Fluent Bit's as logship's settings, and what has no counterpart."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

LEFT_OUT: Final = 4
"""Exit code: something was left out. As with ``run``: all was read, and some did not come through."""


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", metavar="FILE", help="fluent-bit.conf, or fluent-bit.yaml; - is standard input")
    parser.add_argument("--kubernetes", action="store_true", help="print the env: list of a container")
    parser.epilog = (
        "Prints NAME=value lines, quoted for a shell (set -a; . ./file), with a comment for each thing that is\n"
        "left out, converted and different, or not needed. Files that it includes are read from its folder on.\n"
        "No secret is printed: where it stands is said, and where to put it.\n\n"
        "exit code: 0 all is converted, 1 nothing could be printed, 2 the file can't be read or is none of\n"
        "Fluent Bit's, 4 something was left out"
    )


def run(parsed: argparse.Namespace) -> int:
    """Convert and print; raises ConfigError for a file that can't be read."""
    from logship.convert.conversion import convert  # noqa: PLC0415 - the settings, with pydantic: not for --help
    from logship.convert.reading import read_configuration  # noqa: PLC0415
    from logship.convert.shown import environment_file, kubernetes_list  # noqa: PLC0415

    configuration = read_configuration(parsed.file)
    sheet = convert(configuration)
    source = "standard input" if parsed.file == "-" else parsed.file
    sys.stdout.write((kubernetes_list if parsed.kubernetes else environment_file)(sheet, source))
    if not sheet.left_out:
        return 0
    sys.stdout.flush()
    sys.stderr.write(f"logship: left out: {len(sheet.left_out)}; the comments say what, and what to do instead\n")
    return LEFT_OUT
