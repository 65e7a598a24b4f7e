"""Loads a library without what it imports for purposes that are not ours."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


class _StandIn(ModuleType):
    """Has any name: a class of its own each time, which can be inherited from and does nothing."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


@contextmanager
def without(*names: str, missing: tuple[str, ...] = ()) -> Iterator[None]:
    """Let what is imported meanwhile find stand-ins for modules that are not loaded yet, and miss ``missing``.

    Whoever imports them later gets the real ones.
    """
    stand_ins: dict[str, ModuleType | None] = {name: _StandIn(name) for name in names if name not in sys.modules}
    stand_ins |= {name: None for name in missing if name not in sys.modules}
    sys.modules.update(stand_ins)  # type: ignore[arg-type]  # None: it can't be imported
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
