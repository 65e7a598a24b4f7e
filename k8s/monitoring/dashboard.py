# ruff: noqa: INP001 - a script that is run by itself
"""Writes the Grafana dashboard: ``python k8s/monitoring/dashboard.py > k8s/monitoring/dashboard.json``.

JSON is what Grafana takes; panels.py is what people change. A test compares both, and runs every query.
"""

import itertools
import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from panels import POD, ROWS, Panel

SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
WIDTH: Final = 24


def _panel(panel: Panel, number: int, x: int, y: int) -> dict[str, Any]:
    steps = [{"color": colour, "value": value or None} for colour, value in panel.thresholds]
    custom: dict[str, Any] = {"stacking": {"mode": "normal"}, "fillOpacity": 20} if panel.stack else {"fillOpacity": 0}
    custom |= {"thresholdsStyle": {"mode": "area"}} if steps and panel.kind == "timeseries" else {}
    options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if panel.kind == "stat":
        custom, options = (
            {},
            {"colorMode": "background", "graphMode": "area", "reduceOptions": {"calcs": ["lastNotNull"]}},
        )
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": {"x": x, "y": y, "w": panel.width, "h": panel.height},
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "custom": custom,
                "thresholds": {"mode": "absolute", "steps": steps or [{"color": "green", "value": None}]},
            },
            "overrides": [],
        },
        "options": options,
        "targets": [
            {"refId": chr(ord("A") + at), "datasource": SOURCE, "expr": query, "legendFormat": legend}
            for at, (query, legend) in enumerate(panel.queries)
        ],
    }


def _panels() -> Iterator[dict[str, Any]]:
    """Lay the rows out from left to right, a row's panels in lines of 24."""
    numbers = itertools.count(1)
    y = 0
    for title, panels in ROWS:
        yield {
            "id": next(numbers),
            "type": "row",
            "title": title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1},
        }
        x, y = 0, y + 1
        for panel in panels:
            if x + panel.width > WIDTH:
                x, y = 0, y + panel.height
            yield _panel(panel, next(numbers), x, y)
            x += panel.width
        y += panels[-1].height


def _variable(name: str, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def dashboard() -> dict[str, Any]:
    """Give the whole document."""
    in_namespace = 'namespace=~"$namespace"'
    return {
        "uid": "logship",
        "title": "logship",
        "tags": ["logging", "logship"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
                _variable("namespace", "label_values(logship_build_info, namespace)"),
                _variable("pod", f"label_values(logship_build_info{{{in_namespace}}}, pod)"),
                _variable("sink", f"label_values(logship_oldest_undelivered_seconds{{{POD}}}, sink)"),
            ]
        },
        "annotations": {"list": []},
        "panels": list(_panels()),
    }


def text() -> str:
    """Give it as the file has it."""
    return json.dumps(dashboard(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
