#!/bin/sh
# syslog-ng 3.38.1, json-parser(): a fraction is kept with six digits after the point, whatever its size: a price of 0.0000004 is 0.000000,
# 1e400 is inf; null, [] and "" are all the empty text. Nothing says so in the log.
# Expected: the digits as they are, as other texts. Seen: two prices that differ by the factor 10 are both 0.000000.
set -eu
command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "needs Debian's apt-get and dpkg" >&2; exit 1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$folder"' EXIT
cd "$folder"
for package in syslog-ng-core libivykis0 libnet1 libpcre3 libwrap0 libjson-c5; do
    apt-get download -qq "$package" 2>/dev/null
    dpkg -x "$package"_*.deb .
done
version=$(dpkg-deb -f syslog-ng-core_*.deb Version)
case $version in 3.38.1-*) ;; *) echo "syslog-ng is $version here, not 3.38.1" >&2; exit 1 ;; esac
cat >syslog-ng.conf <<CONF
@version: 3.38
@define scl-root "$folder/usr/share/syslog-ng/include/scl"
options { stats-freq(0); };
source lines { file("$folder/app.log" flags(no-parse) follow-freq(0.2)); };
parser json { json-parser(prefix(".json.")); };
destination out { file("$folder/out.log" template("\${.json.price} [\${.json.user}] [\${.json.tags}]\n")); };
log { source(lines); parser(json); destination(out); };
CONF
: >out.log
cat >app.log <<'LINES'
{"price":0.0000004,"user":null,"tags":[]}
{"price":0.00000004,"user":"","tags":["a"]}
{"price":1e400,"user":"u","tags":[]}
LINES
libraries=$folder/usr/lib/syslog-ng:$(echo "$folder"/usr/lib/*-linux-gnu):$(echo "$folder"/lib/*-linux-gnu)
LD_LIBRARY_PATH=$libraries usr/sbin/syslog-ng -F -f "$folder/syslog-ng.conf" "--persist-file=$folder/persist" "--control=$folder/control" \
    "--pidfile=$folder/pid" "--module-path=$folder/usr/lib/syslog-ng/3.38" >errors.txt 2>&1 &
server=$!
for _ in $(seq 50); do [ "$(wc -l <out.log)" = 3 ] && break; sleep 0.2; done
echo "syslog-ng $version:"
cat out.log
[ "$(cat out.log)" = "0.000000 [] []
0.000000 [] [a]
inf [u] []" ]
