#!/bin/sh
# TensorFlow's own lines (C++, by Abseil) have a time that is none: before absl::InitializeLog(), which its Python package never calls,
# the zone isn't known, and instead of MMDD HH:MM:SS they have month 00, day 00, 00 hours and 00 minutes, with all seconds since
# 1970 where two digits of seconds belong. A parser of glog's form that checks its parts refuses them; one that doesn't dates them wrong.
# tensorflow-cpu 2.21.0. Expected: I1128 21:30:04.656299; seen: I0000 00:00:1795901404.656299.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check tensorflow-cpu==2.21.0
TF_CPP_MIN_LOG_LEVEL=0 "$folder/venv/bin/python" - <<'PY'
import re
import subprocess
import sys
import time

said = subprocess.run(
    [sys.executable, "-c", "import tensorflow; print(tensorflow.__version__)"], capture_output=True, text=True, check=True
)
heads = re.findall(r"^[IWEF]\d{4} \S+", said.stderr, re.MULTILINE)
print(f"tensorflow {said.stdout.strip()}: {heads}")
assert heads
for head in heads:
    seconds = re.fullmatch(r"[IWEF]0000 00:00:(\d{10})\.\d{6}", head)
    assert seconds and abs(int(seconds[1]) - time.time()) < 600, head
PY
