#!/bin/sh
# pydantic-settings 2.16.3: a secret's file loses all white space at both of its ends, not only the line end that an editor
# leaves; the same secret in a variable keeps it. A password or a separator that ends in a blank is another one by file.
# Expected: as by variable, or without its line end. Exits non-zero if this changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic-settings==2.16.3 pydantic==2.14.4
mkdir "$folder/secrets"
printf ' two words \n' > "$folder/secrets/by_file"
FOLDER=$folder/secrets BY_VARIABLE=' two words ' "$folder/venv/bin/python" - <<'PYTHON'
import os

from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.version import VERSION


class Settings(BaseSettings):
    model_config = SettingsConfigDict(secrets_dir=os.environ["FOLDER"])
    by_file: str
    by_variable: str


found = Settings()
print("pydantic-settings", VERSION)
print("expected: by file and by variable the same text, ' two words '")
print(f"seen: by file {found.by_file!r}, by variable {found.by_variable!r}")
raise SystemExit((found.by_file, found.by_variable) != ("two words", " two words "))
PYTHON
