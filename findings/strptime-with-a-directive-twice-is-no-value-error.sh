#!/bin/sh
# strptime documents ValueError for what it cannot read, also for a format that is none (`%Q`). A format in which a
# directive stands twice raises another error, that of `re`, and so does one whose `%c`, `%x` or `%X` has a directive
# that stands beside it, `%H` say: whoever checks an operator's format by `except ValueError` ends with a traceback.
# CPython 3.11.7; 3.13.0 calls the error re.PatternError.
set -eu
python3 - <<'EOP'
import re
from datetime import datetime

for form in ("%Q", "%H:%M %H", "%X %H"):
    try:
        datetime.strptime("10:00:00 10", form)
        seen = None
    except Exception as why:
        seen = type(why)
        print(form, seen.__name__, why)
    assert seen is (ValueError if form == "%Q" else re.error), (form, seen)
assert not issubclass(re.error, ValueError)
EOP
