#!/bin/sh
# With LOG_EXECUTION_ID=true Google's Functions Framework for Node.js turns what a function prints into JSON with the
# execution's id, for Cloud Logging. The objects have no severity, though the framework knows that console.error and
# console.warn wrote them, and each message keeps its newline.
# @google-cloud/functions-framework 5.0.5.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund @google-cloud/functions-framework@5.0.5 >/dev/null
cat >index.js <<'EOJ'
require('@google-cloud/functions-framework').http('hello', (request, response) => {
  console.log('started');
  console.warn('disk low');
  console.error('failed');
  response.send('done');
});
EOJ
port=$(node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
LOG_EXECUTION_ID=true PORT=$port HOST=127.0.0.1 node node_modules/.bin/functions-framework --target=hello >out 2>&1 &
pid=$!
trap 'kill $pid; rm -rf "$D"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  node -e "fetch('http://127.0.0.1:$port/').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))" && break
  sleep 1
done
sleep 1
cat out
grep -q '"message":"failed\\n"' out && grep -q '"message":"disk low\\n"' out
test "$(grep -c '"logging.googleapis.com/labels":{"execution_id"' out)" -ge 3
! grep -q severity out
