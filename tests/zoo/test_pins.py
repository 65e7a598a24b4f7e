"""A row of the zoo names the version that was really built: what its program's manifest pins."""

import re

import pytest

from tests.zoo.setup import Setup
from tests.zoo.setups import cpp, go, java, node, rust
from tests.zoo.setups._building import PROGRAMS

_PINNED = [*go.SETUPS, *java.SETUPS, *node.SETUPS, *rust.SETUPS]
_MANIFESTS = {
    "go": ("go.mod", "{package} v{version}[+\\n]"),
    "java": ("pom.xml", "<artifactId>{package}</artifactId>\\s*<version>{version}</version>"),
    "node": ("package.json", '"{package}": "{version}"'),
    "rust": ("Cargo.toml", '{package} = (\\{{ version = )?"={version}"'),
}


def _manifest(setup: Setup) -> tuple[str, str]:
    name, pattern = _MANIFESTS[setup.language]
    folder = "kubelet" if setup.name == "kubelet-cri" else setup.language
    package = setup.package.rpartition(":")[2]
    text = (PROGRAMS / folder / name).read_text()
    return pattern.format(package=re.escape(package), version=re.escape(setup.version)), text


@pytest.mark.parametrize("setup", [row for row in _PINNED if "JDK" not in row.package], ids=lambda row: row.name)
def test_the_manifest_pins_the_version_that_the_row_names(setup: Setup) -> None:
    """A package that is moved in its manifest is moved in its rows, too."""
    pattern, text = _manifest(setup)

    assert re.search(pattern, text)


def test_names_are_unique_and_fit_for_a_file() -> None:
    """They name a row, a result and the writer's mode."""
    names = [setup.name for setup in (*_PINNED, *cpp.SETUPS)]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z0-9-]+", name) for name in names)
