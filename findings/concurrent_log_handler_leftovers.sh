#!/bin/sh
# concurrent-log-handler renames app.log to app.log.rotate.<random> before it packs it and gives it a number. A process that is killed
# in between leaves that file and a part of the archive, and no later rotation numbers, packs, counts or removes them, in whichever
# process: the disk keeps them for ever beside backupCount, and the newest lines before the kill have the name that nothing looks for.
# concurrent-log-handler 0.9.31, use_gzip, backupCount=2. Expected: the next rotations take it up.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check concurrent-log-handler==0.9.31 portalocker==4.4.2
cat >app.py <<'PY'
import logging, sys
from concurrent_log_handler import ConcurrentRotatingFileHandler

logger = logging.getLogger("app")
logger.setLevel("INFO")
logger.addHandler(ConcurrentRotatingFileHandler("log/app.log", "a", int(sys.argv[1]), 2, use_gzip=True))
for number in range(int(sys.argv[2])):
    logger.info("line %d %s", number, "x" * 100)
PY
mkdir log
head -c 60000000 /dev/urandom | base64 -w 100 >log/app.log # 80 MB take seconds to pack
venv/bin/python app.py 1000000 10 &
pid=$!
until ls log/app.log.rotate.*.gz >/dev/null 2>&1; do sleep 0.01; done
kill -9 $pid
wait $pid || true
venv/bin/python app.py 100000 20000 # some twenty rotations
echo "concurrent-log-handler 0.9.31, killed while it packed, then some twenty rotations more:"
echo "expected: app.log, app.log.1.gz, app.log.2.gz"
echo "seen:     $(cd log && echo app.log*)"
[ "$(ls log/app.log.rotate.* | wc -l)" = 2 ]
