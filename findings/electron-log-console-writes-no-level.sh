#!/bin/sh
# electron-log 5.4.4: in a Node process, the console transport writes a time of day and the text, and neither level nor date: info() and error() give
# the same line, and only the stream tells them apart, which a container's log joins. The file transport writes both.
# Expected: the level, as in the file. Seen: "20:00:00.123 > disk is full" by error() and by info().
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts electron-log@5.4.4 >/dev/null
cat >write.js <<'JS'
const log = require("electron-log/node");

log.transports.file.setAppName("app");
log.transports.file.resolvePathFn = () => "app.log";
log.transports.file.sync = true;
log.info("disk is full");
log.error("disk is full");
JS
node write.js >console.txt 2>&1
cat console.txt app.log
[ "$(sed 's/^[0-9:.]*//' console.txt | sort -u | wc -l)" = 1 ] && ! grep -qi 'info\|error' console.txt && grep -q '\[error\]' app.log
