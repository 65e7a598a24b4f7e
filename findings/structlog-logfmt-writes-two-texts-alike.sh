#!/bin/sh
# structlog 26.1.0, LogfmtRenderer: a value without a blank, an equals sign or a quote is written as it is, but a line feed in it as \n and
# without quotes. So a path C:\new and a text of two lines are the same bytes; a tab stays, and ends the value for other readers.
# Expected: quotes wherever something is escaped, as with a blank in the value. Seen: p=C:\new for both, and a bare tab.
set -eu
command -v python3 >/dev/null || { echo "needs python3" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check structlog==26.1.0
venv/bin/python - <<'PYTHON'
import importlib.metadata

from structlog.processors import LogfmtRenderer

texts = ["C:\\new", "C:\new", "a\tb", "two words\nhere"]
lines = [LogfmtRenderer()(None, "", {"p": text}) for text in texts]
print(f"structlog {importlib.metadata.version('structlog')}:")
for text, line in zip(texts, lines, strict=True):
    print(f"  {text!r:20} {line!r}")
raise SystemExit(lines != ["p=C:\\new", "p=C:\\new", "p=a\tb", 'p="two words\\nhere"'])
PYTHON
