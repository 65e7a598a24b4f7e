"""Runs the containers of a rendered pod as processes, with the manifest's own settings and folders of the test's."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.e2e.harness import Logship
from tests.k8s.rendering import Sidecar

LOGS: Final = "/var/log/agent"
STATE: Final = "/var/lib/logship"
SECRETS: Final = "/run/secrets/logship"


def logship(sidecar: Sidecar, folder: Path, moved: Mapping[str, str], *, hostname: str = "") -> Logship:
    """Give the sidecar as a process, not started; ``moved``: addresses of the manifest and where they are here.

    Its log volume is ``folder/logs``, its state volume ``folder/daemon/state``. ``hostname``: a name of its own.
    """
    (secrets := folder / "secrets").mkdir(exist_ok=True)
    for name, value in (sidecar.secret(SECRETS) if SECRETS in sidecar.mounts else {}).items():
        (secrets / name).write_text(value)
    (folder / "logs").mkdir(exist_ok=True)
    places = {LOGS: str(folder / "logs"), SECRETS: str(secrets), **moved}
    settings: dict[str, Any] = {}
    for name, value in sidecar.environment.items():
        for there, here in places.items():
            value = value.replace(there, here)  # noqa: PLW2901
        settings[name.removeprefix("LOGSHIP_").lower()] = value
    settings |= {"paths": settings.get("paths", f"{folder}/logs/*.log"), "secrets_dir": str(secrets)}
    prefix = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', hostname] if hostname else []
    return Logship(folder / "daemon", prefix=prefix, **settings)


def can_name_hosts() -> bool:
    """Whether a process may get a host name of its own here."""
    return subprocess.run(["unshare", "--uts", "true"], capture_output=True, check=False).returncode == 0
