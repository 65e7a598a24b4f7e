"""Where settings may be: flag, variable, ``<NAME>_FILE``, a file in the secrets folder, a standard's variable.

Three are pydantic-settings' own, told where to look; it knows nothing of the other two. None reads the value of a
secret: what is found of one is its place.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    CliSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
)

from logship.settings.config import Secret
from logship.settings.options import PREFIX, SECRETS_DIR, SECRETS_DIR_DEFAULT, Option
from logship.settings.parsing import clean

_NO_TEXT: Final = "\0"
"""What is never given: else the text ``null`` would mean that nothing was."""
_FILE_MAX: Final = 1 << 20


def said(option: Option, text: str | None) -> bool:
    """Whether a text says anything: blanks alone do not, unless the setting says otherwise."""
    return text is not None and bool(option.empty or (text if option.kind == "verbatim" else text.strip()))


class Flags(CliSettingsSource[argparse.ArgumentParser]):
    """The command line; adds its flags to a parser of ours, where ``add`` puts each."""

    def __init__(self, model: type[BaseSettings], of: Sequence[Option], parser: argparse.ArgumentParser) -> None:
        self._of = {each.name: each for each in of}
        super().__init__(
            model,
            root_parser=parser,
            cli_kebab_case=True,
            cli_parse_none_str=_NO_TEXT,
            add_argument_method=self._add,
        )

    def _add(self, parser: argparse.ArgumentParser, *names: str, **words: Any) -> None:  # noqa: ANN401 - as argparse has it
        option = self._of[words["dest"]]
        if not option.flag:
            return
        shown = f" (default: {option.default_text})" if option.default_text else ""
        optional = {"nargs": "?", "const": "true"} if option.kind == "bool" else {}
        metavar = "true|false" if optional else "|".join(option.choices) or option.form.replace(" ", "-").upper()
        text = (option.doc + shown).replace("%", "%%")
        _group(parser, option).add_argument(
            *names, dest=option.variable, default=words["default"], metavar=metavar, help=text, **optional
        )

    def __call__(self, **parsed: Any) -> Any:  # noqa: ANN401 - as in the library: what it took, or what it has
        """Take what a parser found, or give what says something of it."""
        if parsed:
            return super().__call__(**parsed)
        return {name: text for name, text in super().__call__().items() if said(self._of[name], text)}

    def place(self, option: Option) -> str:
        """Name the flag."""
        return option.flag


def _group(parser: argparse.ArgumentParser, option: Option) -> Any:  # noqa: ANN401 - argparse's group has no public name
    known = {group.title: group for group in parser._action_groups}  # noqa: SLF001 - argparse gives no other way to find one
    return known.get(option.group) or parser.add_argument_group(option.group)


class Environment(EnvSettingsSource):
    """The variables, by their exact names."""

    def __init__(self, model: type[BaseSettings], of: Sequence[Option], environ: Mapping[str, str]) -> None:
        self._of = {each.name: each for each in of}
        self._environ = environ
        super().__init__(model, env_prefix=PREFIX)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        named = {option.variable: option for option in self._of.values()}
        return {name.lower(): text for name, text in self._environ.items() if name in named and said(named[name], text)}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Give the text; of a secret the variable."""
        text, key, is_json = super().get_field_value(field, field_name)
        option = self._of[field_name]
        return Secret(variable=option.variable) if text and option.kind == "secret" else text, key, is_json

    def place(self, option: Option) -> str:
        """Name the variable."""
        return option.variable


class NamedFiles(PydanticBaseSettingsSource):
    """What ``<NAME>_FILE`` names; for secrets only."""

    def __init__(self, model: type[BaseSettings], of: Sequence[Option], environ: Mapping[str, str]) -> None:
        super().__init__(model)
        self._paths = {each.name: environ.get(each.secret_file, "").strip() for each in of if each.secret_file}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Give the file of a secret."""
        del field
        path = self._paths.get(field_name)
        return Secret(path=path) if path else None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Give all of them."""
        return {name: Secret(path=path) for name, path in self._paths.items() if path}

    def place(self, option: Option) -> str:
        """Name the variable that has the path."""
        return option.secret_file


class Folder:
    """The files of ``LOGSHIP_SECRETS_DIR``, each named as a variable in either case, with or without its prefix."""

    def __init__(self, flags: Mapping[str, str], environ: Mapping[str, str]) -> None:
        given = next((each[SECRETS_DIR] for each in (flags, environ) if each.get(SECRETS_DIR, "").strip()), "")
        self.path = Path(given.strip() or SECRETS_DIR_DEFAULT)
        self.fault = ""
        self.files: dict[str, Path] = {}
        """By their names in lower case, without the prefix."""
        self.twins: list[Path] = []
        """Files of a setting that has another file."""
        self.others: list[Path] = []
        """What is no file: folders, pipes, links to nothing."""
        try:
            self.path = Path(clean(given, "text") or SECRETS_DIR_DEFAULT)
            names = self._names() if self.path.is_absolute() else []
            self.fault = self.fault or ("" if self.path.is_absolute() else "is not absolute; write it from / on")
        except ValueError as why:
            self.fault, names = str(why), []
        for path in (self.path / name for name in names):
            if not path.is_file():
                self.others.append(path)
            elif self.files.setdefault(self.setting(path), path) != path:
                self.twins.append(path)

    @staticmethod
    def setting(path: Path) -> str:
        """Give what :attr:`Option.name` a file's setting has, if it is one."""
        return path.name.lower().removeprefix(PREFIX.lower())

    def _names(self) -> list[str]:
        try:
            return sorted(path.name for path in self.path.iterdir() if not path.name.startswith("."))
        except FileNotFoundError:
            return []
        except OSError as error:
            # of a folder that is in one that may not be entered, nobody knows whether it is there
            if os.path.exists(self.path):  # noqa: PTH110 - it never raises
                self.fault = f"can't be listed: {error.strerror}"
            return []


class SecretsFolder(SecretsSettingsSource):
    """A mounted Secret: one file a setting."""

    def __init__(self, model: type[BaseSettings], of: Sequence[Option], folder: Folder) -> None:
        self._of = {each.name: each for each in of}
        self._folder = folder
        self.unreadable: list[str] = []
        super().__init__(model, secrets_dir=folder.path if folder.files else None)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Give the text of the file; of a secret its path."""
        del field
        option, path = self._of[field_name], self._folder.files.get(field_name)
        if not path or option.kind == "secret":
            return Secret(path=str(path)) if path else None, field_name, False
        try:
            with path.open(encoding="utf-8", errors="surrogateescape") as file:
                text = file.read(_FILE_MAX)
        except OSError as error:
            self.unreadable.append(f"{path}: can't be read: {error.strerror}")
            text = ""
        return text if text and said(option, text) else None, field_name, False

    def place(self, option: Option) -> str:
        """Name the file."""
        return str(self._folder.files[option.name])


class Standards(PydanticBaseSettingsSource):
    """Variables of others that count where ours are not set."""

    def __init__(self, model: type[BaseSettings], of: Sequence[Option], environ: Mapping[str, str]) -> None:
        super().__init__(model)
        self._environ = environ
        found = [(each, next((name for name in each.also if environ.get(name, "").strip()), "")) for each in of]
        self._names = {option.name: (option, name) for option, name in found if name}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Give the text, as we would write it."""
        del field
        option, name = self._names[field_name]
        text = self._environ[name]
        return option.reading(name, text.strip()) if option.reading else text, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Give all of them."""
        return {name: self.get_field_value(self.settings_cls.model_fields[name], name)[0] for name in self._names}

    def place(self, option: Option) -> str:
        """Name the variable."""
        return self._names[option.name][1]


class Ledger(PydanticBaseSettingsSource):
    """Adds nothing; notes what was found of each setting, and where. It is the last."""

    def __init__(self, model: type[BaseSettings], of: Sequence[Option], places: Mapping[str, Any]) -> None:
        super().__init__(model)
        self._of = {each.name: each for each in of}
        self._places = places
        self.found: dict[str, tuple[str | Secret, str]] = {}
        """What was given and the place, by the setting's name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Give nothing."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Note it."""
        for source, state in self.settings_sources_data.items():
            for name, given in state.items():
                self.found.setdefault(name, (given, self._places[source].place(self._of[name])))
        return {}
