"""Results as JSON: all that a report needs, and nothing that it has to know besides."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.tables import Column, Row, summary

FOLDER = Path(__file__).parent / "results"


def result(
    benchmark: str,
    words: str,
    about: Mapping[str, Any],
    facts: Mapping[str, Any],
    columns: Sequence[Column],
    rows: Sequence[Row],
) -> dict[str, Any]:
    """Put the parts together: every run, and the summary of its rounds."""
    return {
        "benchmark": benchmark,
        "words": words,
        "about": dict(about),
        "facts": dict(facts),
        "columns": [asdict(column) for column in columns],
        "summary": summary(rows),
        "rows": [{key: value for key, value in row.items() if not isinstance(value, list)} for row in rows],
    }


def columns_of(found: Mapping[str, Any]) -> list[Column]:
    """Give the columns of a result that was read."""
    return [Column(**column) for column in found["columns"]]


def save(path: Path, found: Mapping[str, Any]) -> None:
    """Write a result."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")


def load(folder: Path) -> dict[str, dict[str, Any]]:
    """Read every result in a folder, by the benchmark's name."""
    found = (json.loads(path.read_text()) for path in sorted(folder.glob("*.json")))
    return {each["benchmark"]: each for each in found}
