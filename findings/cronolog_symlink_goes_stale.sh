#!/bin/sh
# cronolog -S (--symlink) is to "maintain a symbolic link to the current log file". It makes the link for the first file and
# leaves it there: after every change of the name, the link leads to a file that nobody writes to any more.
# Whoever follows the link (tail -F, a shipper) goes silent after the first period. Debian's cronolog 1.6.2+rpk-3.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
apt-get -qq -o APT::Sandbox::User=root download cronolog=1.6.2+rpk-3 >/dev/null
dpkg-deb -x cronolog_*.deb root
mkdir log
for i in 1 2 3 4 5; do echo "$i"; sleep 1; done | "$D/root/usr/bin/cronolog" -S "$D/log/app.log" "$D/log/app-%H%M%S.log" || true
first=$(ls "$D"/log/app-*.log | head -n 1)
last=$(ls "$D"/log/app-*.log | tail -n 1)
link=$(readlink "$D/log/app.log")
echo "cronolog 1.6.2+rpk-3: $(ls "$D"/log/app-*.log | wc -l) files, a second each"
echo "expected: app.log -> ${last##*/}, the current one"
echo "seen:     app.log -> ${link##*/}, the first one being ${first##*/}"
[ "$first" != "$last" ] && [ "$link" = "$first" ]
