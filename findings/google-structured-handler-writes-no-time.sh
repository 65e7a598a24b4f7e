#!/bin/sh
# google-cloud-logging 3.17.0 (Python), StructuredLogHandler, the one for GKE and Cloud Run: its lines have severity, trace, labels and source
# location, but no time in any of the forms that Google's agents read. The time of an event is that at which somebody reads the line, so what is
# read late (after an outage, from a rotated file) is dated late. A level of the application's own comes as "Level 25", no severity that the API knows.
# Expected: "time" or "timestamp". Seen: neither in any line.
set -eu
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check google-cloud-logging==3.17.0
venv/bin/python - <<'PYTHON'
import importlib.metadata
import io
import json
import logging
import time

from google.cloud.logging_v2.handlers import StructuredLogHandler
from google.logging.type.log_severity_pb2 import LogSeverity

written = io.StringIO()
logger = logging.Logger("app")
logger.addHandler(StructuredLogHandler(stream=written))
logger.error("payment failed")
logger.log(25, "payment booked")
lines = written.getvalue().splitlines()
records = [json.loads(line) for line in lines][-2:]
times = {"time", "timestamp", "timestampSeconds", "timestampNanos"} & set().union(*records)
severities = [record["severity"] for record in records]
print(f"google-cloud-logging {importlib.metadata.version('google-cloud-logging')}: names {sorted(records[0])}")
print(f"times: {sorted(times)}; severities: {severities}, of which the API knows {[s for s in severities if s in LogSeverity.keys()]}")
day = time.strftime("%Y-%m-%d", time.gmtime())
raise SystemExit(bool(times) or day in written.getvalue() or severities != ["ERROR", "Level 25"] or "Level 25" in LogSeverity.keys())
PYTHON
