from pathlib import Path

import pytest

from logship.settings.loading import load
from logship.settings.places import state_dir_of


@pytest.mark.parametrize("name", ["LOGSHIP_STATE_DIR", "logship_state_dir", "state_dir", "STATE_DIR"])
def test_the_state_folder_is_where_all_settings_say_it_is(tmp_path: Path, name: str) -> None:
    """Found without reading them: the variable wins over the secrets folder, whatever the file is called."""
    environ = {"LOGSHIP_SECRETS_DIR": str(tmp_path / "secrets"), "HOME": str(tmp_path)}
    (tmp_path / "secrets").mkdir()
    assert state_dir_of(environ) == load({}, environ).config.state_dir
    (tmp_path / "secrets" / name).write_text(f"{tmp_path}/a\n")
    assert state_dir_of(environ) == load({}, environ).config.state_dir == f"{tmp_path}/a"
    environ["LOGSHIP_STATE_DIR"] = f" {tmp_path}/b"
    assert state_dir_of(environ) == load({}, environ).config.state_dir == f"{tmp_path}/b"


def test_no_home_is_no_folder(tmp_path: Path) -> None:
    """Bytes that are no text are nobody's folder, either."""
    (tmp_path / "state_dir").write_bytes(b"\xff")
    found = state_dir_of({"LOGSHIP_SECRETS_DIR": str(tmp_path)})
    assert found in {"", "/var/lib/logship"}
