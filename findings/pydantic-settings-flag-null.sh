#!/bin/sh
# pydantic-settings 2.16.3: a setting that is a plain `str` can't be given the text `null` by a flag, though the same text
# is taken from a variable. Its flags take `null` for None whatever the field's type, unless cli_parse_none_str is changed.
# Expected by whoever has a queue, a user or a namespace that is called null: the text. Exits non-zero if this changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic-settings==2.16.3 pydantic==2.14.4
QUEUE=null "$folder/venv/bin/python" - <<'PYTHON'
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.version import VERSION


class FromVariable(BaseSettings):
    queue: str = "default"


class FromFlag(BaseSettings):
    model_config = SettingsConfigDict(cli_parse_args=["--queue", "null"], env_prefix="OTHER_")
    queue: str = "default"


print("pydantic-settings", VERSION)
print("expected: QUEUE=null and --queue null both give 'null'")
by_variable = FromVariable().queue
try:
    by_flag = repr(FromFlag().queue)
except ValidationError as error:
    by_flag = error.errors()[0]["msg"]
print(f"seen: QUEUE=null gives {by_variable!r}; --queue null: {by_flag}")
raise SystemExit(by_variable != "null" or "valid string" not in by_flag)
PYTHON
