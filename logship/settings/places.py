"""Where a daemon's state folder is and where it listens, for commands that read no other setting; loads but ``re``."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

IMAGE_STATE_DIR: Final = "/var/lib/logship"
LISTEN: Final = "LOGSHIP_LISTEN"
LISTEN_DEFAULT: Final = "[::]:8687"
STATE_DIR: Final = "LOGSHIP_STATE_DIR"
SECRETS_DIR: Final = "LOGSHIP_SECRETS_DIR"
SECRETS_DIR_DEFAULT: Final = "/run/secrets/logship"
_PORT_MAX: Final = 65535
_PATH_MAX: Final = 4096


def parse_listen(text: str) -> tuple[str, int]:
    """Read ``[::]:8687``, ``127.0.0.1:0`` or ``:8687`` as (host, port); ``::`` is every address of both kinds.

    Raises :class:`ValueError` as the functions of :mod:`logship.settings.parsing` do.
    """
    host, colon, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    number = int(port) if re.fullmatch(r"\d{1,5}", port, re.ASCII) else _PORT_MAX + 1
    if not colon or number > _PORT_MAX or (":" in bare and bare == host) or set(bare) & set("[]/ "):
        message = "is not an address; write [::]:8687 or 127.0.0.1:8687"
        raise ValueError(message)
    return bare or "::", number


def default_state_dir(environ: Mapping[str, str], image: str = IMAGE_STATE_DIR) -> str:
    """Give the image's state folder if it can be written, else the user's; empty if there is no home."""
    if os.access(image, os.W_OK | os.X_OK):
        return image
    state = environ.get("XDG_STATE_HOME", "")
    if state.startswith("/"):
        return str(Path(state) / "logship")
    home = environ.get("HOME", "")
    return str(Path(home) / ".local/state/logship") if home.startswith("/") and home != "/" else ""


def state_dir_of(environ: Mapping[str, str]) -> str:
    """Find the state folder as a daemon without flags would: variable, file of the secrets folder, default.

    Empty if there is none. What is odd about the settings is for those to say who read them all.
    """
    return environ.get(STATE_DIR, "").strip() or _in_secrets_dir(environ) or default_state_dir(environ)


def _in_secrets_dir(environ: Mapping[str, str]) -> str:
    folder = Path(environ.get(SECRETS_DIR, "").strip() or SECRETS_DIR_DEFAULT)
    for name in (STATE_DIR, STATE_DIR.lower(), "state_dir", "STATE_DIR"):
        try:
            with (folder / name).open(encoding="utf-8") as file:
                return file.read(_PATH_MAX).strip()
        except (OSError, ValueError):
            continue
    return ""
