# ruff: noqa: INP001 - a script that is run by itself
"""The demo application: a small agent that answers questions over HTTP and logs every request as a line of JSON.

It writes ``LOG_DIR/LOG_FILE`` (``/var/log/agent/requests.log``) and rotates it; a sidecar ships it. Each record of a
request carries the ``request_id`` that the answer's ``X-Request-ID`` has, and the ``trace_id`` of the caller's
``traceparent``: so one request can be followed from the answer's header into the log store.
"""

import json
import logging
import logging.handlers
import os
import re
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from prometheus_client import Counter, Histogram, start_http_server
from pydantic import BaseModel, Field

LOG_DIR: Final = Path(os.environ.get("LOG_DIR", "/var/log/agent"))
LOG_FILE: Final = os.environ.get("LOG_FILE", "requests.log")
LOG_MAX_BYTES: Final = int(os.environ.get("LOG_MAX_BYTES", str(10 << 20)))
LOG_BACKUPS: Final = int(os.environ.get("LOG_BACKUPS", "5"))
HOST: Final = os.environ.get("HOST", "0.0.0.0")  # noqa: S104 - a pod's address is its own
PORT: Final = int(os.environ.get("PORT", "8000"))
METRICS_PORT: Final = int(os.environ.get("METRICS_PORT", "8001"))

REQUESTS: Final = Counter("agent_requests", "Requests, by path and status.", ["path", "status"])
SECONDS: Final = Histogram("agent_request_duration_seconds", "How long a request took.", ["path"])

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_request: ContextVar[dict[str, object] | None] = ContextVar("request", default=None)

logger = logging.getLogger("agent")


class JsonLines(logging.Formatter):
    """One JSON object a line, with its newline: ``json.dumps`` alone adds none, the logging module does."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the record without its newline."""
        fields: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **(_request.get() or {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            fields["error"] = self.formatException(record.exc_info)
        return json.dumps(fields)


def log_to_file() -> None:
    """Send everything that is logged in this process to the file."""
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(LOG_DIR / LOG_FILE, maxBytes=LOG_MAX_BYTES, backupCount=LOG_BACKUPS)
    file.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[file], force=True)


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    logger.info("the agent has started")
    yield
    logger.info("the agent stops")


app = FastAPI(title="logship demo agent", lifespan=_lifespan)


class Question(BaseModel):
    """What ``POST /ask`` takes."""

    question: str = Field(min_length=1, max_length=10_000)


class Reply(BaseModel):
    """What it gives."""

    answer: str
    request_id: str


@app.post("/ask")
async def ask(question: Question) -> Reply:
    """Answer a question, in the way of a very small model; one that asks for a failure gets it."""
    words = question.question.split()
    if "fail" in words:
        raise HTTPException(503, "the model is not there")
    if "crash" in words:
        message = "the model fell over"
        raise RuntimeError(message)
    logger.info("the model was asked", extra={"fields": {"words": len(words)}})
    return Reply(answer=f"That question has {len(words)} words.", request_id=str((_request.get() or {})["request_id"]))


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that it lives."""
    return {"status": "ok"}


@app.middleware("http")
async def _trace(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give the request its ids, have it answered, log and count it; probes are counted only."""
    given = request.headers.get("x-request-id", "")
    caller = _TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
    trace_id = caller[1] if caller else secrets.token_hex(16)
    token = _request.set({"request_id": request_id, "trace_id": trace_id})
    began = time.perf_counter()
    try:
        try:
            response = await call_next(request)
        except Exception:
            logger.exception("the request failed")
            response = Response("the agent has a fault; its log knows more\n", 500)
        _account(request, response.status_code, time.perf_counter() - began)
    finally:
        _request.reset(token)
    response.headers["X-Request-ID"] = request_id
    response.headers["traceparent"] = f"00-{trace_id}-{secrets.token_hex(8)}-01"
    return response


def _account(request: Request, status: int, seconds: float) -> None:
    route = request.scope.get("route")
    path = route.path if route else "other"  # never what a caller made up: it is a metric's label
    REQUESTS.labels(path, status).inc()
    SECONDS.labels(path).observe(seconds)
    if path == "/healthz":
        return
    fields = {"method": request.method, "path": path, "status": status, "latency_ms": round(seconds * 1000, 3)}
    level = logging.ERROR if status >= 500 else logging.INFO  # noqa: PLR2004 - RFC 9110's class "server error"
    logger.log(level, "%s %s was answered by %d", request.method, path, status, extra={"fields": fields})


def main() -> None:
    """Serve until SIGTERM."""
    log_to_file()
    # uvicorn, once it has served its last request, raises the signal again: it shall be an end like any other
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    start_http_server(METRICS_PORT, HOST)
    uvicorn.run(app, host=HOST, port=PORT, log_config=None, access_log=False, timeout_graceful_shutdown=5)


if __name__ == "__main__":
    main()
