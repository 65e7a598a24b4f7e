import math

from hypothesis import given
from hypothesis import strategies as st

from logship.delivery.search import Search


@given(st.integers(2, 3000), st.data(), st.integers(0, 99))
def test_one_culprit_is_found_in_few_requests(records: int, data: st.DataObject, turns: int) -> None:
    """At most log2(n) + 2 requests and one for the rest; nothing that was taken is sent again, or left out."""
    culprit = data.draw(st.integers(0, records - 1))
    search = Search.among(records, turns)
    taken: set[int] = set()
    requests = 0
    while not search.done:
        sent = set(range(*search.probe))
        assert sent
        assert not sent & taken
        requests += 1
        if culprit in sent:
            search.failed()
        else:
            search.taken()
            taken |= sent
    rest = {number for each in search.rest for number in range(*each)}
    assert search.culprit == culprit
    assert taken | rest == set(range(records)) - {culprit}
    assert not taken & rest
    assert 3 + requests + bool(rest) <= 2 * math.log2(records) + 4
    assert search.accepted == bool(taken)


@given(st.integers(2, 300), st.integers(0, 20))
def test_where_everything_is_taken_there_is_no_culprit(records: int, failures: int) -> None:
    """After the first half that is taken the whole other one is sent: its success ends the search."""
    search = Search.among(records)
    while not search.done:
        failures -= 1
        (search.failed if failures >= 0 else search.taken)()
    sent = {number for each in search.rest for number in range(*each)}
    assert search.culprit is None or search.culprit not in sent
    assert search.culprit is None or not search.accepted or search.alone


@given(st.integers(2, 300), st.lists(st.booleans(), min_size=20, max_size=20))
def test_what_is_not_sent_yet_is_always_known(records: int, answers: list[bool]) -> None:
    """What was taken, the probe, and the unsent are all records, each once."""
    search = Search.among(records)
    taken: list[int] = []
    for answer in answers:
        if search.done:
            break
        unsent = [number for each in search.unsent() for number in range(*each)]
        assert sorted([*taken, *range(*search.probe), *unsent]) == list(range(records))
        if answer:
            taken += range(*search.probe)
            search.taken()
        else:
            search.failed()
