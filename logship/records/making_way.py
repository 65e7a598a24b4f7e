"""What members are called that make way for others: nothing of the application's is dropped; pure."""

from collections.abc import Container
from typing import Final

OVERRIDDEN: Final = "overridden."
"""Before the name of what makes way."""
MAX_MOVED: Final = 100
"""Members of one record that make way. Each of one name is one ``overridden.`` longer: many would take their square."""


def free_name(name: str, taken: Container[str]) -> str:
    """Give the name, below as many ``overridden.`` as it takes for it to be nobody's."""
    while name in taken:
        name = OVERRIDDEN + name
    return name
