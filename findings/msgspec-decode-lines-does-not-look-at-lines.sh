#!/bin/sh
# msgspec's decode_lines, for "line-delimited" JSON, does not look at lines: it reads value after value, with any white space, or none,
# between two, and newlines within one. A line on which two writers met comes as two values, and a value over two lines as one, without an
# error: values don't belong to lines by their numbers, even where the counts agree.
# msgspec 0.22.0. Expected: one value a line, or DecodeError ("invalid character after the value", as decode gives).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check msgspec==0.22.0
"$folder/venv/bin/python" - <<'PY'
import msgspec

text = b'{"line":1}{"line":1}\n{"line":\n2}\n'
values = msgspec.json.Decoder().decode_lines(text)
print(f"msgspec {msgspec.__version__}: {text.count(10)} lines, {len(values)} values: {values}")
try:
    msgspec.json.decode(text.split(b"\n")[0])
    alone = "no error"
except msgspec.DecodeError as error:
    alone = str(error)
print(f"decode of the first line: {alone}")
assert values == [{"line": 1}, {"line": 1}, {"line": 2}] and text.count(b"\n") == 3 and alone != "no error"
PY
