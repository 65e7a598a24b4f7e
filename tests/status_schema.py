"""The schema of the status document, held strictly: a member that it does not name is a fault of the page."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]

SCHEMA = Path(__file__).parent.parent / "docs" / "status.schema.json"


def strict(schema: Any) -> Any:
    """Give a schema whose objects have no members but those that it names."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else {}
    return closed | {name: strict(each) for name, each in schema.items()}


def assert_is_status(document: Any) -> None:
    """Validate a document, as JSON has it."""
    schema = json.loads(SCHEMA.read_text())
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    validator = jsonschema.Draft202012Validator(strict(schema), format_checker=checker)
    faults = [
        f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(json.loads(json.dumps(document)))
    ]
    assert not faults, faults
