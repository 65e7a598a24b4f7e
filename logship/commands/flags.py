"""The flags of ``run`` and ``check``: one for every setting that is no secret, those of the chosen sinks included."""

import argparse
from collections.abc import Iterable, Mapping, Sequence

from logship.settings.options import PREFIX, SECRETS_DIR, SECRETS_DIR_DEFAULT, Option, config_options, options


def add_flags(parser: argparse.ArgumentParser, of: Iterable[Option]) -> None:
    """Add a flag for each setting; its text is kept as it is, to be read with the others."""
    for option in of:
        if option.flag:
            shown = f" (default: {option.default_text})" if option.default_text else ""
            text = (option.doc + shown).replace("%", "%%")
            if option.kind == "bool":
                parser.add_argument(
                    option.flag, dest=option.variable, nargs="?", const="true", metavar="true|false", help=text
                )
            else:
                parser.add_argument(option.flag, dest=option.variable, metavar=_metavar(option), help=text)


def _metavar(option: Option) -> str:
    return "|".join(option.choices) or option.kind.replace(" ", "-").upper()


def daemon_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the daemon's own settings."""
    parser.epilog = (
        "Each flag is also a setting: --paths is LOGSHIP_PATHS. Those of the chosen sinks are flags too (--http-url), "
        "except secrets. All are listed by: logship settings"
    )
    add_flags(parser, config_options())
    parser.add_argument(
        "--secrets-dir",
        dest=SECRETS_DIR,
        metavar="FOLDER",
        help=f"one file a setting, named as its variable in lower case (default: {SECRETS_DIR_DEFAULT})",
    )


def given(arguments: argparse.Namespace) -> dict[str, str]:
    """Give the texts of the flags that were given, by the names of their variables."""
    return {name: text for name, text in vars(arguments).items() if name.startswith(PREFIX) and text is not None}


def sink_flags(prog: str, rest: Sequence[str], sinks: Mapping[str, type]) -> dict[str, str]:
    """Read what the first parser left over as flags of the chosen sinks; anything else ends the program with 2."""
    # The usage of these alone would look like all there is.
    usage = "%(prog)s [flags]; see %(prog)s --help and logship settings"
    parser = argparse.ArgumentParser(prog=prog, usage=usage, add_help=False, allow_abbrev=False)
    for sink, settings in sinks.items():
        add_flags(parser, options(settings, sink))
    return given(parser.parse_args(rest))
