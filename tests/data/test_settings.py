"""Settings from the environment: known names only, the command line first, no secret repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.settings import SECRETS, Settings, default_data_dir, read_settings
from geo.errors import InputError


def test_nothing_set_is_the_private_cluster_in_the_users_own_place():
    settings = read_settings({"PATH": "/bin", "ONEGRID_DATABASE_URL": ""})
    assert settings == Settings(data_dir=default_data_dir())
    assert settings.database_url is None
    assert settings.data_dir.is_absolute()


def test_the_command_line_wins_over_the_environment():
    environment = {"ONEGRID_DATA_DIR": "/srv/多网 合一"}
    assert read_settings(environment).data_dir == Path("/srv/多网 合一")
    assert read_settings(environment, data_dir=Path("here")).data_dir == Path("here")


def test_a_name_that_is_not_known_is_refused_with_the_nearest():
    with pytest.raises(InputError, match=r"^ONEGRID_DATADIR is no setting; did you mean ONEGRID_DATA_DIR\?$"):
        read_settings({"ONEGRID_DATADIR": "/srv"})
    with pytest.raises(InputError, match=r"^ONEGRID_X is no setting; the settings are ONEGRID_DATA_DIR, "):
        read_settings({"ONEGRID_X": "1"})


def test_names_in_another_case_are_not_ours():
    assert read_settings({"onegrid_data_dir": "/srv"}).data_dir == default_data_dir()


def test_every_setting_is_documented():
    told = Path("docs/operations.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"ONEGRID_{name.upper()}" not in told] == []


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        read_settings({}).data_dir = Path("/elsewhere")


def test_a_secret_may_stand_in_a_file(tmp_path: Path):
    path = tmp_path / "secret"
    path.write_text("postgresql://li:sesame@db/onegrid\n")
    name = "ONEGRID_DATABASE_URL_FILE"
    given = read_settings({name: str(path)}).database_url
    assert given is not None
    assert given.text == "postgresql://li:sesame@db/onegrid"
    with pytest.raises(InputError, match=r"^ONEGRID_DATABASE_URL and ONEGRID_DATABASE_URL_FILE are both set"):
        read_settings({name: str(path), "ONEGRID_DATABASE_URL": "postgresql://db/onegrid"})
    with pytest.raises(InputError, match=rf"^{name}: cannot read {path}.not: no such file or directory$"):
        read_settings({name: f"{path}.not"})
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match=rf"^{name}: cannot read {path}: no utf-8 text$"):
        read_settings({name: str(path)})
    with pytest.raises(InputError, match=r"^ONEGRID_LOG_LEVEL_FILE is no setting; "):
        read_settings({"ONEGRID_LOG_LEVEL_FILE": str(path)})


def test_every_secret_is_a_type_that_hides_itself():
    hidden = {"database_url", "database_admin_url", "database_read_url"} | {
        name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
    }
    assert {f"ONEGRID_{name.upper()}" for name in hidden} == set(SECRETS)
    *addresses, secret = SECRETS
    said = dict.fromkeys(addresses, "postgresql://li:sesame@db/d") | {secret: "sesame"}
    assert "sesame" not in repr(read_settings(said))
