# ruff: noqa: INP001 - a script that is run by itself
"""Makes the image's last stage ready: compiles what logship imports, and takes away what installs packages.

python:slim ships the standard library without .pyc files, and neither the user nor the read-only root file system of a
sidecar lets Python write any: each start would compile it again. What the base image has compiled stays as it is.
"""

import compileall
import contextlib
import importlib
import pkgutil
import py_compile
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import logship

LATE: Final = ("colorsys", "encodings.idna", "fractions", "stringprep")
"""Modules that are imported only when they are needed, as a run with PYTHONVERBOSE=1 shows; a test holds it."""
STDLIB: Final = Path(sysconfig.get_path("stdlib"))
INSTALLERS: Final = ("pip", "pip-*", "setuptools", "setuptools-*", "wheel", "wheel-*", "pkg_resources", "ensurepip")
LEFTOVERS: Final = ("_distutils_hack", "distutils-precedence.pth")


def import_everything() -> None:
    """Import every module of logship that can be: a sink whose library is not installed can't."""
    names = [each.name for each in pkgutil.walk_packages(logship.__path__, "logship.")]
    for name in (*names, *LATE):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def sources() -> list[Path]:
    """Give the files in the standard library of the imported modules, in order.

    By the modules' names: what some call their file is another's (``collections.abc``).
    """
    stems = [STDLIB.joinpath(*name.split(".")) for name in sys.modules]
    places = {place for stem in stems for place in (stem.with_name(f"{stem.name}.py"), stem / "__init__.py")}
    return sorted(place for place in places if place.is_file())


def installers() -> Iterator[Path]:
    """Give what there is of pip and its kin: python.org's layout and Debian's."""
    packages = [STDLIB, *(each for each in STDLIB.parent.glob("python3*/*-packages"))]
    for folder in packages:
        for pattern in (*INSTALLERS, *LEFTOVERS):
            yield from folder.glob(pattern)
    for folder in {Path(sys.base_prefix, "bin"), Path("/usr/bin"), Path("/usr/local/bin")}:
        yield from folder.glob("pip*")
        yield from folder.glob("wheel*")
    yield from Path("/usr/share").glob("python-wheels")


def main() -> int:
    """Do it; 1 if a module can't be compiled."""
    import_everything()
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    done = [compileall.compile_file(file, quiet=1, invalidation_mode=mode) for file in sources()]
    for path in list(installers()):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
