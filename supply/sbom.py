"""``python -m supply.sbom FILE``: a CycloneDX bill of materials of what runs in production, from the lock file.

The lock file says which packages, versions and archive hashes; the virtual environment, which was installed from it,
says under which licences and what needs what. Both are read by ``cyclonedx-py``, and brought together here.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply.pins import LOCK, PROJECT, direct, normalised

SCHEMA = SchemaVersion.V1_6
_SPDX = {"License :: OSI Approved :: Apache Software License": "Apache-2.0"}
"""Classifiers that mean one licence, for packages that declare nothing better."""
_READ = {("google-re2", "License :: OSI Approved :: BSD License"): "BSD-3-Clause"}
"""What the licence file of a package says whose classifier means several."""
Document = dict[str, Any]


class NotInstalledError(Exception):
    """The environment was not installed from the lock file; these packages are not there in this version."""

    def __init__(self, absent: Sequence[str]) -> None:
        super().__init__(f"not installed as in the lock file: {', '.join(absent)}")


def build(lock: Path = LOCK, project: Path = PROJECT) -> Document:
    """Give the bill of materials; the same for the same lock file and environment."""
    locked = _generate("requirements", "--pyproject", str(project), str(lock))
    installed = _generate("environment", sys.executable)
    return merge(locked, installed, direct(project))


def _generate(*words: str) -> Document:
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *words]
    options = ["--output-reproducible", "--spec-version", SCHEMA.to_version(), "--output-format", "JSON"]
    done = subprocess.run([*command, *options], stdout=subprocess.PIPE, check=True)
    found: Document = json.loads(done.stdout)
    return found


def merge(locked: Document, installed: Document, asked: Iterable[str]) -> Document:
    """Give what is locked with what the environment knows of it; a package that it lacks is a NotInstalledError."""
    known = {normalised(each["name"]): each for each in installed["components"]}
    names = [normalised(each["name"]) for each in locked["components"]]
    if absent := [each["name"] for each in locked["components"] if not _same(each, known)]:
        raise NotInstalledError(absent)
    refs = {known[name]["bom-ref"]: each["purl"] for name, each in zip(names, locked["components"], strict=True)}
    needs = {each["ref"]: each.get("dependsOn", []) for each in installed["dependencies"]}
    components = [_component(each, known[name]) for name, each in zip(names, locked["components"], strict=True)]
    edges = [
        {"ref": purl, "dependsOn": sorted(refs[other] for other in needs.get(ref, ()) if other in refs)}
        for ref, purl in refs.items()
    ]
    root = locked["metadata"]["component"]["bom-ref"]
    top = sorted(each["purl"] for name, each in zip(names, locked["components"], strict=True) if name in asked)
    return {**locked, "components": components, "dependencies": [{"ref": root, "dependsOn": top}, *edges]}


def _same(locked: Document, known: Mapping[str, Document]) -> bool:
    found = known.get(normalised(locked["name"]), {})
    return bool(found.get("version") == locked["version"])


def _component(locked: Document, installed: Document) -> Document:
    return {
        **locked,
        "bom-ref": locked["purl"],
        "description": installed.get("description", ""),
        "licenses": [_licence(locked["name"], each) for each in installed.get("licenses", ())],
    }


def _licence(package: str, declared: Document) -> Document:
    found = declared.get("license", {})
    name = found.get("name")
    known = _SPDX.get(name) or _READ.get((normalised(package), name))
    return {"license": {"id": known, "acknowledgement": found["acknowledgement"]}} if known else declared


def licences(document: Document) -> dict[str, str]:
    """Give the SPDX expression, or the words in its place, by package; empty where none is declared."""
    return {normalised(each["name"]): " AND ".join(map(_words, each["licenses"])) for each in document["components"]}


def _words(declared: Document) -> str:
    found = declared.get("license", {})
    return str(declared.get("expression") or found.get("id") or found.get("name") or "")


def schema_faults(document: Document) -> list[str]:
    """Say where a document breaks the CycloneDX schema, a line each."""
    errors = JsonStrictValidator(SCHEMA).validate_str(json.dumps(document), all_errors=True)
    return [str(error) for error in errors or ()]


def main(argv: Sequence[str]) -> int:
    """Write it, if it is valid."""
    parser = argparse.ArgumentParser(prog="python -m supply.sbom", description=__doc__)
    parser.add_argument("file", type=Path)
    path = parser.parse_args(argv).file
    document = build()
    if found := schema_faults(document):
        sys.stderr.writelines(f"{each}\n" for each in found)
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")
    print(f"{path}: {len(document['components'])} packages, valid by CycloneDX {SCHEMA.to_version()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
