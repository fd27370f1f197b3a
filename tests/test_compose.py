"""compose.yaml, the Dockerfile and what they say, against the program; no Docker runs here."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from api.command_line import app as group
from data.database.access import Access
from data.settings import IN_FILE, PREFIX, SECRETS, Settings
from tests.api.doors.world import opened
from tests.api.running import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("upgrade", "server")
COPIED = [
    name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE) for name in line.split()
]
"""What the image is made of."""
NAMES = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{name}{IN_FILE}" for name in SECRETS}


@pytest.mark.parametrize("service", OURS)
def test_what_a_service_is_told_are_settings(service: str):
    told = SERVICES[service]["environment"]
    assert set(told) <= NAMES | {"TZ"}
    assert set(told) & set(SECRETS) == set()  # in files, not for all to see
    files = {value.removeprefix("/run/secrets/") for name, value in told.items() if name.endswith(IN_FILE)}
    assert files == set(SERVICES[service]["secrets"]) <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("service", OURS)
def test_a_day_begins_at_midnight_in_china(service: str):
    assert SERVICES[service]["environment"]["TZ"] == "${TZ:-Asia/Shanghai}"
    assert "TZ=Asia/Shanghai\n" in DOCKERFILE


def test_what_the_image_is_told_are_settings():
    assert set(re.findall(r"\bONEGRID_[A-Z_]+(?==)", DOCKERFILE)) <= NAMES


@pytest.mark.parametrize("service", OURS)
def test_a_service_runs_a_command_there_is_with_no_right_that_it_does_not_need(service: str):
    said = SERVICES[service]
    command, *rest = said["command"]
    assert command in [one.name or one.callback.__name__ for one in group.registered_commands] + [
        one.name for one in group.registered_groups
    ]
    assert rest in ([], ["upgrade"])
    assert (said["read_only"], said["cap_drop"], said["user"]) == (True, ["ALL"], "10001:10001")
    assert said["security_opt"] == ["no-new-privileges:true"]
    assert "USER 10001\n" in DOCKERFILE
    assert said["volumes"] == ["kept:/var/lib/onegrid"]
    assert "ONEGRID_DATA_DIR=/var/lib/onegrid" in DOCKERFILE


def test_the_database_is_reached_from_inside_alone_and_the_server_from_this_machine():
    assert "ports" not in SERVICES["database"]
    assert SERVICES["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert [port.partition(":")[0] for port in SERVICES["server"]["ports"]] == ["127.0.0.1"]


def test_the_server_needs_no_address_but_the_applications_own(database: Access):
    assert SERVICES["server"]["secrets"] == ["database_url"]
    assert f"CREATE ROLE {database.application.user} " in COMPOSE["configs"]["application_role"]["content"]
    with opened(replace(database, administrator=database.application)) as client:
        assert client.get("/readyz").json() == {"status": "ok"}


def test_whoever_is_stopped_has_the_time_to_finish_what_runs():
    waits_s = int(SERVICES["server"]["environment"]["ONEGRID_SHUTDOWN_S"])
    assert int(SERVICES["server"]["stop_grace_period"].removesuffix("s")) > waits_s


def test_the_programs_for_backups_are_of_the_databases_version():
    (major,) = re.findall(r"postgis/postgis:(\d+)-", SERVICES["database"]["image"])
    assert f"postgresql-client-{major}" in DOCKERFILE


def test_all_that_is_named_is_there():
    mounted = {name for service in SERVICES.values() for name in service["secrets"]}
    assert mounted == set(COMPOSE["secrets"])
    assert {one["source"] for one in SERVICES["database"]["configs"]} == set(COMPOSE["configs"])
    volumes = {volume.partition(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert volumes == set(COMPOSE["volumes"])
    assert [name for name in COPIED if not (ROOT / name).exists()] == []


def test_the_image_gets_all_of_the_program_and_none_of_the_rest():
    kept = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert kept[0] == "**"
    assert {name.split("/")[0] for name in COPIED} == {line[1:] for line in kept if line.startswith("!")}
