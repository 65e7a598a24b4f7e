#!/bin/sh
# vlagent 1.52.1, stopped in order, two rotations by rename, started again: it finds the file that it was reading under its new name,
# reads it to its end and goes on in the live file. The file between the two is there, is plain, and is never read; no warning.
# Expected: 300 lines stored, or a word about those that are not. Seen: 200, and no line of the log speaks of it.
set -eu
command -v go >/dev/null && command -v curl >/dev/null || { echo "needs go and curl" >&2; exit 1; }
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
folder=$(mktemp -d)
server= agent=
stop() { kill "$1" && wait "$1" || true; }
end() {
    for each in $agent $server; do stop "$each"; done
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
start_agent() {
    ./vlagent "-remoteWrite.url=http://127.0.0.1:$port/internal/insert" -tmpDataPath=agent -fileCollector.glob=logs/app.log \
        -fileCollector.refreshInterval=1s "-httpListenAddr=127.0.0.1:$(free)" >>agent.txt 2>&1 &
    agent=$!
}
write() { for n in $(seq "$1" "$2"); do echo "{\"time\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\",\"message\":\"line $n\"}"; done; }
stored() { curl -s "http://127.0.0.1:$port/select/logsql/query" -d 'query=* | stats count() n' | sed 's/.*:"\([0-9]*\)".*/\1/'; }
until_stored() {
    for _ in $(seq 100); do [ "$(stored)" = "$1" ] && return 0; sleep 0.2; done
    return 0
}
start_agent
write 1 100 >logs/app.log
until_stored 100
stop "$agent"
agent=
mv logs/app.log logs/app.log.2 # what two rotations leave: app.log.2 is known, app.log.1 and app.log are new
write 101 200 >logs/app.log.1
write 201 300 >logs/app.log
start_agent
until_stored 200
sleep 5 # several looks at the folder
words=$(grep -c -E '	(warn|error)	' agent.txt || true)
echo "vlagent $version: 300 lines written, $(stored) stored, $words warnings or errors"
[ "$(stored)" = 200 ] && [ "$words" = 0 ]
