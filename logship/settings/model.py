"""The settings as pydantic-settings reads them: models, made of the same dataclasses that the daemon gets.

Only the child that reads them loads this: pydantic costs 60 ms and 10 MiB, which the daemon does without.
"""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final, Literal

from logship.settings.options import Option
from logship.settings.parsing import PARSERS, clean, parse_choice
from logship.spare import without

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else every installed package is asked for some


# for subcommands that are coroutines, plugins, files of other kinds, stores of clouds, and types that no setting has
_UNUSED: Final = (
    "asyncio",
    "dotenv",
    "importlib.metadata",
    "importlib.resources",
    "importlib.resources.abc",
    "pydantic_settings.sources.providers.aws",
    "pydantic_settings.sources.providers.azure",
    "pydantic_settings.sources.providers.gcp",
    "secrets",
    "zoneinfo",
)

with without(*_UNUSED):
    from pydantic import BeforeValidator, Field, ValidationError, create_model
    from pydantic_core import ErrorDetails, PydanticUndefined
    from pydantic_settings import BaseSettings, InitSettingsSource, NoDecode, SettingsConfigDict

__all__ = ["InitSettingsSource", "ValidationError", "model_of", "words"]

_TYPES: Final[Mapping[str, Any]] = {
    "size": int,
    "seconds": float,
    "count": int,
    "bool": bool,
    "list": tuple[str, ...],
    "globs": tuple[str, ...],
    "names": tuple[str, ...],
    "formats": tuple[str, ...],
    "mapping": dict[str, Any],
    "text mapping": dict[str, str],
    "headers": dict[str, str],
    "shares": dict[str, float],
    "secret": Any,
}
"""By :attr:`logship.settings.options.Option.kind`; all others are text."""


_COUNT_MAX: Final = 10**15 - 1
"""More than what is counted ever is; what is handed over has 64 bits."""


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="forbid", validate_default=False, hide_input_in_errors=True)


def model_of(of: Sequence[Option]) -> type[BaseSettings]:
    """Make a model whose fields are named by :attr:`Option.name`."""
    fields: dict[str, Any] = {each.name: (_annotation(each), _default(each)) for each in of}
    return create_model("Settings", __base__=_Settings, **fields)


def _annotation(option: Option) -> Any:  # noqa: ANN401 - a type of any kind
    if option.kind == "secret":
        return Annotated[Any, NoDecode]
    kind = Literal[option.choices] if option.choices else _TYPES.get(option.kind, str)
    most = _COUNT_MAX if option.kind == "count" and option.maximum is None else option.maximum
    parts: list[Any] = [NoDecode, Field(ge=option.minimum, le=most)]
    if option.choices:
        parts.append(BeforeValidator(partial(parse_choice, choices=option.choices)))
    elif option.kind in PARSERS:
        parts.append(BeforeValidator(PARSERS[option.kind]))
    return Annotated[kind, *parts, BeforeValidator(partial(clean, kind=option.kind))]


def _default(option: Option) -> Any:  # noqa: ANN401 - of the setting's type
    return PydanticUndefined if option.required else option.default


def words(option: Option, error: ErrorDetails) -> str:
    """Say what pydantic found, as the end of a sentence that begins with the text, and what to write instead."""
    bounds = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(bounds["error"])
        case "literal_error":
            return "is not one of " + ", ".join(option.choices)
        case "greater_than_equal":
            return f"is too small; the least is {bounds['ge']:.15g}"
        case "less_than_equal":
            return f"is too large; the most is {bounds['le']:.15g}"
        case _:
            return _NO.get(option.kind, "can't be used")


_NO: Final = {"count": "is not a whole number", "bool": "is not a yes or no; write true or false"}
