"""A real Kubernetes API server with etcd, and the controllers that make pods; no kubelet runs what they make.

``python -m tests.apiserver.server`` runs one until SIGINT or SIGTERM, and says how kubectl finds it.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import free_port

HERE: Final = Path(__file__).parent
START_SECONDS: Final = 120.0
TOKEN: Final = "logship-test"
CONTROLLERS: Final = "deployment,replicaset,statefulset,daemonset,job,cronjob,serviceaccount,namespace,garbagecollector"
V1BETA1: Final = "--runtime-config=admissionregistration.k8s.io/v1beta1=true"


class MissingError(Exception):
    """Something that the server needs is not on this machine."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What kubectl said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running API server."""

    port: int
    programs: Path
    kubeconfig: Path

    def try_kubectl(self, *arguments: str, given: object = None) -> Answer:
        """Run kubectl; ``given`` is an object, or a list of them, for its standard input."""
        text = "\n---\n".join(map(json.dumps, given)) if isinstance(given, list) else json.dumps(given)
        command: list[str | Path] = [self.programs / "kubectl", f"--kubeconfig={self.kubeconfig}", *arguments]
        ran = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
        return Answer(ran.returncode, ran.stdout, ran.stderr)

    def kubectl(self, *arguments: str, given: object = None) -> str:
        """Run kubectl and give its output; an AssertionError with what it said if it failed."""
        answer = self.try_kubectl(*arguments, given=given)
        assert answer.code == 0, answer.err
        return answer.out

    def get(self, *arguments: str) -> Any:
        """Give what ``kubectl get`` finds."""
        return json.loads(self.kubectl("get", *arguments, "--output=json"))

    def create(self, manifest: Mapping[str, Any], namespace: str, *flags: str) -> Any:
        """Create an object and give what the server made of it."""
        return json.loads(
            self.kubectl("create", "--filename=-", f"--namespace={namespace}", "--output=json", *flags, given=manifest)
        )


def programs() -> Path:
    """Give the folder of the built programs; raises MissingError if there is none."""
    found = subprocess.run(["sh", HERE / "build.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        raise MissingError(found.stderr.strip())
    if not shutil.which("etcd"):
        message = "there is no etcd (Debian: etcd-server)"
        raise MissingError(message)
    return Path(found.stdout.strip())


@contextlib.contextmanager
def _running(command: Sequence[object], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of the cluster until the end of the block; its output goes to a file."""
    with log.open("wb") as out, subprocess.Popen(list(map(str, command)), stdout=out, stderr=out) as process:
        try:
            yield process
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _write_credentials(folder: Path, port: int) -> Path:
    """Make a key for service accounts, a token of an administrator, and a kubeconfig; gives the last one's path."""
    subprocess.run(["openssl", "genrsa", "-out", folder / "accounts.key", "2048"], check=True, capture_output=True)
    (folder / "tokens.csv").write_text(f"{TOKEN},admin,admin,system:masters\n")
    named = {"cluster": "test", "user": "test"}
    server = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "test",
                "contexts": [{"name": "test", "context": named}],
                "clusters": [{"name": "test", "cluster": server}],
                "users": [{"name": "test", "user": {"token": TOKEN}}],
            }
        )
    )
    kubeconfig.chmod(0o600)
    return kubeconfig


def _etcd(folder: Path) -> tuple[list[str], str]:
    """Give etcd's command line and its address."""
    client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    command = [
        "etcd",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--log-level=error",
    ]
    return command, client


def _api_server(built: Path, folder: Path, port: int, etcd: str) -> list[object]:
    key = folder / "accounts.key"
    return [
        built / "kube-apiserver",
        f"--etcd-servers={etcd}",
        f"--secure-port={port}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--cert-dir={folder / 'certificates'}",
        "--authorization-mode=RBAC",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--service-account-issuer=https://test",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--service-cluster-ip-range=10.0.0.0/24",
        V1BETA1,
        "--endpoint-reconciler-type=none",
    ]


def _await_ready(cluster: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while cluster.try_kubectl("get", "--raw=/readyz").out != "ok":
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < end, log.read_text()[-3000:]
        time.sleep(0.2)


@contextlib.contextmanager
def running(*, controllers: bool = True) -> Iterator[Cluster]:
    """Run a server, empty, until the end of the block; raises MissingError where it can't be."""
    built = programs()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="logship-apiserver-")))
        port = free_port()
        cluster = Cluster(port, built, _write_credentials(folder, port))
        etcd, address = _etcd(folder)
        stack.enter_context(_running(etcd, folder / "etcd.log"))
        log = folder / "api-server.log"
        process = stack.enter_context(_running(_api_server(built, folder, port, address), log))
        _await_ready(cluster, process, log)
        if controllers:
            command = [
                built / "kube-controller-manager",
                f"--kubeconfig={cluster.kubeconfig}",
                "--leader-elect=false",
                f"--controllers={CONTROLLERS}",
                "--secure-port=0",
                "--use-service-account-credentials=false",
            ]
            stack.enter_context(_running(command, folder / "controllers.log"))
        yield cluster


def main() -> None:
    """Run one until SIGINT or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with running() as cluster, contextlib.suppress(KeyboardInterrupt):
        print(f"export KUBECONFIG={cluster.kubeconfig} PATH={cluster.programs}:$PATH", flush=True)  # noqa: T201
        print(cluster.kubectl("version"), file=sys.stderr, flush=True)  # noqa: T201
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
