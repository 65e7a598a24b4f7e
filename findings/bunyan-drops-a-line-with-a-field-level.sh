#!/bin/sh
# bunyan 2.0.5: a line whose fields have one called "level" that is no number is written nowhere: the field replaces the line's level,
# and the stream compares its own with that. A number replaces it, too, and a low one drops an error.
# Expected: the line, at the level that it was logged with. Seen: 1 line of 4 calls of error(), no error event, exit 0.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts bunyan@2.0.5 >/dev/null
cat >write.js <<'JS'
const bunyan = require("bunyan");

const lines = [];
const errors = [];
const logger = bunyan.createLogger({ name: "shop", streams: [{ level: "info", stream: { write: (line) => lines.push(JSON.parse(line)) } }] });
logger.on("error", (error) => errors.push(error));
logger.error({ plan: "gold" }, "payment failed");
logger.error({ level: "gold" }, "payment failed for a customer's level");
logger.error({ level: 7 }, "player lost at level 7");
logger.error({ level: null }, "no level known");
console.log(`bunyan ${bunyan.VERSION}: 4 calls of error(), ${lines.length} line(s), ${errors.length} error events`);
process.exitCode = lines.length === 1 && lines[0].plan === "gold" && errors.length === 0 ? 0 : 1;
JS
node write.js
