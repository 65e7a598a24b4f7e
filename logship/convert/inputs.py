"""The inputs: files to tail; what else there is, is left out; pure."""

from collections.abc import Callable, Sequence
from typing import Final

from logship.convert.parsers import set_way, use_first_line, use_multiline, use_parser
from logship.convert.rows import apply_rows, find_row
from logship.convert.sections import Configuration, Section
from logship.convert.sheet import Kind, Sheet
from logship.convert.values import seconds, size, surely, yes
from logship.settings.parsing import format_size

_NODE: Final = ("/var/log/containers/", "/var/log/pods/", "/var/lib/docker/containers/")
"""Where a node has the lines of all its containers."""


_NUMBERS: Final = (
    ("mem_buf_limit", "LOGSHIP_BUFFER_MAX_BYTES", 1 << 20, sum),
    ("buffer_max_size", "LOGSHIP_MAX_LINE_BYTES", 1 << 20, max),
    ("rotate_wait", "LOGSHIP_ROTATE_WAIT_SECONDS", 30, max),
)
"""What each input has and logship has once: the option, the setting, what is enough anyway, how to join several."""


def convert_inputs(configuration: Configuration, sheet: Sheet) -> None:
    """Convert every input."""
    tails = [each for each in configuration.of("input") if each.name == "tail"]
    for section in configuration.of("input"):
        if section.name == "tail":
            _tail(section, configuration, sheet)
            continue
        row = find_row("plugins", "inputs", section.name)
        kind = Kind.NOT_NEEDED if row and row.rule == "not_needed" else Kind.LEFT_OUT
        why = row.instead() if row else "logship reads files alone"
        sheet.remark(kind, section.place, f"input {section.name}", why)
    if tails:
        _read_from(tails, sheet)
        if not any(each.every("multiline.parser", "multiline", "docker_mode") for each in tails):
            why = "stack traces and the like are one record; LOGSHIP_MULTILINE=off: each line is one, as before"
            sheet.remark(Kind.NOTE, tails[0].place, "input tail", why)
        for name, variable, least, join in _NUMBERS:
            _number(tails, name, variable, least, join, sheet)


def _number(
    tails: Sequence[Section], name: str, variable: str, least: int, join: Callable[[list[int]], int], sheet: Sheet
) -> None:
    """Make one bound of those of all inputs; one that is below what logship has by default is not needed."""
    found = [each for section in tails for each in section.every(name)]
    row = find_row("options", "tail", name)
    sizes = []
    for each in found:
        try:
            sizes.append(size(each.text) if variable.endswith("BYTES") else int(float(seconds(each.text))))
        except ValueError as why:
            sheet.leave(each, f"{why}: {variable}")
    if not sizes:
        return
    if (number := join(sizes)) > least:
        sheet.set(variable, format_size(number) if variable.endswith("BYTES") else str(number), found[0].place)
    else:
        sheet.leave(found[0], row.instead() if row else variable, Kind.NOT_NEEDED)


def _tail(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    apply_rows("tail", section, sheet)
    _paths("path", "LOGSHIP_PATHS", section, sheet)
    _paths("exclude_path", "LOGSHIP_EXCLUDE", section, sheet)
    if any(part.strip().startswith(_NODE) for part in section.get("path").split(",")):
        sheet.leave_out(
            section, "it reads a whole node's containers: logship is a sidecar, which reads its pod's files; see k8s/"
        )
    _names(section, sheet)
    _parsing(section, configuration, sheet)
    if (found := section.find("exit_on_eof")) and surely(found):
        sheet.leave(found, "run logship run --once instead of logship run", Kind.NOTE)
    if found := section.find("db"):
        sheet.leave(found, "offsets are in LOGSHIP_STATE_DIR, which needs a volume that stays", Kind.NOTE)


def _paths(name: str, variable: str, section: Section, sheet: Sheet) -> None:
    for found in section.every(name):
        for part in filter(None, map(str.strip, found.text.split(","))):
            if part.startswith(("/", "${")):
                sheet.add(variable, part, found.place)
            elif name == "exclude_path":
                sheet.add(variable, f"/**/{part}" if "/" not in part else part, found.place)
            else:
                sheet.leave(found, f"LOGSHIP_PATHS: {part} is not absolute; write it from / on")


def _read_from(tails: Sequence[Section], sheet: Sheet) -> None:
    """Say where to begin; if any input begins at the head, all do: rather twice than never."""
    found = [each for section in tails for each in section.every("read_from_head")]
    heads, unknown = [], []
    for each in found:
        try:
            heads.append(yes(each.text))
        except ValueError:
            unknown.append(each)
    place = found[0].place if found else tails[0].place
    if unknown and not any(heads):
        sheet.leave(unknown[0], "LOGSHIP_READ_FROM: write beginning or end; it is beginning by default")
    elif any(heads):
        sheet.set("LOGSHIP_READ_FROM", "beginning", place)
        if len(heads) < len(tails) or not all(heads):
            sheet.remark(Kind.NOTE, place, "LOGSHIP_READ_FROM=beginning", "for all files, as some input asks for it")
    else:
        sheet.set("LOGSHIP_READ_FROM", "end", place)
        why = "as Fluent Bit does by default: what files have at the very first start is not sent; beginning sends it"
        sheet.remark(Kind.NOTE, place, "LOGSHIP_READ_FROM=end", why)


def _names(section: Section, sheet: Sheet) -> None:
    """Say what Fluent Bit names and logship has under a name of its own."""
    for name, field, ours in (("path_key", "path", "log.file.path"), ("offset_key", "offset", "log.offset")):
        if found := section.find(name):
            sheet.add("LOGSHIP_FILE_FIELDS", "name", found.place)
            sheet.add("LOGSHIP_FILE_FIELDS", field, found.place)
            sheet.leave(found, f"it is called {ours}", Kind.NOTE)
    if found := section.find("key"):
        sheet.leave(found, "a line of text is called message", Kind.NOTE)


def _parsing(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    for found in section.every("multiline.parser"):
        use_multiline(found, configuration, sheet)
    on = section.find("multiline")
    first = section.find("parser_firstline")
    if surely(on) and first:
        use_first_line(first, configuration, sheet)
    if parser := section.find("parser"):
        use_parser(parser, configuration, sheet)
    mode = section.find("docker_mode")
    if mode and surely(mode):
        set_way("docker", mode, sheet)
    for more in section.properties:
        if more.name.startswith("parser_") and more.name[7:].isdigit():
            sheet.leave(more, "LOGSHIP_MULTILINE=auto, or start: and an expression", Kind.NOTE)


def text_field(name: str, configuration: Configuration) -> str:
    """Give what a field of Fluent Bit's is called here: the text of a line is ``log`` there, or what ``key`` says.

    Empty: it is the whole line, as it stands in the file. With a parser, ``log`` is a field as any other, but for what
    a container's runtime wrote.
    """
    tails = [each for each in configuration.of("input") if each.name == "tail"]
    keys = {each.get("key", "log") for each in tails} | {"log"}
    asked = {each.text.strip().lower() for tail in tails for each in tail.every("parser", "multiline.parser")}
    runtimes = {part.strip() for each in asked for part in each.split(",")} & {"docker", "cri"}
    if name not in keys:
        return name
    if runtimes:
        return "message"
    return name if asked else ""
