"""Logging daemons of Debian, fed by a stream socket."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.zoo.commands import amount, program, side
from tests.zoo.debs import ran, unpacking, version
from tests.zoo.seen import words
from tests.zoo.setup import Setup, Work

_RSYSLOG = (
    "rsyslog=8.2302.0-1+deb12u2",
    "libestr0=0.1.11-1",
    "libfastjson4=1.2304.0-1",
    "liblognorm5=2.0.6-4",
)
_SYSLOG_NG = (
    "syslog-ng-core=3.38.1-5+deb12u1",
    "libivykis0=0.42.4-1",
    "libnet1=1.1.6+dfsg-3.2",
    "libwrap0=7.6.q-32",
    "libjson-c5=0.16-2",
    "libpcre3=2:8.39-15",
    "libglib2.0-0=2.74.6-2+deb12u9",
)
_SOCKET = "socket"


def _served(work: Work, daemon: Sequence[str]) -> list[str]:
    options = ("--socket", side(work) / _SOCKET, "--folder", work.folder, "--daemon", shlex.join(daemon))
    return program("served", *options, *amount(work))


def _rsyslog(action: str, *, script: str = "") -> Callable[[Work], list[str]]:
    """Give rsyslog with an action; the script is run where ``{script}`` says."""

    def command(work: Work) -> list[str]:
        folder = side(work)
        (folder / "rotate").write_text(f"#!/bin/sh\n{script.format(folder=work.folder)}\n")
        (folder / "rotate").chmod(0o755)
        words = {"folder": work.folder, "script": folder / "rotate", "bytes": work.rotate_bytes}
        text = action
        for name, value in words.items():
            text = text.replace(f"{{{name}}}", str(value))
        conf = folder / "rsyslog.conf"
        conf.write_text(
            f'module(load="imptcp")\ninput(type="imptcp" path="{folder}/{_SOCKET}")\n'
            f'template(name="raw" type="string" string="%rawmsg%\\n")\n{text}\n'
        )
        modules = next(work.cache.glob("rsyslog_*/usr/lib/*-linux-gnu/rsyslog"))
        return _served(work, ran(work.cache, "rsyslogd", "-n", "-f", conf, "-i", folder / "pid", "-M", modules))

    return command


def _syslog_ng(work: Work) -> list[str]:
    folder = side(work)
    conf = folder / "syslog-ng.conf"
    conf.write_text(
        "@version: 3.38\noptions { keep-hostname(yes); stats-freq(0); };\n"
        f'source s {{ unix-stream("{folder}/{_SOCKET}" flags(no-parse)); }};\n'
        f'destination d {{ file("{work.folder}/app-${{HOUR}}${{MIN}}${{SEC}}.log" template("${{MSG}}\\n")); }};\n'
        "log { source(s); destination(d); flags(flow-control); };\n"
    )
    modules = next(work.cache.glob("syslog-ng-core_*/usr/lib/syslog-ng/*/"))
    options = ["-F", "-f", conf, "-p", folder / "pid", "-R", folder / "persist", "-c", folder / "control"]
    return _served(work, ran(work.cache, "syslog-ng", *options, f"--module-path={modules}", "--no-caps"))


def _setup(
    name: str,
    pins: Sequence[str],
    command: Callable[[Work], list[str]],
    *,
    exact: str = "app.log",
    rate: int = 20_000,
) -> Setup:
    package = pins[0].partition("=")[0]
    rotation, loses = words("debian", name)
    build: Callable[[Path], None] = unpacking(*pins)
    return Setup(name, "debian", package, version(pins), rotation, "app*.log", exact, build, command, loses, rate)


_OUTCHANNEL = "$outchannel rotated,{folder}/app.log,{bytes},{script}\n*.* :omfile:$rotated;raw"
_MOVE = "mv {folder}/app.log {folder}/app.log.1"
_DYNAMIC = (
    'template(name="name" type="string" string="{folder}/app-%$hour%%$minute%%timegenerated:::date-second%.log")\n'
    'action(type="omfile" dynaFile="name" template="raw")'
)

SETUPS: tuple[Setup, ...] = (
    _setup("rsyslog-outchannel", _RSYSLOG, _rsyslog(_OUTCHANNEL, script=_MOVE)),
    _setup("rsyslog-dynafile", _RSYSLOG, _rsyslog(_DYNAMIC), exact="", rate=8_000),
    _setup("syslog-ng", _SYSLOG_NG, _syslog_ng, exact="", rate=8_000),
)
