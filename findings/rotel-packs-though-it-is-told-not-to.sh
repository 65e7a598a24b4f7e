#!/bin/sh
# rotel's OTLP exporter packs its requests with gzip by default, and goes on to do so when it is told not to:
# `--otlp-exporter-compression none` changes nothing. Who compares what shippers cost, or has a store behind it that takes
# no gzip, is not told either.
# rotel 0.0.1a15 of PyPI, Python 3.11.7; the same of 0.2.1 built from source.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip -q install rotel==0.0.1a15
cat >look.py <<'EOP'
import http.server
import json
import os
import socket
import subprocess
import sysconfig
import threading
import time
import urllib.request
from pathlib import Path

seen = []


class Store(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        seen.append(self.headers.get("Content-Encoding"))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


store = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
threading.Thread(target=store.serve_forever, daemon=True).start()
record = {"timeUnixNano": "1795773600000000000", "body": {"stringValue": "a line"}}
body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()
program = next(Path(sysconfig.get_path("purelib"), "rotel").rglob("rotel-agent"))
for said in ("gzip", "none"):
    grpc, http_, seen[:] = port(), port(), []
    told = ["start", "--otlp-grpc-endpoint", f"127.0.0.1:{grpc}", "--otlp-http-endpoint", f"127.0.0.1:{http_}"]
    told += ["--otlp-exporter-protocol", "http", "--otlp-exporter-compression", said]
    told += ["--otlp-exporter-endpoint", f"http://127.0.0.1:{store.server_port}"]
    with open("messages", "w") as messages:
        rotel = subprocess.Popen([program, *told], stdout=messages, stderr=messages)
    for _ in range(100):
        try:
            head = {"Content-Type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{http_}/v1/logs", body, head), timeout=5)
            break
        except OSError:
            time.sleep(0.1)
    for _ in range(100):
        if seen:
            break
        time.sleep(0.1)
    rotel.terminate()
    rotel.wait()
    print(f"told {said}: content-encoding {seen[0] if seen else 'of nothing'}")
EOP
venv/bin/python look.py | tee seen
[ "$(grep -c 'content-encoding gzip' seen)" = 2 ]
