"""Every logger of the zoo: each public module in ``tests/zoo_loggers/loggers`` has ``LOGGERS``."""

import importlib
import pkgutil
from collections.abc import Collection

from tests.zoo.finding import CACHE as ROTATORS
from tests.zoo_loggers import loggers
from tests.zoo_loggers.logger import Logger

CACHE = ROTATORS.with_name("logship-zoo-loggers")


def all_loggers() -> list[Logger]:
    """Give them by language, in the order of their modules."""
    modules = sorted(each.name for each in pkgutil.iter_modules(loggers.__path__) if each.name[0] != "_")
    return [each for name in modules for each in importlib.import_module(f"{loggers.__name__}.{name}").LOGGERS]


def chosen(only: Collection[str], languages: Collection[str]) -> list[Logger]:
    """Give those whose names begin with a word of ``only``, and those of the languages; all without a choice.

    A word of none is a ValueError.
    """
    found = all_loggers()
    unknown = [word for word in only if not any(each.name.startswith(word) for each in found)]
    if unknown := unknown + sorted({*languages} - {each.language for each in found}):
        raise ValueError("no such logger or language", unknown)
    named = tuple(only)
    return [
        each for each in found if not (only or languages) or each.name.startswith(named) or each.language in languages
    ]
