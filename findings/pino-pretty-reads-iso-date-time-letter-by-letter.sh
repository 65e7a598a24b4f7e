#!/bin/sh
# The names that dateformat has for its masks count in pino-pretty's translateTime behind SYS: alone. isoDateTime and UTC:isoDateTime are no
# error and no date, but patterns of which some letters are parts of a date and the rest stand as they are.
# pino-pretty 13.2.0.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund pino-pretty@13.2.0 >/dev/null
for how in SYS:isoDateTime UTC:isoDateTime isoDateTime; do
    echo '{"level":30,"time":1796078049077,"msg":"up"}' | TZ=UTC npx --no-install pino-pretty --translateTime "$how"
done | sed 's/\x1b\[[0-9;]*m//g' >out
cat out
sed -n 1p out | grep -q '^\[2026-11-30T22:34:09+0000\] INFO: up$'
sed -n 2p out | grep -q '^\[i9+0000DapePi11e\] INFO: up$'
sed -n 3p out | grep -q '^\[i9+0000DapePi11e\] INFO: up$'
