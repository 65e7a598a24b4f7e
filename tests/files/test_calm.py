import pytest

from logship.files.calm import Calm

LITTLE, MUCH = 1000, 1 << 20
LONG = 100.0
"""Seconds until a sweep that nobody waits for."""


def noted(grown: int, *, heard: bool = True, gather: float = 0.2, poll: float = 1.0) -> Calm:
    """Note one look at 10.25 s."""
    calm = Calm(poll, gather)
    calm.looked = 10.25
    calm.note(10.25, grown, heard=heard)
    return calm


def test_what_grows_a_little_is_looked_at_four_times_a_second() -> None:
    """Once an event tells of it; else a second after the look, and then when all that is done each second is."""
    assert noted(LITTLE).next_look(10.25, LONG, active=True) == (0.25, 1.0)
    assert noted(LITTLE).next_look(10.375, LONG, active=True) == (0.125, 0.875)
    assert noted(LITTLE).next_look(10.75, LONG, active=True) == (0.0, 0.5)
    assert noted(LITTLE).next_look(11.5, LONG, active=True) == (0.0, 0.0)
    assert noted(0).next_look(10.25, LONG, active=True) == (0.0, 0.75)


def test_an_event_that_was_told_before_the_look_counts() -> None:
    """The one that ended the wait for it; it counts for that look alone."""
    calm = noted(LITTLE, heard=False)
    calm.told = True
    calm.note(10.25, LITTLE, heard=False)
    assert calm.next_look(10.25, LONG, active=True) == (0.25, 1.0)
    calm.note(10.25, LITTLE, heard=False)
    assert calm.next_look(10.25, LONG, active=True) == (0.25, 0.25)


def test_a_file_that_no_event_tells_of_is_looked_at_as_often() -> None:
    """As long as it may grow again soon, whether or not a look found something."""
    calm = noted(LITTLE, heard=False)
    assert calm.next_look(10.25, LONG, active=True) == (0.25, 0.25)
    calm.looked = 10.5
    calm.note(10.5, 0, heard=False)
    assert calm.next_look(10.5, LONG, active=True) == (0.25, 0.25)
    assert calm.next_look(10.5, LONG, active=False) == (0.0, 0.5)


def test_what_grows_much_is_looked_at_every_50_ms() -> None:
    """Whatever events say; a look that took longer is followed by the next at once."""
    assert noted(MUCH).next_look(10.25, LONG, active=True) == pytest.approx((0.05, 0.05))
    assert noted(MUCH).next_look(10.5, LONG, active=True) == (0.0, 0.0)


def test_whoever_gathers_for_less_looks_more_often() -> None:
    """A batch may not wait for longer than its setting says, or a tick more."""
    assert noted(LITTLE, gather=0.0).next_look(10.25, LONG, active=True)[0] == pytest.approx(0.05)
    assert noted(LITTLE, poll=0.01).next_look(10.25, LONG, active=True) == pytest.approx((0.01, 0.01))


def test_whoever_gathers_for_longer_looks_less_often() -> None:
    """Up to once in POLL_SECONDS; a file in which much would gather by then is looked at once a little has."""
    assert noted(LITTLE, gather=0.75).next_look(10.25, LONG, active=True)[0] == pytest.approx(0.8, abs=0.003)
    for kib, apart in ((1, 1.0), (64, 1.0), (128, 0.5), (192, 0.333), (255, 0.25), (2048, 0.05)):
        calm = noted(LITTLE, gather=9.0)
        calm.looked = 10.75
        calm.note(10.75, kib << 10, heard=True)
        assert calm.next_look(10.75, LONG, active=True)[0] == pytest.approx(apart, abs=0.003)


def test_a_sweep_is_waited_for_no_longer_than_it_takes() -> None:
    """One that is overdue, and may not be yet, is tried again soon."""
    assert noted(0).next_look(10.25, 0.5, active=False) == (0.0, 0.5)
    assert noted(0).next_look(10.25, -1.0, active=False) == (0.0, 0.05)
