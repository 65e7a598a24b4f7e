import re
from pathlib import Path

import pytest

from logship.commands.settings import every_option
from logship.commands.tables import README_MARKS, metrics_table, settings_tables
from logship.metrics import Metrics

README = Path(__file__).parent.parent / "README.md"


def between_marks(name: str) -> str:
    """Give what the README has between a pair of marks."""
    text = README.read_text() if README.exists() else ""
    if f"<!-- {name} -->" not in text:
        pytest.skip(f"README.md has no {name} table yet")
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"README.md lacks <!-- /{name} -->"
    return found[1].strip()


@pytest.mark.parametrize("name", README_MARKS)
def test_the_readmes_tables_are_the_codes(name: str) -> None:
    """What people read is what holds; ``python -m logship.commands.tables`` writes it again."""
    assert between_marks(name) == README_MARKS[name]().strip()


def test_the_tables_name_every_setting() -> None:
    """A new setting is in the table without anybody's doing."""
    text = settings_tables()
    for option in every_option():
        assert f"`{option.variable.removeprefix('LOGSHIP_')}`" in text
        assert option.doc.replace("|", "\\|") in text


def test_the_table_names_every_series() -> None:
    """As Prometheus shows it, with its labels."""
    text = metrics_table()
    for metric in Metrics(("x",), "1").registry.collect():
        suffix = "_total" if metric.type == "counter" else ""
        if not metric.name.startswith("process_"):
            assert f"`{metric.name}{suffix}" in text
    assert "`logship_sink_records_total{sink,outcome}`" in text
