import ast
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import logship

PACKAGE = Path(logship.__file__).parent

LAYERS = {
    "model": "logship model errors config metrics plugins",
    "pure": """acks answers anyvalues batching brokers bulk cloudlogging columns encoding enrichment framing hec
        identity layouts lines logevents obstacles otlp otlpanswers pace plain protobuf recordtypes refusals routing
        settling severity sizing status texts timestamps""",
    "access": """adc archive beneath bulkcheck credentials durable googleauth names preflight producing reaching session
        signing tls transport""",
    "edges": "checkpoints deadletters discovery journal sinks tailing wakeups",
    "files": "adopter adoption catalog compressed known succession sweeping",
    "delivery": "backoff complaints delivery replay",
    "pipeline": "backlog exiting intake lasting pipeline reading saving stopping tidying",
    "door": """__main__ checks commands daemon filecheck handoff inspection logs options progress resolved server
        settings view""",
}
"""From the bottom to the top; a package stands for all that is in it."""

RANKS = {name: rank for rank, names in enumerate(LAYERS.values()) for name in names.split()}
WORLD = {
    "asyncio",
    "io",
    "os",
    "pathlib",
    "random",
    "selectors",
    "socket",
    "subprocess",
    "threading",
    "time",
    "aiohttp",
}
"""What a pure module has no use for."""
HEAVY = ("rich",)


def name_of(path: Path) -> str:
    """Give a module's dotted name."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(source: str) -> set[str]:
    """Give what is imported, on module level and within functions; of ours the module, not the name in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            found |= {name if (name := f"{module}.{alias.name}") in MODULES else module for alias in node.names}
    return found


def short(module: str) -> str:
    """Give the name that LAYERS has for a module."""
    return module.removeprefix("logship.").split(".")[0]


GRAPH = {
    name: {each for each in imports(path.read_text()) if each.split(".")[0] == "logship"}
    for name, path in MODULES.items()
}


def test_every_module_has_its_layer() -> None:
    """A new module is given a place before it is used, and a place is given to no module that is not there."""
    assert {short(name) for name in MODULES} == set(RANKS)


@pytest.mark.parametrize("module", GRAPH)
def test_imports_go_down(module: str) -> None:
    """A module imports its own layer or one below, wherever in its text the import is."""
    rank = RANKS.get(short(module), 0)
    assert {each for each in GRAPH[module] if RANKS.get(short(each), 0) > rank} == set()


def test_no_cycle() -> None:
    """Not even one that an import within a function would hide."""
    TopologicalSorter(GRAPH).prepare()


@pytest.mark.parametrize("module", [name for name in GRAPH if RANKS.get(short(name)) == RANKS["sinks"]])
def test_edges_do_not_know_each_other(module: str) -> None:
    """Each can be taken out, or copied as the start of another; a sink is an edge."""
    assert {each for each in GRAPH[module] if RANKS.get(short(each)) == RANKS["sinks"]} == set()


@pytest.mark.parametrize("name", LAYERS["pure"].split())
def test_the_pure_layer_does_not_touch_the_world(name: str) -> None:
    """No I/O, no clock, no event loop: bytes and ``now`` in, values out."""
    found = {each.split(".")[0] for each in imports(MODULES[f"logship.{name}"].read_text())}
    assert found & WORLD == set()


@pytest.mark.parametrize("module", [name for name in MODULES if RANKS.get(short(name), 0) < RANKS["daemon"]])
def test_settings_stop_at_the_door(module: str) -> None:
    """Below the door nothing sees the Config: components take values."""
    tree = ast.parse(MODULES[module].read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert "Config" not in names


def test_only_commands_load_rich() -> None:
    """What is heavy has one place."""
    users = {
        name
        for name, path in MODULES.items()
        if {each.split(".")[0] for each in imports(path.read_text())} & set(HEAVY)
    }
    allowed = {"logship.progress"}  # the bar is drawn for `run --once` on a terminal alone
    assert {name for name in users if not name.startswith("logship.commands.")} == allowed


SINKS = sorted(path.stem for path in (PACKAGE / "sinks").glob("[!_]*.py"))
LIGHT = {"logship", "msgspec", "typing_extensions"}
"""What a sink's module may load while it is only asked for its settings, beside the standard library."""


def loaded(code: str) -> set[str]:
    """Give the packages, the standard library left out, that the code loads in a fresh interpreter."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith(("LOGSHIP_", "COV"))}
    show = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True, env=environ)
    packages = {name.split(".")[0] for name in done.stdout.split() if not name.startswith("_")}
    return packages - sys.stdlib_module_names


def test_the_daemon_loads_nothing_heavy() -> None:
    """Its memory is why it is a second stage; every sink is part of it, and what sends."""
    names = ", ".join(f"logship.sinks.{name}" for name in SINKS)
    found = loaded(f"import logship.daemon, logship.session, {names}")
    assert found & set(HEAVY) == set()
    assert "aiohttp" in found


def test_what_sends_does_without_the_library_of_another_language() -> None:
    """libstdc++ would be a thirtieth of an idle daemon."""
    show = "import logship.session; print(open('/proc/self/maps').read())"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert "libcrypto" in done.stdout
    assert "libstdc++" not in done.stdout


@pytest.mark.parametrize("sink", SINKS)
def test_reading_a_sinks_settings_loads_nothing_that_sends(sink: str) -> None:
    """The first stage imports a sink's module too: a client's library is for whoever opens the sink to import."""
    assert loaded(f"import logship.sinks.{sink}") <= LIGHT


@pytest.mark.parametrize("sink", ["http", "elasticsearch", "loki", "datadog", "otlp"])
def test_the_first_stage_is_quick_for_the_common_sinks(sink: str) -> None:
    """The application waits for it: asyncio and ssl alone would be a third of it."""
    show = f"import sys, logship.commands.run, logship.sinks.{sink}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert {"asyncio", "ssl", "urllib.request"} & set(done.stdout.split()) == set()


def test_a_probe_loads_nothing_heavy() -> None:
    """It runs every few seconds in the pod's share of the processor."""
    silent = "sys.stderr = open('/dev/null', 'w')"
    probe = "from logship.__main__ import main; main(['probe', 'live', '--listen', '127.0.0.1:1'])"
    assert loaded(f"{silent}; {probe}") <= LIGHT


def test_the_look_at_loaded_modules_can_fail() -> None:
    """A table does load rich."""
    assert "rich" in loaded("import rich.table")
