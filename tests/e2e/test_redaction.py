"""What must not leave the pod, with real processes: looked for in all that left, by every way."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import StartLogship
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver
from tests.redaction.test_blocks import KEY, PARTS

pytestmark = pytest.mark.e2e

EMAIL, SSN = "jane.doe@mail.example.org", "Zw0-tangerine"
SECRETS = (EMAIL, "jane.doe", SSN, *PARTS)
REDACT = {"redact": "all", "redact_fields": "user.ssn,*.token", "redact_tag": "true"}


def found(text: str) -> list[str]:
    """Give the secrets that are in a text."""
    plain = text.replace("\\u0040", "@").replace("\\/", "/")
    return [secret for secret in SECRETS if secret in plain]


def command(*words: str, **given: object) -> "subprocess.CompletedProcess[str]":
    """Run logship to its end."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}
    environ |= {f"LOGSHIP_{name.upper()}": str(value) for name, value in given.items()}
    line = (sys.executable, "-m", "logship", *words)
    return subprocess.run(line, env=environ, capture_output=True, text=True, errors="replace", check=False, timeout=60)


def write_logs(logs: Path) -> None:
    """Write a secret in each way that a log has one."""
    json_lines = [
        {"level": "info", "msg": f"mail to {EMAIL}", "user": {"ssn": SSN}},
        {"level": "info", EMAIL: 1, "nested": [{"token": SSN}]},
        {"level": "error", "stack": f"Traceback\n  {EMAIL}\n"},
    ]
    text = [f"2026-11-22 10:00:00,123 INFO mail to {EMAIL}", *KEY, "Traceback (most recent call last):", f"  {EMAIL}"]
    lines = [*map(json.dumps, json_lines), json.dumps({"m": EMAIL}).replace("@", "\\u0040"), *text]
    (logs / f"{EMAIL}.log").write_text("".join(f"{line}\n" for line in lines))
    (logs / "long.log").write_text(
        '{"a":"' + "x" * 130 + f' {EMAIL} and {SSN}"}}\n' + '{"user":{"ssn":"' + SSN * 40 + '"}}\n'
    )


@pytest.mark.parametrize("form", ["auto", "raw", "text"])
def test_nothing_of_it_leaves(new_logship: StartLogship, logs: Path, receiver: Receiver, form: str) -> None:
    """Records, own messages, status, metrics and what ``check`` and ``status`` print; of files, names and archives."""
    write_logs(logs)
    own = {"paths": f"{logs}/*", "sinks": "http", "http_url": receiver.url, "format": form, "max_line_bytes": 150}
    made = new_logship(**own, **REDACT)
    made.start()
    made.wait_idle()
    pages = "".join(made.get(path)[1] for path in ("/status", "/metrics", "/", "/readyz"))
    shown = command("status", listen=made.settings["listen"])
    told = command("check", **{**own, **REDACT, "state_dir": made.state, "listen": ""})
    samples, status = made.metrics(), made.status()
    assert made.terminate() == 0
    body = b"\n".join(receiver.lines())
    assert body.count(b"\n") > 7
    assert found(body.decode()) == []
    assert found(pages + shown.stdout + shown.stderr + told.stdout + told.stderr + made.stderr.read_text()) == []
    assert samples.total("logship_redactions_total", detector="email") == status["redactions"]["email"] > 3
    assert samples.total("logship_redacted_records_total") == status["redacted_records"] > 3
    assert samples.total("logship_redactions_total", detector="iban") == 0
    assert "found their samples" in told.stdout
    assert " email" in told.stdout


def test_dead_letters_and_what_is_sent_of_them_again(tmp_path: Path, logs: Path, receiver: Receiver) -> None:
    """They are redacted when they are written; those that were written before are redacted when they are sent."""
    line = json.dumps({"level": "info", "msg": f"mail to {EMAIL}", "user": {"ssn": SSN}, "n": 1})
    (logs / "a.log").write_text(f"{line}\n")
    own = {
        "paths": f"{logs}/*.log",
        "sinks": "http",
        "http_url": receiver.url,
        "listen": "",
        "http_when": f"msg~{EMAIL}",
    }
    refused = Answer(status=400, body=f"can't take {EMAIL}")
    for state, given in (("off", {}), ("on", REDACT)):
        receiver.script(then=refused)
        done = command("run", "--once", **own, **given, state_dir=tmp_path / state, retry_initial_seconds=0.01)
        letters = (tmp_path / state / "dead-letter" / "http.ndjson").read_text()
        assert found(letters + done.stderr) == ([] if given else found(letters))
        assert bool(found(letters)) is not bool(given)
        receiver.script(then=Answer())
        before = receiver.counts().records
        again = command("replay", **own, **REDACT, state_dir=tmp_path / state)
        assert (again.returncode, receiver.counts().records) == (0, before + 1), again.stderr
        (record,) = [*receiver.records()][before:]
        assert (record["msg"], record["user"], record["n"]) == ("mail to [email]", {"ssn": "[field]"}, 1)


def test_a_key_over_a_kill(new_logship: StartLogship, logs: Path, receiver: Receiver) -> None:
    """What is known of a private key is saved with the offset, with and without a checkpoint after it."""
    path = logs / "a.log"
    path.write_text("".join(f"{line}\n" for line in ("begin", *KEY[:2])))
    made: Logship = new_logship(
        paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, multiline="off", poll_seconds=0.05, **REDACT
    )
    made.start()
    wait_until(lambda: receiver.counts().records == 3, "the first part has arrived")
    made.kill()
    with path.open("a") as file:
        file.write("".join(f"{line}\n" for line in (*KEY[2:], "after 0123456789abcdef0123")))
    made.start()
    made.wait_idle()
    assert made.terminate() == 0
    texts: list[Any] = [record["message"] for record in receiver.records()]
    assert texts[-1] == "after 0123456789abcdef0123"
    assert found("".join(texts)) == []


def test_a_key_is_hashed_from_a_file(tmp_path: Path, logs: Path) -> None:
    """The same value has the same mark in two runs; the key is not shown, and its absence ends the start."""
    (tmp_path / "key").write_text("k" * 32 + "\n")
    (logs / "a.log").write_text(f"{EMAIL}\n")
    own = {"paths": f"{logs}/*.log", "redact": "email", "redact_with": "hash", "listen": ""}
    runs = [
        command("run", "--once", **own, redact_hash_key_file=tmp_path / "key", state_dir=tmp_path / state)
        for state in ("one", "two")
    ]
    marks = [json.loads(run.stdout)["message"] for run in runs]
    assert marks[0] == marks[1]
    assert marks[0].startswith("[email:")
    gone = command("run", "--once", **own, redact_hash_key_file=tmp_path / "gone", state_dir=tmp_path / "three")
    assert (gone.returncode, gone.stdout, gone.stderr.count("\n")) == (2, "", 1)


def test_what_was_packed_meanwhile(tmp_path: Path, logs: Path) -> None:
    """The rest of a file that was rotated and packed while logship was down, by ``run --once``."""
    path, own = logs / "a.log", {"paths": f"{logs}/*", "redact": "all", "listen": "", "state_dir": tmp_path / "state"}
    path.write_text("a first line, long enough to be known again when it is met in an archive\n" * 3)
    assert command("run", "--once", **own).stdout.count("\n") == 3
    with path.open("a") as file:
        file.write(f"mail to {EMAIL}\n")
    (logs / "a.log.1.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.write_text("")
    done = command("run", "--once", **own)
    assert [json.loads(line)["message"] for line in done.stdout.splitlines()] == ["mail to [email]"], done.stderr


@pytest.mark.parametrize("form", ["auto", "raw", "text"])
def test_nothing_of_it_is_written_anywhere(tmp_path: Path, logs: Path, form: str) -> None:
    """By ``run --once`` with the file sink: what it wrote, its state folder, dead letters, and what it said."""
    write_logs(logs)
    (logs / f"{EMAIL}.log.1.gz").write_bytes(gzip.compress(f"packed: mail to {EMAIL}\n".encode() * 3))
    (logs / "odd.log").write_bytes(
        b"\xff" + EMAIL.encode() + b"\n" + json.dumps({"m": json.dumps({"user": {"ssn": [SSN]}})}).encode() + b"\n"
    )
    own = {
        "paths": f"{logs}/*",
        "sinks": "file,stdout",
        "file_path": tmp_path / "out",
        "file_compression": "none",
        "state_dir": tmp_path / "state",
    }
    done = command(
        "run", "--once", "--history", **own, **REDACT, format=form, max_line_bytes=150, listen="", log_level="debug"
    )
    assert done.returncode in (0, 4), done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(logs)]
    sent = [path for path in written if path.is_relative_to(tmp_path / "out")]
    assert sum(path.read_bytes().count(b"\n") for path in sent) == done.stdout.count("\n") > 10
    for path in written:
        text = path.read_bytes().decode(errors="replace")
        paths_too = path.is_relative_to(tmp_path / "state")  # names of files are kept there as they are
        assert [each for each in found(text) if not (paths_too and each in EMAIL)] == [], path
    assert found(done.stdout + done.stderr) == []
