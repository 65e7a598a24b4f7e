"""logrotate, in the ways that people configure it; started by the writer's side whenever the file is large enough."""

import shlex
from collections.abc import Callable

from tests.zoo.commands import beside, side
from tests.zoo.debs import ran, unpacking, version
from tests.zoo.seen import words
from tests.zoo.setup import Setup, Work

_PINS = ("logrotate=3.21.0-1", "libpopt0=1.19+dfsg-1")
_HANG_UP = "postrotate\nkill -HUP $PID\nendscript"


def _command(*directives: str, each: bool) -> Callable[[Work], list[str]]:
    def command(work: Work) -> list[str]:
        folder = side(work)
        body = "\n".join(["rotate 1000", f"size {work.rotate_bytes}", *directives])
        (folder / "logrotate.conf").write_text(f"{work.folder}/app.log {{\n{body}\n}}\n")
        (folder / "logrotate.conf").chmod(0o600)
        (work.folder / "old").mkdir() if "olddir old" in directives else None
        words = ran(work.cache, "logrotate", "-s", folder / "state", folder / "logrotate.conf")
        return beside(work, shlex.join(words), each=each)

    return command


def _setup(mode: str, *directives: str, each: bool = False, rate: int = 20_000) -> Setup:
    name = f"logrotate-{mode}"
    rotation, loses = words("debian", name)
    return Setup(
        name=name,
        language="debian",
        package="logrotate",
        version=version(_PINS),
        rotation=rotation,
        pattern="app*.log",
        exact="app.log",
        build=unpacking(*_PINS),
        command=_command(*directives, each=each),
        loses=loses,
        rate=rate,
    )


_CREATE = ("create", _HANG_UP)
_COPY = ("copytruncate",)
_SECONDS = "dateext\ndateformat -%Y%m%d-%s"

SETUPS: tuple[Setup, ...] = (
    _setup("create", *_CREATE),
    _setup("create-compress", *_CREATE, "compress"),
    _setup("create-delaycompress", *_CREATE, "compress", "delaycompress"),
    _setup("nocreate", "nocreate", each=True),
    _setup("copytruncate", *_COPY),
    _setup("copytruncate-compress", *_COPY, "compress"),
    _setup("copytruncate-delaycompress", *_COPY, "compress", "delaycompress"),
    _setup("copy", "copy"),
    _setup("dateext", *_CREATE, _SECONDS, rate=8_000),
    _setup("dateext-extension", *_CREATE, _SECONDS, "extension .log", rate=8_000),
    _setup("dateext-copytruncate-compress", *_COPY, _SECONDS, "compress", rate=8_000),
    _setup("olddir", *_CREATE, "olddir old"),
    _setup("olddir-compress", *_CREATE, "olddir old", "compress", "delaycompress"),
    _setup("zstd", *_CREATE, "compress", "compresscmd /usr/bin/zstd", "compressext .zst", "compressoptions -q --rm"),
    _setup("xz", *_CREATE, "compress", "compresscmd /usr/bin/xz", "compressext .xz", "compressoptions -1"),
    _setup("bzip2", *_CREATE, "compress", "compresscmd /bin/bzip2", "compressext .bz2"),
    _setup("shred", *_CREATE, "rotate 2", "shred"),
)
