"""The images: a base from Debian's packages, since no registry is at hand, and logship's on it, by the Dockerfile."""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.containers.engine import podman, run

ROOT = Path(__file__).parent.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "logship-test"
NAME = "localhost/logship-test"
SUITE = "bookworm"
PACKAGES = "python3,python3-pip,python3-venv,ca-certificates"
"""As python:slim: with pip, which the Dockerfile needs in one stage and must take away in the other; and no .pyc."""
MMDEBSTRAP = (
    *("mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}"),
    *("--dpkgopt=force-unsafe-io", "--dpkgopt=path-exclude=/usr/share/doc/*"),
    """--customize-hook=find "$1/usr/lib" -type d -name __pycache__ -prune -exec rm -r {} +""",
    SUITE,
)
BUILD = ("buildah", "build", "--isolation", "chroot", "--network", "host", "--format", "docker", "--timestamp", "0")
CONTEXT = ("Dockerfile", ".dockerignore", "image", "logship", "pyproject.toml", "README.md", "LICENSE", "*.lock")


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Keep other test processes from making the same thing."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(*texts: bytes) -> str:
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def _exists(image: str) -> bool:
    return not podman("image", "exists", image, check=False).returncode


def base() -> str:
    """Give the name of the base image, made once for each recipe; its tree is kept in the cache folder."""
    key = _digest(*map(str.encode, MMDEBSTRAP))
    name, tree = f"{NAME}-base:{key}", CACHE / f"base-{key}.tar"
    with _alone("base"):
        if not _exists(name):
            if not tree.exists():
                half = tree.with_suffix(".half.tar")
                run(*MMDEBSTRAP, half, seconds=400)
                half.rename(tree)
            podman("import", "--quiet", tree, name, seconds=120)
    return name


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Where pip finds packages on this machine: nothing of it may be in the image."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """As in pip.conf: `index-url` and the like."""
    authority: str = ""
    """Path of the certificate authority's file."""

    @classmethod
    def here(cls) -> "PackageSource":
        """Ask this machine's pip."""
        listed = run(sys.executable, "-m", "pip", "config", "list").stdout.splitlines()
        found = dict(each.split("=", 1) for each in listed if "=" in each)
        values = {name.rpartition(".")[2].replace("_", "-"): value.strip("'\"") for name, value in found.items()}
        wanted = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout")
        settings = {name.removeprefix("default-"): values[name] for name in wanted if name in values}
        return cls(settings, values.get("cert", ""))

    def secrets(self, folder: Path, remark: str) -> list[str]:
        """Give buildah's flags; ``remark`` is written into the file, to be looked for in the image."""
        lines = [f"# {remark}", "[global]", *(f"{name} = {value}" for name, value in self.settings.items())]
        flags = []
        if self.authority:
            lines.append("cert = /run/secrets/ca")
            flags += ["--secret", f"id=ca,src={self.authority}"]
        conf = folder / "pip.conf"
        conf.write_text("\n".join([*lines, ""]))
        return [*flags, "--secret", f"id=pip,src={conf}"]


def build(tag: str, folder: Path, source: Path, *, remark: str = "", **arguments: str) -> str:
    """Build the image from a :func:`snapshot` and give the tag; ``arguments`` are the Dockerfile's, in lower case."""
    flags = PackageSource.here().secrets(folder, remark)
    for name, value in {"base_image": base(), **arguments}.items():
        flags += ["--build-arg", f"{name.upper()}={value}"]
    run(*BUILD, *flags, "--tag", tag, source, seconds=600)
    return tag


def snapshot(folder: Path) -> Path:
    """Copy what the image is built from into a folder in ``folder``: people work on while tests run."""
    listed = run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "--", *CONTEXT).stdout
    for each in listed.splitlines():
        copy = folder / "source" / each
        if (ROOT / each).is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / each, copy)
    return folder / "source"


def key_of(source: Path) -> str:
    """Give a digest of a snapshot, and of the base."""
    files = sorted(path for path in source.rglob("*") if path.is_file())
    contents = (part for path in files for part in (str(path.relative_to(source)).encode(), path.read_bytes()))
    return _digest(base().encode(), *contents)


def logship(folder: Path, source: Path) -> str:
    """Give the tag of the image of a snapshot, built once for each state of the sources."""
    tag = f"{NAME}:{key_of(source)}"
    with _alone("image"):
        if not _exists(tag):
            old = podman("images", "--quiet", "--filter", f"reference={NAME}").stdout.split()
            build(tag, folder, source)
            if old:
                podman("rmi", *old, check=False)
    return tag
