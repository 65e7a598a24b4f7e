#!/bin/sh
# loguru's rotation renames app.log to app.<time of its creation>.log, as it documents. On Linux it reads that time from an extended
# attribute of its own (user.loguru_crtime), which it sets only on files that a rotation began. The file that logger.add() began
# has none, and is named by st_ctime: its last change, not its creation. So the first file of a process has a name that a
# line, a chmod or a hard link moves on, and all later ones have not; where attributes are not kept (cp, most images, NFS before 4.2),
# every file is named like the first. loguru 0.7.3. Expected: both named by when they were begun.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check loguru==0.7.3
cat >app.py <<'PY'
import datetime, os, sys, time
from loguru import logger

def now():
    return datetime.datetime.now()

logger.remove()
began = [now()]
logger.add("log/app.log", rotation=1000, format="{message}")
for _ in range(3):
    time.sleep(2)
    began.append(now())
    logger.info("x" * 900)
names = sorted(name for name in os.listdir("log") if name != "app.log")
seen = [datetime.datetime.strptime(name, "app.%Y-%m-%d_%H-%M-%S_%f.log") for name in names]
attributes = [os.listxattr(f"log/{name}") for name in names]
late = [(stamp - start).total_seconds() for stamp, start in zip(seen, (began[0], began[2]))]
print(f"loguru 0.7.3, two rotated files: named {late[0]:.1f} s and {late[1]:.1f} s after they were begun; {attributes}")
print("expected: 0 s and 0 s; seen: 2 s for the first, which has no attribute")
sys.exit(not (late[0] > 1.5 and late[1] < 0.5 and not attributes[0] and attributes[1]))
PY
mkdir log
venv/bin/python app.py
