"""Places by their names, against the layers that are exported."""

from __future__ import annotations

from collections.abc import Iterator
from csv import DictReader
from io import StringIO
from typing import Any

import pytest
import shapely

from data.database.access import Access
from data.users.roles import Role
from tests.api.doors.world import ALL, INSIDE, NAME, OUTSIDE, World, peopled
from tests.databases import database_like

VIEWER, STRANGER, SUPERVISOR = (Role.viewer, INSIDE), (Role.viewer, OUTSIDE), (Role.supervisor, ALL)
PLAN = f"/api/plans/{NAME}"
NEAR = 2e-6
"""In degrees: a tile's unit at zoom 17 is 7 cm."""


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


def named(world: World, text: str, who: tuple[Role, str] = VIEWER) -> list[dict[str, Any]]:
    """Ask for the places that a text means."""
    answer = world.ask(who, "GET", f"{PLAN}/places", params={"q": text, "limit": 100})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def exported(world: World, layer: str) -> list[dict[str, Any]]:
    """Return the features of a layer that have a name."""
    answer = world.ask(SUPERVISOR, "GET", f"{PLAN}/export", params={"layer": layer})
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["features"] if one["properties"]["name"]]


@pytest.mark.parametrize(("layer", "called"), [("units", None), ("facilities", "facility"), ("roads", "road")])
def test_whatever_has_a_name_is_found_where_it_lies(world: World, layer: str, called: str | None):
    features = exported(world, layer)
    assert features
    for feature in features:
        said, land = feature["properties"], shapely.geometry.shape(feature["geometry"])
        found = [one for one in named(world, said["name"]) if one["layer"] == (called or said["layer"])]
        around = [shapely.box(*one["bounds"]).buffer(NEAR) for one in found if one["name"] == said["name"]]
        assert any(shapely.covers(box, land) for box in around), said["name"]


def test_premises_of_several_grids_are_one_place(world: World):
    answer = world.ask(SUPERVISOR, "GET", f"{PLAN}/export", params={"layer": "premises", "format": "csv"})
    names = {row["name"] for row in DictReader(StringIO(answer.text.removeprefix("\ufeff")))}
    assert names
    for name in names:
        found = [one for one in named(world, name) if (one["layer"], one["name"]) == ("premises", name)]
        assert len({tuple(one["bounds"]) for one in found}) == len(found)


def test_names_that_begin_with_a_text_come_first_and_none_is_shown_beyond_a_scope(world: World):
    text = exported(world, "units")[0]["properties"]["name"][:1]
    begins = [one["name"].startswith(text) for one in named(world, text)]
    assert begins[0]
    assert begins == sorted(begins, reverse=True)
    strange = world.ask(STRANGER, "GET", f"{PLAN}/places", params={"q": text})
    assert strange.status_code == 404 or not [one for one in strange.json()["items"] if one["layer"] != "road"]
