import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from logship.errors import forget_frames


class Body:
    """Something large."""


@contextmanager
def no_collections() -> Iterator[None]:
    """Free at once only what nothing refers to: what is in a cycle stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _refuse(body: Body) -> None:
    raise ConnectionError(repr(body))


def _fail_with(body: Body) -> None:
    try:
        _refuse(body)
    except ConnectionError as cause:
        error = RuntimeError("words")
        error.__notes__ = [error]  # type: ignore[list-item]  # a cycle, as client libraries make them
        raise error from cause


def test_an_error_in_a_cycle_lets_go_of_what_its_frames_held() -> None:
    """Its causes too: without that, a body would be held until a collection."""
    with no_collections():
        body = Body()
        left = weakref.ref(body)
        try:
            _fail_with(body)
        except RuntimeError as error:
            forget_frames(error)
        del body
        assert left() is None


def test_errors_in_groups_and_rings_are_forgotten_once() -> None:
    """However they refer to each other."""
    first, second = ValueError("a"), ValueError("b")
    first.__context__, second.__context__ = second, first
    forget_frames(ExceptionGroup("both", [first, second]))
    assert first.__traceback__ is second.__traceback__ is None
