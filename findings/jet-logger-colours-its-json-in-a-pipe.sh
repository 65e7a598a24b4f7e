#!/bin/sh
# jet-logger's format JSON puts each object between a colour and its end, also where stdout is a pipe or a file and no
# terminal, which most of its kind ask about; none of its variables turns that off. No line is JSON then. Only its own
# mode FILE writes bare objects.
# jet-logger 2.2.3.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund jet-logger@2.2.3 >/dev/null
cat >log.js <<'EOJ'
const jet = require('jet-logger').default;
jet.info('started');
jet.err('disk is full');
EOJ
NO_COLOR=1 JET_LOGGER_FORMAT=JSON node log.js >console 2>&1
JET_LOGGER_MODE=FILE JET_LOGGER_FILEPATH=./file JET_LOGGER_FILEPATH_DATETIME=FALSE JET_LOGGER_FORMAT=JSON node log.js
cat -v console file
e=$(printf '\033')
test "$(grep -c "^$e\[3[0-9]m{\"level\":\"[A-Z]*\",.*}$e\[39m\$" console)" -eq 2
test "$(grep -c '^{"level":"[A-Z]*",.*}$' file)" -eq 2
