"""What can go wrong, and whose fault it is.

::

    LogshipError
    ├── ConfigError       the operator's: a setting is wrong (exit 2)
    ├── StateError        the state folder can't be used, or another daemon uses it
    ├── DeadLetterError   a refused record can't be put aside: its sink must wait
    └── SinkClosedError   the sink's far end is gone for good, e.g. a closed stdout (exit 1)

What a store answers is never an exception: see :class:`logship.model.Outcome`.
"""


class LogshipError(Exception):
    """Any fault that logship names itself."""


class ConfigError(LogshipError):
    """One or more settings are wrong; ``faults`` has one line for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def missing(libraries: object, needed_by: str, extra: str) -> ConfigError:
    """Give the fault that libraries of an extra are not here, with the two ways to have them."""
    remedy = f"pip install '.[{extra}]'; image: --build-arg LOCK=requirements-all.lock"
    return ConfigError([f"{needed_by} needs {libraries}: {remedy}"])


class StateError(LogshipError):
    """The state folder can't be read, written or locked."""


class DeadLetterError(LogshipError):
    """The dead-letter file can't be written now."""


class SinkClosedError(LogshipError):
    """The sink can never take another record."""


def forget_frames(error: BaseException) -> None:
    """Let go of the frames that an error and its causes came through, and of the bodies in them.

    Errors of a client library may lie in reference cycles: with their frames, a few failed attempts in a row kept tens
    of MiB until the collector came by.
    """
    todo: list[BaseException | None] = [error]
    seen: set[int] = set()
    while todo:
        each = todo.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        each.__traceback__ = None
        todo += [each.__cause__, each.__context__, getattr(each, "os_error", None)]
        todo += each.exceptions if isinstance(each, BaseExceptionGroup) else ()
