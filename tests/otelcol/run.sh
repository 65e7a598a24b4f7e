#!/bin/sh
# Runs an OpenTelemetry Collector made of core components, in the foreground, until SIGTERM or SIGINT.
#
#   run.sh CONFIG.yaml      the receiver otlp, the processors memory_limiter and batch, the exporters otlp_http and debug
#   run.sh build            only fetch and compile
#
# Builds go to build/servers.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ $# = 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
program=$here/../../build/servers/otelcol
if [ ! -e "$program" ] || [ -n "$(find "$here" -newer "$program" -name '*.go' -o -newer "$program" -name 'go.*')" ]; then
    PATH=$PATH:/usr/local/go/bin
    command -v go >/dev/null || { echo "there is no Go to build it with" >&2; exit 1; }
    mkdir -p "${program%/*}"
    new=$program.$$ # whole or not there, though several build at once
    (cd "$here" && go build -mod=readonly -buildvcs=false -trimpath -o "$new" . >&2)
    mv "$new" "$program"
    touch "$program"
fi
[ "$1" != build ] || exit 0
exec "$program" "--config=$1"
