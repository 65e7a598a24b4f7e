#!/bin/sh
# winston 3.19.0: a File transport that rotates by size loses lines at each rotation, silently, when it is written to as
# fast as it takes them and its back-pressure is honoured (write() gave false: wait for "drain").
# Expected: all lines are in the files. Seen: the same number is missing after each rotation; no error event, exit 0.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts winston@3.19.0 >/dev/null
cat >write.js <<'JS'
const { once } = require("node:events");
const { readdirSync, readFileSync } = require("node:fs");
const { finished } = require("node:stream/promises");
const winston = require("winston");

const LINES = 60000;

async function main() {
  const format = winston.format.printf(({ message }) => message);
  const transport = new winston.transports.File({ filename: "app.log", maxsize: 700000 });
  const errors = [];
  const logger = winston.createLogger({ format, transports: [transport] });
  for (const emitter of [logger, transport]) emitter.on("error", (error) => errors.push(error));
  for (let n = 0; n < LINES; n++) {
    const entry = { level: "info", message: `line ${n} ${"x".repeat(100)}` };
    if (!logger.write(entry)) await once(logger, "drain");
    if (n % 100 === 0) await new Promise(setImmediate);
  }
  logger.end();
  await finished(transport, { readable: false });
  await new Promise((done) => setTimeout(done, 500));
  const files = readdirSync(".").filter((name) => /^app\d*\.log$/.test(name));
  const found = new Set();
  for (const name of files) for (const m of readFileSync(name, "latin1").matchAll(/^line (\d+) /gm)) found.add(m[1]);
  console.log(`winston ${winston.version}, node ${process.version}: ${LINES} lines written, ${files.length} files`);
  console.log(`expected: 0 missing, or an error; seen: ${LINES - found.size} missing, ${errors.length} errors`);
  process.exitCode = found.size < LINES && errors.length === 0 ? 0 : 1;
}

main();
JS
node write.js
