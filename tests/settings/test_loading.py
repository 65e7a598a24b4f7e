from pathlib import Path

import pytest

from logship import plugins
from logship.errors import ConfigError
from logship.records.enrichment import Enrichment
from logship.settings import loading as settings
from logship.settings.config import Config, Secret
from logship.settings.options import options
from logship.settings.resolved import Resolved, enrichment_fields

HOME = {"HOME": "/home/somebody", "LOGSHIP_SECRETS_DIR": "/nowhere"}
HIDDEN = "hunter2-sEcReT"


def load(_flags: dict[str, str] | None = None, /, **environ: str) -> Resolved:
    """Load from variables that are written without their prefix."""
    return settings.load(_flags or {}, HOME | {f"LOGSHIP_{name}": text for name, text in environ.items()})


def faults(_flags: dict[str, str] | None = None, /, **environ: str) -> list[str]:
    """Give the faults of such a load."""
    with pytest.raises(ConfigError) as error:
        load(_flags, **environ)
    return error.value.faults


def test_nothing_set_is_the_defaults() -> None:
    """A bare environment is a valid one."""
    resolved = load()
    assert resolved.config == Config(state_dir="/home/somebody/.local/state/logship")
    assert list(resolved.sinks) == ["stdout"]
    assert resolved.warnings == ()


def test_every_kind_of_text_is_read() -> None:
    """Each type of setting has its text form."""
    config = load(
        PATHS="/a/*.log, /b/**/*.json",
        BATCH_MAX_BYTES="2MiB",
        POLL_SECONDS="250ms",
        MAX_FILES="7",
        FORCE_POLLING="yes",
        FIELDS='{"team": "x", "n": 1}',
        READ_FROM="end",
        ROOT="/",
        LISTEN="",
    ).config
    assert config.paths == ("/a/*.log", "/b/**/*.json")
    assert (config.batch_max_bytes, config.poll_seconds, config.max_files) == (2 << 20, 0.25, 7)
    assert (config.force_polling, config.read_from, config.root, config.listen) == (True, "end", "/", "")
    assert config.fields == {"team": "x", "n": 1}


def test_yes_and_no() -> None:
    """In the words that operators use."""
    texts = ("true", "Yes", "1", "off", "0", "FALSE")
    assert [load(FORCE_POLLING=text).config.force_polling for text in texts] == [True, True, True, False, False, False]
    assert faults(FORCE_POLLING="maybe") == ['LOGSHIP_FORCE_POLLING: "maybe" is not a yes or no; write true or false']


def test_every_fault_at_once() -> None:
    """An operator mends everything in one go: one line a fault, each with what to write instead."""
    found = faults(
        {"LOGSHIP_POLL_SECONDS": "0"},
        BATCH_MAX_BYTES="1MB5",
        READ_FROM="middle",
        MAX_FILES="0",
        FIELDS="team",
        PATHS="logs/*.log,/ok/*.log,/a/../b",
        TIMESTAMP_ZONE="Mars/Olympus",
        MULTILINE="pyhton",
        LISTEN="8687",
        SINKS="stdout,htpp,http",
        HTTP_METHOD="GET",
        BATCH_MAX_BYTE="1",
        RETRY_INITIAL_SECONDS="40",
        EXIT_FILE="done",
    )
    assert sorted(found) == sorted(
        [
            "LOGSHIP_BATCH_MAX_BYTE: is no setting; did you mean LOGSHIP_BATCH_MAX_BYTES?",
            'LOGSHIP_BATCH_MAX_BYTES: "1MB5" is not a size; write 1048576 or 1MiB',
            'LOGSHIP_READ_FROM: "middle" is not one of beginning, end',
            '--poll-seconds: "0" is too small; the least is 0.01',
            'LOGSHIP_MAX_FILES: "0" is too small; the least is 1',
            'LOGSHIP_FIELDS: "team" is not k=v,k2=v2 or a JSON object',
            'LOGSHIP_PATHS: "logs/*.log" is not absolute; write it from / on',
            'LOGSHIP_PATHS: "/a/../b" has .. in it; write the folder itself',
            'LOGSHIP_TIMESTAMP_ZONE: "Mars/Olympus" is no zone that is known here; write UTC or Europe/Berlin',
            "LOGSHIP_MULTILINE: \"pyhton\" names no rule with 'pyhton'; did you mean python?",
            'LOGSHIP_LISTEN: "8687" is not an address; write [::]:8687 or 127.0.0.1:8687',
            'LOGSHIP_SINKS: "htpp" is no sink; did you mean http?',
            'LOGSHIP_HTTP_METHOD: "GET" is not one of POST, PUT, PATCH',
            "LOGSHIP_HTTP_URL: is not set, and there is no default: where to send",
            "LOGSHIP_RETRY_MAX_SECONDS: 30 is less than the first bound, 40",
            'LOGSHIP_EXIT_FILE: "done" is not absolute; write it from / on',
        ]
    )


def test_an_expression_that_can_not_be_used_is_a_fault_with_its_place() -> None:
    """And an example of one that can."""
    [found] = faults(MULTILINE="start:^(a", MULTILINE_MAX_LINES="5")
    assert found.startswith(
        """LOGSHIP_MULTILINE: "start:^(a" has no valid expression: the '(' at character 2 is not closed"""
    )
    assert found.endswith(r"; write start:^\d{4}-\d\d-\d\d, say")


def test_the_sinks_own_check_is_heard() -> None:
    """What only the sink knows is a fault like any other, under the variable's name."""
    assert faults(SINKS="http", HTTP_URL="ftp://x") == ["LOGSHIP_HTTP_URL must be http://… or https://… with a host"]


def test_a_way_to_parse_that_cannot_work_is_a_fault() -> None:
    """With the place in an expression, and an example; and where no line becomes a record, none can."""
    assert load(PARSE=r"regex:^(?P<user>\w+), \d{1,3}").config.parse == r"regex:^(?P<user>\w+), \d{1,3}"
    (fault,) = faults(PARSE="regex:^(?P<a>x")
    assert fault.startswith("LOGSHIP_PARSE: \"regex:^(?P<a>x\" has no valid expression: the '(' at character 2 is not")
    assert fault.endswith("; write for example regex:^(?P<level>[A-Z]+) (?P<message>.*)")
    assert faults(PARSE="json_in") == [
        'LOGSHIP_PARSE: "json_in" does not say which field; write for example json_in:log'
    ]
    assert faults(PARSE="cri", FORMAT="text") == [
        'LOGSHIP_PARSE: "cri" makes fields of lines, and LOGSHIP_FORMAT=text has none; leave one out'
    ]


def test_raw_bytes_go_only_where_they_can() -> None:
    """A store that wants JSON can't have raw bytes."""
    if "elasticsearch" not in plugins.names():
        pytest.skip("there is no elasticsearch sink")
    found = faults(SINKS="stdout,elasticsearch", FORMAT="raw", ELASTICSEARCH_URL="http://x")
    assert found == ['LOGSHIP_SINKS: "elasticsearch" takes no raw bytes; set LOGSHIP_FORMAT to auto or text']


def test_a_condition_on_what_is_the_same_in_all_records_is_a_fault() -> None:
    """Said with the others: a field that we add, any field of raw lines."""
    assert faults(
        SINKS="stdout,http", STDOUT_WHEN="k8s.pod.name=a", HTTP_WHEN="team=a", POD_NAME="b", FIELDS="team=b"
    ) == [
        "LOGSHIP_STDOUT_WHEN: k8s.pod.name is a field that logship adds: no record can be told by it",
        "LOGSHIP_HTTP_URL: is not set, and there is no default: where to send",
    ]
    assert faults(FIELDS="team=b", STDOUT_WHEN="team=a", LISTEN="x") == [
        'LOGSHIP_LISTEN: "x" is not an address; write [::]:8687 or 127.0.0.1:8687',
        "LOGSHIP_STDOUT_WHEN: team is a field that logship adds: no record can be told by it",
    ]
    assert faults(FORMAT="raw", STDOUT_WHEN="level>=error") == [
        "LOGSHIP_STDOUT_WHEN: raw lines have no fields; write ~expression"
    ]
    assert load(FORMAT="raw", STDOUT_WHEN="~error").sinks["stdout"].when == "~error"


def test_the_root_contains_every_path() -> None:
    """Else a path would never match; the folder is compared, not the text."""
    assert load(ROOT="/var/log", PATHS="/var/log/a/*.log,/var/log/*.log").config.root == "/var/log"
    assert faults(ROOT="/var/lo", PATHS="/var/log/*.log") == [
        'LOGSHIP_ROOT: "/var/lo" does not contain "/var/log/*.log"; widen it or drop the path'
    ]


def test_what_is_no_text_is_a_fault() -> None:
    """Bytes that are not UTF-8, a list that does not end: said like any other fault, in whatever setting."""
    assert faults(POD_NAME="a\udcff", READ_FROM="end\udcff") == [
        'LOGSHIP_READ_FROM: "end\udcff" is not UTF-8',
        'LOGSHIP_POD_NAME: "a\udcff" is not UTF-8',
    ]
    assert faults(SINKS='["stdout') == ['LOGSHIP_SINKS: "[\\"stdout" is not a JSON list of strings']
    assert settings.chosen_sinks({"LOGSHIP_SINKS": '["stdout'}, HOME) == {}


def test_kubernetes_service_links_are_let_pass() -> None:
    """A Service called logship, or logship-metrics, puts its variables into every pod."""
    links = {
        "SERVICE_HOST": "10.0.0.1",
        "SERVICE_PORT": "8687",
        "SERVICE_PORT_HTTP": "8687",
        "PORT": "tcp://10.0.0.1:8687",
        "PORT_8687_TCP": "tcp://10.0.0.1:8687",
        "PORT_8687_TCP_PROTO": "tcp",
        "PORT_8687_TCP_PORT": "8687",
        "PORT_8687_TCP_ADDR": "10.0.0.1",
        "METRICS_SERVICE_HOST": "10.0.0.2",
        "METRICS_PORT": "tcp://10.0.0.2:80",
        "METRICS_PORT_80_TCP_ADDR": "10.0.0.2",
    }
    assert load(**links).warnings == ()
    assert faults(HTTP_PROT="80", METRICS_PORT="80")


def test_a_setting_of_an_unchosen_sink_is_a_warning() -> None:
    """It does no harm, but is seldom meant."""
    assert load(HTTP_URL="http://x").warnings == ("LOGSHIP_HTTP_URL: is set, but http is not in LOGSHIP_SINKS",)


def test_a_file_for_the_state_folder_is_a_fault(tmp_path: Path) -> None:
    """Nothing could ever be saved there; what may become a folder, or may be written later, is none."""
    (tmp_path / "state").touch()
    assert faults(STATE_DIR=f"{tmp_path}/state") == [f'LOGSHIP_STATE_DIR: "{tmp_path}/state" is a file; name a folder']
    assert load(STATE_DIR=f"{tmp_path}/other").warnings == ()


def test_a_folder_for_a_pattern_is_a_warning(tmp_path: Path) -> None:
    """Nothing in it matches, for ever."""
    (warning,) = load(PATHS=f"{tmp_path},/var/log/*.log").warnings
    assert warning == f'LOGSHIP_PATHS: "{tmp_path}" is a folder; write "{tmp_path}/*.log"'


def test_an_empty_expression_joins_nothing_and_is_a_fault() -> None:
    """It is found in every line."""
    [found] = faults(MULTILINE="start: ")
    assert "has no expression" in found


def test_state_among_the_logs_is_a_warning() -> None:
    """Whoever may write logs could then write offsets too."""
    (warning,) = load(PATHS="/data/*.log", STATE_DIR="/data/state").warnings
    assert "whoever writes logs there can change it" in warning


def test_empty_is_not_set() -> None:
    """A manifest may leave a variable empty."""
    assert load(SINKS="", BATCH_MAX_BYTES="", HTTP_URL="").config.sinks == ("stdout",)


def test_a_flag_wins_then_the_variable_then_the_folder(tmp_path: Path) -> None:
    """The nearer to the operator, the stronger."""
    (tmp_path / "logship_max_files").write_text("3\n")
    (tmp_path / "poll_seconds").write_text("3\n")
    environ = HOME | {"LOGSHIP_SECRETS_DIR": str(tmp_path)}
    assert settings.load({}, environ).config.max_files == 3
    assert settings.load({}, environ).config.poll_seconds == 3
    environ |= {"LOGSHIP_MAX_FILES": "2"}
    assert settings.load({}, environ).config.max_files == 2
    assert settings.load({"LOGSHIP_MAX_FILES": "1"}, environ).config.max_files == 1


def test_a_fault_in_a_file_names_the_file(tmp_path: Path) -> None:
    """The operator looks where the text is."""
    (tmp_path / "max_files").write_text("many")
    with pytest.raises(ConfigError) as error:
        settings.load({}, HOME | {"LOGSHIP_SECRETS_DIR": str(tmp_path)})
    assert error.value.faults == [f'{tmp_path}/max_files: "many" is not a whole number']


def kubernetes_secret(folder: Path, **values: str) -> Path:
    """Lay a Secret out as a kubelet mounts it: links through ``..data`` to a dated folder."""
    dated = folder / "..2026_11_22_10_00_00.1"
    dated.mkdir(parents=True)
    (folder / "..data").symlink_to(dated.name)
    for name, value in values.items():
        (dated / name).write_text(value)
        (folder / name).symlink_to(f"..data/{name}")
    return folder


def test_a_secret_is_where_it_is_and_never_its_value(tmp_path: Path) -> None:
    """By variable, by file, by mounted Secret, in this order; the value is never read."""
    mounted = kubernetes_secret(tmp_path / "mounted", logship_http_bearer_token=HIDDEN)
    file = tmp_path / "token"
    file.write_text(HIDDEN)
    environ = HOME | {"LOGSHIP_SINKS": "http", "LOGSHIP_HTTP_URL": "http://x"}
    environ["LOGSHIP_SECRETS_DIR"] = str(mounted)
    assert token(environ) == Secret(path=f"{mounted}/logship_http_bearer_token")
    environ["LOGSHIP_HTTP_BEARER_TOKEN_FILE"] = str(file)
    assert token(environ) == Secret(path=str(file))
    environ["LOGSHIP_HTTP_BEARER_TOKEN"] = HIDDEN
    assert token(environ) == Secret(variable="LOGSHIP_HTTP_BEARER_TOKEN")
    assert HIDDEN not in repr(settings.load({}, environ))


def token(environ: dict[str, str]) -> Secret:
    """Give the token that a load finds."""
    found: Secret = settings.load({}, environ).sinks["http"].bearer_token
    return found


def test_a_secret_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    """Missing, empty, or a certificate that can't be read: said at the start, not at the first request."""
    empty = tmp_path / "empty"
    empty.touch()
    given = {"SINKS": "http", "HTTP_URL": "http://x", "HTTP_CA_FILE": "/nowhere/ca.pem"}
    assert faults(**given, HTTP_BEARER_TOKEN_FILE=str(empty)) == [
        'LOGSHIP_HTTP_CA_FILE: "/nowhere/ca.pem" can\'t be read: No such file or directory',
        f'LOGSHIP_HTTP_BEARER_TOKEN_FILE: "{empty}" is empty',
    ]


def test_no_fault_shows_a_secret() -> None:
    """Not even one that was put where it does not belong."""
    found = faults(
        SINKS="http",
        HTTP_URL=f"ftp://user:{HIDDEN}@x/?token={HIDDEN}",
        HTTP_HEADERS=f"Authorization {HIDDEN}",
        HTTP_BEARER_TOKEN=HIDDEN,
        HTTP_PASSWORT=HIDDEN,
        HTTP_METHOD="x",
    )
    assert len(found) >= 4
    assert HIDDEN not in "\n".join(found)


def test_a_secret_has_no_flag() -> None:
    """A command line can be read by every process on the machine."""
    secrets = [each for each in options(plugins.load("http").Settings, "http") if each.kind == "secret"]
    assert len(secrets) >= 2
    assert {each.flag for each in secrets} == {""}


def test_no_home_is_said() -> None:
    """A container without a home folder and without a state volume can't keep offsets."""
    with pytest.raises(ConfigError, match="LOGSHIP_STATE_DIR: is not set"):
        settings.load({}, {"HOME": "/", "LOGSHIP_SECRETS_DIR": "/nowhere"})


def test_the_users_state_folder(tmp_path: Path) -> None:
    """XDG's variable counts if it is absolute."""
    state = str(tmp_path)
    assert settings.load({}, HOME | {"XDG_STATE_HOME": state}).config.state_dir == f"{state}/logship"
    assert settings.load({}, HOME | {"XDG_STATE_HOME": "x"}).config.state_dir == "/home/somebody/.local/state/logship"


def test_fields_by_opentelemetrys_names() -> None:
    """Only those that are set; a variable of its own wins over the same name in FIELDS."""
    config = Config(fields={"team": "x", "service.name": "old"}, pod_name="p-0", node_name="n", service_name="svc")
    assert enrichment_fields(config) == {
        "team": "x",
        "service.name": "svc",
        "k8s.pod.name": "p-0",
        "k8s.node.name": "n",
    }


def test_a_bound_is_written_out() -> None:
    """A number of bytes is not shown as 1.04858e+06."""
    assert faults(BUFFER_MAX_BYTES="5") == ['LOGSHIP_BUFFER_MAX_BYTES: "5" is too small; the least is 1048576']


def test_a_sample_is_shares_by_level() -> None:
    """Anything else names the level or the share that is wrong."""
    assert load(SAMPLE="info=0.1, DEBUG=0").config.sample == {"info": 0.1, "DEBUG": 0.0}
    assert load(SAMPLE='{"info": 0.5}').config.sample == {"info": 0.5}
    assert faults(SAMPLE="inof=0.1") == [
        "LOGSHIP_SAMPLE: \"inof=0.1\" has 'inof', which is no level; write info=0.1,debug=0"
    ]
    assert faults(SAMPLE="info=10") == ['LOGSHIP_SAMPLE: "info=10" has 10 for info; write a share from 0 to 1']
    assert faults(SAMPLE="info") == ['LOGSHIP_SAMPLE: "info" is not level=share; write info=0.1,debug=0']
    assert faults(SAMPLE="info=0.1", FORMAT="raw") == [
        "LOGSHIP_SAMPLE: raw lines have no level; set LOGSHIP_FORMAT to auto"
    ]


@pytest.mark.parametrize("name", ["FIELDS", "RENAME_FIELDS", "SAMPLE"])
def test_a_name_that_a_list_of_pairs_has_twice_is_a_fault(name: str) -> None:
    """The last one would count, with nothing said of the others."""
    (fault,) = faults(**{name: "info=0.1,debug=0,info=0.2"})
    assert fault.endswith("has 'info' twice; write it once")


def test_fields_of_the_file_are_chosen() -> None:
    """What a record then has anyway can't be a field for all."""
    assert load(FILE_FIELDS="path, offset", FIELDS="log.file.name=x").config.file_fields == ("path", "offset")
    assert faults(FILE_FIELDS="name,inode") == ['LOGSHIP_FILE_FIELDS: "inode" is not one of name, path, offset']
    assert faults(FIELDS="@timestamp=x,log.file.name=y", STDOUT_WHEN="a=1") == [
        'LOGSHIP_FIELDS: "@timestamp" is a field that every record has anyway; choose another name',
        'LOGSHIP_FIELDS: "log.file.name" is a field that every record has anyway; choose another name',
    ]


def test_fields_are_left_out_or_called_otherwise() -> None:
    """By dotted paths; what can't be meant is a fault."""
    config = load(DROP_FIELDS="a.*,b", RENAME_FIELDS="c.d=e", ONLY_FIELDS="x,user.*", MESSAGE_FIELDS="msg").config
    assert (config.drop_fields, config.rename_fields) == (("a.*", "b"), {"c.d": "e"})
    assert (config.only_fields, config.message_fields) == (("x", "user.*"), ("msg",))
    assert faults(
        DROP_FIELDS="a..b,level,log.file.name",
        ONLY_FIELDS=".x",
        POD_NAME="p",
        RENAME_FIELDS="a=k8s.pod.name,b=k8s,c.*=d",
    ) == [
        "LOGSHIP_DROP_FIELDS: 'a..b' has a name that is empty; write a.b or a.*",
        "LOGSHIP_DROP_FIELDS: 'level' always stays, as time, level and message do",
        "LOGSHIP_DROP_FIELDS: 'log.file.name' always stays, as time, level and message do",
        "LOGSHIP_RENAME_FIELDS: 'c.*' and 'd' have not the same number of *; write for example a.*=b.*",
        "LOGSHIP_RENAME_FIELDS: 'k8s.pod.name' is a field that logship adds, or lies above one",
        "LOGSHIP_RENAME_FIELDS: 'k8s' is a field that logship adds, or lies above one",
        "LOGSHIP_ONLY_FIELDS: '.x' has a name that is empty; write a.b or a.*",
    ]
    raw = "raw lines have no fields; set LOGSHIP_FORMAT to auto"
    assert faults(FORMAT="raw", DROP_FIELDS="a", RENAME_FIELDS="a=b", ONLY_FIELDS="c") == [
        f"LOGSHIP_{name}_FIELDS: {raw}" for name in ("DROP", "RENAME", "ONLY")
    ]


def test_the_defaults_of_records_are_those_of_the_settings() -> None:
    """They are written in both places, since neither imports the other."""
    config, enrichment = load().config, Enrichment({})
    assert config.timestamp_fields == enrichment.timestamp_fields
    assert config.message_fields == enrichment.message_fields
    assert config.file_fields == enrichment.file_fields
