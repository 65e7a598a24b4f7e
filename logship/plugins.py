"""The register of sinks: each is a module or a folder of :mod:`logship.sinks`, found by name, imported when chosen."""

import importlib
from pathlib import Path
from typing import Any, Final, cast

from logship.errors import ConfigError
from logship.model import SinkModule

_FOLDER: Final = Path(__file__).with_name("sinks")
_PACKAGE: Final = "logship.sinks"


def names() -> tuple[str, ...]:
    """Give the name of every sink there is; imports none of them."""
    found = (path for path in _FOLDER.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file())
    return tuple(sorted(path.stem for path in found if not path.name.startswith("_")))


def load(name: str) -> SinkModule:
    """Import one sink; raises ConfigError if there is none of that name.

    Of a sink that has a folder, because its store has a protocol of its own, this is the module ``sink`` in there.
    """
    if name not in names():
        message = f"no sink is called {name!r}; there are: {', '.join(names())}"
        raise ConfigError([message])
    module = f"{_PACKAGE}.{name}.sink" if (_FOLDER / name).is_dir() else f"{_PACKAGE}.{name}"
    return cast("SinkModule", importlib.import_module(module))


def settings_type(sink: str) -> type[Any]:
    """Import the module of a sink and give its ``Settings``."""
    settings: type[Any] = load(sink).Settings
    return settings
