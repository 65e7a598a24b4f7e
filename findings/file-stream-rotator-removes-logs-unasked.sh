#!/bin/sh
# file-stream-rotator 1.0.0: max_logs is documented as "Max number of logs to keep. If not set, it won't remove past logs".
# Without it, the oldest are removed as soon as there are more than ten.
# Expected: 15 files after 15 sizes' worth of lines. Seen: the newest ones, and "amount": 10 in the audit file.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts file-stream-rotator@1.0.0 >/dev/null
cat >write.js <<'JS'
const { readdirSync, readFileSync } = require("node:fs");
const { setTimeout } = require("node:timers/promises");
const { getStream } = require("file-stream-rotator");

async function main() {
  const options = { filename: "app-%DATE%", extension: ".log", frequency: "daily", date_format: "YYYYMMDD", size: "1k" };
  const stream = getStream({ ...options, audit_file: "audit.json", end_stream: true });
  let made = 0;
  stream.on("new", () => made++);
  for (let n = 0; n < 15; n++) {
    stream.write(`${"x".repeat(1100)}\n`);
    await setTimeout(50);
  }
  stream.end();
  await setTimeout(300);
  const kept = readdirSync(".").filter((name) => name.startsWith("app-")).length;
  const { amount } = JSON.parse(readFileSync("audit.json", "utf8")).keepSettings;
  console.log(`file-stream-rotator ${require("file-stream-rotator/package.json").version}: 15 files' worth, no max_logs`);
  console.log(`expected: 15 files; seen: ${kept} files, audit file says amount ${amount}`);
  process.exitCode = kept < 15 ? 0 : 1;
}

main();
JS
node write.js
