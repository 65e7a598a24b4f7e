"""The sinks: each module here is one, found by its name and imported only when chosen."""

import importlib
import pkgutil
from typing import cast

from logship.errors import ConfigError
from logship.model import SinkModule


def names() -> tuple[str, ...]:
    """Give the name of every sink there is; imports none of them."""
    return tuple(sorted(each.name for each in pkgutil.iter_modules(__path__) if not each.name.startswith("_")))


def load(name: str) -> SinkModule:
    """Import one sink; raises ConfigError if there is none of that name."""
    if name not in names():
        message = f"no sink is called {name!r}; there are: {', '.join(names())}"
        raise ConfigError([message])
    return cast("SinkModule", importlib.import_module(f"{__name__}.{name}"))
