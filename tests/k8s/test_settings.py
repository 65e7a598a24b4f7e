import fnmatch
from pathlib import Path, PurePosixPath

from logship.commands.settings import every_option
from logship.settings.loading import load
from logship.settings.options import SECRETS_DIR, SECRETS_DIR_DEFAULT
from logship.settings.places import IMAGE_STATE_DIR
from logship.settings.resolved import Resolved
from logship.settings.validation import trusted_root
from tests.k8s.rendering import Sidecar, every_example, only_sidecar

LOGS = "/var/log/agent"
MIB = 1 << 20


@every_example
def test_every_setting_there_is_a_setting(folder: Path) -> None:
    """In the environment, the ConfigMap and the Secret, where other files are there for a setting that names them."""
    options = every_option()
    variables = {name for option in options for name in (option.variable, option.secret_file) if name}
    sidecar = only_sidecar(folder)
    of_libraries = ("AWS_", "GOOGLE_", "OTEL_")
    assert {name for name in sidecar.environment if not name.startswith(of_libraries)} <= variables
    named = {PurePosixPath(value).name for value in sidecar.environment.values() if value.startswith("/run/secrets/")}
    if SECRETS_DIR_DEFAULT in sidecar.mounts:
        assert set(sidecar.secret(SECRETS_DIR_DEFAULT)) <= {name.lower() for name in variables} | named


def resolve(sidecar: Sidecar, folder: Path) -> Resolved:
    """Load the settings as the container would, its mounted Secrets in a folder of the test's."""
    for mount in [path for path in sidecar.mounts if path.startswith("/run/secrets/")]:
        here = folder / mount.strip("/")
        here.mkdir(parents=True)
        for name, value in (sidecar.secret(mount) or {"ca.crt": "x", "tls.crt": "x", "tls.key": "x"}).items():
            (here / name).write_text(value)
    environment = {
        name: value.replace("/run/secrets", f"{folder}/run/secrets") for name, value in sidecar.environment.items()
    }
    return load({}, {"LOGSHIP_STATE_DIR": str(folder), SECRETS_DIR: f"{folder}{SECRETS_DIR_DEFAULT}"} | environment)


@every_example
def test_its_settings_start(folder: Path, tmp_path: Path) -> None:
    """And nothing in them is of no use: no warning."""
    assert resolve(only_sidecar(folder), tmp_path).warnings == ()


def quantity(text: str) -> int:
    """Give the bytes of a Kubernetes quantity in Mi or Gi."""
    return int(text[:-2]) * {"Mi": MIB, "Gi": 1024 * MIB}[text[-2:]]


@every_example
def test_the_volumes_have_room_for_what_the_settings_allow(folder: Path, tmp_path: Path) -> None:
    """Half of the log volume for held files; in the state volume all dead letters and 16 MiB (DECISIONS 33)."""
    sidecar = only_sidecar(folder)
    config = resolve(sidecar, tmp_path).config
    log_volume = quantity(sidecar.room(LOGS))
    assert config.max_backlog_bytes * 2 == log_volume
    state_volume = quantity(sidecar.room(IMAGE_STATE_DIR))
    assert state_volume >= len(config.sinks) * config.dead_letter_max_bytes + 16 * MIB


@every_example
def test_what_the_application_writes_is_what_is_tailed(folder: Path, tmp_path: Path) -> None:
    """One volume: read-only in the sidecar, writable in the application, and the pattern matches the file there."""
    sidecar = only_sidecar(folder)
    application = next(each for each in sidecar.pod["containers"] if each["name"] != sidecar.name)
    (mount,) = [each for each in application["volumeMounts"] if each["mountPath"] == LOGS]
    assert mount == {"name": sidecar.mounts[LOGS], "mountPath": LOGS}
    (own,) = [each for each in sidecar.container["volumeMounts"] if each["mountPath"] == LOGS]
    assert own["readOnly"] is True
    config = resolve(sidecar, tmp_path).config
    assert all(trusted_root(path).is_relative_to(LOGS) for path in config.paths)
    environment = {each["name"]: each["value"] for each in application.get("env", [])}
    file = f"{LOGS}/{environment.get('LOG_FILE', 'requests.log')}"
    assert any(fnmatch.fnmatch(file, path) for path in config.paths)
    assert config.container_name == application["name"]


@every_example
def test_every_file_that_a_setting_names_is_mounted(folder: Path) -> None:
    """Under a mount of the sidecar; and a key of the Secret, where that is rendered."""
    sidecar = only_sidecar(folder)
    for name, value in sidecar.environment.items():
        if not name.endswith("_FILE"):
            continue
        path = PurePosixPath(value)
        assert str(path.parent) in sidecar.mounts
        if value.startswith("/run/secrets/"):
            must_exist = "optional" not in sidecar.volume(str(path.parent))["secret"]
            assert must_exist or path.name in sidecar.secret(str(path.parent))
