#!/bin/sh
# s6-log with a processor (!gzip) starts it by /usr/lib/execline/bin/execlineb, a package that Debian's s6 only recommends. Images are
# made without recommended packages: at the first rotation s6-log then says "processor failed", tries again for ever, and
# reads nothing meanwhile: the pipe fills, and the application stands still in write(). SIGTERM does not end it. Expected: an end, or
# a file left as it is.
# Debian's s6 2.11.3.2-1. Where execline is installed there is nothing to see, which is said, with exit 0.
set -eu
if [ -e /usr/lib/execline/bin/execlineb ]; then
    echo "execline is installed here: skipped"
    exit 0
fi
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
apt-get -qq -o APT::Sandbox::User=root download s6=2.11.3.2-1 libs6-2.11=2.11.3.2-1 libskarnet2.13=2.13.1.1-1 \
    libexecline2.9=2.9.3.0-1 >/dev/null
for each in *.deb; do dpkg-deb -x "$each" root; done
mkdir log
LD_LIBRARY_PATH=$(echo "$D"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
# 1 MB in lines of 100 bytes; the writer notes that it came to its end
code=0
(seq -f '%099.0f' 10000; : >"$D/written") | timeout -k 1 10 "$D/root/usr/bin/s6-log" -b n20 s100000 '!gzip -nq' "$D/log" \
    2>"$D/said" || code=$?
echo "s6-log 2.11.3.2-1 with !gzip and no execline, 1 MB of input, 10 s:"
echo "expected: all of it is read, whatever becomes of the processor"
echo "seen:     it still ran (timeout: $code), $(cat "$D"/log/current "$D"/log/previous 2>/dev/null | wc -c) of 1000000 bytes are in files"
head -n 1 "$D/said"
[ "$code" = 137 ] # it does not end by SIGTERM either
