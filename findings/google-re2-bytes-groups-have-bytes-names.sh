#!/bin/sh
# google-re2 calls itself a drop-in replacement for re. Of a pattern of bytes, as one has it for lines of a file, it names the groups in
# bytes too: groupdict() has b"level", group("level") raises IndexError, and with it whatever reads fields by name. re of the standard
# library names them in str, be the pattern str or bytes. The gotchas that its documentation lists do not have it.
# google-re2 1.1.20251105. Expected: group("level") as with re.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check --only-binary :all: google-re2==1.1.20251105
cat >names.py <<'PY'
import re
import sys

import re2


def named(module):
    match = module.compile(rb"(?P<level>[A-Z]+) ").match(b"INFO ready")
    try:
        return match.groupdict(), match.group("level")
    except IndexError as error:
        return match.groupdict(), repr(error)


print("google-re2 1.1.20251105, a pattern of bytes with a named group:")
print("expected, as re:", named(re))
print("seen:           ", named(re2))
sys.exit(named(re2) != ({b"level": b"INFO"}, "IndexError('bad group name')"))
PY
venv/bin/python names.py
