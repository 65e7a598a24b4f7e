"""`kubectl exec POD -c logship -- logship check`: each fault has words of its own."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.containers.conftest import StartSidecar
from tests.containers.sidecar import RESTRICTED
from tests.e2e.receiver import Answer, Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(500)]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a sidecar, and what the command says of it."""

    says: str
    """A regular expression for one line."""
    code: int = 1
    settings: dict[str, str] = field(default_factory=dict)
    """Of the command alone: it finds what a sidecar with these settings would run into."""


FAULTS = {
    "a pattern that matches nothing": Fault(
        r"FAIL files: no file matches /var/log/agent/\*\.txt, but other files are there: /var/log/agent/.*",
        settings={"paths": "/var/log/agent/*.txt"},
    ),
    "another mount path": Fault(
        r"ok   paths: /var/log/other does not exist yet.*", code=0, settings={"paths": "/var/log/other/*.log"}
    ),
    "a folder that is closed to it": Fault(
        r"FAIL paths: /var/log/agent/closed can't be listed by user 65532.*",
        settings={"paths": "/var/log/agent/closed/*.log"},
    ),
    "a file that is closed to it": Fault(
        r"FAIL files: .*secret\.text.* user 65532.*", settings={"paths": "/var/log/agent/*.text"}
    ),
    "a file without newlines": Fault(
        r"FAIL files: .*endless\.json.*newline.*", settings={"paths": "/var/log/agent/*.json"}
    ),
    "a state folder that can't be written": Fault(
        r"FAIL state: /opt/state can't be made by user 65532: /opt may not be written; mount a volume there",
        settings={"state_dir": "/opt/state"},
    ),
    "a store that is not there": Fault(
        r"FAIL http: connection: .*connection_refused.*", settings={"http_url": "http://127.0.0.1:9/"}
    ),
    "a store without a name": Fault(
        r"FAIL http: DNS: logs\.invalid has no address.*", settings={"http_url": "http://logs.invalid/"}
    ),
    "a misspelt setting": Fault(
        r"FAIL settings: LOGSHIP_HTTP_ULR: is no setting; did you mean LOGSHIP_HTTP_URL\?",
        code=2,
        settings={"http_ulr": "http://127.0.0.1/"},
    ),
}


def test_check_in_the_container_tells_faults_apart(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path, state: Path
) -> None:
    """One sidecar that is well, asked what it would say of settings and files that are not; then of a store."""
    (logs / "app.log").write_text('{"n":1}\n')
    (logs / "endless.json").write_text('{"n":1}' * 20_000)
    (logs / "secret.text").write_text("secret\n")
    (logs / "secret.text").chmod(0o600)
    (logs / "closed").mkdir(mode=0o700)
    room = (*RESTRICTED, "--memory=72m", "--memory-swap=72m")  # a daemon and a whole check: 64 MiB
    sidecar = new_sidecar(state=state, flags=room, sinks="http", http_url=receiver.url).start()
    healthy = sidecar.execute("logship", "check", "--send")
    assert healthy.returncode == 0
    assert "FAIL" not in healthy.stdout
    assert "/var/lib/logship is in use by a running logship" in healthy.stdout
    heard = {}
    for name, fault in FAULTS.items():
        done = sidecar.execute("logship", "check", **fault.settings)
        heard[name] = (done.returncode, done.stdout)
        assert done.returncode == fault.code, f"{name}: {done.stdout}"
        assert re.search(f"^{fault.says}$", done.stdout, re.MULTILINE), f"{name}: {done.stdout}"
    for name, (_, said) in heard.items():
        others = [other for other, fault in FAULTS.items() if re.search(f"^{fault.says}$", said, re.MULTILINE)]
        assert others == [name], "no other fault's words"
    receiver.script(then=Answer(status=401))
    said = sidecar.execute("logship", "check", "--send").stdout
    assert re.search(r"^FAIL http: delivery: .*credentials are refused.*$", said, re.MULTILINE), said
    said = sidecar.execute("logship", "check", http_url=receiver.url.replace("http:", "https:")).stdout
    assert re.search(r"^FAIL http: TLS: .*does not speak TLS.*$", said, re.MULTILINE), said


def test_what_only_asks_the_daemon_is_in_its_memory(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path, state: Path
) -> None:
    """In less room than a whole check takes, check and status harm nobody, and open no connection to the store."""
    (logs / "app.log").write_text('{"level":"info","time":"2026-01-01T00:00:00Z"}\n')
    room = (*RESTRICTED, "--memory=48m", "--memory-swap=48m")
    sidecar = new_sidecar(state=state, flags=room, sinks="http", http_url=receiver.url).start()
    receiver.wait_for_records(1)
    for words in (("check",), ("status",), ("status", "--json"), ("check", "--json")) * 5:
        done = sidecar.execute("logship", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "FAIL" not in done.stdout
    assert len(receiver.requests()) == 1
    sidecar.cgroup()  # fails if the kernel killed anybody
