"""The flags of ``run``, ``check`` and ``replay``: one for every setting that is no secret, of the chosen sinks too."""

import argparse
import os
from collections.abc import Container, Mapping, Sequence

from logship import plugins
from logship.plugins import settings_type
from logship.settings.loading import chosen_sinks
from logship.settings.model import model_of
from logship.settings.options import PREFIX, SECRETS_DIR, SECRETS_DIR_DEFAULT, Option, config_options, sink_options
from logship.settings.sources import Flags


class _Every(Container[str]):
    """Holds every name."""

    def __contains__(self, name: object) -> bool:
        return True


def daemon_flags(parser: argparse.ArgumentParser, words: Sequence[str], only: Container[str] | None = None) -> None:
    """Add the flags of the daemon's own settings and those of the sinks that the words, or the environment, choose.

    ``only`` names the daemon's own settings that matter, if not all do. Words without a flag need none: a pod's start
    does without the time that they take.
    """
    if not any(word.startswith("-") for word in words):
        return
    parser.usage = "%(prog)s [flags]"  # one for each setting would fill the terminal before any word of help
    parser.epilog = (
        f"Each flag is also a setting: --paths is LOGSHIP_PATHS. The chosen sinks' are flags too, except secrets. "
        f"Sinks: {', '.join(plugins.names())}; --sinks http --help shows http's. All are listed by: logship settings"
    )
    group = parser.add_argument_group("where settings are")
    group.add_argument(
        "--secrets-dir",
        dest=SECRETS_DIR,
        metavar="FOLDER",
        help=f"one file a setting, named as its variable in either case (default: {SECRETS_DIR_DEFAULT})",
    )
    wanted = _Every() if only is None else only
    of = [option for option in config_options() if option.field in wanted]
    for sink, kind in _chosen(words).items():
        of += sink_options(settings_type(kind), sink, kind)
    add_flags(parser, of)


def add_flags(parser: argparse.ArgumentParser, of: Sequence[Option]) -> None:
    """Add a flag for each setting; its text is kept as it is, to be read with the others."""
    Flags(model_of(of), of, parser)


def _chosen(words: Sequence[str]) -> Mapping[str, str]:
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    early.add_argument("--sinks", dest=f"{PREFIX}SINKS")
    early.add_argument("--secrets-dir", dest=SECRETS_DIR)
    try:
        return chosen_sinks(given(early.parse_known_args(words)[0]), os.environ)
    except argparse.ArgumentError:  # a flag without its value: the parser with all of them says so
        return {}


def given(arguments: argparse.Namespace) -> Mapping[str, str]:
    """Give the texts of the flags that were given, by the names of their variables."""
    return {name: text for name, text in vars(arguments).items() if name.startswith(PREFIX) and text is not None}
