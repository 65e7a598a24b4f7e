"""The image run as a kubelet would: not root, read-only, without capabilities, in 64 MiB."""

import json
import signal
from pathlib import Path

import pytest

from tests.containers.conftest import Figure, StartSidecar
from tests.containers.engine import LIMITS, inspect, peak_charged, podman
from tests.containers.image import ROOT, base
from tests.containers.sidecar import MEMORY, MIB, USER, Sidecar
from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartWriter
from tests.e2e.harness import scaled, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

LINES = scaled(1_000_000)
FILES = 4


def write_lines(path: Path, first: int, end: int, *, name: str = "app") -> None:
    """Append lines from ``first`` to before ``end``, as the application would."""
    with path.open("ab") as file:
        file.writelines(line(name, number) for number in range(first, end))


def memory_figure(sidecar: Sidecar) -> str:
    """Say what the limit was used for; the page cache is charged to it, but given back on demand."""
    resident, charged = sidecar.resident("VmHWM"), peak_charged(sidecar.cgroup())
    assert resident < MEMORY
    assert charged <= MEMORY
    return f"peak resident {resident / MIB:.1f} MiB, peak charged to the cgroup {charged / MIB:.1f} of 64 MiB"


def test_a_million_lines_go_through_64_mib(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path, state: Path, figure: Figure
) -> None:
    """From files that are there at the start, compressed on the way, each line once; nobody is killed."""
    for number in range(FILES):
        write_lines(logs / f"app-{number}.log", 0, LINES // FILES, name=f"app-{number}")
    sidecar = new_sidecar(state=state, sinks="http", http_url=receiver.url, http_compression="gzip").start()
    receiver.wait_for_records(LINES // FILES * FILES, 300)
    figure(f"{LINES} lines; {memory_figure(sidecar)}")
    assert sidecar.terminate() == 0
    assert_all_arrived(receiver.records(), {f"app-{number}": LINES // FILES for number in range(FILES)})


def test_it_runs_as_nobody_in_particular(new_sidecar: StartSidecar, logs: Path, state: Path) -> None:
    """User, capabilities and mounts are what the flags say, seen from inside; what it ships comes out on stdout."""
    write_lines(logs / "app.log", 0, 100)
    sidecar = new_sidecar(state=state, network="none", sinks="stdout", stdout_prefix="collected: ").start()
    about = dict(each.split(":", 1) for each in sidecar.execute("cat", "/proc/1/status").stdout.splitlines())
    assert set(about["Uid"].split()) == set(about["Gid"].split()) == {str(USER)}
    assert {int(about[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert about["NoNewPrivs"].strip() == "1"
    for place in ("/", "/tmp", "/var/log/agent", "/opt/logship"):
        assert "Read-only file system" in sidecar.execute("sh", "-c", f"echo x > {place}/x").stderr
    assert sidecar.execute("cat", "/var/log/agent/app.log").stdout.encode() == (logs / "app.log").read_bytes()
    wait_until(lambda: sidecar.output().stdout.count("\n") == 100, "all lines are on stdout")
    assert sidecar.terminate() == 0
    lines = sidecar.output().stdout.splitlines()
    assert {each.partition(" ")[0] for each in lines} == {"collected:"}
    assert_all_arrived((json.loads(each.removeprefix("collected: ")) for each in lines), {"app": 100})


def test_sigterm_drains_and_the_next_container_goes_on_from_the_state_volume(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path, state: Path
) -> None:
    """A container's own files do not survive it: a new one with the same volume repeats nothing, skips nothing."""
    write_lines(logs / "app.log", 0, 1000)
    first = new_sidecar(state=state, sinks="http", http_url=receiver.url).start()
    receiver.wait_for_records(1000)
    receiver.script(then=Answer(delay=0.3))  # some of the next lines are still on their way at the signal
    write_lines(logs / "app.log", 1000, 20_000)
    first.signal(signal.SIGTERM)
    assert first.wait() == 0
    assert receiver.counts().records == 20_000
    receiver.clear()
    write_lines(logs / "app.log", 20_000, 21_000)
    second = new_sidecar(state=state, sinks="http", http_url=receiver.url).start()
    receiver.wait_for_records(21_000)
    assert second.terminate() == 0
    assert_all_arrived(receiver.records(), {"app": 21_000})


def test_a_killed_container_loses_nothing(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path, state: Path, write: StartWriter
) -> None:
    """SIGKILL while lines come: the next container, with the same volume, repeats at most what was in flight."""
    writer = write("append", logs / "app.log", 20_000, rate=5000)
    first = new_sidecar(state=state, sinks="http", http_url=receiver.url).start()
    receiver.wait_for_records(1000)
    first.signal(signal.SIGKILL)
    assert first.wait() == 128 + signal.SIGKILL
    second = new_sidecar(state=state, sinks="http", http_url=receiver.url).start()
    writer.finish()
    receiver.wait_for_records(20_000)
    assert second.terminate() == 0
    assert_all_arrived(receiver.records(), {"app": 20_000}, repeats=True)


def test_a_secret_comes_by_a_mounted_file_and_shows_nowhere(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path, state: Path, tmp_path: Path
) -> None:
    """As a Kubernetes Secret is mounted: behind two symlinks, readable by the group."""
    secret = "tiger-7f3a"
    version = tmp_path / "secrets" / "..2026_11_22"
    version.mkdir(parents=True)
    (version / "logship_http_bearer_token").write_text(f"{secret}\n")
    (version.parent / "..data").symlink_to(version.name)
    (version.parent / "logship_http_bearer_token").symlink_to("..data/logship_http_bearer_token")
    write_lines(logs / "app.log", 0, 10)
    sidecar = new_sidecar(state=state, secrets=version.parent, sinks="http", http_url=receiver.url).start()
    receiver.wait_for_records(10)
    assert {each.headers["Authorization"] for each in receiver.requests()} == {f"Bearer {secret}"}
    inside = sidecar.execute("sh", "-c", "cat /proc/1/environ /proc/1/cmdline; logship status; logship check")
    seen = f"{inside.stdout}{inside.stderr}{sidecar.output()}{inspect('container', sidecar.name)}"
    assert "LOGSHIP_HTTP_URL" in seen
    assert secret not in seen
    assert sidecar.terminate() == 0


def test_without_a_state_volume_it_ships_and_says_what_that_means(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path
) -> None:
    """On a read-only root nothing can be saved: to lose a pod's logs would be worse than repeats (DECISIONS 10)."""
    write_lines(logs / "app.log", 0, 1000)
    sidecar = new_sidecar(sinks="http", http_url=receiver.url).start()
    receiver.wait_for_records(1000)
    assert sidecar.terminate() == 4, "all was shipped, and that was not saved"
    assert "Read-only file system" in sidecar.output().stderr
    assert_all_arrived(receiver.records(), {"app": 1000})


def test_the_image_says_whether_it_is_healthy(new_sidecar: StartSidecar, receiver: Receiver, state: Path) -> None:
    """By its HEALTHCHECK, for engines that are not Kubernetes; a store that is away is no illness."""
    receiver.down()
    flags = ("--read-only", "--cap-drop", "all", "--health-interval", "disable")
    sidecar = new_sidecar(flags=flags, state=state, sinks="http", http_url=receiver.url).start()
    assert podman("healthcheck", "run", sidecar.name, check=False).returncode == 0
    sidecar.signal(signal.SIGSTOP)
    assert podman("healthcheck", "run", sidecar.name, check=False).returncode == 1
    sidecar.signal(signal.SIGCONT)
    assert sidecar.terminate() == 0


def application(name: str, logs: Path) -> tuple[str, ...]:
    """Give podman's words for an application container that logs 2,000 lines/s and rotates; another user than ours."""
    variables = ("--env", "PYTHONPATH=/source", "--env", "PYTHONDONTWRITEBYTECODE=1")
    volumes = ("--volume", f"{ROOT / 'tests'}:/source/tests:ro", "--volume", f"{logs}:/var/log/agent")
    options = ("--lines", "1000000", "--first", "0", "--rate", "2000", "--bytes", "200000", "--keep", "200")
    writer = ("python3", "-m", "tests.e2e.writers", "rotating", "/var/log/agent/app.log", "--name", "app", *options)
    as_other = ("--user", "1000:1000", "--network", "none", *LIMITS)
    return ("run", "--detach", "--name", name, *as_other, *variables, *volumes, base(), *writer)


def test_a_pods_life_ends_with_every_line_delivered(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path, state: Path
) -> None:
    """Sidecar first, the application when its start-up probe passes; the application ends, then SIGTERM with 2 s.

    The order and the 2 s are a real kubelet's, at the end of a pod's grace.
    """
    sidecar = new_sidecar(state=state, sinks="http", http_url=receiver.url).start(ready=True)
    name = f"{sidecar.name}-application"
    podman(*application(name, logs))
    try:
        receiver.wait_for_records(4000)
        assert list(logs.glob("app.log.*")), "it has rotated"
        podman("stop", "--time", "5", name)
    finally:
        podman("rm", "--force", "--time", "0", name)
    assert sidecar.terminate(grace=2) == 0
    written = sum(path.read_bytes().count(b"\n") for path in logs.iterdir())
    assert written >= 4000
    assert_all_arrived(receiver.records(), {"app": written})
