"""``python -m logship.commands.tables [README.md]``: writes the page's tables of settings and metrics from the code."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from logship.commands.settings import default_text, every_option, type_text
from logship.convert.page import PAGE_MARKS
from logship.metrics import Metrics
from logship.settings.options import PREFIX, Option

_PLAIN_DEFAULTS: Final = ("", "required")


def settings_tables() -> str:
    """Give one table of all settings, without their prefix."""
    rows = [("setting", "default", "meaning")]
    rows += [
        (f"`{option.variable.removeprefix(PREFIX)}`", _default(option), _meaning(option)) for option in every_option()
    ]
    return _table(rows)


def _default(option: Option) -> str:
    text = default_text(option)
    return text if text in _PLAIN_DEFAULTS or " " in text else f"`{text}`"


def _meaning(option: Option) -> str:
    kind = type_text(option)
    # What the words already say is not said again.
    extra = option.kind in ("secret", "bool", "choice") and not all(choice in option.doc for choice in option.choices)
    return f"{option.doc} ({kind})" if extra or option.kind == "secret" else option.doc


def metrics_table() -> str:
    """Give a table of all series with their labels; those of the process are Prometheus's own."""
    rows = [("series", "type", "meaning")]
    for metric in Metrics(("x",), "1", ("email",)).registry.collect():
        if not metric.name.startswith("process_"):
            order = ("sink", "outcome", "reason", "detector", "version")
            labels = [label for label in order if label in metric.samples[0].labels]
            name = metric.name + ("_total" if metric.type == "counter" else "")
            shown = name + (f"{{{','.join(labels)}}}" if labels else "")
            rows.append((f"`{shown}`", metric.type, metric.documentation))
    return _table(rows)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines)


README_MARKS: Final[dict[str, Callable[[], str]]] = {"settings": settings_tables, "metrics": metrics_table}
"""Each table stands between ``<!-- name -->`` and ``<!-- /name -->``."""


def main(argv: Sequence[str]) -> int:
    """Print the tables, or put them between their marks in the page that is named."""
    if not argv:
        sys.stdout.writelines(f"<!-- {name} -->\n{make()}<!-- /{name} -->\n\n" for name, make in README_MARKS.items())
        return 0
    page = Path(argv[0])
    text = page.read_text()
    for name, make in {**README_MARKS, **PAGE_MARKS}.items():
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = before + start + make() + end + after if end else text
    page.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
