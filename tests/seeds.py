"""Which seeds the model tests run: 50 from 0 on, or as the environment says. ``make torture`` asks for many."""

import os

FIRST = int(os.environ.get("LOGSHIP_TEST_SEED", os.environ.get("LOGSHIP_TEST_FIRST_SEED", "0")))
COUNT = 1 if "LOGSHIP_TEST_SEED" in os.environ else int(os.environ.get("LOGSHIP_TEST_SEEDS", "50"))
SEEDS = range(FIRST, FIRST + COUNT)
"""``LOGSHIP_TEST_SEED=n`` replays one."""
