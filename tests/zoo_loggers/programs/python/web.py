"""Web servers of Python, each as its users start it, and their own messages, accesses and failures.

``python -m …web uvicorn-server``; requests 2, 3 and 4 are answered with 200, 404 and 500, request 6 fails.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.zoo_loggers.programs.servers.serve import free_port, get, served

HERE = "tests.zoo_loggers.programs.python.web"
STATUS = {"/zoo-2": 200, "/zoo-3": 404, "/zoo-4": 500, "/zoo-7": 200}
FAILS = "/fails"


def fail() -> None:
    """Raise what an application might."""
    raise ValueError("zoo-6 went wrong\nin two lines")


async def asgi(
    scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Answer as ``STATUS`` says."""
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind.endswith("shutdown"):
                return
    if scope["path"] == FAILS:
        fail()
    await send({"type": "http.response.start", "status": STATUS[scope["path"]], "headers": []})
    await send({"type": "http.response.body", "body": b""})


def wsgi(environ: Mapping[str, Any], start: Callable[[str, list[tuple[str, str]]], Any]) -> Iterator[bytes]:
    """Answer as ``STATUS`` says."""
    if environ["PATH_INFO"] == FAILS:
        fail()
    start(f"{STATUS.get(environ['PATH_INFO'], 200)} Status", [("Content-Length", "0")])
    return iter(())


def uvicorn(port: int, _: Path) -> list[str]:
    return ["-m", "uvicorn", "--port", str(port), f"{HERE}:asgi"]


def gunicorn(port: int, _: Path) -> list[str]:
    return ["-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--access-logfile", "-", f"{HERE}:wsgi"]


def hypercorn(port: int, _: Path) -> list[str]:
    return ["-m", "hypercorn", "-b", f"127.0.0.1:{port}", "--access-logfile", "-", f"{HERE}:asgi"]


def gevent(port: int, _: Path) -> list[str]:
    return [
        "-c",
        f"from gevent.pywsgi import *; from {HERE} import wsgi; WSGIServer(('', {port}), wsgi).serve_forever()",
    ]


FLASK = """
import flask
from {here} import STATUS, fail
app = flask.Flask("app")
app.add_url_rule("/fails", view_func=lambda: fail(), endpoint="fails")
app.add_url_rule("/<path:path>", view_func=lambda path: ("", STATUS.get("/" + path, 200)), endpoint="all")
"""
DJANGO = """
import sys
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path
from {here} import STATUS, fail
settings.configure(
    DEBUG=True, SECRET_KEY="zoo", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=False, TIME_ZONE="UTC"
)
urlpatterns = [
    path("fails", lambda request: fail()),
    path("<path:rest>", lambda request, rest: HttpResponse(status=STATUS.get("/" + rest, 200))),
]
execute_from_command_line(sys.argv)
"""
AIOHTTP = """
import logging
from aiohttp import web
from {here} import STATUS, fail
logging.basicConfig(level=logging.INFO)
async def answer(request):
    return web.Response(status=STATUS.get(request.path, 200)) if request.path != "/fails" else fail()
app = web.Application()
app.router.add_get("/{{path:.*}}", answer)
web.run_app(app, host="127.0.0.1", port={port})
"""


def _written(folder: Path, text: str, port: int) -> str:
    program = folder / "app.py"
    program.write_text(text.format(here=HERE, port=port))
    return str(program)


def flask(port: int, folder: Path) -> list[str]:
    return ["-m", "flask", "--app", _written(folder, FLASK, port), "run", "--port", str(port), "--no-reload"]


def django(port: int, folder: Path) -> list[str]:
    return [_written(folder, DJANGO, port), "runserver", "--noreload", "--nothreading", str(port)]


def aiohttp(port: int, folder: Path) -> list[str]:
    return [_written(folder, AIOHTTP, port)]


def main(name: str) -> None:
    """Run a server and ask it; what it says goes where ours does."""
    command: Callable[[int, Path], list[str]] = globals()[name.partition("-")[0]]
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="served-") as folder:
        words = [sys.executable, *command(port, Path(folder))]
        os.environ["HOME"] = folder  # one of them leaves a folder there
        with served(words, port, signal.SIGINT):
            get(port, "/zoo-2", "/zoo-3", "/zoo-4", FAILS, "/zoo-7")


if __name__ == "__main__":
    main(sys.argv[1])
