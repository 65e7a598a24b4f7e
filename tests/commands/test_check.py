import json
import os
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from logship.__main__ import main
from logship.check import inspection
from logship.check import log_files as filecheck
from logship.delivery.deadletters import DeadLetters, Letter
from logship.model import Block, FileId
from logship.state.checkpoints import Checkpoints
from logship.state.identity import Entry, Print, new_file_id
from tests.privileges import folder_of_nobody, unprivileged


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a readable log, and an environment for it."""
    for name in list(os.environ):
        if name.startswith("LOGSHIP_"):
            monkeypatch.delenv(name)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_text("one\n")
    monkeypatch.setenv("LOGSHIP_PATHS", f"{tmp_path}/logs/*.log")
    monkeypatch.setenv("LOGSHIP_STATE_DIR", f"{tmp_path}/state")
    monkeypatch.setenv("LOGSHIP_LISTEN", "127.0.0.1:0")
    monkeypatch.setenv("LOGSHIP_DEAD_LETTER_MAX_BYTES", "1MiB")
    monkeypatch.setattr(inspection, "STATE_MARGIN", 0)
    return tmp_path


def check(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[tuple[bool, str, str]]]:
    """Give exit code and findings (good, subject, message)."""
    code = main(["check", "--json", *words])
    return code, [(each["good"], each["subject"], each["message"]) for each in json.loads(capsys.readouterr().out)]


def bad(findings: list[tuple[bool, str, str]]) -> list[str]:
    """Give the messages of what stands in the way."""
    return [f"{subject}: {message}" for good, subject, message in findings if not good]


def messages(findings: list[tuple[bool, str, str]]) -> list[str]:
    """Give all messages."""
    return [f"{subject}: {message}" for _, subject, message in findings]


def test_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, a line for each thing that was looked at, nothing shipped, no checkpoint made."""
    assert main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok   ") for line in lines)
    assert "ok   files: 1 of 1 matched files can be read" in lines
    assert {line.split()[1].rstrip(":") for line in lines} >= {"settings", "files", "state", "listen", "stdout"}


@pytest.mark.parametrize(("size", "told"), [("1MiB", True), ("900000", False)])
@pytest.mark.parametrize(
    ("sink", "settings"),
    [
        ("datadog", {"DATADOG_URL": "http://127.0.0.1:1", "DATADOG_API_KEY": "k"}),
        ("kafka", {"KAFKA_BROKERS": "127.0.0.1:1", "KAFKA_TOPIC": "t"}),
        (
            "cloudwatch",
            {"CLOUDWATCH_ENDPOINT": "http://127.0.0.1:1", "CLOUDWATCH_GROUP": "g", "CLOUDWATCH_REGION": "r"},
        ),
    ],
)
def test_lines_longer_than_the_store_takes_are_told(
    sink: str,
    settings: dict[str, str],
    size: str,
    told: bool,  # noqa: FBT001 - parametrized
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The default of 1 MiB is more than these take; it is no fault, and what to set is said."""
    for name, value in settings.items():
        monkeypatch.setenv(f"LOGSHIP_{name}", value)
    _, findings = check(capsys, "--sinks", sink, "--max-line-bytes", size)
    found = [(good, message) for good, subject, message in findings if subject == f"{sink}: limits"]
    assert len(found) == told
    assert all(good and "LOGSHIP_MAX_LINE_BYTES" in message for good, message in found)


def test_it_makes_no_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether the daemon could is seen without it."""
    code, findings = check(capsys, "--state-dir", f"{folder}/new/state")
    assert code == 0
    assert any(subject == "state" and "can be written" in message for _, subject, message in findings)
    assert not (folder / "new").exists()
    assert not (folder / "state").exists()


def test_bad_settings_are_2(capsys: pytest.CaptureFixture[str]) -> None:
    """As findings, like everything else."""
    code, findings = check(capsys, "--sinks", "stdot", "--max-files=0")
    assert code == 2
    assert bad(findings) == [
        'settings: --max-files: "0" is too small; the least is 1',
        'settings: --sinks: "stdot" is no sink; did you mean stdout?',
    ]


def test_a_folder_that_is_not_there_yet_is_normal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The application may make it later."""
    code, findings = check(capsys, "--paths", f"{folder}/later/*.log")
    assert code == 0
    assert (True, "paths", f"{folder}/later does not exist yet: what appears there is tailed") in findings
    assert (True, "files", "no file matches yet") in findings


def test_a_file_that_cannot_be_tailed_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the count and what to do; a FIFO must not hang the check."""
    os.mkfifo(folder / "logs" / "b\x1b.log")
    code, findings = check(capsys)
    assert code == 1
    (message,) = bad(findings)
    assert message.startswith("files: 1 of 2 matched files can't be read: ")
    assert "b\\x1b.log: not a regular file; leave it out by LOGSHIP_EXCLUDE" in message


@pytest.mark.parametrize(("content", "what"), [(b"\0", "is full of NUL bytes"), (b"x", "has no newline")])
def test_a_file_in_which_no_line_ends(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes, what: str
) -> None:
    """It grows for ever and gives no record: said before somebody wonders."""
    (folder / "logs" / "b.log").write_bytes(content * filecheck.LINE_TRAP)
    code, findings = check(capsys)
    assert code == 1
    (message,) = bad(findings)
    assert f"b.log {what} in its first 64KiB" in message
    (folder / "logs" / "b.log").write_bytes(content * (filecheck.LINE_TRAP - 1) + b"\n")
    assert check(capsys)[0] == 0


def test_a_state_folder_that_cannot_be(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason, and what to do."""
    (folder / "file").touch()
    code, findings = check(capsys, "--state-dir", f"{folder}/file/state")
    assert code == 1
    assert "mount a volume there" in bad(findings)[0]


def test_too_little_room_for_state(capsys: pytest.CaptureFixture[str]) -> None:
    """Dead letters of all sinks must fit."""
    code, findings = check(capsys, "--dead-letter-max-bytes", "900000GiB")
    assert code == 1
    assert "make the volume larger or LOGSHIP_DEAD_LETTER_MAX_BYTES smaller" in bad(findings)[0]


def test_a_damaged_checkpoint_is_told_and_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To keep it aside is the daemon's affair."""
    (folder / "state").mkdir()
    checkpoint = folder / "state" / "checkpoint.json"
    checkpoint.write_text('{"vers')
    code, findings = check(capsys)
    assert code == 1
    assert "is not usable" in bad(findings)[0]
    assert checkpoint.read_text() == '{"vers'
    Checkpoints(folder / "state").save((), 1)
    assert check(capsys)[0] == 0


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    """Named, as the daemon would."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, findings = check(capsys, "--listen", f"127.0.0.1:{port}")
    assert code == 1
    assert bad(findings) == [
        f"listen: LOGSHIP_LISTEN: port {port} of 127.0.0.1 is in use; choose another, or stop what has it"
    ]


def test_beside_a_running_daemon_the_port_is_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``kubectl exec … logship check`` must not fail for that."""
    with Checkpoints(folder / "state").lock(), socket.create_server(("127.0.0.1", 0)) as taken:
        code, findings = check(capsys, "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (code, bad(findings)) == (0, [])


def test_a_sink_out_of_reach(capsys: pytest.CaptureFixture[str]) -> None:
    """Each sink looks for itself."""
    code, findings = check(capsys, "--sinks=http", "--http-url=http://127.0.0.1:1/")
    assert code == 1
    assert any("connection_refused" in message for message in bad(findings))


# -- nothing arrives: each cause has its words ------------------------------------------------------------------------


def started_ago(folder: Path, seconds: float, *entries: Entry) -> None:
    """Leave the state of a daemon that first started so long ago."""
    Checkpoints(folder / "state").save(entries, time.time_ns() - int(seconds * 1e9))


def test_nothing_there_is_a_fault_once_logship_has_waited(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is missing, and one that is empty, have other remedies."""
    started_ago(folder, 2 * filecheck.PATIENCE_SECONDS)
    code, findings = check(capsys, "--paths", f"{folder}/later/*.log")
    assert code == 1
    assert bad(findings)[0].startswith(f"paths: {folder}/later does not exist: mount the volume that the application")
    (folder / "later").mkdir()
    code, findings = check(capsys, "--paths", f"{folder}/later/*.log")
    assert code == 1
    assert bad(findings)[0].startswith("files: no file is there: see that the application writes to the same volume")


def test_a_pattern_that_matches_nothing_is_told_what_is_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also one folder further down; some names, and how many more; names are printed safely."""
    (folder / "logs" / "inner").mkdir()
    for name in ("inner/b.json", "c.json", "d\x1b.json"):
        (folder / "logs" / name).touch()
    code, findings = check(capsys, "--paths", f"{folder}/logs/*.txt")
    assert code == 1
    (message,) = bad(findings)
    assert message == (
        f"files: no file matches {folder}/logs/*.txt, but other files are there: {folder}/logs/a.log, "
        f"{folder}/logs/c.json, {folder}/logs/d\\x1b.json and 1 more; set LOGSHIP_PATHS"
    )


def test_a_folder_for_a_pattern_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is in it is not meant to be listed: how to write it is."""
    code, findings = check(capsys, "--paths", f"{folder}/logs")
    assert code == 1
    told = f"files: no file matches {folder}/logs: {folder}/logs is a folder; set LOGSHIP_PATHS to {folder}/logs/*.log"
    assert bad(findings) == [told]


def test_an_exclusion_that_leaves_nothing_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is no fault of the paths."""
    code, findings = check(capsys, "--exclude", f"{folder}/logs/a*")
    assert code == 1
    assert bad(findings) == [
        f"files: LOGSHIP_EXCLUDE leaves out every file that matches {folder}/logs/*.log: {folder}/logs/a.log"
    ]


def test_in_a_pod_a_folder_on_no_volume_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The container's own file system is where a missing mount leaves one; outside a pod it is where logs are."""
    monkeypatch.setattr(filecheck, "_on_no_volume", lambda path: path == f"{folder}/logs")
    assert check(capsys)[0] == 0
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    code, findings = check(capsys)
    assert code == 1
    assert bad(findings)[0].startswith(f"paths: {folder}/logs is on no volume")


def test_the_root_file_system_is_no_volume() -> None:
    """And /proc is one of its own."""
    assert filecheck._on_no_volume("/")
    assert not filecheck._on_no_volume("/proc")
    assert not filecheck._on_no_volume("/not/there")


def test_what_may_not_be_read_is_shown_with_its_owner(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder, then a file: each names the user that logship is."""
    with folder_of_nobody() as folder:
        for name in ("logs", "state"):
            (folder / name).mkdir()
            (folder / name).chmod(0o777)
        (folder / "logs" / "a.log").write_text("one\n")
        (folder / "logs" / "a.log").chmod(0)
        words = ("--paths", f"{folder}/logs/*.log", "--state-dir", f"{folder}/state")
        with unprivileged():
            user = os.geteuid()
            _, unreadable = check(capsys, *words)
        (folder / "logs").chmod(0o311)
        with unprivileged():
            _, unlistable = check(capsys, *words)
    file = next(message for message in bad(unreadable) if message.startswith("files: "))
    assert f"{folder}/logs/a.log (----------, owner " in file
    assert f"Permission denied; let user {user} read it, e.g. by fsGroup" in file
    assert bad(unlistable)[0].startswith(f"paths: {folder}/logs can't be listed by user {user} (d-wx--x--x, owner ")
    assert not any("no file matches" in message for message in bad(unlistable))


@pytest.mark.parametrize("before", [b"", b"started\n"])
def test_records_without_newlines_are_told_apart_from_a_slow_line(
    folder: Path, capsys: pytest.CaptureFixture[str], before: bytes
) -> None:
    """Two records glued together are no line, however short; half a record may yet become one."""
    path = folder / "logs" / "a.log"
    path.write_bytes(before + b'{"a":1}{"b":2}')
    code, findings = check(capsys)
    assert code == 1
    (message,) = bad(findings)
    assert message.startswith(f"files: {path} has 14 bytes at its end with records without a newline between them")
    assert r'write "\n" after each record (json.dumps and f.write add none)' in message
    path.write_bytes(before + b'{"a":')
    assert check(capsys)[0] == 0
    os.utime(path, (1, 1))
    assert check(capsys)[0] == (0 if before else 1)
    path.write_bytes(before + b"\0\0\0")
    assert check(capsys)[0] == 0


def test_a_time_in_the_future_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the last whole record; with the way that logship itself understands times."""
    path = folder / "logs" / "a.log"
    soon = datetime.now(UTC) + timedelta(hours=3, seconds=30)
    path.write_text(f'{{"timestamp":"2020-01-01 00:00:00"}}\n{{"timestamp":"{soon:%Y-%m-%d %H:%M:%S}"}}\n{{"times')
    code, findings = check(capsys)
    assert code == 1
    (message,) = bad(findings)
    assert message.startswith(f"files: {path}: its last record is of {soon:%Y-%m-%dT%H:%M:%S}Z, 3 h in the future")
    assert "LOGSHIP_TIMESTAMP_ZONE" in message
    assert check(capsys, "--timestamp-fields", "other")[0] == 0
    assert check(capsys, "--format", "text")[0] == 0
    path.write_text('{"timestamp":"no time"}\n\n')
    assert check(capsys)[0] == 0


def test_a_time_in_the_future_is_told_of_text_lines_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their own, as it stands in the head."""
    path = folder / "logs" / "a.log"
    soon = datetime.now(UTC) + timedelta(hours=3, seconds=30)
    path.write_text(f"{soon:%Y-%m-%d %H:%M:%S},123 INFO app: a message\n")
    assert check(capsys)[0] == 1
    assert check(capsys, "--parse", "off")[0] == 0


def test_a_file_that_parse_makes_nothing_of_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If none of its last lines fits; it stands in nobody's way."""
    path = folder / "logs" / "a.log"
    path.write_text("a message\n" * 12)
    code, findings = check(capsys, "--parse", "logfmt")
    told = "none of its last 11 lines is of the form that LOGSHIP_PARSE names; they stay messages"
    assert code == 0
    assert any(message == f"{path}: {told}" for _, _, message in findings)
    path.write_text("a message\n" * 12 + "a=1\n")
    assert not any(told[:20] in message for _, _, message in check(capsys, "--parse", "logfmt")[1])


@pytest.mark.parametrize(("setting", "fitting"), [("start:^BEGIN", "BEGIN x"), ("java", "\tat a.b.C(D.java:1)")])
def test_a_file_that_multiline_is_not_about_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], setting: str, fitting: str
) -> None:
    """If none of its last lines of text fits; of JSON nothing is expected, and the default is nobody's choice."""
    path = folder / "logs" / "a.log"
    path.write_text('{"level":"info"}\n' + "a message\n" * 12)
    told = f"{path}: none of its last 12 lines is of the form that LOGSHIP_MULTILINE names; they stay records"
    told += " by themselves"
    code, findings = check(capsys, "--multiline", setting)
    assert (code, [message for _, _, message in findings if "MULTILINE" in message]) == (0, [told])
    for more, chosen in (("", "auto"), (fitting + "\n", setting)):
        path.write_text(path.read_text() + more)
        assert not any("MULTILINE" in message for _, _, message in check(capsys, "--multiline", chosen)[1])
    path.write_text('{"level":"info"}\n' * 20)
    assert not any("MULTILINE" in message for _, _, message in check(capsys, "--multiline", setting)[1])


def test_records_without_level_or_time_are_told_by_their_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many of a file's last ones, and the names of the first; never a value, and nothing where all have both."""
    path = folder / "logs" / "a.log"
    good_line = '{"level":"info","time":"2026-11-22T10:00:00Z"}\n'
    path.write_text(good_line * 3)
    assert not any("have no" in message for message in messages(check(capsys)[1]))
    path.write_text(good_line + '{"sev":"secret-1","when":"secret-2"}\nsome text\n' * 2)
    code, findings = check(capsys)
    said = [message for message in messages(findings) if "have no" in message]
    assert code == 0
    what, names = "2 of its last 3 records have no", "that is known; the first has the names sev, when"
    assert said == [
        f"files: {path}: {what} level {names}; LOGSHIP_LEVEL_FIELDS says where it is",
        f"files: {path}: {what} event time {names}; LOGSHIP_TIMESTAMP_FIELDS says where it is",
    ]
    assert "secret" not in str(findings)
    assert not any("have no" in message for message in messages(check(capsys, "--format", "text")[1]))


def test_a_condition_that_holds_for_none_of_the_last_lines_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With how many of them have no level, if it asks for one."""
    path = folder / "logs" / "a.log"
    path.write_text('{"level":"info"}\n{"x":1}\n')
    code, findings = check(capsys, "--stdout-when", "level>=error")
    assert code == 0
    what = "LOGSHIP_STDOUT_WHEN=level>=error holds for none of its last 2 lines, 1 of which have no level"
    assert f"files: {path}: {what}" in messages(findings)
    assert not any("WHEN" in message for message in messages(check(capsys, "--stdout-when", "level>=info")[1]))


def test_a_file_older_than_logships_first_start_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is well where it is read from its beginning; in a pod it is a fault where lines were left out."""
    started_ago(folder, -100)
    code, findings = check(capsys)
    early = f"{folder}/logs/a.log was there 100 s before logship first started"
    assert code == 0
    assert any(message.startswith(early) for _, _, message in findings)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    code, findings = check(capsys, "--read-from", "end")
    assert code == 1
    assert any(early in message and "list the sidecar first" in message for message in bad(findings))
    ignored = Entry(new_file_id(), f"{folder}/logs/a.log", 1, 1, Print(), 5, 0.0, ignored=True)
    started_ago(folder, 10, ignored)
    code, findings = check(capsys)
    assert code == 1
    assert any("files: 1 rotated files were there before logship first started" in each for each in bad(findings))


def test_dead_letters_are_told_with_the_last_ones_reason(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the field that the store named, but nothing of the record."""
    detail = '{"reason":"failed to parse field [latency_ms] of type [long]. Preview of field\'s value: \'hunter2\'"}'
    block = Block(FileId("f" * 22), "a.log", 0, 4, b"one\n", 1, 0.0)
    letters = DeadLetters(folder / "state" / "dead-letter", "stdout", 1 << 20)
    letters.put([Letter(block, "first"), Letter(block, "mapper_parsing_exception", detail)])
    code, findings = check(capsys)
    assert code == 1
    (message,) = bad(findings)
    assert message == (
        "stdout: dead letters: the store refused records, the last for mapper_parsing_exception, "
        "field latency_ms of type long; mend the mapping or the records, then run `logship replay`"
    )
    letters.take()
    assert check(capsys)[0] == 1
    (folder / "state" / "dead-letter" / "stdout.replay-1.ndjson").write_bytes(b"torn")
    assert check(capsys)[0] == 0


def test_it_needs_no_folder_for_temporary_files(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The container's root file system is read-only."""
    started_ago(folder, 1)
    monkeypatch.setattr("tempfile.tempdir", "/not/there")
    code, findings = check(capsys)
    assert code == 0
    assert (True, "state", "the checkpoint knows 0 files that were open, and 0 that are finished") in findings


def test_findings_about_a_sink_have_its_own_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """Of two of a kind each is told from the other; dead letters, too."""
    monkeypatch.setenv("LOGSHIP_SINKS", "file,audit:file")
    for name in ("FILE", "AUDIT"):
        (folder / name).mkdir()
        monkeypatch.setenv(f"LOGSHIP_{name}_PATH", str(folder / name))
    letter = Letter(Block(FileId("f" * 22), "a.log", 0, 2, b"x\n", 1, 0.0), "http_400")
    DeadLetters(folder / "state" / "dead-letter", "audit", 1 << 20).put([letter])
    _, findings = check(capsys)
    subjects = [subject for _, subject, _ in findings]
    assert {"file", "audit", "audit: dead letters"} <= {*subjects, *(each.partition(": ")[0] for each in subjects)}
    assert "file: dead letters" not in subjects
    of_audit = {each for each in subjects if each.startswith("audit") and each != "audit: dead letters"}
    assert of_audit
    assert {each.replace("audit", "file") for each in of_audit} == {
        each for each in subjects if each.startswith("file") and each != "files"
    }


def test_too_many_folders_stand_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A daemon leaves some out in each look."""
    monkeypatch.setattr("logship.files.discovery.MAX_PENDING", 4)
    for number in range(9):
        (tmp_path / "logs" / f"{number}").mkdir(parents=True)
    _, found = check(capsys, "--paths", f"{tmp_path}/logs/*/*.log", "--state-dir", f"{tmp_path}/state")
    assert any(each.startswith(f"paths: {tmp_path}/logs: each look leaves some of over 16,384") for each in bad(found))
