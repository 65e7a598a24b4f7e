#!/bin/sh
# Sanic writes the date of each line, and its zone, unless it is debugged: then a time of day is left, in the zone of the
# machine, and nothing says of which. A file that lived over midnight, or was shipped later, has no order any more.
# WARNING is WARN then, too.
# Sanic 25.12.1, Python 3.11.7.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip -q install sanic==25.12.1
cat >app.py <<'EOP'
import sys

from sanic import Sanic
from sanic.log import logger

app = Sanic("app")


@app.get("/")
async def answer(request):
    return None


@app.after_server_start
async def say(app):
    logger.warning("disk is full")
    app.stop()


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=0, single_process=True, motd=False, access_log=False, debug=sys.argv[1] == "debug")
EOP
for mode in plain debug; do
    TZ=Asia/Kolkata NO_COLOR=1 timeout 60 venv/bin/python app.py $mode >$mode 2>&1 </dev/null || true
    grep 'disk is full' $mode | sed "s/\x1b\[[0-9;]*m//g; s/^/$mode: /"
done | tee seen
grep -Eq '^plain: Main  [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} \+0530 WARNING: disk is full$' seen
grep -Eq '^debug: Main  [0-9:]{8} WARN: disk is full$' seen
