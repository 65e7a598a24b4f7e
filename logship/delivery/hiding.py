"""Dead letters without what must not leave the pod: they are read by people, and carried elsewhere."""

from collections.abc import Callable

from msgspec.structs import replace

from logship.delivery.deadletters import Letter
from logship.records.redaction import Redaction


def hiding(redaction: Redaction | None) -> Callable[[Letter], Letter] | None:
    """Give what takes it out of a letter: out of the record, the store's words on it and its file's name."""
    if redaction is None:
        return None
    return lambda letter: replace(letter, block=redaction.letter(letter.block), detail=redaction.text(letter.detail))
