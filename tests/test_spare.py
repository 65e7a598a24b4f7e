import sys

import pytest

from logship.spare import without


def test_a_stand_in_has_any_class_and_is_gone_after() -> None:
    """Which can be inherited from; whoever imports the module later gets the real one."""
    with without("this_is_nowhere"):
        from this_is_nowhere import One, Two  # type: ignore[import-not-found]  # noqa: PLC0415

        class Both(One, Two):  # type: ignore[misc]
            """Inherits from both."""

    assert Both() is not None
    with pytest.raises(ImportError):
        import this_is_nowhere  # noqa: F401, PLC0415


def test_what_is_loaded_stays() -> None:
    """Nothing stands in for it, also if it is to be missed."""
    before = sys.modules["sys"], sys.modules["asyncio"]
    with without("sys", missing=("asyncio",)):
        assert (sys.modules["sys"], sys.modules["asyncio"]) == before
    assert (sys.modules["sys"], sys.modules["asyncio"]) == before


def test_what_is_to_be_missed_can_not_be_imported() -> None:
    """As if it were not installed."""
    with without(missing=("wave",)), pytest.raises(ImportError):
        import wave  # noqa: PLC0415
    import wave  # noqa: PLC0415

    assert callable(wave.open)
