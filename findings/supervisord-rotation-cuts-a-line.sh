#!/bin/sh
# supervisord rotates the log of a program's output where a read of its pipe ends. A program that writes blocks, as C's stdio does
# into a pipe, has a line cut at each rotation: its first half ends one file without a newline, the other begins the next.
# Expected: files of whole lines. Seen: every rotated file ends within a line. supervisor 4.3.0.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check --no-deps supervisor==4.3.0
cat >app.py <<'APP'
import os, time

lines = b"".join(b"line %06d of a program that writes blocks of four kibibytes\n" % i for i in range(5000))
for at in range(0, len(lines), 4096):
    os.write(1, lines[at : at + 4096])
    time.sleep(0.005)
time.sleep(1)
os.kill(os.getppid(), 15)
APP
cat >supervisord.conf <<CONF
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=$D/pid
[program:app]
command=python3 $D/app.py
autorestart=false
stdout_logfile=$D/app.log
stdout_logfile_maxbytes=65536
stdout_logfile_backups=10
CONF
venv/bin/supervisord -c supervisord.conf >/dev/null 2>&1
rotated=0 cut=0
for each in app.log.*; do
    rotated=$((rotated + 1))
    [ "$(tail -c 1 "$each" | od -An -c | tr -d ' ')" = '\n' ] || cut=$((cut + 1))
done
echo "supervisor 4.3.0, 5,000 lines in blocks of 4 KiB, rotation at 64 KiB:"
echo "expected: 0 of $rotated rotated files end within a line"
echo "seen:     $cut of $rotated; $(sed -n 1p app.log | cut -c1-40) begins the newest"
[ "$rotated" -ge 3 ] && [ "$cut" -ge 3 ]
