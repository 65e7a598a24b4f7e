#!/bin/sh
# VictoriaLogs 1.52.1, /insert/jsonline: a line over -insert.maxLineSizeBytes (256 KiB) is skipped, as documented, and so are the
# good lines behind it, up to the end of the request, if that comes with the last read (as it does for a body that ends within
# 256 KiB of the long line). The answer is 200, and vl_too_long_lines_skipped_total counts one line.
# Expected: the five short lines are stored. Seen: the one before the long line.
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
texts = ["n0", "n1 " + "x" * 300_000, "n2", "n3", "n4", "n5"]
body = "".join(json.dumps({"_time": "0", "_msg": text}) + "\n" for text in texts)
ask("/insert/jsonline?_stream_fields=s", body.encode())
ask("/internal/force_flush")
stored = sorted(json.loads(line)["_msg"] for line in ask("/select/logsql/query?query=*").splitlines())
print("VictoriaLogs 1.52.1, six lines, the second of 300,000 bytes, answered by 200")
print(f"expected: n0 n2 n3 n4 n5; seen: {' '.join(stored)}")
sys.exit(stored != ["n0"])
PYTHON
