"""Expressions that take time linear in the text, whatever they are: google-re2's; pure."""

from typing import Any


def compile_expression(text: str) -> Any:  # noqa: ANN401 - re2 has no types
    """Compile an expression; what it gives has ``search`` and ``match``.

    Raises ``ValueError`` that says what is wrong, and where.
    """
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - only where an expression is set: it is 3.6 MiB

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        message = f"has no valid expression: {reason}"
        raise ValueError(message) from error
