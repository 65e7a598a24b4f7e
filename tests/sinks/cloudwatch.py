"""CloudWatch Logs as its documentation has it: checks signatures and every limit, and keeps the log events."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.scripted_server import Reply, Request
from tests.sinks import sigv4

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOUR = 3_600_000
DAY = 24 * HOUR
Body = dict[str, Any]


def failure(kind: str, message: str = "", status: int = 400) -> Reply:
    """Answer as the protocol has it."""
    return Reply(status, json.dumps({"__type": f"com.amazonaws.logs#{kind}", "message": message}).encode())


class RefusedError(ValueError):
    """The request breaks a rule."""


@dataclass(slots=True)
class CloudWatch:
    """Groups, and streams of events, in memory."""

    secret: str = SECRET
    groups: dict[str, dict[str, list[tuple[int, str]]]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    """Operations that the key may not do."""
    retention_ms: int = 0
    """Of each group; 0: for ever."""
    asked: list[str] = field(default_factory=list)
    """Operations, in order."""
    now: Callable[[], float] = time.time

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        assert (request.method, request.path) == ("POST", "/")
        assert request.headers["content-type"] == "application/x-amz-json-1.1"
        version, _, operation = request.headers["x-amz-target"].partition(".")
        assert version == "Logs_20140328"
        self.asked.append(operation)
        if not sigv4.is_signed(request, self.secret):
            return failure("InvalidSignatureException", "The request signature we calculated does not match")
        if operation in self.denied:
            return failure("AccessDeniedException", "not authorized to perform")
        answers = {"PutLogEvents": self._put, "DescribeLogStreams": self._describe, "CreateLogStream": self._stream}
        try:
            return answers.get(operation, self._group)(json.loads(request.body))
        except RefusedError as error:
            return failure("InvalidParameterException", str(error))
        except KeyError:
            return failure("ResourceNotFoundException", "The specified log group or stream does not exist.")

    def _group(self, body: Body) -> Reply:
        assert re.fullmatch(r"[.\-_/#A-Za-z0-9]{1,512}", body["logGroupName"])
        if body["logGroupName"] in self.groups:
            return failure("ResourceAlreadyExistsException")
        self.groups[body["logGroupName"]] = {}
        return Reply(200)

    def _stream(self, body: Body) -> Reply:
        assert re.fullmatch(r"[^:*]{1,512}", body["logStreamName"])
        streams = self.groups[body["logGroupName"]]
        if body["logStreamName"] in streams:
            return failure("ResourceAlreadyExistsException")
        streams[body["logStreamName"]] = []
        return Reply(200)

    def _describe(self, body: Body) -> Reply:
        names = [name for name in self.groups[body["logGroupName"]] if name.startswith(body["logStreamNamePrefix"])]
        return Reply(200, json.dumps({"logStreams": [{"logStreamName": name} for name in names]}).encode())

    def _put(self, body: Body) -> Reply:
        stream = self.groups[body["logGroupName"]][body["logStreamName"]]
        events = body["logEvents"]
        times = [event["timestamp"] for event in events]
        now = int(self.now() * 1000)
        check(events, times, now)
        too_old = sum(each < now - 14 * DAY for each in times)
        expired = sum(each < now - self.retention_ms for each in times) if self.retention_ms else 0
        too_new = sum(each <= now + 2 * HOUR for each in times)
        bad = {"tooOldLogEventEndIndex": too_old} if too_old else {}
        bad |= {"expiredLogEventEndIndex": expired} if expired else {}
        bad |= {"tooNewLogEventStartIndex": too_new} if too_new < len(times) else {}
        stream += [(event["timestamp"], event["message"]) for event in events[max(too_old, expired) : too_new]]
        reply = {"nextSequenceToken": "4964"} | ({"rejectedLogEventsInfo": bad} if bad else {})
        return Reply(200, json.dumps(reply).encode())


def check(events: list[Body], times: list[int], now: int) -> None:
    """Raise RefusedError for what fails a whole request."""
    sizes = [len(event["message"].encode()) for event in events]
    valid = [each for each in times if now - 14 * DAY <= each <= now + 2 * HOUR]
    for wrong, words in (
        (not 1 <= len(events) <= 10_000, "between 1 and 10,000 log events"),
        (any(set(event) != {"timestamp", "message"} for event in events), "members"),
        (not all(sizes), "empty message"),
        (any(size > 1_000_000 for size in sizes), "event too large"),
        (sum(sizes) + 26 * len(events) > 1_048_576, "Upload too large"),
        (any(each < 0 for each in times), "negative time"),
        (times != sorted(times), "must be in chronological order"),
        (valid and valid[-1] - valid[0] > DAY, "span of more than 24 hours"),
    ):
        if wrong:
            raise RefusedError(words)
