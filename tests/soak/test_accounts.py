from tests.soak.accounts import Account, settle
from tests.soak.lines import Line, recognize
from tests.soak.store import Ledger

AT = 1_763_800_000.123


def account_of(seen: list[int], dead: tuple[int, ...] = ()) -> Account:
    """Settle four written lines of one application."""
    return settle({"app": 4}, {"app": seen}, {"app": dead}, duplicates=0, strange=0)


def test_what_arrived_once_is_all_there() -> None:
    """Nothing is said of a store that has every line."""
    account = account_of([1, 1, 1, 1])
    assert (account.written, account.arrived, account.missing) == (4, 4, 0)
    assert account.faults(0, keyed=True) == []


def test_a_missing_line_is_a_fault_unless_its_bytes_are_counted_as_lost() -> None:
    """To the byte, as the application wrote it."""
    account = account_of([1, 1, 0, 1])
    nbytes = len(Line("app", 2, AT).as_json())
    assert (account.missing, account.missing_bytes, account.examples) == (1, nbytes, ("app 2",))
    assert len(account.faults(0, keyed=False)) == 1
    assert len(account.faults(nbytes - 1, keyed=False)) == 1
    assert account.faults(nbytes, keyed=False) == []


def test_bytes_counted_as_lost_that_arrived_are_a_fault() -> None:
    """A count that is too high would hide a loss elsewhere."""
    assert len(account_of([1, 1, 1, 1]).faults(100, keyed=False)) == 1


def test_a_line_put_aside_is_not_missing() -> None:
    """And counts as arrived if the store has it all the same."""
    account = account_of([1, 1, 0], dead=(2, 3))
    assert (account.arrived, account.dead_lettered, account.missing) == (2, 2, 0)
    assert account_of([1, 1, 1, 1], dead=(2,)).dead_lettered == 0


def test_a_repeat_is_a_fault_only_where_the_store_has_a_key() -> None:
    """There it has come under two ids."""
    account = account_of([1, 3, 1, 1])
    assert account.repeated == 2
    assert account.faults(0, keyed=False) == []
    assert len(account.faults(0, keyed=True)) == 1


def test_lines_that_nobody_wrote_are_a_fault() -> None:
    """Beyond the last number, or of an unknown application."""
    account = settle({"app": 1}, {"app": [1, 1], "who": [1]}, {}, duplicates=0, strange=0)
    assert account.strange == 2
    assert len(account.faults(0, keyed=False)) == 1


def test_a_line_is_known_again_in_both_forms() -> None:
    """And not if a byte of it has changed or two were made one."""
    line = Line("app", 7, AT)
    record = {"writer": "app", "seq": 7, "t": AT, "pad": line.as_text().decode().split()[3], "log.file.name": "x"}
    assert recognize(record) == line
    assert recognize({"message": line.as_text().decode().rstrip()}) == line
    assert recognize(record | {"pad": "x"}) is None
    assert recognize({"message": (line.as_text() * 2).decode().rstrip()}) is None
    assert recognize({"message": "no line of ours"}) is None


def test_every_line_is_as_long_at_any_time_of_the_day() -> None:
    """So that missing bytes can be told without knowing when a line was written."""
    assert {len(Line("app", 7, at).as_json()) for at in (1_763_800_000.0, AT, 1_999_999_999.9994)} == {
        len(Line("app", 7, 1e9).as_json())
    }


def test_a_ledger_knows_an_id_and_tells_delays_of_first_arrivals_only() -> None:
    """As a store with a key does; a repeat says nothing of the delay."""
    ledger = Ledger()
    assert [ledger.knows("a"), ledger.knows("b"), ledger.knows("a")] == [False, False, True]
    ledger.add(Line("app", 0, 100.0), 101.0)
    ledger.add(Line("app", 0, 100.0), 150.0)
    ledger.add(None, 150.0)
    assert ledger.look() == {"records": 3, "p50": 1.0, "p99": 1.0}
    assert ledger.look() == {"records": 3, "p50": None, "p99": None}
    account = ledger.settle({"app": 1}, {}, ())
    assert (account["arrived"], account["repeated"], account["duplicates"], account["strange"]) == (1, 1, 1, 1)
