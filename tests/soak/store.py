"""One store of the soak as a process of its own: it takes apart all that it takes, and has moods.

``store http`` takes lines; ``store elasticsearch`` takes bulk requests and answers a known ``_id`` with 409, as the
real one does.
Orders come on stdin and answers go to stdout, a JSON document a line each; it ends with its stdin.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web

from tests.soak.accounts import settle
from tests.soak.lines import Line, recognize

BULK = "elasticsearch"
SLOW_SECONDS = 1.5
_STATUS = {"busy": 429, "unavailable": 503}
_RETRY_AFTER = {"Retry-After": "1"}


class Ledger:
    """What a store has."""

    def __init__(self) -> None:
        self._seen: dict[str, bytearray] = defaultdict(bytearray)
        self._ids: set[int] = set()
        self._delays: list[float] = []
        self._duplicates = self._strange = self._records = 0

    def knows(self, identity: str) -> bool:
        """Say whether a record with this id is there; if not, it is from now on."""
        if (short := hash(identity)) in self._ids:  # 64 bits: a thousandth of the memory, no collision in practice
            self._duplicates += 1
            return True
        self._ids.add(short)
        return False

    def add(self, line: Line | None, now: float) -> None:
        """Note a record that was taken, and how long its line was on its way if it is the first time."""
        self._records += 1
        if line is None:
            self._strange += 1
            return
        times = self._seen[line.writer]
        if len(times) <= line.number:
            times.extend(bytes(line.number + 4096 - len(times)))
        if not times[line.number]:
            self._delays.append(now - line.at)
        times[line.number] = min(255, times[line.number] + 1)

    def look(self) -> dict[str, float | None]:
        """Give how many records were taken, and the delays of those that came since the last look, in seconds."""
        delays, self._delays = sorted(self._delays), []
        found: dict[str, float | None] = {"records": self._records, "p50": None, "p99": None}
        if delays:
            found |= {name: delays[int(len(delays) * share)] for name, share in (("p50", 0.5), ("p99", 0.99))}
        return found

    def settle(
        self, written: Mapping[str, int], dead: Mapping[str, Sequence[int]], texts: Sequence[str]
    ) -> dict[str, Any]:
        """Compare what was written with what is here."""
        counts = {"duplicates": self._duplicates, "strange": self._strange}
        return settle(written, self._seen, dead, text_writers=texts, **counts).as_json()


class Store:
    """The server."""

    def __init__(self, *, bulk: bool) -> None:
        self._bulk = bulk
        self._ledger = Ledger()
        self._mood = "well"
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def run(self) -> None:
        """Serve until stdin is closed."""
        await self._up()
        self._say({"port": self._port})
        while order := await asyncio.to_thread(sys.stdin.readline):
            self._say(await self._obey(**json.loads(order)))
        await self._down()

    @staticmethod
    def _say(words: Any) -> None:
        print(json.dumps(words), flush=True)  # noqa: T201 - to the soak

    async def _obey(self, order: str, **words: Any) -> Any:
        if order == "look":
            return self._ledger.look()
        if order == "settle":
            return self._ledger.settle(**words)
        self._mood = words["mood"]
        await (self._down() if self._mood == "down" else self._up())
        return None

    async def _up(self) -> None:
        if self._runner is None:
            app = web.Application(client_max_size=1 << 30)
            app.add_routes([web.route("*", "/{path:.*}", self._take)])
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
            self._port = self._runner.addresses[0][1]

    async def _down(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        mood = self._mood
        if mood == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if mood in _STATUS:
            return web.Response(status=_STATUS[mood], headers=_RETRY_AFTER)
        if mood == "resetting":
            return self._reset(request)
        answer = self._take_bulk(body, mood) if self._bulk else self._take_lines(body, mood)
        return self._reset(request) if mood == "unanswered" else answer

    @staticmethod
    def _reset(request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _take_lines(self, body: bytes, mood: str) -> web.Response:
        now = time.time()
        lines = [recognize(orjson.loads(each)) for each in body.split(b"\n")[:-1]]
        if mood == "refusing" and any(line.poisonous for line in lines if line):
            return web.Response(status=400, text="one of them is not to be taken")
        for line in lines:
            self._ledger.add(line, now)
        return web.Response()

    def _take_bulk(self, body: bytes, mood: str) -> web.Response:
        now = time.time()
        words = body.split(b"\n")[:-1]
        statuses = [
            self._take_document(orjson.loads(action)["create"]["_id"], recognize(orjson.loads(document)), mood, now)
            for action, document in zip(words[::2], words[1::2], strict=True)
        ]
        items = [{"create": {"status": each} | _ERRORS.get(each, {})} for each in statuses]
        errors = any(each != 201 for each in statuses)
        return web.Response(body=orjson.dumps({"errors": errors, "items": items}), content_type="application/json")

    def _take_document(self, identity: str, line: Line | None, mood: str, now: float) -> int:
        if mood == "refusing" and line and line.poisonous:
            return 400
        if self._ledger.knows(identity):
            return 409
        self._ledger.add(line, now)
        return 201


_ERRORS: dict[int, dict[str, Any]] = {
    400: {"error": {"type": "mapper_parsing_exception", "reason": "failed to parse"}},
    409: {"error": {"type": "version_conflict_engine_exception", "reason": "document already exists"}},
}

if __name__ == "__main__":
    asyncio.run(Store(bulk=sys.argv[1] == BULK).run())
