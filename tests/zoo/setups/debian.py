"""Programs of Debian that rotate: log runners that read a pipe, and what people do by hand."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.zoo.commands import beside, piped, side
from tests.zoo.debs import found, ran, unpacking, version
from tests.zoo.seen import words
from tests.zoo.setup import Missing, Setup, Work

_RUNIT = ("runit=2.1.2-54",)
_DAEMONTOOLS = ("daemontools=1:0.76-8.1",)
_S6 = ("s6=2.11.3.2-1", "libs6-2.11=2.11.3.2-1", "libskarnet2.13=2.13.1.1-1", "libexecline2.9=2.9.3.0-1")
_EXECLINE = Path("/usr/lib/execline/bin/execlineb")
"""s6-log starts its processor by this path."""
_APACHE = ("apache2-utils=2.4.71-1~deb12u1", "libapr1=1.7.2-3+deb12u1", "libaprutil1=1.6.3-1+deb12u1")
_CRONOLOG = ("cronolog=1.6.2+rpk-3",)
_SAVELOG = ("debianutils=5.7-0.5~deb12u1",)
_COREUTILS = ("coreutils=9.1-1",)


def _setup(
    name: str,
    pins: Sequence[str],
    command: Callable[[Work], list[str]],
    *,
    pattern: str = "app*.log",
    exact: str = "app.log",
    rate: int = 20_000,
    build: Callable[[Path], None] | None = None,
    watch: str = "",
) -> Setup:
    package = pins[0].partition("=")[0]
    rotation, loses = words("debian", name)
    return Setup(
        name,
        "debian",
        package,
        version(pins),
        rotation,
        pattern,
        exact,
        build or unpacking(*pins),
        command,
        loses,
        rate,
        watch,
    )


def _cronolog(work: Work) -> list[str]:
    words = ran(work.cache, "cronolog", "-S", work.folder / "app.log", work.folder / "app-%Y%m%d-%H%M%S.log")
    return piped(work, words, good=3)  # what it always ends with


def _rotatelogs(*words: str) -> Callable[[Work], list[str]]:
    return lambda work: piped(
        work,
        ran(
            work.cache,
            "rotatelogs",
            *(word.format(folder=work.folder, kib=work.rotate_bytes // 1024) for word in words),
        ),
    )


def _rotatelogs_gzip(work: Work) -> list[str]:
    pack = side(work) / "pack"
    pack.write_text('#!/bin/sh\n[ -z "$2" ] || exec gzip "$2"\n')  # called with the new file and the one before
    pack.chmod(0o755)
    return piped(work, ran(work.cache, "rotatelogs", "-p", pack, work.folder / "app-%s.log", "1"))


def _multilog(*words: str) -> Callable[[Work], list[str]]:
    return lambda work: piped(work, ran(work.cache, "multilog", f"s{work.rotate_bytes}", "n1000", *words, work.folder))


def _svlogd(*lines: str) -> Callable[[Work], list[str]]:
    def command(work: Work) -> list[str]:
        (work.folder / "config").write_text("\n".join([f"s{work.rotate_bytes}", "n1000", *lines, ""]))
        return piped(work, ran(work.cache, "svlogd", work.folder))

    return command


def _s6(*words: str) -> Callable[[Work], list[str]]:
    return lambda work: piped(
        work, ran(work.cache, "s6-log", "-b", "n1000", f"s{work.rotate_bytes}", *words, work.folder)
    )


def _with_execline(cache: Path) -> None:
    if not _EXECLINE.exists():
        raise Missing("Debian's package execline is not installed")
    unpacking(*_S6)(cache)


def _savelog(options: str, *, hang_up: bool = True) -> Callable[[Work], list[str]]:
    def command(work: Work) -> list[str]:
        run = f"cd {work.folder} && {found(work.cache, 'savelog')} -q {options} app.log >&2"
        return beside(work, f"{run} && kill -HUP $PID" if hang_up else run)

    return command


def _shell(rotate: str, *, each: bool = False) -> Callable[[Work], list[str]]:
    return lambda work: beside(work, f"cd {work.folder} && {rotate}", each=each)


_CHAIN = "for i in $(seq 50 -1 1); do [ ! -e app.log.$i ] || mv app.log.$i app.log.$((i + 1)); done"
"""Shell text that moves ``app.log.1`` to ``.2`` and so on."""


SETUPS: tuple[Setup, ...] = (
    _setup("savelog", _SAVELOG, _savelog("-c 100")),
    _setup("savelog-nocompress", _SAVELOG, _savelog("-l -c 100")),
    _setup("savelog-date", _SAVELOG, _savelog("-d -l"), rate=6_000),
    _setup("cronolog-symlink", _CRONOLOG, _cronolog, rate=8_000, pattern="app-*.log", watch="app-*.log"),
    _setup(
        "rotatelogs",
        _APACHE,
        _rotatelogs("{folder}/app-%Y%m%d-%H%M%S.log", "1"),
        pattern="app*.log",
        exact="",
        rate=8_000,
    ),
    _setup(
        "rotatelogs-size", _APACHE, _rotatelogs("{folder}/app.log", "{kib}K"), pattern="app.log*", exact="", rate=8_000
    ),
    _setup("rotatelogs-link", _APACHE, _rotatelogs("-L", "{folder}/app.log", "{folder}/app-%s.log", "1"), rate=8_000),
    _setup("rotatelogs-n", _APACHE, _rotatelogs("-n", "5", "{folder}/app.log", "{kib}K"), pattern="app.log*", exact=""),
    _setup("rotatelogs-gzip", _APACHE, _rotatelogs_gzip, exact="", rate=8_000),
    _setup("multilog", _DAEMONTOOLS, _multilog(), pattern="current", exact="current"),
    _setup("multilog-gzip", _DAEMONTOOLS, _multilog("!gzip"), pattern="current", exact="current"),
    _setup("svlogd", _RUNIT, _svlogd(), pattern="current", exact="current"),
    _setup("svlogd-gzip", _RUNIT, _svlogd("!gzip"), pattern="current", exact="current"),
    _setup("s6-log", _S6, _s6(), pattern="current", exact="current"),
    _setup("s6-log-gzip", _S6, _s6("!gzip -nq"), pattern="current", exact="current", build=_with_execline),
    _setup("cp-truncate", _COREUTILS, _shell("cp app.log app.log.1 && : > app.log")),
    _setup("cp-truncate-numbered", _COREUTILS, _shell("cp app.log app.log.$N && : > app.log")),
    _setup("cat-append", _COREUTILS, _shell("cat app.log >> app.log.1 && : > app.log")),
    _setup("cp-gzip-truncate", _COREUTILS, _shell("gzip -c app.log > app.log.$N.gz && : > app.log")),
    _setup("mv", _COREUTILS, _shell(f"{_CHAIN}; mv app.log app.log.1", each=True)),
    _setup("mv-hup", _COREUTILS, _shell("mv app.log app.log.$N && kill -HUP $PID")),
    _setup("mv-gzip", _COREUTILS, _shell("mv app.log app.log.$N && kill -HUP $PID && sleep 0.1 && gzip app.log.$N")),
)
