"""An address that never prints its password."""

from __future__ import annotations

import json
import logging
import pickle
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from data.database.engine import address, application_engine
from data.database.url import DatabaseURL
from data.settings import read_settings
from geo.errors import InputError

SECRET = "sesame"
URL = f"postgresql://planner:{SECRET}@db.street.cn:6543/plans?sslmode=require"


def test_no_way_of_printing_shows_the_password(caplog: pytest.LogCaptureFixture):
    url = DatabaseURL(URL)
    settings = read_settings({"ONEGRID_DATABASE_URL": URL})
    logging.getLogger("any").warning("%s %r", url, url)
    shown = [
        str(url), repr(url), f"{url}", f"{url!r}", str([url]), str({"url": url}), caplog.text, url.place,
        str(settings), repr(settings), settings.model_dump_json(), json.dumps(settings.model_dump(mode="json")),
        str(vars(settings)), str(application_engine(url)), str(address(url)), str(url.as_user("onegrid_app").text),
    ]  # fmt: skip
    assert [text for text in shown if SECRET in text] == []
    assert settings.database_url == url


def test_the_parts_are_what_libpq_reads():
    url = DatabaseURL(URL)
    assert (url.user, url.place) == ("planner", "db.street.cn:6543/plans")
    assert conninfo_to_dict(url.in_database("other ø").libpq) == {
        "user": "planner", "password": SECRET, "host": "db.street.cn", "port": "6543", "dbname": "other ø",
        "sslmode": "require",
    }  # fmt: skip
    assert "password" not in conninfo_to_dict(url.as_user("a@b").libpq)
    assert conninfo_to_dict(url.as_user("a@b").libpq)["user"] == "a@b"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_usual_schemes_reach_psycopg_and_sqlalchemy(scheme: str):
    url = DatabaseURL(f"{scheme}://u@h/d")
    assert conninfo_to_dict(url.libpq) == {"user": "u", "host": "h", "dbname": "d"}
    assert address(url).drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    "wrong",
    ["mysql://u:sesame@h/d", "sesame", "postgresql://u:sesame@h", "postgresql://u:sesame@h:port/d", "sqlite:///sesame"],
)
def test_what_is_no_address_is_refused_without_repeating_it(wrong: str):
    with pytest.raises(InputError) as refused:
        DatabaseURL(wrong)
    assert SECRET not in str(refused.value)
    assert "postgresql://user:password@host:5432/database" in str(refused.value)
    with pytest.raises(InputError, match="ONEGRID_DATABASE_URL: a database's address is written") as refused:
        read_settings({"ONEGRID_DATABASE_URL": wrong})
    assert SECRET not in str(refused.value)


def test_a_server_that_is_not_there_is_one_line_without_the_password(tmp_path: Path):
    from data.database.access import reached
    from data.database.status import status

    for place in ("localhost:1/plans", f"/plans?host={tmp_path}"):
        settings = read_settings({"ONEGRID_DATABASE_URL": f"postgresql://planner:{SECRET}@{place}"})
        with reached(settings) as access, pytest.raises(InputError) as refused:
            status(access)
        message = str(refused.value)
        assert message.startswith("cannot reach the database ")
        assert message.endswith("; check ONEGRID_DATABASE_URL")
        assert "\n" not in message
        assert SECRET not in message


def test_addresses_are_values():
    assert DatabaseURL(URL) == DatabaseURL(URL)
    assert len({DatabaseURL(URL), DatabaseURL(URL)}) == 1
    assert pickle.loads(pickle.dumps(DatabaseURL(URL))) == DatabaseURL(URL)
