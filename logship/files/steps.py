"""Work in steps, with pauses between them: the event loop has its turn."""

from collections.abc import Generator, Iterator, Sequence
from typing import TypeVar

from logship.files.sweeping import FILES_AT_ONCE

T = TypeVar("T")
Steps = Generator[None, None, None]
Asked = Generator[None, None, bool]
"""The same, with an answer in the end."""


def finish(steps: Generator[None, None, T]) -> T:
    """Take all steps at once, and give what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def in_steps(things: Sequence[T], at_once: int = FILES_AT_ONCE) -> Iterator[T | None]:
    """Give them, and after so many of them None: time for a pause."""
    for number, thing in enumerate(things, 1):
        yield thing
        if number % at_once == 0:
            yield None
