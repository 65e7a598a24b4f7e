"""What people write around a value, and what they write in it by mistake."""

from pathlib import Path

import pytest

from logship.errors import ConfigError
from logship.settings import loading as settings
from logship.settings.config import Secret
from logship.settings.parsing import parse_globs
from tests.settings.test_loading import HIDDEN, HOME, faults, load, token


@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", " {} ", "\t{}", "\ufeff{}\n"])
def test_what_is_around_a_value_is_no_part_of_it(around: str) -> None:
    """Line ends, as ``echo`` leaves them in a Secret; blanks; a byte-order mark."""
    given = {"POD_NAME": "web-0", "BATCH_MAX_BYTES": "2MiB", "MAX_FILES": "7", "POLL_SECONDS": "1", "PATHS": "/a/*.log"}
    given |= {"SINKS": "http", "HTTP_URL": "http://x", "FIELDS": "team=a", "READ_FROM": "end", "HTTP_HEADERS": "A=b"}
    resolved = load(**{name: around.format(text) for name, text in given.items()})
    assert resolved == load(**given)


def test_blanks_are_a_part_of_a_prefix_and_line_ends_are_not() -> None:
    """And a tab is one of them."""
    assert load(STDOUT_PREFIX=" collected: \n").sinks["stdout"].prefix == " collected: "
    assert load(STDOUT_PREFIX="\t").sinks["stdout"].prefix == "\t"
    assert load(STDOUT_PREFIX=" ").sinks["stdout"].prefix == " "


def test_blanks_alone_are_not_set() -> None:
    """As the empty text; where that means something, so do they."""
    assert load(SINKS=" \n", HTTP_URL="\n").config.sinks == ("stdout",)
    assert load(LISTEN=" \n").config.listen == ""


@pytest.mark.parametrize("name", ["POD_NAME", "READ_FROM", "MAX_FILES", "PATHS", "EXCLUDE", "FIELDS", "STDOUT_PREFIX"])
def test_a_control_character_within_a_value_is_a_fault(name: str) -> None:
    """It is shown escaped."""
    (fault,) = faults(**{name: "/a=\x1bb"})
    assert fault == f'LOGSHIP_{name}: "/a=\\u001bb" has a control character in it; take it out'


def test_lines_between_the_parts_of_a_list_are_none_of_them() -> None:
    """A block of YAML ends each with a line end."""
    assert load(PATHS="/a/*.log,\n/b/*.log\n").config.paths == ("/a/*.log", "/b/*.log")
    assert load(FIELDS='{\n "a": "b\\nc"\n}').config.fields == {"a": "b\nc"}


@pytest.mark.parametrize("name", ["PATHS", "POD_NAME", "LOG_LEVEL", "FIELDS", "MAX_FILES"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_around_a_value_are_a_fault(name: str, quote: str) -> None:
    """``docker run --env-file`` keeps them."""
    (fault,) = faults(**{name: f"{quote}x{quote}"})
    assert fault.endswith(" has quotes around it; leave them out")


@pytest.mark.parametrize("name", ["PATHS", "EXCLUDE", "POD_NAME", "FIELDS", "HTTP_URL", "HTTP_HEADERS"])
def test_a_variable_that_kubernetes_did_not_replace_is_a_fault(name: str) -> None:
    """It was defined later, or nowhere."""
    given = {"SINKS": "http", "HTTP_URL": "http://x"} | {name: "http://$(NODE_IP)/a=b"}
    (fault,) = faults(**given)
    assert fault.endswith(" has $(NODE_IP) in it, which was not replaced; define NODE_IP before this variable")
    assert load(STDOUT_WHEN="~$(a)|b", STDOUT_PREFIX="$(a) ").sinks["stdout"].when == "~$(a)|b"


def test_letter_case_of_choices_does_not_matter() -> None:
    """What is handed on is as we write it."""
    config = load(LOG_LEVEL="WARN", READ_FROM="End", SINKS="STDOUT,Http", HTTP_URL="http://x", HTTP_METHOD="put").config
    assert (config.log_level, config.read_from, config.sinks) == ("warning", "end", ("stdout", "http"))
    assert load(LOG_LEVEL="INFO").config.log_level == "info"


@pytest.mark.parametrize(
    ("text", "globs"),
    [
        ("/logs/{app,worker}.log", ("/logs/app.log", "/logs/worker.log")),
        ("/a/{b,c{d,e}}/*,/f", ("/a/b/*", "/a/cd/*", "/a/ce/*", "/f")),
        ("/{a,b}{,.1}", ("/a", "/a.1", "/b", "/b.1")),
        ('["/a,b/{c,d}"]', ("/a,b/c", "/a,b/d")),
        ("/a/[{]x[}]", ("/a/[{]x[}]",)),
        ("/a/[{],/b/[}],/{c,d}", ("/a/[{]", "/b/[}]", "/c", "/d")),
        ("/a/{b,[{]*,[}]}.log", ("/a/b.log", "/a/[{]*.log", "/a/[}].log")),
    ],
)
def test_braces_in_a_pattern_are_choices(text: str, globs: tuple[str, ...]) -> None:
    """As in a shell; a comma within is none between patterns."""
    assert parse_globs(text) == globs


@pytest.mark.parametrize("text", ["/a/{b,c", "/a/b}", "/a/{b}", "/" + "{a,b}" * 9])
def test_braces_that_mean_nothing_are_told(text: str) -> None:
    """What to write instead is in the fault."""
    (fault,) = faults(PATHS=text)
    assert "; write " in fault


def test_files_of_the_secrets_folder_are_found_in_either_case(tmp_path: Path) -> None:
    """With and without the prefix."""
    (tmp_path / "LOGSHIP_MAX_FILES").write_text("3")
    (tmp_path / "Poll_Seconds").write_text(" 3\n")
    (tmp_path / "LOGSHIP_HTTP_BEARER_TOKEN").write_text(HIDDEN)
    environ = HOME | {"LOGSHIP_SECRETS_DIR": f"{tmp_path}\n", "LOGSHIP_SINKS": "http", "LOGSHIP_HTTP_URL": "http://x"}
    config = settings.load({}, environ).config
    assert (config.max_files, config.poll_seconds) == (3, 3)
    assert token(environ).path == f"{tmp_path}/LOGSHIP_HTTP_BEARER_TOKEN"


def test_a_misspelt_file_is_named_like_a_misspelt_variable(tmp_path: Path) -> None:
    """What a setting names, and what is not ours by its name, is left alone; anything else is told."""
    for name in ("max_file", "logship_poll_secnds", "logship_xyzzy", "ca.crt", "..data", "other", "loki_tenant"):
        (tmp_path / name).write_text("1")
    environ = HOME | {"LOGSHIP_SECRETS_DIR": str(tmp_path)}
    with pytest.raises(ConfigError) as error:
        settings.load({}, environ)
    assert error.value.faults == [
        f"{tmp_path}/max_file: is no setting; did you mean max_files?",
        f"{tmp_path}/logship_poll_secnds: is no setting; did you mean logship_poll_seconds?",
        f"{tmp_path}/logship_xyzzy: is no setting",
    ]
    for name in ("max_file", "logship_poll_secnds", "logship_xyzzy"):
        (tmp_path / name).unlink()
    assert settings.load({}, environ).warnings == (
        f"{tmp_path}/loki_tenant: is there, but loki is not in LOGSHIP_SINKS",
        f"{tmp_path}/other: is no setting, and is not read",
    )


def test_a_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    """It was passed over."""
    (tmp_path / "pod_name").write_bytes(b"a\xff")
    with pytest.raises(ConfigError) as error:
        settings.load({}, HOME | {"LOGSHIP_SECRETS_DIR": str(tmp_path)})
    assert error.value.faults == [f'{tmp_path}/pod_name: "a\udcff" is not UTF-8']


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"a\nb", "holds characters that no header may have"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_a_secret_that_nobody_could_send_is_a_fault(tmp_path: Path, content: bytes, why: str) -> None:
    """At the start, without showing it."""
    (tmp_path / "token").write_bytes(content)
    given = {"SINKS": "http", "HTTP_URL": "http://x", "HTTP_BEARER_TOKEN_FILE": f"{tmp_path}/token"}
    assert faults(**given) == [f'LOGSHIP_HTTP_BEARER_TOKEN_FILE: "{tmp_path}/token" {why}']


def test_a_number_that_cannot_be_handed_on_is_a_fault() -> None:
    """Of more than 64 bits, however deep."""
    (fault,) = faults(FIELDS='{"a": [{"b": 123456789012345678901234567890}]}')
    assert fault.endswith("has a number of more than 64 bits; write it in quotes")


def test_a_flag_may_say_null() -> None:
    """It is a text like any other."""
    assert load({"LOGSHIP_POD_NAME": "null"}).config.pod_name == "null"


def test_a_secret_in_a_variable_is_looked_at_too() -> None:
    """And not shown."""
    given = {"SINKS": "http", "HTTP_URL": "http://x"}
    hidden = f"{HIDDEN}\x01"
    found = faults(**given, HTTP_BEARER_TOKEN=hidden)
    assert found == ["LOGSHIP_HTTP_BEARER_TOKEN: the value holds characters that no header may have"]
    assert load(**given, HTTP_BEARER_TOKEN="\n").sinks["http"].bearer_token == Secret()


def test_a_variable_in_small_letters_is_told() -> None:
    """It would be passed over; what only begins like ours is somebody else's."""
    with pytest.raises(ConfigError) as error:
        settings.load({}, HOME | {"logship_paths": "/a", "logship_other": "x"})
    assert error.value.faults == ["logship_paths: is no setting; did you mean LOGSHIP_PATHS?"]


def test_what_a_sink_finds_names_the_place_too(tmp_path: Path) -> None:
    """The flag, the file, or the standard's variable, as the operator wrote it."""
    why = " must be http://… or https://… with a host"
    assert faults({"LOGSHIP_HTTP_URL": "x"}, SINKS="http") == [f"--http-url{why}"]
    for name, sink, setting in (("http_url", "http", {}), ("", "otlp", {"OTEL_EXPORTER_OTLP_ENDPOINT": "x:4317"})):
        if name:
            (tmp_path / name).write_text("x")
        with pytest.raises(ConfigError) as error:
            settings.load({}, HOME | {"LOGSHIP_SECRETS_DIR": str(tmp_path), "LOGSHIP_SINKS": sink} | setting)
        theirs = f"LOGSHIP_OTLP_ENDPOINT{why}; it is set by OTEL_EXPORTER_OTLP_ENDPOINT"
        assert error.value.faults == [f"{tmp_path}/{name}{why}" if name else theirs]


def test_a_secrets_folder_that_is_none_is_a_fault(tmp_path: Path) -> None:
    """One that is not there is normal; quotes around it are not."""
    (tmp_path / "file").touch()
    assert faults(SECRETS_DIR=f"{tmp_path}/file") == [
        f'LOGSHIP_SECRETS_DIR: "{tmp_path}/file" can\'t be listed: Not a directory'
    ]
    assert faults(SECRETS_DIR='"/run"') == ['LOGSHIP_SECRETS_DIR: "\\"/run\\"" has quotes around it; leave them out']
    assert load(SECRETS_DIR=f"{tmp_path}/none").warnings == ()


@pytest.mark.parametrize("name", ["PATHS", "SINKS", "EXCLUDE", "TIMESTAMP_FIELDS"])
def test_a_list_of_nothing_is_a_fault(name: str) -> None:
    """A daemon without a sink would read everything, ship nothing, and look well."""
    assert faults(**{name: ", ,"}) == [f'LOGSHIP_{name}: ", ," names nothing; write a,b, or leave it out']


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://a b/", "has a blank in it; take it out, or write %20 in the path"),
        ("http://a/b c", "has a blank in it; take it out, or write %20 in the path"),
        ("http://..a../", "has a host or port that can't be; write http://host:port/path"),
        ("http://a:0/", "has a host or port that can't be; write http://host:port/path"),
        (f"http://{'a' * 64}/", "has a host or port that can't be; write http://host:port/path"),
        ("http://a:99999/", "can't be understood; write http://host:port/path"),
        ("http://[::1/", "can't be understood; write http://host:port/path"),
    ],
)
def test_an_address_that_leads_nowhere_is_a_fault(url: str, why: str) -> None:
    """Not an attempt that fails for ever."""
    assert faults(SINKS="http", HTTP_URL=url) == [f"LOGSHIP_HTTP_URL {why}"]


@pytest.mark.parametrize("url", ["http://a.:1/b%20c?d=e", "https://[::1]:9200", "http://bücher.example"])
def test_other_addresses_are_none(url: str) -> None:
    """A dot at the end, an address of six, letters that are not ASCII."""
    assert load(SINKS="http", HTTP_URL=url).sinks["http"].url == url


@pytest.mark.parametrize(
    "sink", [{"SINKS": "http", "HTTP_URL": "http://x"}, {"SINKS": "otlp", "OTLP_ENDPOINT": "http://x"}]
)
@pytest.mark.parametrize("name", ["X Team", "Authorization: Bearer", "ä"])
def test_a_header_has_a_name_that_can_be_sent(name: str, sink: dict[str, str]) -> None:
    """It is not shown: it may be a part of a token."""
    variable = f"{sink['SINKS'].upper()}_HEADERS"
    assert faults(**sink, **{variable: f"{name}=x"}) == [
        f"LOGSHIP_{variable}: the value has a name that no header may have; write letters, digits and -"
    ]


def test_what_is_no_file_where_a_setting_should_be_is_a_fault(tmp_path: Path) -> None:
    """Docker makes a folder of a file that is not there to be mounted: requests would go out without the token."""
    (tmp_path / "http_bearer_token").mkdir()
    (tmp_path / "LOGSHIP_HTTP_PASSWORD").symlink_to(tmp_path / "gone")
    (tmp_path / "other").mkdir()
    assert faults(SINKS="http", HTTP_URL="http://x", SECRETS_DIR=str(tmp_path)) == [
        f"{tmp_path}/LOGSHIP_HTTP_PASSWORD: is no file",
        f"{tmp_path}/http_bearer_token: is no file",
    ]


def test_two_files_of_one_setting_are_a_fault(tmp_path: Path) -> None:
    """Nobody could say which one counts."""
    for name in ("LOG_LEVEL", "log_level", "logship_log_level"):
        (tmp_path / name).write_text("info")
    assert faults(SECRETS_DIR=str(tmp_path)) == [
        f"{tmp_path}/{name}: is there in another case too, or without logship_; keep one"
        for name in ("log_level", "logship_log_level")
    ]


def test_a_secrets_folder_is_named_from_the_root_on() -> None:
    """As every other folder is."""
    assert faults(SECRETS_DIR="secrets") == ['LOGSHIP_SECRETS_DIR: "secrets" is not absolute; write it from / on']


def test_a_secret_in_a_variable_that_is_no_text_is_a_fault() -> None:
    """As one in a file."""
    given = {"SINKS": "http", "HTTP_URL": "http://x", "HTTP_BEARER_TOKEN": "a\udcff"}
    assert faults(**given) == ["LOGSHIP_HTTP_BEARER_TOKEN: the value is not UTF-8"]
