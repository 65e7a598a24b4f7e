#!/bin/sh
# OpenSearch 2.19.6: a document with a member called `_id` is refused, "Field [_id] is a metadata field and cannot be added
# inside a document". With index.mapping.ignore_malformed, which is about values of the wrong type, the same document is stored
# (201) with that member in its _source.
# Expected: the setting changes nothing for a name that no document may have. Seen: 201 and a _source with `_id`.
set -eu
command -v mvn >/dev/null || { echo "needs mvn" >&2; exit 1; }
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
tests=$(CDPATH= cd -- "$(dirname -- "$0")/../tests/opensearch" && pwd)
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$folder"' EXIT
cp -r "$tests/pom.xml" "$tests/run.sh" "$tests/src" "$folder"
sh "$folder/run.sh" build
sh "$folder/run.sh" 0 "$folder/data" >"$folder/out.txt" 2>"$folder/errors.txt" &
server=$!
for _ in $(seq 120); do grep -q '^ready' "$folder/out.txt" && break; sleep 1; done
python3 - "$(sed -n 's/^ready \([^ ]*\).*/\1/p' "$folder/out.txt")" <<'PYTHON'
import json
import sys
import urllib.error
import urllib.request


def ask(method: str, path: str, body: object = None) -> tuple[int, dict]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(sys.argv[1] + path, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


print("OpenSearch", ask("GET", "/")[1]["version"]["number"])
ask("PUT", "/strict")
ask("PUT", "/lenient", {"settings": {"index.mapping.ignore_malformed": True}})
seen = [ask("POST", f"/{index}/_doc/1", {"_id": "x"})[0] for index in ("strict", "lenient")]
print("_id without and with ignore_malformed; expected: 400 400; seen:", *seen)
print("stored:", stored := ask("GET", "/lenient/_doc/1")[1].get("_source"))
sys.exit(seen != [400, 201] or stored != {"_id": "x"})
PYTHON
