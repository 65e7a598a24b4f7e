"""What the set-ups of the compiled languages share: where their programs are, and how these are built."""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.zoo.setup import Missing

PROGRAMS = Path(__file__).parent.parent / "programs"


def tool(name: str) -> str:
    """Give the path of a program of this machine; raises ``Missing``."""
    path = shutil.which(name)
    if path is None:
        raise Missing(name)
    return path


def run(command: Sequence[str], folder: Path) -> None:
    """Run one step of a build in ``folder``, with its messages on stderr; raises ``CalledProcessError``."""
    subprocess.run(command, cwd=folder, stdout=sys.stderr, check=True)


def once(program: str, cache: Path, make: Callable[[Path], None], programs: Path = PROGRAMS) -> None:
    """Build ``programs/program`` in ``cache/program``, unless that was done from the same sources; one at a time."""
    cache.mkdir(parents=True, exist_ok=True)
    stamp, sources = cache / f"{program}.stamp", _digest(programs / program)
    with (cache / f"{program}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != sources:
            make(Path(shutil.copytree(programs / program, cache / program, dirs_exist_ok=True)))
            stamp.write_text(sources)


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def venv_of(lock: Path, cache: Path) -> None:
    """Make ``cache/venv`` with what a lock file pins, unless that was done; raises ``Missing``."""
    stamp = cache / lock.name
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    stamp.unlink(missing_ok=True)  # what was there is gone from here on
    venv.create(cache / "venv", clear=True, with_pip=True)
    pip: list[str | Path] = [cache / "venv/bin/pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", lock], check=False, capture_output=True)
    if done.returncode:
        raise Missing(f"pip cannot install what {lock.name} pins: {done.stderr.decode()[-300:]}")
    stamp.write_bytes(lock.read_bytes())


def pinned(lock: Path, package: str) -> str:
    """Give the version of a package in a lock file of pip."""
    found = re.search(rf"^{re.escape(package)}(?:\[.*?\])?==(\S+)", lock.read_text(), re.MULTILINE)
    assert found, package
    return found[1]


def cargo_build(folder: Path) -> None:
    """Build a program of Rust with what its ``Cargo.lock`` pins."""
    cargo = tool("cargo")
    _with_sources(folder / "Cargo.lock", cargo)
    run([cargo, "build", "--quiet", "--locked"], folder)


def _with_sources(lock: Path, cargo: str) -> None:
    """Put back at each package the address of this machine's index, which the lock lies here without."""
    pinned = lock.read_text()
    lock.unlink()
    run([cargo, "generate-lockfile", "--quiet"], lock.parent)
    source = next(line for line in lock.read_text().splitlines() if line.startswith("source = "))
    lock.write_text(re.sub("^checksum", f"{source}\nchecksum", pinned, flags=re.MULTILINE))


def cpp_build(cache: Path, headers: Sequence[str], programs: Path) -> None:
    """Build ``programs/cpp`` by its Makefile; raises ``Missing`` where a header of Debian's packages is not there."""
    compiler, make = tool("g++"), tool("make")
    includes = "".join(f"#include <{header}>\n" for header in headers)
    probe = [compiler, "-std=c++17", "-M", "-MF", "/dev/null", "-x", "c++", "-"]
    if subprocess.run(probe, input=includes, text=True, capture_output=True, check=False).returncode:
        raise Missing(", ".join(headers))
    once("cpp", cache, lambda folder: run([make, "-s", f"CXX={compiler}", "OUT=."], folder), programs)
