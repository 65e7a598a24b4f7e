#!/bin/sh
# google-re2 for Python compiles an expression in which two groups have one name, where `re` raises an error. Both
# groups match; `groupindex`, `groupdict()` and the name give the first alone, so that what the second one found is there
# by its number only.
# google-re2 1.1.20251105, Python 3.11.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
python3 -m venv "$D/v"
"$D/v/bin/pip" -q install google-re2==1.1.20251105
"$D/v/bin/python" - <<'EOP'
import re
import re2

TWICE = r"(?P<a>x)(?P<a>y)"
try:
    re.compile(TWICE)
    raise SystemExit("re took it")
except re.error as why:
    print("re:", why)
found = re2.compile(TWICE)
match = found.fullmatch("xy")
print("re2:", found.groupindex, match.groups(), match.groupdict(), match["a"])
assert (dict(found.groupindex), match.groups(), match.groupdict()) == ({"a": 1}, ("x", "y"), {"a": "x"})
EOP
