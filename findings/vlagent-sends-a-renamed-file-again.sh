#!/bin/sh
# vlagent 1.52.1 knows a file it reads by its name: with a glob that the rotated name matches, too (app.log*), a renamed file is
# read again from its first byte as soon as the glob is looked at, though the inode in its checkpoint is the same.
# Expected: 200 lines, each once (Filebeat, Fluent Bit and Vector know a file by inode or content). Seen: 300, 100 of them twice.
set -eu
command -v go >/dev/null && command -v curl >/dev/null || { echo "needs go and curl" >&2; exit 1; }
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
folder=$(mktemp -d)
server= agent=
end() {
    for each in $agent $server; do kill "$each" && wait "$each" || true; done
    chmod -R u+w "$folder"
    rm -rf "$folder"
}
trap end EXIT
cd "$folder"
version=v1.52.1
for program in victoria-logs vlagent; do
    GOBIN=$folder go install "github.com/VictoriaMetrics/VictoriaLogs/app/$program@$version" 2>build.txt || { cat build.txt >&2; exit 1; }
done
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free)
mkdir logs
./victoria-logs -storageDataPath=data "-httpListenAddr=127.0.0.1:$port" >server.txt 2>&1 &
server=$!
./vlagent "-remoteWrite.url=http://127.0.0.1:$port/internal/insert" -tmpDataPath=agent '-fileCollector.glob=logs/app.log*' \
    -fileCollector.refreshInterval=1s "-httpListenAddr=127.0.0.1:$(free)" >agent.txt 2>&1 &
agent=$!

write() { for n in $(seq "$1" "$2"); do echo "{\"time\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\",\"message\":\"line $n\"}"; done; }
stored() { curl -s "http://127.0.0.1:$port/select/logsql/query" -d "query=* | stats $1 n" | sed 's/.*:"\([0-9]*\)".*/\1/'; }
until_stored() {
    for _ in $(seq 100); do [ "$(stored 'count()')" = "$1" ] && return 0; sleep 0.2; done
    return 0
}
write 1 100 >logs/app.log
until_stored 100
mv logs/app.log logs/app.log.1
write 101 200 >logs/app.log
until_stored 300
all=$(stored 'count()')
different=$(stored 'count_uniq(_msg)')
echo "vlagent $version: 200 lines written, $all stored, $different different ones"
[ "$all" = 300 ] && [ "$different" = 200 ]
