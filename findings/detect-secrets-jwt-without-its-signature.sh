#!/bin/sh
# detect-secrets' detector of JSON Web Tokens reports header and payload of a signed token, and leaves the signature out: its expression
# ends in a lazy repeat, which is content with nothing. Who takes out of a text what it reports leaves the signature in it.
# detect-secrets 1.5.0. Expected: the whole token, as its other detectors report a whole key.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check detect-secrets==1.5.0
cat >look.py <<'PY'
import base64
import sys

from detect_secrets.plugins.jwt import JwtTokenDetector


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


whole = ".".join((part(b'{"alg":"HS256","typ":"JWT"}'), part(b'{"sub":"1"}'), part(bytes(range(32)))))
found = sorted({each.secret_value for each in JwtTokenDetector().analyze_line("a.log", f"session {whole} expired", 1)})
print("detect-secrets 1.5.0, a signed token in a line:")
print("expected:", [whole])
print("seen:    ", found)
sys.exit(found != [whole.rpartition(".")[0] + "."])
PY
venv/bin/python look.py
