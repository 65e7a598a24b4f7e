"""Debian's programs without installing them: packages of pinned versions, unpacked into the cache folder."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.zoo.setup import Missing

_DONE = ".done"


def unpacking(*pins: str) -> Callable[[Path], None]:
    """Give a ``Setup.build`` that unpacks ``name=version`` each; the first names the program's package."""

    def build(cache: Path) -> None:
        for pin in pins:
            _unpack(cache, pin)

    return build


def _unpack(cache: Path, pin: str) -> None:
    folder = cache / pin.replace("=", "_").replace(":", "%")
    if (folder / _DONE).exists():
        return
    if not shutil.which("apt-get"):
        raise Missing("apt-get is not there")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # not apt's own user, who may not write here
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", pin]
    if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True, check=False)
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
        if done.returncode:
            raise Missing(f"apt-get has no {pin}: {done.stderr.strip().splitlines()[-1:]}")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    (folder / _DONE).touch()


def found(cache: Path, name: str) -> str:
    """Give the path of an unpacked program."""
    for each in ("usr/sbin", "usr/bin", "bin", "sbin"):
        for path in cache.glob(f"*/{each}/{name}"):
            return str(path)
    raise FileNotFoundError(name)


def ran(cache: Path, name: str, *arguments: object) -> list[str]:
    """Give the command of an unpacked program, with the unpacked libraries."""
    libraries = os.pathsep.join(map(str, _libraries(cache)))
    programs = os.pathsep.join([*map(str, cache.glob("*/usr/bin")), os.environ["PATH"]])
    return ["env", f"LD_LIBRARY_PATH={libraries}", f"PATH={programs}", found(cache, name), *map(str, arguments)]


def _libraries(cache: Path) -> Iterator[Path]:
    for each in ("usr/lib/*-linux-gnu", "lib/*-linux-gnu", "usr/lib/syslog-ng"):
        yield from cache.glob(f"*/{each}")


def version(pins: Sequence[str]) -> str:
    """Give the version of the program's own package."""
    return pins[0].partition("=")[2]
