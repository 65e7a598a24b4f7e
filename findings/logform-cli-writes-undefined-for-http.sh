#!/bin/sh
# Of winston's levels the format cli() pads all but those of npm's that it does not know: its own default levels have
# http, between info and verbose, and a line of that comes out as "http:undefined" before its message.
# logform 2.7.0 with winston 3.19.0.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund winston@3.19.0 logform@2.7.0 >/dev/null
cat >log.js <<'EOJ'
const { createLogger, format, transports } = require('winston');
const logger = createLogger({ level: 'silly', format: format.cli(), transports: [new transports.Console()] });
logger.info('GET /a');
logger.http('GET /b');
EOJ
node log.js | sed 's/\x1b\[[0-9;]*m//g' >out
cat out
grep -q '^info: *GET /a$' out
grep -q '^http:undefinedGET /b$' out
