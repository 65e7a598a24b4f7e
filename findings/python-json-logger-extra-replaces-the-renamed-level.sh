#!/bin/sh
# python-json-logger 4.2.0: extra={"levelname": …} is refused by logging itself, but where rename_fields makes levelname a "severity",
# extra={"severity": …} silently takes its place, and so does a key "levelname" of a message that is a dict. (timestamp=True is safe: there the
# caller's field is the one that goes.)
# Expected: the record's level, or a refusal as logging's own. Seen: an error that says INFO.
set -eu
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-json-logger==4.2.0
venv/bin/python - <<'PYTHON'
import importlib.metadata
import io
import json
import logging

from pythonjsonlogger.json import JsonFormatter

written = io.StringIO()
handler = logging.StreamHandler(written)
handler.setFormatter(JsonFormatter(["levelname", "message"], rename_fields={"levelname": "severity"}, timestamp=True))
logger = logging.Logger("app")
logger.addHandler(handler)
logger.error("refused", extra={"severity": "INFO", "timestamp": "mine"})
logger.error({"message": "refused", "levelname": "INFO"})
records = [json.loads(line) for line in written.getvalue().splitlines()]
print(f"python-json-logger {importlib.metadata.version('python-json-logger')}, two calls of error():")
for record in records:
    print(f"  {record}")
raise SystemExit([record["severity"] for record in records] != ["INFO", "INFO"] or records[0]["timestamp"] == "mine")
PYTHON
