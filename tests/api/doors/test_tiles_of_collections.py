"""Tiles of one collection, as OGC API Tiles links them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from data.database.access import Access
from data.plans.tiles_layers import LAYERS
from data.users.roles import Role
from tests.api.doors.tiles_read import Tiles, read
from tests.api.doors.world import INSIDE, NAME, World, peopled
from tests.databases import database_like

VIEWER = (Role.viewer, INSIDE)
ZOOM = 15


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


@pytest.fixture(scope="module")
def place(world: World) -> tuple[int, int, int]:
    """Return the tile in the middle of the plan."""
    places = Tiles(world, VIEWER, NAME).places(ZOOM)
    return places[len(places) // 2]


def test_a_collections_tiles_hold_its_layer_alone_and_all_together_are_the_plans_tile(
    world: World, place: tuple[int, int, int]
):
    zoom, column, row = place
    address = f"/tiles/{NAME}/{zoom}/{column}/{row}.mvt"
    whole = world.ask(VIEWER, "GET", address).content
    parts = {name: world.ask(VIEWER, "GET", address, params={"layer": name}).content for name in LAYERS}
    assert sum(map(len, parts.values())) == len(whole)
    assert all(part in whole for part in parts.values())
    for name, part in parts.items():
        assert list(read(part, place)) == ([name] if part else [])
    assert len([part for part in parts.values() if part]) > 3


def test_the_tileset_of_a_collection_links_to_tiles_of_its_own(world: World, place: tuple[int, int, int]):
    listed = world.ask(VIEWER, "GET", f"/ogc/collections/{NAME}.grids/tiles/WebMercatorQuad").json()
    link = next(one["href"] for one in listed["links"] if one["rel"] == "item")
    filled = link.replace("{tileMatrix}", "{}").replace("{tileCol}", "{}").replace("{tileRow}", "{}").format(*place)
    parts = urlsplit(filled)
    answer = world.ask(VIEWER, "GET", f"{parts.path}?{parts.query}")
    assert answer.status_code == 200
    again = world.ask(VIEWER, "GET", f"{parts.path}?{parts.query}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert b"grids" in answer.content
    assert b"divisions" not in answer.content


def test_a_layer_that_no_tile_has_is_not_found(world: World, place: tuple[int, int, int]):
    zoom, column, row = place
    answer = world.ask(VIEWER, "GET", f"/tiles/{NAME}/{zoom}/{column}/{row}.mvt", params={"layer": "residents"})
    assert answer.status_code == 404
    assert "residents" in answer.text
