"""``python -m supply.audit``: what is known against the packages that run in production.

Exit 0: nothing, and the vulnerability service answered for each. Exit 1: something is wrong. Exit 3: nothing was found,
but a service gave no answer, so that nobody can say that nothing is known.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from supply.pins import LOCK, Pin, direct, faults, read
from supply.sbom import build, licences

PYTHONS = ("3.11", "3.13")
"""The oldest and the newest that are supported."""
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
ALLOWED = frozenset(
    {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense"}
)
"""SPDX names of licences under which an image may be given away; of an ``OR``, too, all sides must be here."""
NOT_ANSWERED = 3
_UNREACHABLE = "WARNING: Retrying ("
"""What pip says of an index that does not answer; of a wheel that is not there it says so without trying again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check came to."""

    subject: str
    faults: Sequence[str] = ()
    unanswered: str = ""
    """Who gave no answer, and to what."""
    words: str = field(default="good", kw_only=True)


Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]
"""Runs a command."""


def run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command of this environment."""
    return subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)


def check_lock(pins: Sequence[Pin]) -> Finding:
    """Check that everything is pinned once, to one version, by hashes."""
    return Finding("lock file", faults(pins, direct()), words=f"{len(pins)} packages, each pinned once and by hashes")


def check_licences(declared: Mapping[str, str]) -> Finding:
    """Check that each package's licences are all on the list."""
    found = [f"{name}: {words or 'no licence declared'}" for name, words in declared.items() if not allowed(words)]
    return Finding(
        "licences", found, words=", ".join(sorted({each for words in declared.values() for each in _ids(words)}))
    )


def allowed(expression: str) -> bool:
    """Say whether all licences that an SPDX expression names are allowed; an empty one names none."""
    return bool(expression) and set(_ids(expression)) <= ALLOWED


def _ids(expression: str) -> Iterable[str]:
    return re.split(r"\s+(?:AND|OR|WITH)\s+", re.sub(r"[()]", "", expression).strip())


def check_environment(runner: Run) -> Finding:
    """Ask pip whether what is installed fits together."""
    done = runner(["pip", "check"])
    return Finding("pip check", done.stdout.splitlines() if done.returncode else ())


def check_archives(machine: str, python: str, pins: Sequence[Pin], runner: Run) -> Finding:
    """Have pip find, without installing, a wheel with one of the hashes for each package; none may be withdrawn."""
    subject = f"wheels for {machine}, Python {python}"
    platforms = [
        f"--platform={tag}_{MACHINES[machine]}" for tag in ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
    ]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--dry-run", "--ignore-installed", "--no-deps", "--require-hashes", "--only-binary=:all:", "--quiet"]
        options += [*platforms, f"--python-version={python}", "--implementation=cp", f"--target={folder}"]
        done = runner(["pip", "install", *options, "--report=-", "-r", str(LOCK)])
    if done.returncode:
        if _UNREACHABLE in done.stderr:
            return Finding(subject, unanswered="the package index")
        return Finding(subject, done.stderr.splitlines()[-5:])
    return Finding(subject, _archive_faults(json.loads(done.stdout)["install"], pins))


def _archive_faults(found: Sequence[Mapping[str, Any]], pins: Sequence[Pin]) -> list[str]:
    withdrawn = [f"{each['metadata']['name']}: withdrawn by its authors" for each in found if each.get("is_yanked")]
    if len(found) != len(pins):
        withdrawn.append(f"{len(found)} archives for {len(pins)} packages")
    return withdrawn


def check_vulnerabilities(pins: Sequence[Pin], runner: Run) -> Finding:
    """Ask pip-audit; packages that its service does not know are not answered for, though pip-audit exits with 0."""
    subject = "known vulnerabilities"
    options = ["--format=json", "--progress-spinner=off", "--require-hashes", "--disable-pip", "--timeout=15"]
    done = runner(["pip_audit", *options, "-r", str(LOCK)])
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return Finding(subject, unanswered="the vulnerability service")
    known = [
        f"{each['name']} {each['version']}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or 'no version'}"
        for each in packages
        for fault in each.get("vulns", ())
    ]
    asked = sum("vulns" in each for each in packages)
    silent = f"the vulnerability service, for {len(pins) - asked} of {len(pins)} packages" if asked < len(pins) else ""
    return Finding(subject, known, silent, words=f"none in {asked} packages")


def audit(runner: Run = run) -> list[Finding]:
    """Run all checks."""
    pins = read(LOCK)
    return [
        check_lock(pins),
        check_licences(licences(build())),
        check_environment(runner),
        *(check_archives(machine, python, pins, runner) for machine in MACHINES for python in PYTHONS),
        check_vulnerabilities(pins, runner),
    ]


def verdict(findings: Sequence[Finding]) -> int:
    """Give the exit code."""
    if any(each.faults for each in findings):
        return 1
    return NOT_ANSWERED if any(each.unanswered for each in findings) else 0


def shown(finding: Finding) -> str:
    """Write a finding, a line for each fault."""
    if finding.faults:
        return "\n".join(f"WRONG    {finding.subject}: {each}" for each in finding.faults)
    if finding.unanswered:
        return f"UNKNOWN  {finding.subject}: no answer from {finding.unanswered}"
    return f"good     {finding.subject}: {finding.words}"


def main() -> int:
    """Print the findings."""
    findings = audit()
    print("\n".join(map(shown, findings)))
    code = verdict(findings)
    if code == NOT_ANSWERED:
        print("Nothing wrong was found, but not everything could be asked: run it where the services answer.")
    return code


if __name__ == "__main__":
    sys.exit(main())
