from logship.files.pace import MANY_FILES, SOON_SECONDS, SWEEP_SHARE, Pace


def test_after_a_sweep_that_opened_nothing_names_that_change_wait() -> None:
    """However often they do, sweeps take a share of a core, but for what was saved up in quiet times."""
    pace, now = Pace(poll=1.0), 100.0
    for _ in range(10):
        now = max(now, pace.rested) + 2.0
        pace.swept(now - 2.0, now, 2.0)
    assert pace.rested >= now - 2.0 + 2.0 / SWEEP_SHARE - 2.0
    assert pace.slow


def test_a_sweep_that_opened_many_files_needs_no_rest() -> None:
    """What waits for a place in the next one is read as soon as there is room for it."""
    pace = Pace(poll=1.0)
    for _ in range(10):
        pace.swept(100.0, 102.0, 2.0, MANY_FILES)
    assert pace.rested <= 100.0


def test_a_sweep_rests_the_less_the_more_it_opened() -> None:
    """Half of what needs no rest: half of the rest."""
    pace = Pace(poll=1.0, rested=100.0)
    pace.swept(100.0, 102.0, 2.0, MANY_FILES // 2)
    assert pace.rested == 100.0 + 1.0 / SWEEP_SHARE


def test_one_long_sweep_says_nothing_of_the_folders() -> None:
    """The machine was busy. What hears names, and takes a thread and a MiB for good, is for those that are long."""
    pace = Pace(poll=1.0)
    told = []
    for spent in (0.2, 0.001, 0.2, 0.2, 0.2, 0.001):
        pace.swept(100.0, 100.0 + spent, spent)
        told.append(pace.lasting)
    assert told == [False, False, False, True, True, False]


def test_what_happened_to_no_open_file_is_looked_for_soon_but_not_at_once_each_time() -> None:
    """A folder may have a busy file that is none of ours: a sweep a second, at most."""
    pace = Pace(poll=60.0)
    pace.swept(100.0, 100.1, 0.1)
    assert pace.until_sweep(100.5) > SOON_SECONDS
    pace.soon()
    assert pace.due == 100.0 + SOON_SECONDS
