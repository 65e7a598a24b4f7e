"""Other detectors on the same lines, each installed in an environment of its own below ``build/``.

Each is given a file of lines, with the settings that it comes with, and says for each line what it found, and as what.
"""

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

from tests.zoo.keeping import tell

Found = dict[int, list[tuple[str, str]]]
"""By line, counted from 1: as what something was found, and its text."""

_DETECT_SECRETS = """
import json, sys
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings, transient_settings
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
names = [each.__name__ for each in get_mapping_from_secret_type_to_class().values()]
if sys.argv[2:]:
    names = [each for each in names if "Entropy" not in each]
    settings = transient_settings({"plugins_used": [{"name": each} for each in names]})
else:
    settings = default_settings()
with settings:
    print(json.dumps([(each.line_number, each.type, each.secret_value) for each in scan_file(sys.argv[1])]))
"""
_DATAFOG = """
import json, sys
import datafog
kinds = ["EMAIL", "PHONE", "CREDIT_CARD", "IP_ADDRESS"]
found = []
for number, line in enumerate(open(sys.argv[1], encoding="utf-8"), 1):
    found += [(number, each.type, each.text) for each in datafog.scan(line, entity_types=kinds).entities]
print(json.dumps(found))
"""
VERSIONS = {"detect-secrets": "1.5.0", "datafog": "4.9.0", "gitleaks": "8.30.0"}


def peers(folder: Path) -> dict[str, Callable[[Path], Found]]:
    """Install what can be installed here; gives, by name, what is asked."""
    python = folder / "venv/bin/python"
    if not python.exists():
        venv.create(folder / "venv", with_pip=True)
        wanted = [f"{name}=={VERSIONS[name]}" for name in ("detect-secrets", "datafog")]
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted], check=True)
    found: dict[str, Callable[[Path], Found]] = {
        "detect-secrets": lambda path: _python(python, _DETECT_SECRETS, path),
        "detect-secrets without entropy": lambda path: _python(python, _DETECT_SECRETS, path, "fewer"),
        "datafog": lambda path: _python(python, _DATAFOG, path),
    }
    if shutil.which("go"):
        _go(folder)
        found["gitleaks"] = lambda path: _gitleaks(folder / "gitleaks", path)
    else:
        tell("gitleaks is left out: there is no Go here to build it with")
    return found


def _python(python: Path, program: str, *arguments: str | Path) -> Found:
    quiet = {**os.environ, "DATAFOG_NO_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    done = subprocess.run([python, "-c", program, *arguments], check=True, capture_output=True, text=True, env=quiet)
    return _by_line(json.loads(done.stdout))


def _go(folder: Path) -> None:
    if not (folder / "gitleaks").exists():
        environment = {**os.environ, "GOBIN": str(folder.resolve())}
        package = f"github.com/zricethezav/gitleaks/v8@v{VERSIONS['gitleaks']}"
        subprocess.run(["go", "install", package], check=True, env=environment)


def _gitleaks(program: Path, path: Path) -> Found:
    command: list[str | Path] = [program, "dir", path, "--no-banner", "--exit-code", "0", "-f", "json", "-r", "-"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return _by_line([(each["StartLine"], each["RuleID"], each["Secret"]) for each in json.loads(done.stdout)])


def _by_line(found: list[tuple[int, str, str]]) -> Found:
    lines: Found = {}
    for number, kind, text in found:
        lines.setdefault(number, []).append((kind, text))
    return lines
