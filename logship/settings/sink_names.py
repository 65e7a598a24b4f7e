"""What ``LOGSHIP_SINKS`` says: sinks by their kind, or ``name:kind`` for one of a name of your own; pure."""

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from logship.settings.config import Config
from logship.settings.options import PREFIX, SECRETS_DIR, Option
from logship.settings.parsing import quote

RAW_SINKS: Final = ("stdout", "http", "file", "kafka")
"""Kinds that take lines as the bytes that they are."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN: Final = ("port", SECRETS_DIR.removeprefix(PREFIX).lower())
"""What begins variables that are no settings of ``Config``: Kubernetes makes some for a Service called logship."""


def name_and_kind(sink: str) -> tuple[str, str]:
    """Give what the sink is called, and its kind: the same where it has no name of its own."""
    name, colon, kind = sink.partition(":")
    return (name, kind) if colon else (sink, sink)


def kinds_of(sinks: Sequence[str], kinds: Sequence[str]) -> dict[str, str]:
    """Give the kind of each sink by its name, in their order; those of a kind that there is not are left out."""
    return {name: kind for name, kind in map(name_and_kind, sinks) if kind in kinds}


def sink_faults(config: Config, kinds: Sequence[str], own: Sequence[Option]) -> list[str]:
    """Give what is wrong with the chosen sinks, as ends of a sentence; ``own`` are the daemon's own settings."""
    faults = []
    for sink in dict.fromkeys(config.sinks):
        name, kind = name_and_kind(sink)
        if kind not in kinds:
            faults.append(_no_kind(sink, kind, kinds, own))
        elif config.format == "raw" and kind not in RAW_SINKS:
            faults.append(f"{quote(sink)} takes no raw bytes; set LOGSHIP_FORMAT to auto or text")
        lone = not kind and name in kinds  # the name is no fault: it is the kind
        if ":" in sink and not lone and (why := _name_fault(name, kinds, own)):
            faults.append(f"{quote(sink)} {why}")
    return faults + _repeated(config.sinks)


def _no_kind(sink: str, kind: str, kinds: Sequence[str], own: Sequence[Option]) -> str:
    near = difflib.get_close_matches(kind, kinds, n=1)
    hint = f"did you mean {near[0]}?" if near else "there are " + ", ".join(kinds)
    swapped = sink.partition(":")[0]
    if swapped in kinds and not kind:
        return f"{quote(sink)} has no kind behind its colon; write {swapped}"
    if swapped in kinds and swapped != kind and not _name_fault(kind, kinds, own):
        hint = f"the name comes first: {kind}:{swapped}"
    return f"{quote(kind)} is no sink; {hint}"


def _name_fault(name: str, kinds: Sequence[str], own: Sequence[Option]) -> str:
    if not _NAME.fullmatch(name):
        return "has no name that a setting can begin with; write small letters, digits and _, for example audit:http"
    if name in kinds:
        return f"is called as a kind of sink is; write {name} alone, or another name"
    taken = [*_TAKEN, *(option.name for option in own)]
    if found := next((each for each in taken if each == name or each.startswith(f"{name}_")), ""):
        return f"begins as {PREFIX}{found.upper()} does; choose another name, for example my_{name}"
    return ""


def _repeated(sinks: Sequence[str]) -> list[str]:
    names = Counter(name for name, _ in map(name_and_kind, sinks))
    hints = {name: f"; call one of them otherwise, {name}_2:{name}" for name in sinks}
    faults = [f"{quote(name)} is there twice{hints.get(name, '')}" for name, count in names.items() if count > 1]
    writers = [name for name, kind in dict.fromkeys(map(name_and_kind, sinks)) if kind == "stdout"]
    if len(writers) > 1:
        faults.append(
            f"{' and '.join(map(quote, writers))} would both write on standard output, and tear lines; keep one"
        )
    return faults


def shared_variables(of_sinks: Mapping[str, Sequence[Option]]) -> list[str]:
    """Give a fault for each variable that two sinks would read: ``a_b`` has what ``a`` has as ``b_…``."""
    owners: dict[str, str] = {}
    faults = []
    for sink, of in of_sinks.items():
        for option in of:
            for variable in filter(None, (option.variable, option.secret_file)):
                if owners.setdefault(variable, sink) != sink:
                    both = f"{quote(owners[variable])} and {quote(sink)}"
                    faults.append(f"{both} would both read {variable}; call one of them otherwise")
    return faults[:1]
