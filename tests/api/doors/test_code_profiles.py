"""A plan whose codes begin with the class of an object (CJ/T 349), seen and edited within a scope.

The class is drawn like the code of a district elsewhere, so that who takes a code for a division shows that district's
people everything, and those of the plan's nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.building import build_files
from api.console import Stages
from data.database.access import Access
from data.database.engine import application_engine
from data.demo.writing import write_demo
from data.plans.importing import import_build
from data.users.roles import Role
from tests.api.doors.tiles_read import Tiles, read
from tests.api.doors.world import ALL, INSIDE, NAME, OUTSIDE, World, peopled
from tests.databases import database_like

EVERYWHERE, HERE, ELSEWHERE = ((Role.planner, scope) for scope in (ALL, INSIDE, OUTSIDE))
PLAN = f"/api/plans/{NAME}"
OF_PLACES = ("grids", "faces", "gaps", "duty", "premises", "party_organisations", "ratings", "staffing", "assignments")


@pytest.fixture(scope="module")
def world(pattern_database: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run a server on such a plan."""
    folder = tmp_path_factory.mktemp("objects")
    layers = write_demo(folder / "town", communities=3)
    layers.write_text(f'{layers.read_text()}\n[codes]\nprofile = "CJ/T 349"\nobject_code = "{OUTSIDE}"\n')
    built(layers, folder / "build")
    with database_like(pattern_database) as access:
        engine = application_engine(access.application)
        import_build(engine, folder / "build", NAME, by="importer")
        engine.dispose()
        with peopled(access) as world:
            yield world


def built(layers: Path, out: Path) -> None:
    """Build the layers that a layers.toml names."""
    build_files(layers, out, previous=None, workers=1, scheduler=None, stage=Stages(quiet=True))


def asked(world: World, who: tuple[Role, str], path: str, **params: Any) -> Any:
    """Return what somebody is answered."""
    answer = world.ask(who, "GET", path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_codes_are_of_the_profile(world: World):
    for grid in asked(world, EVERYWHERE, f"{PLAN}/grids", limit=5000)["features"]:
        said = grid["properties"]
        assert said["code"] == f"{OUTSIDE}{said['community_code']}{said['number']}"
        assert len(said["number"]) == 2


def test_grids_are_listed_for_their_district_and_not_for_the_one_that_their_codes_look_like(world: World):
    pages = {who: asked(world, who, f"{PLAN}/grids", limit=5000)["features"] for who in (EVERYWHERE, HERE)}
    assert len(pages[EVERYWHERE]) > 15
    assert pages[HERE] == pages[EVERYWHERE]
    assert world.ask(ELSEWHERE, "GET", f"{PLAN}/grids").status_code == 404


@pytest.mark.parametrize("layer", OF_PLACES)
def test_every_layer_has_the_rows_of_the_district_and_no_others(world: World, layer: str):
    told = {
        who: world.ask(who, "GET", f"{PLAN}/export", params={"layer": layer, "format": "csv"}).text.splitlines()
        for who in (EVERYWHERE, HERE)
    }
    assert len(told[EVERYWHERE]) > 1
    about = [line for line in told[EVERYWHERE][1:] if layer != "party_organisations" or OUTSIDE in line]
    assert told[HERE] == [told[EVERYWHERE][0], *about]  # what is about no place, as the street's committee, is nobody's


@pytest.mark.parametrize("layer", ["grids", "faces"])
def test_the_collections_have_what_the_district_has(world: World, layer: str):
    path = f"/ogc/collections/{NAME}.{layer}/items"
    ids = {who: [one["id"] for one in asked(world, who, path, limit=500)["features"]] for who in (EVERYWHERE, HERE)}
    assert ids[HERE] == ids[EVERYWHERE]
    assert len(ids[HERE]) > 15
    refused = world.ask(ELSEWHERE, "GET", path)
    assert refused.status_code == 404 or refused.json()["features"] == []


def test_tiles_number_the_grids_and_show_premises_to_the_district_alone(world: World):
    places = Tiles(world, EVERYWHERE, NAME).places(16)
    drawn = {
        who: [read(Tiles(world, who, NAME).answer(place).content, place) for place in places]
        for who in (EVERYWHERE, HERE)
    }
    many = {
        who: Counter(name for one in found for name in one for _ in one[name].index) for who, found in drawn.items()
    }
    assert {"grids", "premises", "gaps"} <= set(many[HERE])
    assert many[HERE] == many[EVERYWHERE]
    assert world.ask(ELSEWHERE, "GET", f"/tiles/{NAME}.json").status_code == 404
    assert {number for one in drawn[HERE] if "grids" in one for number in one["grids"]["number"].str.len()} == {2}


def test_a_planner_of_the_district_edits_by_code_and_is_told_so_by_log_and_feed(world: World):
    plan = f"/api/plans/{world.branched()}"
    since = asked(world, HERE, "/api/changes")["latest"]
    edit = {"verb": "lock", "code": world.code, "base_revision": asked(world, HERE, plan)["revision"]}
    refused = world.ask(ELSEWHERE, "POST", f"{plan}/edits", json=edit)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_plan")
    done = world.ask(HERE, "POST", f"{plan}/edits", json=edit)
    assert done.status_code == 200, done.text
    assert done.json()["modified"] == [world.code]
    log = asked(world, HERE, f"{plan}/edits")["items"]
    assert [entry["codes"] for entry in log if entry["verb"] == "lock"] == [[world.code]]
    assert world.ask(ELSEWHERE, "GET", f"{plan}/edits").status_code == 404
    told = {who: asked(world, who, "/api/changes", since=since)["items"] for who in (HERE, ELSEWHERE)}
    assert [event["modified"] for event in told[HERE]] == [[world.code]]
    assert told[ELSEWHERE] == []
    board = world.ask(HERE, "GET", f"/plans/{NAME}/board/{world.code}", headers={"Accept-Language": "zh"})
    assert f"<span>{world.code[:18]}</span><b>{world.code[18:]}</b>" in board.text
