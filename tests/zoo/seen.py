"""What real runs of the set-ups showed, in the words of ``tests/zoo/setups/<language>.toml``."""

import tomllib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("setups")


@cache
def _all(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text())


def words(language: str, name: str) -> tuple[str, str]:
    """Give a set-up's ``rotation`` and ``loses``; KeyError for a set-up that nobody has watched."""
    found = _all(language)[name]
    return found["rotation"], found.get("loses", "")
