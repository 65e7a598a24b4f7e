"""Which seeds the model tests run: 50 from 0 on, or as the environment says. ``make torture`` asks for many.

They are taken out of the environment: a daemon that a test starts would refuse them as no settings of its own. A worker
of pytest-xdist has what was set, as pytest's first process collects no tests, and must not read this module.
"""

import os

_ONE = os.environ.pop("LOGSHIP_TEST_SEED", None)
_FIRST = os.environ.pop("LOGSHIP_TEST_FIRST_SEED", "0")
_COUNT = os.environ.pop("LOGSHIP_TEST_SEEDS", "50")
FIRST = int(_ONE or _FIRST)
COUNT = 1 if _ONE else int(_COUNT)
SEEDS = range(FIRST, FIRST + COUNT)
"""``LOGSHIP_TEST_SEED=n`` replays one."""
