"""One frame of ``logship top``: what needs attention, sinks, curves and files, in as many lines as there are.

All that comes from the daemon is shown as text: what could move the cursor is escaped, and nothing is markup.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from logship.check.known import taken_out
from logship.commands.watching import Status, Watched, ended, number, objects, sinks_of, within
from logship.logs import printable

ATTENTION_SHARE: Final = 0.3
"""So much of the height at the most says what needs attention."""
_BARS: Final = "▁▂▃▄▅▆▇█"
_PLAIN_BARS: Final = "_.-=+*%#"
_CURVE_LINES: Final = 4
_FILES_LEAST: Final = 4
_STYLES: Final = {"problem": "bold red", "note": "yellow"}
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


def text(value: object) -> str:
    """Give what the daemon says as something that may be printed; empty for what is no text."""
    return printable(str(value)) if isinstance(value, str | int | float) else ""


def span(seconds: float | None) -> str:
    """Give a time as people say it."""
    if seconds is None:
        return "-"
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"  # noqa: PLR2004 - two digits are enough
    for most, unit, word in ((2 * _HOUR, _MINUTE, "min"), (2 * _DAY, _HOUR, "h")):
        if seconds < most:
            return f"{seconds / unit:.0f} {word}"
    return f"{seconds / _DAY:.0f} days"


def size(nbytes: float | None) -> str:
    """Give a size as people say it."""
    return "-" if nbytes is None else decimal(int(nbytes))


def a_second(value: float | None) -> str:
    """Give how many a second."""
    return "-/s" if value is None else f"{value:,.0f}/s" if value >= 10 else f"{value:.2g}/s"  # noqa: PLR2004 - as above


def ago(value: object, now: float) -> str:
    """Give how long ago a time of the document was; empty where it is none."""
    try:
        return span(max(0.0, now - datetime.fromisoformat(str(value)).astimezone(UTC).timestamp()))
    except ValueError:
        return ""


def frame(watched: Watched, console: Console, *, height: int | None, now: float, away: str = "") -> RenderableType:
    """Give a frame of at most ``height`` lines, without a bound if None; ``now`` in epoch seconds.

    ``away`` says why the daemon does not answer: what is shown is what it said last.
    """
    lines = [*_away(away), _header(watched)]
    left = None if height is None else height - 2 - len(lines)
    attention = _attention(watched.status, now, console, None if left is None else int(left * ATTENTION_SHARE))
    lines += attention
    lines += [line for sink in sinks_of(watched.status) for line in _sink(sink, watched, now)]
    lines += _redaction(watched.status)
    if left is None or height is None or height - len(lines) - 1 >= _CURVE_LINES + _FILES_LEAST:
        lines += _curves(watched, console)
    rows = None if height is None else max(0, height - len(lines) - 3)
    shown = lines if height is None else lines[: height - 1]
    for line in shown:
        line.no_wrap, line.overflow = True, "ellipsis"
    files = [_files(watched.status, console.width, rows)] if rows is None or rows > 0 else []
    return Group(*shown, *files, *([] if height is None else [Text("q leaves", style="dim")]))


def _away(cause: str) -> Iterator[Text]:
    if cause:
        yield Text(
            f"{printable(cause)}; it is asked again each second, and this is what it said last", style="bold red"
        )


def _header(watched: Watched) -> Text:
    status = watched.status
    ready = "ready" if status.get("ready") else f"not ready: {text(status.get('cause'))}"
    memory, limit = within(status, "memory", "resident_bytes"), within(status, "memory", "limit_bytes")
    of_limit = f" of {size(number(limit))}" if limit else ""
    cpu = watched.rate(lambda each: number(each.get("cpu_seconds")))
    share = "" if cpu is None else f", {100 * cpu:.1f} % CPU"
    about = f"logship {text(status.get('version'))} {text(status.get('host'))}"
    up = span(number(status.get("uptime_seconds")))
    return Text(f"{about}, up {up}, {ready}, {size(number(memory))}{of_limit}{share}", style="bold")


def _attention(status: Status, now: float, console: Console, most: int | None) -> list[Text]:
    found = [line for item in objects(status.get("attention")) for line in _item(item, now, console)]
    if not found:
        return [Text("nothing needs attention", style="green")]
    if most is None or len(found) <= most:
        return found
    return [*found[: max(1, most - 1)], Text("… and more: a larger window, or the page at /, shows it", style="dim")]


def _item(item: Mapping[str, Any], now: float, console: Console) -> list[Text]:
    style = _STYLES.get(str(item.get("level")), "")
    since = f" (for {began})" if item.get("since") and (began := ago(item["since"], now)) else ""
    what = Text(f"{text(item.get('level'))}: {text(item.get('what'))}{since}", style=style)
    advice = [Text(f"  {text(item.get('do'))}")] if item.get("do") else []
    return [line for each in (what, *advice) for line in each.wrap(console, console.width)]


def _sink(sink: Mapping[str, Any], watched: Watched, now: float) -> list[Text]:
    name = str(sink.get("name"))

    def grown(unit: str) -> float | None:
        return watched.rate(lambda each: ended(next((s for s in sinks_of(each) if s.get("name") == name), {}), unit))

    p50, p99 = watched.latency(name)
    state = text(sink.get("state"))
    first = Text.assemble(
        (text(name), "bold"),
        "  ",
        (state, "green" if state == "ok" else "bold red"),
        f" for {ago(sink.get('since'), now) or '-'}  {a_second(grown('records'))} {size(grown('bytes'))}/s"
        f"  p50 {span(p50)} p99 {span(p99)}",
    )
    return [first, Text("  " + "  ".join(_sink_details(sink, now)))]


def _sink_details(sink: Mapping[str, Any], now: float) -> Iterable[str]:
    if where := text(sink.get("where")):
        yield where
    yield f"oldest {span(number(sink.get('oldest_undelivered_seconds')))}"
    yield f"in flight {number(within(sink, 'totals', 'in_flight', 'records')):,.0f}"
    yield f"retries {number(sink.get('retries')):,.0f}"
    for title, key in (("refused", "dead_lettered"), ("dropped", "dropped"), ("filtered", "filtered")):
        if count := number(within(sink, "totals", key, "records")):
            yield f"{title} {count:,.0f}"
    if error := text(sink.get("last_error")):
        at = ago(sink.get("last_error_at"), now)
        yield f"last error {error}" + (f" {at} ago" if at else "")


def _redaction(status: Status) -> Iterator[Text]:
    redactions = status.get("redactions")
    if isinstance(redactions, dict) and redactions:
        counts = {text(name): int(number(count)) for name, count in redactions.items()}
        stubs = number(status.get("redaction_stubs"))
        words = taken_out(counts, number(status.get("redacted_records")), stubs)
        yield Text(f"redaction: {words}", style="bold red" if stubs else "")


def _curves(watched: Watched, console: Console) -> list[Text]:
    columns = max(10, console.width - 44)

    def slowest(status: Status) -> float:
        return min((ended(sink, "records") for sink in sinks_of(status)), default=0.0)

    def oldest(status: Status) -> float:
        return max((number(sink.get("oldest_undelivered_seconds")) for sink in sinks_of(status)), default=0.0)

    rows = (
        ("lines in", watched.rates(lambda each: number(within(each, "input", "lines")), columns), a_second),
        ("lines out", watched.rates(slowest, columns), a_second),
        ("lag", watched.curve(lambda each: number(each.get("lag_bytes")), columns), size),
        ("delay", watched.curve(oldest, columns), span),
    )
    bars = _BARS if console.encoding.startswith("utf") else _PLAIN_BARS
    lines = []
    for title, values, show in rows:
        most = max((value for value in values if value is not None), default=0.0)
        lines.append(Text(f"{title:9} {_bars(values, most, bars)} {show(values[-1])}, most {show(most)}"))
    return lines


def _bars(values: list[float | None], most: float, bars: str) -> str:
    top = len(bars) - 1
    return "".join(" " if each is None else bars[round(each / most * top) if most else 0] for each in values)


def _files(status: Status, width: int, rows: int | None) -> Table:
    known = objects(status.get("files"))
    total = int(number(status.get("files_total")))
    shown = known[:rows]
    more = f"file (the {len(shown)} of {total} that lag most)" if len(shown) < total else f"file ({total})"
    lines = [("size", "offset", "lag", "grew", "state"), *map(_file_cells, shown)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    left = max(8, width - sum(widths) - 2 * len(widths))
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), collapse_padding=True)
    table.add_column(more, no_wrap=True, width=left)
    for title in lines[0]:
        table.add_column(title, justify="left" if title == "state" else "right", no_wrap=True)
    for file, cells in zip(shown, lines[1:], strict=True):
        table.add_row(Text(_end(text(file.get("name")), left)), *map(Text, cells))
    return table


def _file_cells(file: Mapping[str, Any]) -> tuple[str, ...]:
    sizes = (size(number(file.get(key))) for key in ("size", "offset", "lag_bytes"))
    return (*sizes, span(number(file.get("quiet_seconds"))), _marks(file))


def _marks(file: Mapping[str, Any]) -> str:
    unterminated = number(file.get("unterminated_bytes"))
    marks = ["held"] if file.get("deleted") else ["rotated"] if file.get("rotated") else []
    return ", ".join([*marks, *([f"{size(unterminated)} no newline"] if unterminated else [])])


def _end(name: str, columns: int) -> str:
    """Cut a path at its beginning: its end tells files apart."""
    if cell_len(name) <= columns:
        return name
    while name and cell_len(name) >= columns:
        name = name[max(1, (cell_len(name) - columns) // 2) :]
    return f"…{name}"
