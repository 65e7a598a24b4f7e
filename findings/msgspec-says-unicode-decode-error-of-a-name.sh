#!/bin/sh
# msgspec 0.22.0: whoever catches MsgspecError or DecodeError around json.decode(), as its documentation has it, does not catch bytes that are
# no UTF-8 in a member's name: those raise UnicodeDecodeError, which is neither. In a value that is decoded as a string they do as well; in
# one that is kept as Raw they pass without any error.
set -eu
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check msgspec==0.22.0
venv/bin/python - <<'PYTHON'
import msgspec


def raised(data: bytes, kind: object) -> str:
    try:
        msgspec.json.decode(data, type=kind)
    except Exception as error:
        return f"{type(error).__name__}, a MsgspecError: {isinstance(error, msgspec.MsgspecError)}"
    return "nothing"


seen = [
    raised(b'{"caf\xe9":1}', dict[str, msgspec.Raw]),
    raised(b'{"a":"caf\xe9"}', dict[str, str]),
    raised(b'{"a":"caf\xe9"}', dict[str, msgspec.Raw]),
    raised(b'{"a":}', dict[str, msgspec.Raw]),
]
print(f"msgspec {msgspec.__version__}", *seen, sep="\n  ")
unicode = "UnicodeDecodeError, a MsgspecError: False"
raise SystemExit(seen != [unicode, unicode, "nothing", "DecodeError, a MsgspecError: True"])
PYTHON
