"""The classic format and YAML, with the line of each thing; both come to the same."""

from pathlib import Path

import pytest

from logship.convert.classic import read_classic
from logship.convert.conversion import convert
from logship.convert.reading import read_configuration
from logship.convert.sections import Configuration
from logship.convert.yaml_format import snake_case
from logship.errors import ConfigError

CLASSIC = """\
# a comment
@SET index=logs
[SERVICE]
    flush  1

[INPUT]
    # another
    Name   tail
    Path   /a/*.log
    Parser own
[FILTER]
    Name   modify
    Match  *
    Add    a  b c
    Add    d # no comment
[OUTPUT]
    Name   es
    Match  *
    Index  ${index}
[PARSER]
    Name   own
    Format regex
    Regex  ^(?<a>.)
[MULTILINE_PARSER]
    name   own
    rule   "start_state" "/^x/" "cont"
"""
YAML = """\
env:
  index: logs
service:
  flush: 1
pipeline:
  inputs:
    - name: tail
      path: /a/*.log
      parser: own
      processors:
        logs:
          - name: content_modifier
            action: upsert
            key: e
            value: f
        metrics:
          - name: labels
  filters:
    - name: modify
      match: '*'
      add:
        - a  b c
        - 'd # no comment'
  outputs:
    - name: es
      match: '*'
      index: ${index}
parsers:
  - name: own
    format: regex
    regex: ^(?<a>.)
multiline_parsers:
  - name: own
    rules:
      - state: start_state
        regex: /^x/
        next_state: cont
"""


def read(text: str, folder: Path, name: str = "fluent-bit.conf") -> Configuration:
    """Read a text as a file."""
    (folder / name).write_text(text)
    return read_configuration(str(folder / name))


def test_the_classic_format_has_lines() -> None:
    """A comment is a line of its own; a value goes on to the end of its line."""
    found = Configuration()
    assert read_classic(CLASSIC, "x", found) == []
    (output,) = found.of("output")
    assert (output.name, output.get("index"), output.place.line) == ("es", "${index}", 16)
    (modify,) = found.of("filter")
    assert [(each.text, each.place.line) for each in modify.every("add")] == [("a  b c", 14), ("d # no comment", 15)]
    assert found.variables == {"index": "logs"}


def test_both_formats_come_to_the_same(tmp_path: Path) -> None:
    """But for processors, which YAML alone has."""
    classic = convert(read(CLASSIC, tmp_path))
    of_yaml = convert(read(YAML, tmp_path, "fluent-bit.yaml"))
    texts = {name: each.text for name, each in classic.settings.items()}
    assert texts["LOGSHIP_ELASTICSEARCH_INDEX"] == "logs"
    assert texts["LOGSHIP_FIELDS"] == "a=b c,d=# no comment"
    assert {**texts, "LOGSHIP_FIELDS": "a=b c,d=# no comment,e=f"} == {
        name: each.text for name, each in of_yaml.settings.items()
    }
    assert [(each.what, each.place.line) for each in of_yaml.left_out] == [("processor of metrics labels", 17)]


def test_the_rules_of_a_multiline_parser_are_read_alike(tmp_path: Path) -> None:
    """YAML has three fields, the classic format three words in quotes."""
    rules = [
        read(text, tmp_path, name).of("multiline_parser")[0].get("rule")
        for text, name in ((CLASSIC, "a.conf"), (YAML, "a.yaml"))
    ]
    assert [" ".join(rule.split()) for rule in rules] == ['"start_state" "/^x/" "cont"'] * 2


def test_names_in_camel_case_are_those_of_the_manual() -> None:
    """As Fluent Bit takes them in YAML."""
    names = {"readFromHead": "read_from_head", "storage.maxChunksUp": "storage.max_chunks_up", "Host": "host"}
    assert {name: snake_case(name) for name in (*names, "HTTP_User")} == {**names, "HTTP_User": "http_user"}


def test_yaml_of_another_shape_is_no_more_than_left_out(tmp_path: Path) -> None:
    """Whatever stands where a list should be."""
    text = YAML.replace("  inputs:\n", "  what: x\n  inputs:\n").replace(
        "parsers:\n  - name: own\n    format", "parsers:\n  format", 1
    )
    text += "includes: {a: b}\nplugins: [c]\n"
    found = read(text.replace("    regex: ^(?<a>.)\n", ""), tmp_path, "x.yaml")
    assert found.of("parser") == []
    assert [what for _, what, _ in found.oddities] == ["pipeline.what", "plugins"]


def test_included_files_are_read_once(tmp_path: Path) -> None:
    """From the first file's folder on, patterns too; one that names itself is no endless tale."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "b.conf").write_text("[INPUT]\n    Name tail\n    Path /b/*.log\n@INCLUDE fluent-bit.conf\n")
    found = read("@INCLUDE parts/*.conf\n@include parts/b.conf\n[OUTPUT]\n    Name stdout\n", tmp_path)
    assert [each.place.file for each in found.of("input")] == [str(tmp_path / "parts" / "b.conf")]
    assert found.missing == []


def test_a_containers_path_is_looked_for_beside_the_file(tmp_path: Path) -> None:
    """A parsers_file is named by where it is in a container."""
    (tmp_path / "own.conf").write_text("[PARSER]\n    Name own\n    Format logfmt\n")
    found = read("[SERVICE]\n    Parsers_File /nonesuch/own.conf\n", tmp_path)
    assert [each.get("format") for each in found.of("parser")] == ["logfmt"]


@pytest.mark.parametrize(
    ("text", "name", "fault"),
    [
        ("hello", "x.conf", "of Fluent Bit's?"),
        ("a: [", "x.yaml", "x.yaml:1: is not YAML"),
        ("a: b", "x.yaml", "of Fluent Bit's?"),
        ("- a\n", "x.yaml", "of Fluent Bit's?"),
        ("receivers: {}\nexporters: {}\nservice:\n  pipelines: {}\n", "x.yaml", "has receivers, exporters, but no"),
    ],
)
def test_what_is_no_configuration_is_refused(text: str, name: str, fault: str, tmp_path: Path) -> None:
    """With the line, where one is known."""
    with pytest.raises(ConfigError, match=r"of Fluent Bit's\?|is not YAML") as error:
        read(text, tmp_path, name)
    assert fault in error.value.faults[0]


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    """A folder, bytes that are no text."""
    (tmp_path / "x.conf").write_bytes(b"\xff\xfe")
    for path, fault in ((tmp_path, "can't be read"), (tmp_path / "x.conf", "is not UTF-8")):
        with pytest.raises(ConfigError, match=r"can't be read|is not UTF-8") as error:
            read_configuration(str(path))
        assert fault in error.value.faults[0]


def test_yaml_without_its_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; the classic format needs none."""
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(ConfigError, match=r"pip install 'logship-sidecar\[convert\]'"):
        read(YAML, tmp_path, "fluent-bit.yaml")
    assert read(CLASSIC, tmp_path).of("output")
