"""Refused records for which the sink has another form: sent again at once, and only then dead letters."""

from collections.abc import Callable

from logship.model import Batch, Outcome, Status, Verdict
from tests.autojump import autojump
from tests.bench import Bench
from tests.line_sink import DELIVERED, block, errored, rejected


def again(*indexes: int, more: tuple[Verdict, ...] = ()) -> Outcome:
    """Give an answer that refuses these records, which may be taken in another form."""
    forms = tuple(
        Verdict(at, Status.REJECTED, "mapper", body=b"MENDED %d\n" % at, mended="repeated_name") for at in indexes
    )
    return Outcome(Status.DELIVERED, verdicts=(*forms, *more))


def repaired(bench: Bench) -> float:
    """Give what was counted."""
    return bench.registry.get_sample_value("logship_records_repaired_total", {"what": "repeated_name"}) or 0


@autojump
async def test_what_was_mended_is_sent_at_once() -> None:
    """Together, under the blocks that they came from; each is counted once the store has it."""
    bench = Bench(again(0, 2))
    await bench.deliver(block("a", "bb", "", "cc"))
    assert bench.sink.attempts == [["a", "bb", "cc"], ["mended 0", "mended 2"]]
    assert [part.block.start for part in bench.sink.batches[1].parts] == [0, 6]
    assert bench.loop.time() == 0
    assert (bench.total("delivered"), repaired(bench), bench.kept.letters) == ((3, 8), 2, [])


@autojump
async def test_a_form_that_is_refused_too_is_mended_again_or_put_aside() -> None:
    """As the line that it was; the form may change several times."""
    bench = Bench(again(0), again(0), rejected(0))
    await bench.deliver(block("a", "b"))
    assert bench.sink.attempts == [["a", "b"], ["mended 0"], ["mended 0"]]
    assert [part.mended for part in bench.sink.batches[2].parts] == [2]
    [letter] = bench.kept.letters
    assert (letter.block.data, repaired(bench)) == (b"a\n", 0)


@autojump
async def test_a_form_waits_as_any_record_does() -> None:
    """An outage after the refusal: it stays mended, alone or beside others that may yet succeed."""
    late = Verdict(1, Status.ERRORED, "http_429")
    bench = Bench(again(0, more=(late,)), errored(), errored())
    await bench.deliver(block("a", "b", "c"))
    assert bench.sink.attempts == [["a", "b", "c"], ["mended 0"], ["mended 0"], ["mended 0"], ["b"]]
    assert (bench.total("delivered"), repaired(bench)) == ((3, 6), 1)


@autojump
async def test_forms_stay_where_a_batch_is_divided() -> None:
    """A request that is too large, or refused as a whole, is halved: neither form is lost."""
    whole: list[Outcome | Callable[[Batch], Outcome]] = [
        again(0, 1),
        Outcome(Status.ERRORED, "http_413", too_large=True),
    ]
    bench = Bench(*whole)
    await bench.deliver(block("a", "b"))
    assert bench.sink.attempts[1:] == [["mended 0", "mended 1"], ["mended 0"], ["mended 1"]]
    assert repaired(bench) == 2


@autojump
async def test_nothing_is_put_aside_before_the_forms_are_tried() -> None:
    """Where nothing else was taken, they show whether the store takes anything; the others are asked for again."""
    bench = Bench(again(0, more=(Verdict(1, Status.REJECTED, "mapper"),)), DELIVERED, rejected(0))
    await bench.deliver(block("a", "b"))
    assert bench.sink.attempts == [["a", "b"], ["mended 0"], ["b"]]
    assert [letter.block.data for letter in bench.kept.letters] == [b"b\n"]
