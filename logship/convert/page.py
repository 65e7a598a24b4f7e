"""The tables of ``k8s/FROM-FLUENT-BIT.md``, of the rows that ``convert`` goes by; ``make docs`` puts them there."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from logship.convert.rows import Row, tables

OPTIONS: Final[Mapping[str, str]] = {
    "tail": "",
    "es": "elasticsearch",
    "http": "http",
    "stdout": "stdout",
    "loki": "loki",
    "kafka": "kafka",
    "splunk": "splunk",
    "datadog": "datadog",
    "cloudwatch_logs": "cloudwatch",
    "stackdriver": "gcl",
    "opentelemetry": "otlp",
    "file": "file",
    "every output": "elasticsearch",
    "service": "",
}
"""Headings of ``options.txt``, and the sink whose settings stand for its own."""
_NONE: Final = "\N{EN DASH}"
PLUGINS: Final = ("inputs", "outputs", "filters", "processors", "parsers")
"""Headings of ``plugins.txt``."""


def _options(heading: str, sink: str) -> str:
    rows = "".join(_line(row, _quoted(row.names(sink)), row.words) for row in tables("options")[heading])
    return "| Fluent Bit | logship | what differs, and why |\n|---|---|---|\n" + rows


def _plugins(heading: str) -> str:
    rows = "".join(_line(row, *_plugin_cells(row)) for row in tables("plugins")[heading])
    return "| Fluent Bit | logship | what differs, and why; what is there instead |\n|---|---|---|\n" + rows


def _plugin_cells(row: Row) -> tuple[str, str]:
    """Give what is there, and words; of what is left out on purpose, what to take is in the words."""
    ours = _quoted(row.names())
    if row.rule != "left_out":
        return ours, row.words
    return "", f"left out: {row.words}" + (f" ({ours})" if ours else "")


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _line(row: Row, ours: str, words: str) -> str:
    cells = (_quoted(list(row.theirs)) or _NONE, ours or _NONE, words)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


PAGE_MARKS: Final[Mapping[str, Callable[[], str]]] = {
    **{heading: partial(_options, heading, sink) for heading, sink in OPTIONS.items()},
    **{heading: partial(_plugins, heading) for heading in PLUGINS},
}
"""Each table stands between ``<!-- name -->`` and ``<!-- /name -->``."""
