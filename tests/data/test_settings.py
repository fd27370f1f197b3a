"""Settings from the environment: known names only, the command line first, no secret repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.settings import Settings, default_data_dir, read_settings
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
