#!/bin/sh
# uvicorn 0.38.0 behind a proxy by --uds: in its access lines there is nothing where the client's address stands, neither "-" nor "unix:", so
# that a request begins with two blanks more and has one word less.
set -eu
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check uvicorn==0.38.0
cat >app.py <<'PYTHON'
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})
PYTHON
venv/bin/python -m uvicorn app:app --uds "$folder/s" --lifespan off >log 2>&1 &
pid=$!
venv/bin/python - "$folder/s" <<'PYTHON'
import socket
import sys
import time

for _ in range(100):
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(sys.argv[1])
            link.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            while link.recv(4096):
                pass
        break
    except OSError:
        time.sleep(0.1)
PYTHON
kill "$pid"
wait "$pid" || true
grep GET log | cat -A
grep -q '^INFO:      - "GET /a HTTP/1.1" 404 Not Found$' log
