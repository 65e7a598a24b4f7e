#!/bin/sh
# rsyslog 8.2302.0 with libfastjson 1.2304.0, mmjsonparse: an integer over 63 bits becomes 9223372036854775807, under the same name, with no
# error and parsesuccess "OK". Fractions keep their digits (12.50 stays 12.50). Trace ids of 64 bits, as Datadog's libraries log them, have
# the upper bit in half of all cases: all of those become one trace.
# Expected: the digits, or a failed parse. Seen: two ids come out as one.
set -eu
command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "needs Debian's apt-get and dpkg" >&2; exit 1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$folder"' EXIT
cd "$folder"
for package in rsyslog libfastjson4 libestr0 liblognorm5; do
    apt-get download -qq "$package" 2>/dev/null
    dpkg -x "$package"_*.deb .
done
version=$(dpkg-deb -f rsyslog_*.deb Version)
case $version in 8.2302.0-*) ;; *) echo "rsyslog is $version here, not 8.2302.0" >&2; exit 1 ;; esac
libraries=$(echo "$folder"/usr/lib/*-linux-gnu)
cat >rsyslog.conf <<CONF
global(workDirectory="$folder")
module(load="imfile")
module(load="mmjsonparse")
template(name="ids" type="string" string="%parsesuccess% %\$!trace_id% %\$!price%\n")
input(type="imfile" file="$folder/app.log" tag="app" freshStartTail="off")
action(type="mmjsonparse" cookie="")
action(type="omfile" file="$folder/out.log" template="ids")
CONF
: >out.log
cat >app.log <<'LINES'
{"trace_id":11734521884627813376,"price":12.50}
{"trace_id":16045690984833335023,"price":0.10}
LINES
LD_LIBRARY_PATH=$libraries usr/sbin/rsyslogd -n -f "$folder/rsyslog.conf" -i "$folder/pid" -M "$libraries/rsyslog" >errors.txt 2>&1 &
server=$!
for _ in $(seq 50); do [ "$(wc -l <out.log)" = 2 ] && break; sleep 0.2; done
echo "rsyslog $version:"
cat out.log
[ "$(cat out.log)" = "OK 9223372036854775807 12.50
OK 9223372036854775807 0.10" ]
