import ast
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import logship
from logship.plugins import names

PACKAGE = Path(logship.__file__).parent

ROOMS = (
    "ground",
    "records",
    "redaction",
    "state",
    "settings",
    "files",
    "delivery",
    "net",
    "sinks",
    "daemon",
    "check",
    "convert",
    "commands",
)
"""From the bottom to the top. The ground is what lies beside the rooms, but for ``__main__``, which is a command."""

PURE = [
    *("acks", "identity"),
    *("http_status", "batching", "rejections", "request_size", "verdicts"),
    "pace",
    *("braces", "options", "parsing"),
    *("anyvalues", "broker_errors", "bulk", "entries", "hec", "log_events", "protobuf"),
    *("daemon.attention", "daemon.figures", "daemon.status", "otlp.log_records", "otlp.responses"),
    *("check.known", "commands.text_tables"),
]
"""What is pure outside ``records/`` and ``redaction/``, where everything is."""

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


def room(module: str) -> str:
    """Give the room that a module is in."""
    first = module.removeprefix("logship.").split(".")[0]
    if first == "__main__":
        return "commands"
    return first if (PACKAGE / first).is_dir() else "ground"


GRAPH = {
    name: {each for each in imports(path.read_text()) if each.split(".")[0] == "logship"}
    for name, path in MODULES.items()
}


def test_there_are_these_rooms() -> None:
    """A new room is given its place before it is used."""
    assert {room(name) for name in MODULES} == set(ROOMS)


@pytest.mark.parametrize("module", GRAPH)
def test_imports_go_down(module: str) -> None:
    """A module imports its own room or one above it in the list, wherever in its text the import is."""
    rank = ROOMS.index(room(module))
    assert {each for each in GRAPH[module] if ROOMS.index(room(each)) > rank} == set()


def test_no_cycle() -> None:
    """Not even one that an import within a function would hide."""
    TopologicalSorter(GRAPH).prepare()


@pytest.mark.parametrize("name", ROOMS[1:])
def test_a_room_says_what_it_imports(name: str) -> None:
    """Its contract is all that its ``__init__`` holds: what comes in, what goes out, which rooms it knows."""
    tree = ast.parse((PACKAGE / name / "__init__.py").read_text())
    contract = ast.get_docstring(tree) or ""
    fields = dict(line.split(": ", 1) for line in contract.splitlines()[2:])
    assert [type(each) for each in tree.body] == [ast.Expr]
    assert list(fields) == ["In", "Out", "Imports"]
    known = {room(each) for module in GRAPH if room(module) == name for each in GRAPH[module]} - {name}
    assert fields["Imports"].removesuffix(".").split(", ") == [each for each in ROOMS if each in known]


@pytest.mark.parametrize("name", [name for name in MODULES if room(name) == "sinks" and name != "logship.sinks"])
def test_sinks_do_not_know_each_other(name: str) -> None:
    """Each can be taken out, or copied as the start of another."""
    own = ".".join(name.split(".")[:3])
    others = {each for each in GRAPH[name] if room(each) == "sinks" and ".".join(each.split(".")[:3]) != own}
    assert others == set()


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in MODULES
        if room(name) in {"records", "redaction"} or name.endswith(tuple(f".{each}" for each in PURE))
    ],
)
def test_what_is_pure_does_not_touch_the_world(name: str) -> None:
    """No I/O, no clock, no event loop: bytes and ``now`` in, values out."""
    source = MODULES[name].read_text().replace("from io import BytesIO\n", "")  # that is no file, but memory
    found = {each.split(".")[0] for each in imports(source)}
    assert found & WORLD == set()


@pytest.mark.parametrize("module", [name for name in MODULES if ROOMS.index(room(name)) < ROOMS.index("daemon")])
def test_settings_stop_at_the_door(module: str) -> None:
    """Below the daemon only the settings' own room sees the Config: components take values."""
    tree = ast.parse(MODULES[module].read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert room(module) == "settings" or "Config" not in names


def test_only_its_command_knows_the_converter() -> None:
    """Whoever does not migrate pays nothing for it; the tables of the page are made of its own."""
    users = {module for module, found in GRAPH.items() if any(room(each) == "convert" for each in found)}
    allowed = {"logship.commands.convert", "logship.commands.tables"}
    assert {module for module in users if room(module) != "convert"} == allowed


def test_only_commands_load_rich() -> None:
    """What is heavy has one place."""
    users = {
        name
        for name, path in MODULES.items()
        if {each.split(".")[0] for each in imports(path.read_text())} & set(HEAVY)
    }
    allowed = {"logship.daemon.progress"}  # the bar is drawn for `run --once` on a terminal alone
    assert {name for name in users if not name.startswith("logship.commands.")} == allowed


SINKS = names()
LIGHT = {"logship", "msgspec", "typing_extensions"}
"""What a sink's module may load while it is only asked for its settings, beside the standard library."""


def loaded(code: str, *, standard: bool = False) -> set[str]:
    """Give the packages, the standard library left out or alone, that the code loads in a fresh interpreter."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith(("LOGSHIP_", "COV"))}
    show = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True, env=environ)
    packages = {name.split(".")[0] for name in done.stdout.split() if not name.startswith("_")}
    return packages & sys.stdlib_module_names if standard else packages - sys.stdlib_module_names


def test_the_daemon_loads_nothing_heavy() -> None:
    """Every sink is part of it, and what sends."""
    load = "; ".join(f"plugins.load({name!r})" for name in SINKS)
    found = loaded(f"import logship.daemon.__main__, logship.net.http_client; from logship import plugins; {load}")
    assert found & set(HEAVY) == set()
    assert "aiohttp" in found


def test_the_daemon_loads_nothing_that_reads_settings() -> None:
    """It would be 10 MiB more; a child has it, and is gone."""
    settings = {"pydantic", "pydantic_core", "pydantic_settings", "dotenv"}
    assert loaded("import logship.daemon.__main__, logship.net.http_client") & settings == set()
    assert "pydantic_settings" in loaded("import logship.commands.run")


def test_the_daemon_does_without_modules_for_one_call() -> None:
    """With all that each of them loads, they would be 3 MiB of an idle daemon."""
    dear = {
        "fractions",
        "pkgutil",
        "statistics",
        "zoneinfo",
        "backports.zstd",
        "http.server",
        "html.entities",
        "pickle",
    }
    dear |= {"urllib.request", "http.client", "email.policy", "netrc", "wsgiref", "watchfiles"}
    found = loaded("import logship.daemon.__main__, logship.sinks.http, logship.net.http_client", standard=True)
    assert found & dear == set()
    assert "asyncio" in found


def test_what_sends_does_without_the_library_of_another_language() -> None:
    """libstdc++ would be a thirtieth of an idle daemon."""
    show = "import logship.net.http_client; print(open('/proc/self/maps').read())"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert "libcrypto" in done.stdout
    assert "libstdc++" not in done.stdout


@pytest.mark.parametrize("sink", SINKS)
def test_reading_a_sinks_settings_loads_nothing_that_sends(sink: str) -> None:
    """Who reads settings imports a sink's module too: a client's library is for whoever opens the sink to import."""
    assert loaded(f"from logship.plugins import load; load({sink!r})") <= LIGHT


@pytest.mark.parametrize("sink", ["http", "elasticsearch", "loki", "datadog", "otlp"])
def test_settings_are_read_quickly_for_the_common_sinks(sink: str) -> None:
    """The application waits for it: asyncio and ssl alone would be a third of it."""
    show = f"import sys, logship.commands.run, logship.plugins; logship.plugins.load({sink!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    dear = {"asyncio", "ssl", "urllib.request", "importlib.metadata", "importlib.resources", "dotenv"}
    assert dear & set(done.stdout.split()) == set()


def test_a_probe_loads_nothing_heavy() -> None:
    """It runs every few seconds in the pod's share of the processor."""
    silent = "sys.stderr = open('/dev/null', 'w')"
    probe = "from logship.__main__ import main; main(['probe', 'live', '--listen', '127.0.0.1:1'])"
    assert loaded(f"{silent}; {probe}") <= LIGHT


BESIDE = """
import os, socket, sys, threading
before = set(sys.modules)
folder, page, *words = sys.argv[3:]
listener = socket.create_server(("127.0.0.1", 0))

def answer():
    while True:
        connection, _ = listener.accept()
        connection.recv(9999)
        connection.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n" + page.encode())
        connection.close()

threading.Thread(target=answer, daemon=True).start()
with open(folder + "/lock", "w") as lock:
    lock.write(f"{os.getpid()} 127.0.0.1:{listener.getsockname()[1]}\\n")
from logship.__main__ import main
code = main(words)
print(code, *(set(sys.modules) - before), file=sys.stderr)
"""
"""A process that passes for a daemon, with its argument, and asks itself."""


def loaded_beside_a_daemon(folder: Path, *words: str) -> tuple[str, set[str]]:
    """Give what a command prints beside a daemon, and every module that it loads."""
    page = (
        '{"version":"1","uptime_seconds":1,"ready":true,"cause":"","problems":[],"files":[],"files_total":0,"sinks":[]}'
    )
    environ = {name: text for name, text in os.environ.items() if not name.startswith(("LOGSHIP_", "COV"))}
    done = subprocess.run(
        [sys.executable, "-c", BESIDE, "logship", "run", str(folder), page, *words],
        capture_output=True,
        text=True,
        check=True,
        env={**environ, "LOGSHIP_STATE_DIR": str(folder)},
    )
    code, *modules = done.stderr.split()
    assert code == "0", done.stdout
    return done.stdout, set(modules)


@pytest.mark.parametrize("words", [("check",), ("check", "--json"), ("status",), ("status", "--json")], ids=" ".join)
def test_beside_a_daemon_nothing_is_loaded_but_what_asks_it(words: tuple[str, ...], tmp_path: Path) -> None:
    """It is in the daemon's memory: neither what reads settings, nor rich, ssl, or a sink and its library."""
    said, modules = loaded_beside_a_daemon(tmp_path, *words)
    assert "logship 1" in said or '"version": "1"' in said
    packages = {name.partition(".")[0] for name in modules if not name.startswith("_")} - sys.stdlib_module_names
    assert packages <= {"logship", "msgspec", "orjson", "typing_extensions"}  # the last is msgspec's, before 3.13
    assert {name for name in modules if name.startswith(("logship.sinks", "logship.net"))} == set()
    assert modules & {"ssl", "http.client", "asyncio"} == set()


def test_a_whole_check_loads_what_it_needs(tmp_path: Path) -> None:
    """So that the test above can fail."""
    said, modules = loaded_beside_a_daemon(tmp_path, "check", "--full", "--json")
    assert '"settings"' in said
    assert {"pydantic_settings", "asyncio", "logship.sinks.stdout"} <= modules


def test_the_look_at_loaded_modules_can_fail() -> None:
    """A table does load rich."""
    assert "rich" in loaded("import rich.table")
