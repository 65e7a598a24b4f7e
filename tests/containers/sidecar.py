"""logship in a container, as a kubelet would run it under the `restricted` Pod Security Standard."""

import os
import signal
import subprocess
import uuid
from pathlib import Path
from typing import Any

from benchmarks.processes import free_port
from tests.containers.engine import LIMITS, inspect, memory_cgroup, oom_kills, podman
from tests.e2e.harness import wait_until

USER = 65532
MIB = 1 << 20
MEMORY = 64 * MIB
RESTRICTED = (
    *("--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges"),
    *("--memory", str(MEMORY), "--memory-swap", str(MEMORY), "--no-healthcheck", "--log-driver", "k8s-file"),
)


def shared_folder(path: Path) -> Path:
    """Make a folder as an emptyDir is: everybody may write."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o777)
    return path


class Sidecar:
    """One container: ``logs`` read-only at /var/log/agent; ``state`` and ``secrets`` in their places, where given.

    Settings are keyword arguments, as of :class:`tests.e2e.harness.Logship`. The network is the host's, where the
    receiver listens, or ``none``.
    """

    def __init__(
        self,
        image: str,
        logs: Path,
        *,
        state: Path | None = None,
        secrets: Path | None = None,
        network: str = "host",
        flags: tuple[str, ...] = RESTRICTED,
        words: tuple[str, ...] = (),
        **settings: object,
    ) -> None:
        self.name = f"logship-test-{uuid.uuid4().hex[:12]}"
        self.port = free_port()
        listen = {"listen": f"127.0.0.1:{self.port}", "log_format": "json"}
        mounts = [
            (logs, "/var/log/agent", "ro"),
            (state, "/var/lib/logship", "rw"),
            (secrets, "/run/secrets/logship", "ro"),
        ]
        volumes = [("--volume", f"{source}:{place}:{mode}") for source, place, mode in mounts if source]
        variables = [("--env", f"LOGSHIP_{name.upper()}={value}") for name, value in (listen | settings).items()]
        options = (word for pair in (*volumes, *variables) for word in pair)
        self._create = ("create", "--name", self.name, "--network", network, *LIMITS, *flags, *options, image, *words)

    def start(self, *, ready: bool = True) -> "Sidecar":
        """Create and start it; ``ready`` waits until its start-up probe passes, by exec as a kubelet can."""
        podman(*self._create)
        podman("start", self.name)
        if ready:
            wait_until(
                lambda: not self.execute("logship", "probe", "startup").returncode, f"{self.name} has started", 120
            )
        return self

    @property
    def pid(self) -> int:
        """The process id, on this machine, of its PID 1."""
        return int(self._state()["Pid"])

    @property
    def exit_code(self) -> int:
        """What it ended with; fails while it runs, or if the kernel killed it for want of memory."""
        state = self._state()
        assert not state["Running"]
        assert not state["OOMKilled"]
        return int(state["ExitCode"])

    def execute(self, *words: str, **settings: object) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as `kubectl exec` would, with other settings for that command if given."""
        variables = (word for name, value in settings.items() for word in ("--env", f"LOGSHIP_{name.upper()}={value}"))
        return podman("exec", *variables, self.name, *words, check=False)

    def terminate(self, grace: int = 30) -> int:
        """End it as a kubelet does: SIGTERM to its PID 1, SIGKILL after the grace; gives the exit code."""
        podman("stop", "--time", str(grace), self.name, seconds=grace + 120)
        return self.exit_code

    def signal(self, number: int = signal.SIGTERM) -> None:
        """Send its PID 1 a signal."""
        os.kill(self.pid, number)

    def wait(self, seconds: float = 120.0) -> int:
        """Wait for its end and give the exit code."""
        podman("wait", self.name, seconds=seconds)
        return self.exit_code

    def output(self) -> subprocess.CompletedProcess[str]:
        """Give its stdout and stderr so far."""
        return podman("logs", self.name)

    def resident(self, field: str = "VmRSS") -> int:
        """Give VmRSS or VmHWM of its PID 1 in bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(each.split()[1]) * 1024 for each in lines if each.startswith(f"{field}:"))

    def cgroup(self) -> Path:
        """Give the folder of its memory cgroup; it must be the one that has the limit."""
        found = memory_cgroup(self.pid)
        assert not oom_kills(found)
        return found

    def close(self) -> None:
        """Make sure that it has gone."""
        podman("rm", "--force", "--time", "0", "--volumes", self.name, check=False)

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = inspect("container", self.name)["State"]
        return state
