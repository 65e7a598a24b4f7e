#!/bin/sh
# Runs a VictoriaLogs test server on 127.0.0.1, in the foreground, until SIGTERM or SIGINT.
#
#   run.sh PORT DATA_DIR [-FLAG=VALUE ...]     its flags; data that is in DATA_DIR is kept
#   run.sh build                               only fetch and compile
#
# It can be used once GET /health says OK. Builds go to build/servers.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ "${1-}" = build ] || [ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
program=$here/../../build/servers/victoria-logs
if [ ! -e "$program" ] || [ -n "$(find "$here" -newer "$program" -name 'go.*')" ]; then
    PATH=$PATH:/usr/local/go/bin
    command -v go >/dev/null || { echo "there is no Go to build it with" >&2; exit 1; }
    mkdir -p "${program%/*}"
    new=$program.$$ # whole or not there, though several build at once
    cd "$here"
    go build -mod=readonly -buildvcs=false -trimpath -o "$new" github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs >&2
    mv "$new" "$program"
    touch "$program"
fi
[ "$1" != build ] || exit 0
port=$1 data=$2
shift 2
exec "$program" "-httpListenAddr=127.0.0.1:$port" "-storageDataPath=$data" -loggerLevel=WARN "$@"
