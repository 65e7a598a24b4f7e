#!/bin/sh
# moto 5.2.5, PutLogEvents: of what it rejects for its time, it gives the index of the last event that is too old, and of the last
# that is too new. CloudWatch Logs documents tooOldLogEventEndIndex as exclusive, one past the last too old, and
# tooNewLogEventStartIndex as the first too new one: a client that follows it takes events for stored that are not.
# Expected for old, old, now, new, new: 2 and 3. Seen: 1 and 4.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "moto[logs]==5.2.5" boto3
AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" - <<'PYTHON'
import time

import boto3
import moto

DAY, HOUR = 86_400_000, 3_600_000
now = int(time.time() * 1000)
with moto.mock_aws():
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    times = [now - 20 * DAY, now - 19 * DAY, now, now + 3 * HOUR, now + 4 * HOUR]
    events = [{"timestamp": each, "message": str(n)} for n, each in enumerate(times)]
    answer = logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    stored = [each["message"] for each in logs.get_log_events(logGroupName="g", logStreamName="s")["events"]]
info = answer["rejectedLogEventsInfo"]
seen = info.get("tooOldLogEventEndIndex"), info.get("tooNewLogEventStartIndex")
print(f"moto {moto.__version__}: of events 0 to 4 it stored {stored}")
print(f"expected: tooOldLogEventEndIndex 2, tooNewLogEventStartIndex 3; seen: {seen[0]} and {seen[1]}")
raise SystemExit(seen != (1, 4))
PYTHON
