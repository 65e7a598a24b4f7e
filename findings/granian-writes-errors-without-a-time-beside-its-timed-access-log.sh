#!/bin/sh
# Granian 2.8.9: its access log (--access-log) dates each line, and its own lines, with the report of an error in the
# application among them, have none: `[ERROR] …`. Both go to one stream, with nothing that says whose a line is.
# Expected: one form, or a time in both. Seen: what joins lines that have no time to the dated one before them makes the
# error, its level and its traceback part of the access line of an earlier request.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || :; rm -rf "$folder"' EXIT
server=
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check granian==2.8.9
cat >"$folder/app.py" <<'PYTHON'
async def app(scope, receive, send):
    if scope["path"] == "/bad":
        raise ValueError("no such tool")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
PYTHON
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$folder"
venv/bin/granian --interface asgi --access-log --port "$port" app:app >log 2>&1 &
server=$!
ask() {
    venv/bin/python -c 'import sys, urllib.request, urllib.error
try:
    urllib.request.urlopen(sys.argv[1], timeout=5).read()
except urllib.error.HTTPError:
    pass' "http://127.0.0.1:$port$1"
}
tries=0
until ask / 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || { cat log >&2; exit 1; }
    sleep 0.2
done
ask /bad
ask /
sleep 1
kill "$server"
wait "$server" || :
server=
dated=$(grep -c '^\[20[0-9][0-9]-' log || :)
errors=$(grep -c '^\[ERROR\]' log || :)
dated_errors=$(grep '^\[20[0-9][0-9]-' log | grep -c 'ERROR\|Traceback' || :)
echo "granian 2.8.9: $dated dated lines, $errors begin with [ERROR], $dated_errors of these with a time; the log:"
cat log
[ "$dated" -ge 2 ] && [ "$errors" -ge 1 ] && [ "$dated_errors" = 0 ]
