import argparse

import pytest

from logship.commands.demo import seconds


def test_how_long_the_demonstration_writes() -> None:
    """A time, above 0; anything else is refused before a folder is made."""
    assert seconds("0.5") == 0.5
    for text in ("0", "-3", "nan", "inf"):
        with pytest.raises(argparse.ArgumentTypeError, match=f"^{text} is no time"):
            seconds(text)
