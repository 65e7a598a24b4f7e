#!/bin/sh
# msgspec 0.22.0: a Struct with a tag refuses an object whose tag is another, and takes one that has no tag at all, unless the
# type is one of a union: then the tag is required. So a union that shrinks to one member accepts more than before.
# Expected: the tag is required by each of them. Exits non-zero if this changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check msgspec==0.22.0
"$folder/venv/bin/python" - <<'PYTHON'
import msgspec


class Info(msgspec.Struct, tag_field="level", tag="info"):
    message: str


class Error(msgspec.Struct, tag_field="level", tag="error"):
    message: str


def verdict(kind, text):
    try:
        return f"taken as {msgspec.json.decode(text, type=kind)!r}"
    except msgspec.ValidationError as error:
        return f"refused: {error}"


print("msgspec", msgspec.__version__)
print("expected: without its tag an object is refused, by the type alone and by the union")
lone, union = (verdict(kind, b'{"message":"m"}') for kind in (Info, Info | Error))
other = verdict(Info, b'{"level":"error","message":"m"}')
print(f"seen: alone {lone}; in a union {union}; another tag, alone: {other}")
raise SystemExit(not (lone.startswith("taken") and union.startswith("refused") and other.startswith("refused")))
PYTHON
