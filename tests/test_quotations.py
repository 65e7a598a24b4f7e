"""What pages quote of the program is what the program says today: messages, series, settings, commands and flags.

Whole findings and outputs are compared with real runs elsewhere (tests/k8s/test_troubleshooting.py, test_expect.py);
this holds for every page, by the program's own texts.
"""

import argparse
import ast
import functools
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from logship.__main__ import COMMANDS
from logship.commands.settings import every_option
from logship.metrics import Metrics

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = [
    ROOT / "README.md",
    *sorted((ROOT / "k8s").rglob("*.md")),
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name != "decisions.md"),
]
OTHERS: Final = {
    "thread 'main' panicked at",
    "no params found for policy binding",
    "no persistent volumes available for this claim and no storage class is set",
}
"""What is quoted of other programs."""
PROGRAMS: Final = re.compile(
    r"(aws|buildah|check|curl|docker|git|head|helm|kill|kind|kubectl|linkerd|logship|make|minikube|openssl|pip|podman|python"
    r"|run|sh|shred|tail) "
)
"""A code span that begins with one of them is a command."""
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


@functools.cache
def texts() -> tuple[str, ...]:
    """Give every text of the program, without its docstrings, of one with values in it each part; and of manifests."""
    found = [path.read_text() for path in (ROOT / "k8s").rglob("*.yaml")]  # policies have messages of their own
    for path in (ROOT / "logship").rglob("*.py"):
        tree = ast.parse(path.read_text())
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        ]
    return tuple(found)


def says(span: str) -> bool:
    """Whether the program can say that; ``…`` stands for anything."""
    return all(any(part in text for text in texts()) for part in re.split(r"\s*…\s*|, $", span) if part)


def prose(page: Path) -> Iterator[str]:
    """Give a page's code spans that are sentences: three words and more, no command."""
    outside = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", outside):
        if span.count(" ") > 1 and not PROGRAMS.match(span) and re.fullmatch(r"[a-z][a-z0-9' ,;…]+", span):
            yield span


@every_page
def test_a_sentence_that_is_quoted_is_one_of_the_programs(page: Path) -> None:
    """Or, where that is said here, another program's."""
    assert [span for span in prose(page) if not says(span) and span not in OTHERS] == []


@functools.cache
def messages() -> dict[tuple[str, str], set[str]]:
    """Give the levels by (logger, message), of each call of a logger in the program."""
    found: dict[tuple[str, str], set[str]] = {}
    for path in (ROOT / "logship").rglob("*.py"):
        text = path.read_text()
        named = re.search(r'getLogger\((?:"([\w.]+)"|__name__)\)', text)
        if not named:
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        constants = dict(re.findall(r'^(\w+)(?:: Final)? = "(.*)"$', text, re.MULTILINE))
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Attribute(attr=level), args=[ast.Constant(value=str(said)), *_]):
                    found.setdefault((named[1] or module, said), set()).add(level)
                case ast.Call(func=ast.Attribute(attr=level), args=[ast.Name(id=name), *_]) if name in constants:
                    found.setdefault((named[1] or module, constants[name]), set()).add(level)
                case ast.Tuple(
                    elts=[ast.Attribute(value=ast.Name(id="logging"), attr=level), ast.Constant(value=said)]
                ):
                    found.setdefault((named[1] or module, str(said)), set()).add(level.lower())
    return found


_MESSAGE: Final = re.compile(r'"level": "(\w+)", "message": "([^"]*)", "logger": "([^"]*)"')


@every_page
def test_a_message_that_is_quoted_comes_from_that_logger_at_that_level(page: Path) -> None:
    """As JSON shows it."""
    for level, said, logger in _MESSAGE.findall(page.read_text()):
        assert level in messages().get((logger, said), set()), (logger, said)


@functools.cache
def series() -> set[str]:
    """Give the names of all series, as Prometheus has them."""
    samples = {sample.name for family in Metrics(("x",), "1").registry.collect() for sample in family.samples}
    families = {family.name for family in Metrics(("x",), "1").registry.collect()}
    return samples | families | {f"{name}_{end}" for name in families for end in ("total", "bucket", "sum", "count")}


@every_page
def test_a_series_that_is_named_is_there(page: Path) -> None:
    """Where a name ends in an underscore or a brace of several, the beginning of one."""
    for name, rest in re.findall(r"(?<![\w./-])(logship_(?:[a-z]+_)*[a-z]*)(\{[a-z,]+\}_|\*|…|_)?", page.read_text()):
        if name.upper() in variables():  # a key of a Secret
            continue
        fits = [each for each in series() if each.startswith(name)] if rest else [name] if name in series() else []
        assert fits, name


@functools.cache
def variables() -> set[str]:
    """Give every setting's variable, and that of its file."""
    return {name for option in every_option() for name in (option.variable, option.secret_file) if name}


@every_page
def test_a_setting_that_is_named_is_one(page: Path) -> None:
    """Whole names alone; a sink of a name of its own has the settings of its kind."""
    of_sinks = {name.split("_", 2)[2] for name in variables() if name.count("_") > 1}
    for name in re.findall(r"(?<!\w)LOGSHIP_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_…<*])", page.read_text()):
        kind = name.split("_", 2)[-1]
        assert name in variables() | NO_SETTINGS or kind in of_sinks, name


NO_SETTINGS: Final = {"LOGSHIP_PORT", "LOGSHIP_SERVICE_HOST", "LOGSHIP_SINKZ", "LOGSHIP_SECRETS_DIR"}
"""What Kubernetes makes for a Service, what is misspelt on purpose, where secrets are read from."""


def flags(name: str, words: list[str]) -> set[str]:
    """Give the flags of a subcommand that is given these words."""
    command: Any = importlib.import_module(f"logship.commands.{name}")
    parser = argparse.ArgumentParser(prog=f"logship {name}", allow_abbrev=False)
    command.arguments(parser, words)
    return {flag for action in parser._actions for flag in action.option_strings}


@every_page
def test_a_command_that_is_named_is_one_and_has_its_flags(page: Path) -> None:
    """In code, be it a span or a block."""
    text = page.read_text().replace("\\\n", " ")
    code = [*re.findall(r"```\w*\n(.*?)```", text, re.DOTALL), *re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)]
    for line in [line for block in code for line in block.splitlines()]:
        for words in re.findall(r"(?<![\w/.:=-])logship ((?:[a-z]+)(?: [^|;&#]*)?)", line):
            name, *rest = words.split()
            if name not in COMMANDS:
                continue
            given = {each.partition("=")[0] for each in rest if re.fullmatch(r"--[a-z][\w-]*(=.*)?", each)}
            assert given <= flags(name, rest), line


def test_what_nobody_says_is_found() -> None:
    """Else no page could fail."""
    assert says("delivery failed and is tried again")
    assert says("no file matches …, but other files are there")
    assert not says("delivery has failed and is tried again")
    assert ("logship.files.adoption", "following a file") in messages()
    assert ("logship.catalog", "following a file") not in messages()
    assert "logship_input_lag_bytes" in series()
    assert "--send" in flags("check", ["--send"])
    assert "--sent" not in flags("check", ["--sent"])
