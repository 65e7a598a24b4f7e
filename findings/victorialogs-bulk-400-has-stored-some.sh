#!/bin/sh
# VictoriaLogs 1.52.1, /insert/elasticsearch/_bulk: one record whose time it can't hold (a year after 2262) has the whole request
# answered by 400. The records before it are stored all the same, those behind it are not: whoever sends the request again, or
# halves it to find the bad one, has the first ones twice.
# Expected of a 400 for a whole _bulk request, as of Elasticsearch: nothing is stored. Seen: a and b.
set -eu
command -v go >/dev/null || { echo "needs go" >&2; exit 1; }
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
GOBIN=$folder go install github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs@v1.52.1 2>build.txt || { cat build.txt >&2; exit 1; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
./victoria-logs -storageDataPath=data "-httpListenAddr=127.0.0.1:$port" >server.txt 2>&1 &
server=$!
python3 - "$port" <<'PYTHON'
import json
import sys
import time
import urllib.error
import urllib.request

BASE = f"http://127.0.0.1:{sys.argv[1]}"


def ask(path: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(BASE + path, body, {"Content-Type": "application/stream+json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


for _ in range(100):
    try:
        ask("/health")
        break
    except OSError:
        time.sleep(0.1)
year = time.gmtime().tm_year
documents = [("a", year), ("b", year), ("bad", 2300), ("c", year)]
today = time.strftime("%m-%dT%H:%M:%SZ", time.gmtime())
lines = ['{"create":{}}\n' + json.dumps({"_time": f"{at}-{today}", "_msg": name}) + "\n" for name, at in documents]
try:
    ask("/insert/elasticsearch/_bulk?_stream_fields=s", "".join(lines).encode())
    status = 200
except urllib.error.HTTPError as error:
    status = error.code
ask("/internal/force_flush")
stored = sorted(json.loads(line)["_msg"] for line in ask("/select/logsql/query?query=*").splitlines())
print("VictoriaLogs 1.52.1 was given a, b, a record of 2300, and c in one _bulk request")
print(f"expected: 400 and nothing stored, or each record's own answer; seen: {status}, stored: {' '.join(stored)}")
sys.exit(status != 400 or stored != ["a", "b"])
PYTHON
