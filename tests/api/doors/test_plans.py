"""Plans over HTTP: what is read, edited and exported, against what the plan itself says."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import pytest
import shapely

from data.database.access import Access
from data.users.roles import Role
from tests.api.doors.world import ADMIN, ALL, INSIDE, NAME, World, peopled
from tests.databases import database_like

PLANNER, VIEWER, SUPERVISOR = (Role.planner, INSIDE), (Role.viewer, INSIDE), (Role.supervisor, ALL)
PLAN = f"/api/plans/{NAME}"


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


def every_grid(world: World, plan: str = PLAN, **params) -> list[dict]:
    """Read all grids of a plan, page by page."""
    grids, path = [], f"{plan}/grids?limit=7"
    while path:
        answer = world.ask(VIEWER, "GET", path, **({"params": params | {"limit": 7}} if params and not grids else {}))
        assert answer.status_code == 200, answer.text
        grids += answer.json()["features"]
        path = answer.json()["next"]
    return grids


def across(feature: dict) -> dict:
    """Draw a line across a grid from west to east, as GeoJSON."""
    land = shapely.geometry.shape(feature["geometry"])
    west, _, east, _ = land.bounds
    y = shapely.point_on_surface(land).y
    return {"type": "LineString", "coordinates": [[west - 1e-4, y], [east + 1e-4, y]]}


def largest(grids: list[dict]) -> dict:
    """Return the largest grid of one part where people live."""
    homes = [one for one in grids if one["properties"]["households"] and one["properties"]["parts"] == 1]
    return max(homes, key=lambda one: one["properties"]["area_m2"])


def test_pages_of_grids_are_the_plan_as_geojson_of_rfc_7946(world: World):
    grids = every_grid(world)
    codes = [one["properties"]["code"] for one in grids]
    assert codes == sorted(set(codes))
    assert len(codes) == world.ask(ADMIN, "GET", PLAN).json()["counts"]["grids"]
    land = np.array([shapely.geometry.shape(one["geometry"]) for one in grids])
    assert shapely.coverage_is_valid(land)  # nine decimals keep the edges matched
    shells = shapely.get_exterior_ring(shapely.get_parts(land))
    assert shapely.is_ccw(shells).all()
    west, south, east, north = world.ask(VIEWER, "GET", PLAN).json()["extent"]
    assert np.allclose(shapely.total_bounds(land), [west, south, east, north], atol=1e-5)


def test_a_box_and_words_choose_grids(world: World):
    grids = every_grid(world)
    one = grids[len(grids) // 2]
    box = shapely.geometry.shape(one["geometry"]).point_on_surface().buffer(1e-7).bounds
    found = every_grid(world, bbox=",".join(f"{value:.9f}" for value in box))
    assert one["id"] in {each["id"] for each in found}
    assert len(found) < len(grids)
    assert [each["id"] for each in every_grid(world, q=one["id"])] == [one["id"]]


@pytest.mark.parametrize("name", ["2027 草案", "100%?#&+", 'a"b\\c'])
def test_a_plan_that_is_made_is_answered_with_where_it_is(world: World, name: str):
    made = world.ask(PLANNER, "POST", "/api/plans", json={"name": name, "from": NAME})
    assert made.status_code == 201, made.text
    where = made.headers["location"]
    assert where == f"/api/plans/{quote(name, safe='')}"
    assert world.ask(PLANNER, "GET", where).json() == made.json() | {"name": name}
    described = world.client.get("/api/openapi.json").json()["paths"]["/api/plans"]["post"]["responses"]["201"]
    assert "Location" in described["headers"]
    assert described["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/PlanShown"}


def test_a_trial_writes_nothing_and_the_edit_does_once_under_a_key(world: World):
    plan = f"/api/plans/{world.branched()}"
    grid = largest(every_grid(world, plan))
    before = world.ask(PLANNER, "GET", plan).json()["revision"]
    edit = {"verb": "split", "code": grid["id"], "line": across(grid), "base_revision": before}
    tried = world.ask(PLANNER, "POST", f"{plan}/edits", params={"dry_run": True}, json=edit)
    assert tried.status_code == 200, tried.text
    assert world.ask(PLANNER, "GET", plan).json()["revision"] == before
    keyed = {"headers": {"Idempotency-Key": "once"}, "json": edit}
    done, again = (world.ask(PLANNER, "POST", f"{plan}/edits", **keyed) for _ in range(2))
    assert done.status_code == 200, done.text
    assert again.json() == done.json()
    assert done.json()["revision"] == before + 1 == world.ask(PLANNER, "GET", plan).json()["revision"]
    told = {one["code"]: one for one in done.json()["metrics"]}
    made = done.json()["created"][0]
    assert told[made]["before"] is None
    homes = [told[code]["after"]["households"] or 0 for code in (made, grid["id"])]
    assert sum(homes) == grid["properties"]["households"]
    assert [one["properties"] for one in done.json()["moved"]["features"]] == [{"from": grid["id"], "to": made}]
    assert (
        world.ask(PLANNER, "POST", f"{plan}/undo", json={"base_revision": before + 1}).json()["undone"]["verb"]
        == "split"
    )
    assert {one["id"] for one in every_grid(world, plan)} == {one["id"] for one in every_grid(world)}


def test_a_malformed_edit_is_told_what_is_wrong_with_the_verb_that_it_names(world: World):
    path = f"/api/plans/{world.branched()}/edits"

    def wrong(asked: object) -> dict[str, str]:
        answer = world.ask(PLANNER, "POST", path, json=asked)
        assert answer.status_code == 422, answer.text
        return {one["where"]: one["wrong"] for one in answer.json()["errors"]}

    split = {"verb": "split", "code": "1", "line": [[102.0, 25.0], [102.1, 25.1]], "base_revision": 0}
    assert wrong(split | {"code": 530102001001001}) == {"body.code": "must be a text"}
    assert wrong(split | {"line": {"type": "LineString", "coordinates": [[102.0, "x"], [102.1, 25.1]]}}) == {
        "body.line.0.1": "must be a number"
    }
    assert wrong({"verb": "lock", "split": 1}) == {
        "body.code": "is missing",
        "body.base_revision": "is missing",
        "body.split": "is not known here",
    }
    for verb in ("cut", 5, None, [], {}):
        [(place, said)] = wrong(split | {"verb": verb}).items()
        assert place == "body"
        assert "'split', 'merge', 'reshape'" in said or "'verb' is missing" in said
    assert "'split', 'merge', 'reshape'" in wrong(split | {"verb": "cut"})["body"]
    assert wrong({"code": "1"}) == {"body": "'verb' is missing"}
    assert wrong([]) == {"body": "must be a JSON object"}


def test_an_edit_with_latitude_before_longitude_or_in_metres_is_told_so_in_one_line(world: World):
    path = f"/api/plans/{world.branched()}/edits"
    split = {"verb": "split", "code": world.code, "base_revision": 0}
    vertex = {"verb": "move_vertex", "from": [25.0, 102.0], "to": [25.1, 102.1], "base_revision": 0}
    swapped = "102 is no latitude (-90 to 90); positions are longitude, latitude in degrees: are the two swapped?"
    for asked, said in (
        (split | {"line": [[25.0, 102.0], [25.1, 102.1]]}, swapped),
        (split | {"line": {"type": "LineString", "coordinates": [[25.0, 102.0], [25.1, 102.1]]}}, swapped),
        (vertex, swapped),
        (split | {"line": [[34512345, 2767890], [34512445, 2767890]]}, "these look like metres of EPSG:"),
    ):
        answer = world.ask(PLANNER, "POST", path, json=asked, params={"dry_run": True})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_input"), answer.text
        assert said in answer.json()["detail"]
        told = world.ask(PLANNER, "POST", path, json=asked, headers={"Accept-Language": "zh"}).json()["detail"]
        assert "位置应为经度、纬度" in told


def test_undo_and_redo_sent_again_under_their_key_take_back_one_edit(world: World):
    plan = f"/api/plans/{world.branched()}"
    path = f"{plan}/grids/{world.code}"
    for name in ("一", "二", "三"):
        assert world.ask(PLANNER, "PATCH", path, json={"name": name}).status_code == 200
    head = world.ask(PLANNER, "GET", plan).json()["revision"]
    for verb, name in (("undo", "二"), ("redo", "三")):
        sent = {"headers": {"Idempotency-Key": f"{verb} once"}, "json": {"base_revision": head}}
        done, again = (world.ask(PLANNER, "POST", f"{plan}/{verb}", **sent) for _ in range(2))
        assert done.status_code == 200, done.text
        assert again.json() == done.json()
        head += 1
        assert done.json()["revision"] == head == world.ask(PLANNER, "GET", plan).json()["revision"]
        assert world.ask(PLANNER, "GET", path).json()["properties"]["name"] == name
    other = world.ask(PLANNER, "POST", f"{plan}/undo", **sent)
    assert other.status_code == 422
    assert "Idempotency-Key was used for another" in other.json()["detail"]
    described = world.client.get("/api/openapi.json").json()["paths"]
    keyed = {
        (where, method)
        for where, methods in described.items() for method, said in methods.items()
        if "Idempotency-Key" in {one["name"] for one in said.get("parameters", ())}
    }  # fmt: skip
    writes = {(f"/api/plans/{{plan}}/{verb}", "post") for verb in ("edits", "undo", "redo")}
    assert keyed == {*writes, ("/api/plans/{plan}/grids/{code}", "patch")}


def test_an_undo_on_a_revision_before_the_edit_is_stale(world: World):
    plan = f"/api/plans/{world.branched()}"
    path = f"{plan}/grids/{world.code}"
    base = world.ask(PLANNER, "GET", plan).json()["revision"]
    assert world.ask(PLANNER, "PATCH", path, json={"name": "一"}).status_code == 200
    sent = {"headers": {"Idempotency-Key": "undo one"}, "json": {"base_revision": base}}
    for _ in range(2):
        answer = world.ask(PLANNER, "POST", f"{plan}/undo", **sent)
        assert answer.status_code == 409, answer.text
        assert (answer.json()["code"], answer.json()["grids"]) == ("stale_revision", [world.code])
    assert world.ask(PLANNER, "GET", path).json()["properties"]["name"] == "一"
    undone = world.ask(PLANNER, "POST", f"{plan}/undo", json={"base_revision": base + 1})
    assert undone.status_code == 200, undone.text
    again = world.ask(PLANNER, "POST", f"{plan}/redo", json={"base_revision": base + 1})
    assert again.status_code == 409, again.text
    assert (again.json()["code"], again.json()["grids"]) == ("stale_revision", [world.code])
    assert world.ask(PLANNER, "POST", f"{plan}/redo", json={"base_revision": base + 2}).status_code == 200
    assert world.ask(PLANNER, "GET", path).json()["properties"]["name"] == "一"


def test_a_change_of_a_grid_sent_again_under_its_key_is_answered_as_it_was(world: World):
    plan = f"/api/plans/{world.branched()}"
    path = f"{plan}/grids/{world.code}"
    known = {"Idempotency-Key": "named once", "If-Match": world.ask(PLANNER, "GET", path).headers["etag"]}
    done, again = (world.ask(PLANNER, "PATCH", path, headers=known, json={"name": "新名"}) for _ in range(2))
    assert done.status_code == 200, done.text
    assert (again.status_code, again.json()) == (200, done.json())
    assert world.ask(PLANNER, "GET", plan).json()["revision"] == done.json()["revision"]
    assert world.ask(PLANNER, "PATCH", path, headers=known, json={"name": "另名"}).status_code == 422
    assert world.ask(PLANNER, "GET", path).json()["properties"]["name"] == "新名"


def test_who_has_it_already_is_told_so_and_who_has_an_old_one_changes_nothing(world: World):
    path = f"/api/plans/{world.branched()}/grids/{world.code}"
    first = world.ask(PLANNER, "GET", path)
    etag = first.headers["etag"]
    assert world.ask(PLANNER, "GET", path, headers={"If-None-Match": etag}).status_code == 304
    name = {"headers": {"If-Match": etag}, "json": {"name": "新名"}}
    assert world.ask(PLANNER, "PATCH", path, **name).status_code == 200
    assert world.ask(PLANNER, "PATCH", path, **name).status_code == 412
    assert world.ask(PLANNER, "GET", path).json()["properties"]["name"] == "新名"


def test_who_changed_the_language_since_still_knows_the_grid(world: World):
    path = f"/api/plans/{world.branched()}/grids/{world.code}"
    read = {name: world.ask(PLANNER, "GET", path, headers={"Accept-Language": name}) for name in ("zh-CN", "en", "de")}
    assert len({answer.headers["etag"] for answer in read.values()}) > 1
    for number, (read_in, asks_in) in enumerate((("zh-CN", "en"), ("en", "de"), ("de", "zh-CN"))):
        etag = world.ask(PLANNER, "GET", path, headers={"Accept-Language": read_in}).headers["etag"]
        told = {"headers": {"If-Match": etag, "Accept-Language": asks_in}, "json": {"name": f"名{number}"}}
        assert world.ask(PLANNER, "PATCH", path, **told).status_code == 200
        assert world.ask(PLANNER, "PATCH", path, **told).status_code == 412


def test_telephone_numbers_are_not_for_viewers(world: World):
    phones = {"viewer": 0, "planner": 0}
    for one in every_grid(world):
        for who in (VIEWER, PLANNER):
            duty = world.ask(who, "GET", f"{PLAN}/grids/{one['id']}").json()["duty"]
            phones[who[0].value] += sum(held["phone"] is not None for held in duty)
        if phones["planner"]:
            break
    assert phones["viewer"] == 0
    assert phones["planner"] > 0


def test_a_grid_names_who_claims_it_and_says_how_often_it_is_patrolled(world: World):
    grids = {one["properties"]["code"]: one["properties"] for one in every_grid(world)}
    code = next(code for code, said in grids.items() if said["source_layer"] == "compound")
    grid = world.ask(VIEWER, "GET", f"{PLAN}/grids/{code}").json()
    claiming = {one for face in grid["faces"]["features"] for one in face["properties"]["claimants"]}
    assert set(grid["units"]) == claiming
    assert grid["units"][f"compound:{grids[code]['source_id']}"] == grids[code]["name"]
    assert grid["rounds"]["patrol"] == {"routine": 3, "general_prevention": 2, "key_attention": 1}.get(
        grids[code]["management_type"], 0.5
    )


def test_the_boxes_of_divisions_hold_their_grids(world: World):
    summary = world.ask(VIEWER, "GET", f"{PLAN}/summary").json()
    for one in every_grid(world):
        west, south, east, north = shapely.geometry.shape(one["geometry"]).bounds
        for division in (*summary["communities"], *summary["streets"]):
            if one["properties"]["code"].startswith(division["code"]):
                box = division["bounds"]
                assert box[0] <= west + 1e-6 and box[1] <= south + 1e-6 and box[2] >= east - 1e-6
                assert box[3] >= north - 1e-6
    assert summary["total"]["bounds"] is None
    assert sum(summary["classes"]["kind"].values()) == summary["total"]["grids"]


def test_sums_add_up_and_comparisons_name_what_differs(world: World):
    name = world.branched()
    grid = largest(every_grid(world))
    revision = world.ask(PLANNER, "GET", f"/api/plans/{name}").json()["revision"]
    edit = {"verb": "split", "code": grid["id"], "line": across(grid), "base_revision": revision}
    made = world.ask(PLANNER, "POST", f"/api/plans/{name}/edits", json=edit).json()["created"]
    summary = world.ask(VIEWER, "GET", f"/api/plans/{name}/summary").json()
    assert sum(one["grids"] for one in summary["communities"]) == summary["total"]["grids"]
    compared = world.ask(VIEWER, "GET", f"/api/plans/{name}/compare/{NAME}").json()
    assert {one["after"] for one in compared["changes"]} == {grid["id"], *made}
    lineage = world.ask(VIEWER, "GET", f"/api/plans/{name}/lineage").json()["items"]
    assert {(one["old"], one["new"]) for one in lineage} == {(grid["id"], grid["id"]), (grid["id"], made[0])}
    feed = world.ask(VIEWER, "GET", "/api/changes", params={"since": 0}).json()
    assert feed["items"][-1]["created"] == made


def test_plans_of_a_status_are_found_however_many_there_are(world: World):
    world.branched(), world.branched()
    every = world.ask(VIEWER, "GET", "/api/plans?limit=200").json()["items"]
    for wanted in ("draft", "in_force", "retired"):
        page = world.ask(VIEWER, "GET", f"/api/plans?status={wanted}&limit=1").json()
        named = [one["name"] for one in page["items"]]
        while page["next"]:
            page = world.ask(VIEWER, "GET", page["next"]).json()
            named += [one["name"] for one in page["items"]]
        assert named == [one["name"] for one in every if one["status"] == wanted]
    assert world.ask(VIEWER, "GET", "/api/plans?status=lost").status_code == 422


def test_the_trend_of_a_plan_is_its_gaps_at_some_of_its_revisions(world: World):
    name = world.branched()
    grid = largest(every_grid(world))
    base = world.ask(PLANNER, "GET", f"/api/plans/{name}").json()["revision"]
    edit = {"verb": "split", "code": grid["id"], "line": across(grid), "base_revision": base}
    assert world.ask(PLANNER, "POST", f"/api/plans/{name}/edits", json=edit).status_code == 200
    assert world.ask(PLANNER, "POST", f"/api/plans/{name}/undo", json={"base_revision": base + 1}).status_code == 200
    told = world.ask(VIEWER, "GET", f"/api/plans/{name}/trend").json()["items"]
    assert [one["revision"] for one in told][-2:] == [base + 1, base + 2]
    for one in told:
        then = world.ask(VIEWER, "GET", f"/api/plans/{name}/summary", params={"as_of": one["revision"]}).json()
        assert one["gaps"] == then["total"]["gaps"]
    few = world.ask(VIEWER, "GET", f"/api/plans/{name}/trend", params={"steps": 2}).json()["items"]
    assert few == [told[0], told[-1]]
    past = world.ask(VIEWER, "GET", f"/api/plans/{name}/trend", params={"as_of": base}).json()["items"]
    assert past[-1]["revision"] == base


def test_figures_since_a_revision_are_those_of_the_divisions_touched(world: World):
    name = world.branched()
    grid = largest(every_grid(world))
    base = world.ask(PLANNER, "GET", f"/api/plans/{name}").json()["revision"]
    edit = {"verb": "split", "code": grid["id"], "line": across(grid), "base_revision": base}
    assert world.ask(PLANNER, "POST", f"/api/plans/{name}/edits", json=edit).status_code == 200
    whole = world.ask(VIEWER, "GET", f"/api/plans/{name}/summary").json()
    told = world.ask(VIEWER, "GET", f"/api/plans/{name}/summary", params={"since": base}).json()
    codes = {one["code"] for one in told["communities"]}
    assert grid["properties"]["community_code"] in codes
    assert codes < {one["code"] for one in whole["communities"]}
    assert told == whole | {
        "since": base,
        "communities": [one for one in whole["communities"] if one["code"] in codes],
        "streets": [one for one in whole["streets"] if one["code"] in {code[:9] for code in codes}],
    }
