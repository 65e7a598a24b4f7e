"""What is in the image, and what is not."""

import hashlib
import json
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from logship import __version__
from tests.containers import image
from tests.containers.conftest import Figure, StartSidecar
from tests.containers.engine import LIMITS, history, inspect, mounted, podman, run
from tests.containers.sidecar import USER

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(500)]

MB = 1_000_000
INSTALLERS = re.compile(
    r"(?:pip|setuptools|wheel|ensurepip|pkg_resources)(?:[\d.]*|-[\d.]+(?:\.dist-info|\.egg-info|-py3.*))"
)
COMPILERS = re.compile(r"(?:.*-)?(?:gcc|g\+\+|cc|c\+\+|clang|ld|as|make|rustc|cargo)(?:-[\d.]+)?")


def files(tree: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Give path from the root, and lstat, of all that an image has, in order."""
    for folder, folders, names in os.walk(tree):
        folders.sort()
        for name in sorted((*folders, *names)):
            path = Path(folder, name)
            yield f"/{path.relative_to(tree)}", path.lstat()


def fingerprint(tree: Path) -> dict[str, str]:
    """Give a digest of mode, owner, time and content by path."""
    found = {}
    for name, about in files(tree):
        path = tree / name[1:]
        content = b""
        if stat.S_ISLNK(about.st_mode):
            content = str(path.readlink()).encode()
        elif stat.S_ISREG(about.st_mode):
            content = path.read_bytes()
        facts = (about.st_mode, about.st_uid, about.st_gid, len(content), int(about.st_mtime))
        found[name] = f"{facts} {hashlib.sha256(content).hexdigest()}"
    return found


def test_it_starts_logship_as_a_numeric_user_and_says_what_it_is(built: str) -> None:
    """A kubelet with runAsNonRoot takes only a numeric user; the label of the version is the program's."""
    found = inspect("image", built)
    config = found["Config"]
    assert config["User"] == f"{USER}:{USER}"
    assert config["Entrypoint"] == ["logship"]
    assert config["Cmd"] == ["run"]
    assert config["StopSignal"] == "SIGTERM"
    assert found["HealthCheck" if "HealthCheck" in found else "Healthcheck"]["Test"] == [
        "CMD",
        "logship",
        "probe",
        "live",
    ]
    assert found["ManifestType"] == "application/vnd.docker.distribution.manifest.v2+json", "OCI knows no HEALTHCHECK"
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()}
    assert labels["title"] == "logship"
    assert labels["version"] == __version__
    assert labels["licenses"] == "Apache-2.0"
    assert podman("run", "--rm", "--no-healthcheck", "--network", "none", *LIMITS, built, "--version").stdout == (
        f"logship {__version__}\n"
    )


def test_it_has_a_shell_and_cat_but_nothing_that_installs_or_compiles(built: str) -> None:
    """People look at the shared folder with kubectl exec; an intruder finds no tools to build his own."""
    with mounted(image.base()) as tree:
        before = {name for name, _ in files(tree) if INSTALLERS.fullmatch(Path(name).name)}
    assert any(name.endswith("/pip") for name in before), "the base has what must be taken away"
    with mounted(built) as tree:
        found = dict(files(tree))
    names = {Path(name).name for name in found}
    assert {"sh", "cat", "ls"} <= names
    assert {name for name in found if INSTALLERS.fullmatch(Path(name).name)} == set()
    assert {name for name in found if name.count("/bin/") and COMPILERS.fullmatch(Path(name).name)} == set()


def test_its_user_can_write_nothing_but_the_state_folder(built: str) -> None:
    """Even where the root file system is not mounted read-only, except what everybody may: the folders for /tmp."""
    with mounted(built) as tree:
        found = list(files(tree))
    mine = {name for name, about in found if about.st_uid == USER}
    assert mine == {"/var/lib/logship"}
    writable = {name for name, about in found if about.st_mode & stat.S_IWOTH and not stat.S_ISLNK(about.st_mode)}
    assert {name for name in writable if name.startswith(("/opt", "/var/lib", "/usr", "/etc"))} == set()


def test_its_modules_are_compiled_for_good(built: str) -> None:
    """Every module of ours and of our libraries has a .pyc that holds whatever its source's time stamp says."""
    unchecked_hash = (1).to_bytes(4, "little")
    with mounted(image.base()) as tree:
        assert not list((tree / "usr/lib").rglob("*.pyc")), "the base has none, as python:slim"
    with mounted(built) as tree:
        sources = [path for path in (tree / "opt/logship").rglob("*.py") if "/bin/" not in str(path)]
        assert len(sources) > 300
        for source in sources:
            (compiled,) = source.parent.glob(f"__pycache__/{source.stem}.cpython-*.pyc")
            assert compiled.read_bytes()[4:8] == unchecked_hash, source


@pytest.mark.parametrize("words", [("run", "--once"), ("status",), ("settings",), ("check",), ("probe", "live")])
def test_a_start_compiles_nothing(new_sidecar: StartSidecar, logs: Path, words: tuple[str, ...]) -> None:
    """Also of the standard library, which python:slim ships as source: a read-only root would keep no .pyc of it."""
    (logs / "a.log").write_text('{"n":1}\n')
    one = new_sidecar(words=words, network="none", flags=("--no-healthcheck", "--env", "PYTHONVERBOSE=1")).start(
        ready=False
    )
    one.wait()
    said = one.output().stderr
    loaded = re.findall(r"^# code object from '?([^'\n]+)", said, re.MULTILINE)
    assert len(loaded) > 30
    assert [path for path in loaded if not path.endswith(".pyc")] == []


def test_it_adds_at_most_48_mb_to_its_base(built: str, figure: Figure) -> None:
    """Of the core: the libraries of some sinks are large, and in an image of their own."""
    ours = inspect("image", built)["Size"] - inspect("image", image.base())["Size"]
    figure(f"logship's own layers: {ours / MB:.1f} MB")
    assert 10 * MB < ours <= 48 * MB


def test_building_it_again_gives_the_same_and_no_trace_of_where_packages_came_from(
    built: str, source: Path, tmp_path: Path
) -> None:
    """File by file; this time with the package source as a build argument, and a mark in the secret."""
    mark = secrets.token_hex(16)
    index = run(
        sys.executable, "-c", "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    ).stdout.strip()
    packages = image.PackageSource.here().settings.get("index-url", index)
    again = image.build(f"{image.NAME}-again:{os.getpid()}", tmp_path, source, remark=mark, pip_index_url=packages)
    try:
        with mounted(built) as first, mounted(again) as second:
            one, two = fingerprint(first), fingerprint(second)
            assert {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)} == set()
            assert "/opt/logship/bin/logship" in one
            ours = [
                second / name[1:] for name, about in files(second) if "pip" in name or name.startswith(("/opt", "/run"))
            ]
            texts = [path.read_bytes() for path in ours if path.is_file() and not path.is_symlink()]
        known = json.dumps([inspect("image", again), history(again)]).encode()
        for secret in (mark, packages):
            assert [text for text in (*texts, known) if secret.encode() in text] == []
        assert inspect("image", again)["RootFS"] == inspect("image", built)["RootFS"], "layers are the same to the bit"
    finally:
        podman("rmi", again, check=False)


def test_hadolint_has_nothing_to_say() -> None:
    """Of every Dockerfile there is."""
    found = run("git", "-C", image.ROOT, "ls-files", "*Dockerfile*").stdout.split()
    assert "Dockerfile" in found
    run(Path(sys.executable).parent / "hadolint", *(image.ROOT / each for each in found))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-all.lock"])
def test_the_lock_file_has_wheels_for_arm64(lock: str, tmp_path: Path) -> None:
    """For the processor of which no machine is at hand: pip finds each of them, under the hashes that are pinned."""
    platforms = [f"--platform=manylinux_2_{minor}_aarch64" for minor in (17, 28)] + ["--platform=manylinux2014_aarch64"]
    done = run(
        *(sys.executable, "-m", "pip", "install", "--dry-run", "--target", str(tmp_path), *platforms),
        *("--python-version=3.13", "--implementation=cp", "--only-binary=:all:", "--no-deps", "--require-hashes"),
        *("--requirement", str(image.ROOT / lock)),
        seconds=200,
    )
    pinned = len(re.findall(r"^[a-z0-9-]+==", (image.ROOT / lock).read_text(), re.MULTILINE))
    (would,) = re.findall(r"^Would install (.*)", done.stdout, re.MULTILINE)
    assert 10 < len(would.split()) <= pinned
