"""What a configuration comes to; each example is loaded by the daemon's own reading of settings."""

from pathlib import Path

import pytest

from logship.convert.conversion import convert, environment, faults
from logship.convert.reading import read_configuration
from logship.convert.sheet import Sheet
from logship.settings.loading import load
from tests.convert.examples import EXAMPLES
from tests.convert.writing import Example


def converted(example: Example, folder: Path) -> Sheet:
    """Write the files of an example, and convert them."""
    for name, text in example.files.items():
        (folder / name).write_text(text)
    main = folder / "fluent-bit.conf"
    main.write_text(example.text)
    return convert(read_configuration(str(main)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_configuration_comes_to_these_settings(name: str, tmp_path: Path) -> None:
    """And what has no counterpart is named, once each, with its place and what to do."""
    example = EXAMPLES[name]
    sheet = converted(example, tmp_path)
    settings = {variable: setting.text for variable, setting in sheet.settings.items()}
    assert {variable: settings.get(variable) for variable in example.settings} == dict(example.settings)
    told = sorted(each.what for each in sheet.left_out)
    assert len(told) == len(example.left_out), told
    assert all(what.startswith(begin) for what, begin in zip(told, sorted(example.left_out), strict=True)), told
    assert all(each.why and each.place.line for each in sheet.remarks)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_daemon_takes_what_it_comes_to(name: str, tmp_path: Path) -> None:
    """Every fault that it would find is a remark, and the setting is not there."""
    sheet = converted(EXAMPLES[name], tmp_path)
    assert faults(environment(sheet)) == []
    resolved = load({}, environment(sheet))
    assert resolved.config.sinks


def test_the_check_finds_faults() -> None:
    """It is the daemon's own."""
    assert faults({"HOME": "/root", "LOGSHIP_SINKS": "nonesuch"})
    assert faults({"HOME": "/root", "LOGSHIP_PATHS": "relative"})
