#!/bin/sh
# savelog -d names the rotated file by the second and moves it there with plain mv: a second rotation within that second replaces
# the first, with exit 0 and no message. (logrotate's dateext refuses in that case and keeps both.)
# Debian's debianutils 5.7-0.5~deb12u1.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
apt-get -qq -o APT::Sandbox::User=root download debianutils=5.7-0.5~deb12u1 >/dev/null
dpkg-deb -x debianutils_*.deb root
mkdir log
cd log
for try in 1 2 3 4 5; do # until both are in one second
    rm -f app.log*
    echo first >app.log
    sh "$D/root/usr/bin/savelog" -q -d -l app.log
    echo second >app.log
    sh "$D/root/usr/bin/savelog" -q -d -l app.log
    [ "$(ls app.log.2* | wc -l)" = 1 ] && break
done
echo "savelog of debianutils 5.7-0.5~deb12u1: two rotations in one second, both with exit 0"
echo "expected: 'first' and 'second' are in some file"
echo "seen:     $(ls app.log.2*): $(cat app.log.2*)"
[ "$(cat app.log.2*)" = second ]
