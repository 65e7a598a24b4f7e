"""A store to deliver to: an HTTP server in a process of its own that keeps the bodies it accepts, and does as told.

Cheap enough for 100,000 lines/s: a body goes into a file as it came (gzip taken off), and only a test that asks has it
taken apart. The control address stays up while the data address is ``down``.
"""

import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson
from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How one request is answered."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    delay: float = 0.0
    """Seconds between the whole request and the answer."""
    keep: bool | None = None
    """Whether the records are taken; None: where the status is 2xx."""
    reset: bool = False
    """Reset the connection in place of an answer."""
    cut: bool = False
    """Reset the connection in the middle of the answer's body."""

    @property
    def keeps(self) -> bool:
        """Whether the records are taken."""
        return 200 <= self.status < 300 if self.keep is None else self.keep


@dataclass(frozen=True, slots=True)
class Request:
    """What is remembered of one request."""

    at: float
    """Monotonic seconds of its arrival, comparable with the test's own clock."""
    status: int
    records: int
    nbytes: int
    """As sent, without compression."""
    kept: bool
    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """What has arrived, accepted or not."""

    requests: int
    records: int
    """Accepted lines."""
    nbytes: int
    """Accepted bytes."""


class Server:
    """The process: data on one port, control on another."""

    def __init__(self, capture: Path) -> None:
        self._capture = capture.open("ab", buffering=0)
        self._script: list[Answer] = []
        self._default = Answer()
        self._requests: list[Request] = []
        self._records = self._nbytes = 0
        self._data: web.AppRunner | None = None
        self._port = 0

    async def run(self) -> None:
        """Serve until stdin, which the test holds, is closed."""
        await self._up()
        control = web.Application(client_max_size=1 << 30)
        control.add_routes([web.post("/{command}", self._control)])
        runner = web.AppRunner(control, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(json.dumps({"data": self._port, "control": runner.addresses[0][1]}), flush=True)  # noqa: T201 - to the test
        await asyncio.to_thread(sys.stdin.read)
        await self._down()
        await runner.cleanup()

    async def _up(self) -> None:
        if self._data is None:
            app = web.Application(client_max_size=1 << 30)
            app.add_routes([web.route("*", "/{path:.*}", self._take)])
            self._data = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await self._data.setup()
            await web.TCPSite(self._data, "127.0.0.1", self._port, reuse_address=True).start()
            self._port = self._data.addresses[0][1]

    async def _down(self) -> None:
        if self._data is not None:
            await self._data.cleanup()
            self._data = None

    async def _take(self, request: web.Request) -> web.StreamResponse:
        at = time.monotonic()
        body = await request.read()
        answer = self._script.pop(0) if self._script else self._default
        records = body.count(b"\n")
        self._requests.append(
            Request(
                at, answer.status, records, len(body), answer.keeps, request.method, request.path, dict(request.headers)
            )
        )
        if answer.keeps:  # what a store took it has, whether or not the answer arrives
            self._capture.write(body)
            self._records += records
            self._nbytes += len(body)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        return await self._answer(request, answer)

    @staticmethod
    async def _answer(request: web.Request, answer: Answer) -> web.StreamResponse:
        text = answer.body.encode()
        if not (answer.reset or answer.cut):
            return web.Response(status=answer.status, body=text, headers=answer.headers)
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        if answer.cut:
            response.content_length = len(text) + 100
            await response.prepare(request)
            await response.write(text)
        if request.transport is not None:
            request.transport.abort()
        return response

    async def _control(self, request: web.Request) -> web.Response:
        words: Any = json.loads(await request.read() or b"null")
        match request.match_info["command"]:
            case "script":
                self._script += [Answer(**each) for each in words["answers"]]
                self._default = Answer(**words["then"]) if words["then"] is not None else self._default
            case "clear":
                self._script.clear()
                self._default = Answer()
            case "down":
                await self._down()
            case "up":
                await self._up()
            case "counts":
                return web.json_response(asdict(Counts(len(self._requests), self._records, self._nbytes)))
            case "requests":
                return web.json_response([asdict(each) for each in self._requests])
            case _:
                raise web.HTTPNotFound
        return web.json_response(None)


class Receiver:
    """The test's side: starts the server, tells it what to do, asks it what came."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.capture = folder / "received.ndjson"
        self.capture.touch()
        self._stderr = (folder / "receiver.stderr").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.receiver", str(self.capture)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )
        assert self._process.stdout
        ports = json.loads(self._process.stdout.readline())
        self.port: int = ports["data"]
        self._control_port: int = ports["control"]
        self.url = f"http://127.0.0.1:{self.port}/logs"

    def script(self, *answers: Answer, then: Answer | None = None) -> None:
        """Answer the next requests so, one each; and all after them like ``then``, if given, else as before."""
        self._ask("script", {"answers": [asdict(each) for each in answers], "then": then and asdict(then)})

    def clear(self) -> None:
        """Forget the script: answer 200 from now on."""
        self._ask("clear")

    def down(self) -> None:
        """Close the data address: connections are refused."""
        self._ask("down")

    def up(self) -> None:
        """Open the data address again, on the same port."""
        self._ask("up")

    def counts(self) -> Counts:
        """Give how much has arrived; cheap."""
        return Counts(**self._ask("counts"))

    def requests(self) -> list[Request]:
        """Give every request, in the order of arrival."""
        return [Request(**each) for each in self._ask("requests")]

    def lines(self) -> list[bytes]:
        """Give every accepted line, in the order of arrival."""
        return self.capture.read_bytes().splitlines()

    def records(self) -> Iterator[dict[str, Any]]:
        """Give every accepted record, in the order of arrival; a line that is not JSON raises."""
        return map(orjson.loads, self.capture.read_bytes().split(b"\n")[:-1])

    def wait_for(self, enough: Callable[[Counts], bool], seconds: float = 60.0) -> Counts:
        """Return when the counts are as wanted; a test that waits longer fails."""
        deadline = time.monotonic() + seconds
        while not enough(counts := self.counts()):
            assert time.monotonic() < deadline, f"in {seconds} s the receiver only got {counts}"
            time.sleep(0.02)
        return counts

    def wait_for_records(self, records: int, seconds: float = 60.0) -> None:
        """Return when at least so many lines have been accepted."""
        self.wait_for(lambda counts: counts.records >= records, seconds)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)
        self._stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, command: str, words: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._control_port, timeout=30)
        try:
            connection.request("POST", f"/{command}", json.dumps(words))
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, f"{command}: {answer.status} {body!r}"
        return json.loads(body)


if __name__ == "__main__":
    asyncio.run(Server(Path(sys.argv[1])).run())
