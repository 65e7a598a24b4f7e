#!/bin/sh
# picologging 0.9.3 (CPython 3.11): `%(asctime)s` without a datefmt comes out as a few bytes of memory, U+FFFD among them, and nine digits where three
# of a fraction belong: the line has no time. With a datefmt it is right. Litestar takes picologging where it is installed, and its default has none.
# Expected: "2026-11-27 10:00:00,123 INFO disk is full". Seen: no date in any line, other bytes in each run.
set -eu
python=${PYTHON:-python3.11}
command -v "$python" >/dev/null || { echo "needs Python 3.11 (PYTHON=)" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check picologging==0.9.3
cat >"$folder/write.py" <<'PY'
import picologging

for datefmt in (None, "%Y-%m-%d %H:%M:%S"):
    handler = picologging.StreamHandler()
    handler.setFormatter(picologging.Formatter("%(asctime)s %(levelname)s %(message)s", datefmt))
    logger = picologging.Logger("app" if datefmt else "default", picologging.INFO)
    logger.addHandler(handler)
    logger.info("with a datefmt" if datefmt else "disk is full")
PY
"$folder/venv/bin/python" "$folder/write.py" 2>"$folder/app.log"
cat -v "$folder/app.log"
grep -aq '^20[0-9-]* [0-9:]* INFO with a datefmt' "$folder/app.log" && ! grep -aq '^20.*disk is full' "$folder/app.log"
