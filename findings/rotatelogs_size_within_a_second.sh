#!/bin/sh
# Apache's rotatelogs with a size only (10K) names its files by the second in which they are begun. The second file of one second has
# the name of the first, is opened for appending, and is too large already: from then on the file is closed and opened again at
# every write until the second is over, and the size that was asked for is passed many times over.
# Expected: files of about 10 KiB. Seen: one of hundreds of KiB. Debian's apache2-utils 2.4.71-1~deb12u1.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
V=2.4.71-1~deb12u1
apt-get -qq -o APT::Sandbox::User=root download apache2-utils=$V libapr1=1.7.2-3+deb12u1 libaprutil1=1.6.3-1+deb12u1 >/dev/null
for each in *.deb; do dpkg-deb -x "$each" root; done
mkdir log
LD_LIBRARY_PATH=$(echo "$D"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
for i in $(seq 200); do
    printf '%01023d\n' "$i" # 1 KiB each, 200 KiB in all, within a second
done | "$D/root/usr/bin/rotatelogs" "$D/log/app.log" 10K
largest=$(ls -S "$D/log" | head -n 1)
size=$(wc -c <"$D/log/$largest")
echo "rotatelogs $V, rotation at 10K, 200 KiB at once:"
echo "expected: about 20 files of 10 KiB"
echo "seen:     $(ls "$D/log" | wc -l), the largest ($largest) of $((size / 1024)) KiB"
[ "$size" -gt 51200 ]
