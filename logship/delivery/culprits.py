"""The steps by which a work finds the one record that makes its requests fail; see :mod:`logship.delivery.search`.

Each changes the work alone; nothing is sent here.
"""

from collections.abc import Iterable

from logship.delivery.backoff import Work
from logship.delivery.search import Range, Search
from logship.delivery.suspects import FAILURES, UNPROVEN_AT_ONCE, Suspect, Suspects
from logship.delivery.verdicts import Record, Refusal, Settled, encode, file_bytes, records, without
from logship.model import Batch, Block, Outcome, Sink, Status


class Culprits:
    """Searches for one sink. Times are monotonic seconds."""

    def __init__(self, sink: Sink, suspects: Suspects) -> None:
        self._sink, self._suspects = sink, suspects

    def errored(self, work: Work, piece: Batch, outcome: Outcome, now: float) -> Outcome | None:
        """Note that the next piece failed in a way that may be a record's fault.

        Gives the outcome if there is to be a pause, before whatever pieces there are then.
        """
        if not (work.suspicious or work.searching):
            work.born = self._suspects.accepts
        work.suspicious, work.unexplained, work.blamed = work.suspicious + 1, work.unexplained + 1, outcome
        if piece is work.probe:
            self.failed(work, now)
        elif work.found:
            self.doubt(work, now)
        elif piece.records > 1:
            if self._may_search(work, now):
                self.begin(work)
        elif self._may_wait(work, now):
            block = records(work.pieces.pop(), self._sink)[0].block
            work.suspects.append(self.suspect(work, block, outcome, now, alone=True))
            work.suspects[-1].cost += work.unexplained
            work.suspicious = work.unexplained = 0
            return None
        return outcome

    def errored_apart(self, work: Work, settled: Settled, now: float) -> None:
        """Note records of which the store said, one by one, what may be their own fault."""
        if work.searching:
            return
        if not work.suspicious:
            work.born = self._suspects.accepts - settled.accepted
        work.suspicious += 1
        work.unexplained = len(settled.suspects) if len(settled.suspects) == settled.left else 0
        proven = self._suspects.accepts > work.born
        if (proven or len(settled.suspects) <= UNPROVEN_AT_ONCE) and self._may_wait(work, now):
            settled.again = without(settled.again, settled.suspects, self._sink)
            for each in settled.suspects:
                outcome = Outcome(Status.ERRORED, each.reason, each.detail)
                alone = settled.records == 1
                suspect = self.suspect(work, each.record.block, outcome, now, alone=alone)
                suspect.cost += FAILURES
                work.suspects.append(suspect)
            work.suspicious = work.unexplained = 0

    def begin(self, work: Work) -> None:
        """Search the next piece, of two records or more."""
        piece = work.pieces.pop()
        work.doubts = work.doubts or 0
        work.sought = [record.block for record in records(piece, self._sink)]
        work.search = Search.among(len(work.sought), work.doubts)
        self._send_probe(work, work.search)

    def taken(self, work: Work, now: float) -> None:
        """Note that the request with the probe did not fail."""
        assert work.search  # noqa: S101 - there is a probe
        work.search.taken()
        self._go_on(work, work.search, now)

    def failed(self, work: Work, now: float) -> None:
        """Note that it failed."""
        assert work.search  # noqa: S101 - there is a probe
        work.pieces.pop()
        work.search.failed()
        self._go_on(work, work.search, now)

    def believe(self, work: Work) -> None:
        """Let what was found wait, if the store has accepted something since: then it is well."""
        if work.found and self._suspects.accepts > work.born:
            work.suspects.append(work.found)
            work.found.cost += work.unexplained
            work.found, work.unexplained, work.doubts = None, 0, 0

    def doubt(self, work: Work, now: float) -> None:
        """Put what was found back to the rest: nothing is accepted, so the store itself may be ill.

        Or all that is left may be culprits. So once in a while, and ever more seldom, a few records are let go: what
        comes behind them will tell.
        """
        assert work.found  # noqa: S101 - else there is no doubt
        order = {(block.file, block.start): number for number, block in enumerate(work.sought)}
        rest = [record.block for record in records(work.pieces.pop(), self._sink)]
        blocks = [*rest, work.found.refusal.record.block]
        blocks.sort(key=lambda block: order.get((block.file, block.start), len(order)))
        work.doubts, work.suspicious = (work.doubts or 0) + 1, 0
        if len(blocks) <= UNPROVEN_AT_ONCE and work.doubts >= 2 << self._suspects.unproven:
            self._suspects.unproven += 1
            work.suspects += [self.suspect(work, block, work.blamed, now, alone=False) for block in blocks]
        else:
            work.pieces.append(self._batch(blocks))
        work.found, work.sought = None, []

    def abandon(self, work: Work) -> None:
        """Put all that a search has not settled back to the pieces."""
        if work.search:
            work.pieces.append(self._piece(work, work.search.unsent()))
        if work.found:
            work.pieces.append(self._batch([work.found.refusal.record.block]))
        work.search = work.probe = work.found = None

    def suspect(self, work: Work, block: Block, outcome: Outcome, now: float, *, alone: bool) -> Suspect:
        """Make a suspect of a record; ``alone``: it has just failed so."""
        refusal = Refusal(Record(block, file_bytes(self._sink.encode(block))), outcome.reason, outcome.detail)
        suspect = Suspect(refusal, work.started, work.born)
        if alone:
            self._suspects.failed(suspect, refusal, now)
        return suspect

    def hold(self, work: Work, held: Iterable[tuple[Refusal, str]]) -> None:
        """Let records wait for the part of the store that can't be written."""
        for refusal, scope in held:
            work.suspects.append(Suspect(refusal, work.started, scope=scope))

    def _may_search(self, work: Work, now: float) -> bool:
        overdue = work.doubts is None and self._suspects.overdue(work.started, now)
        return not self._suspects.full and (overdue or work.suspicious >= work.patience)

    def _may_wait(self, work: Work, now: float) -> bool:
        """Whether what failed so often is to wait by itself.

        While nothing is accepted, each next time takes twice as many failures: it looks as if the store were ill.
        """
        if self._suspects.full or self._suspects.overdue(work.started, now):
            return not self._suspects.full
        proven = self._suspects.accepts > work.born
        if not proven and work.suspicious >= FAILURES << min(self._suspects.unproven, 16):
            self._suspects.unproven += 1
            return True
        return proven and work.suspicious >= FAILURES

    def _go_on(self, work: Work, search: Search, now: float) -> None:
        if not search.done:
            self._send_probe(work, search)
            return
        work.search, work.probe, work.suspicious = None, None, 0
        if search.rest:
            work.pieces.append(self._piece(work, search.rest))
        if search.culprit is None:
            self._suspects.unreliable(work.unexplained)
            work.unexplained = 0
            return
        block = work.sought[search.culprit]
        work.found = self.suspect(work, block, work.blamed, now, alone=search.alone)
        self.believe(work)

    def _send_probe(self, work: Work, search: Search) -> None:
        work.probe = self._piece(work, (search.probe,))
        work.pieces.append(work.probe)

    def _piece(self, work: Work, ranges: Iterable[Range]) -> Batch:
        return self._batch([block for start, stop in sorted(ranges) for block in work.sought[start:stop]])

    def _batch(self, blocks: Iterable[Block]) -> Batch:
        return Batch(tuple(encode(blocks, self._sink)))
