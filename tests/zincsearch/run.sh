#!/bin/sh
# Runs a ZincSearch test server on 127.0.0.1, user admin, password admin, in the foreground, until SIGTERM or SIGINT.
#
#   run.sh PORT DATA_DIR    data that is in DATA_DIR is kept
#   run.sh build            only fetch and compile
#
# It can be used once GET /healthz answers. Builds go to build/servers. The module lacks the pages of its web interface,
# without which it does not compile, and its main package brings a profiler that does not with today's Go: so it is
# copied, gets an empty page, and main.go.txt for its main package.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ "${1-}" = build ] || [ $# -ge 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
program=$here/../../build/servers/zincsearch
if [ ! -e "$program" ] || [ -n "$(find "$here" -newer "$program" -type f)" ]; then
    PATH=$PATH:/usr/local/go/bin
    command -v go >/dev/null || { echo "there is no Go to build it with" >&2; exit 1; }
    mkdir -p "${program%/*}"
    new=$program.$$ # whole or not there, though several build at once
    trap 'chmod -R u+w "$new.src" && rm -rf "$new.src"' EXIT
    cd "$here"
    cp -r "$(go mod download -json github.com/zincsearch/zincsearch | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')" "$new.src"
    chmod -R u+w "$new.src"
    mkdir -p "$new.src/web/dist" "$new.src/cmd/testzinc"
    echo "none here" >"$new.src/web/dist/index.html"
    cp main.go.txt "$new.src/cmd/testzinc/main.go"
    cd "$new.src"
    go build -mod=readonly -buildvcs=false -trimpath -o "$new" ./cmd/testzinc >&2
    rm -rf "$new.src"
    trap - EXIT
    mv "$new" "$program"
    touch "$program"
fi
[ "$1" != build ] || exit 0
export ZINC_FIRST_ADMIN_USER=admin ZINC_FIRST_ADMIN_PASSWORD=admin ZINC_TELEMETRY=false GIN_MODE=release
export ZINC_SERVER_PORT="$1" ZINC_DATA_PATH="$2"
exec "$program"
