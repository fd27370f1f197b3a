"""A parameter that an address does not take is refused on every address of the interface, and nothing is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.application import create_app
from api.openapi_document import openapi_document
from api.parameters import ADDED_TO, LONGEST
from data.database.access import Access
from data.settings import Settings
from data.users.roles import Role
from tests.api.doors.world import ADMIN, INSIDE, NAME, World, peopled
from tests.databases import database_like

PLAN = f"/api/plans/{NAME}"
PLANNER = (Role.planner, INSIDE)
FROM_ELSEWHERE = {"/api/session/openid", "/api/session/openid/return"}
OPERATIONS: list[tuple[str, str, Any]] = [
    (method.upper(), path, operation)
    for path, operations in openapi_document()["paths"].items()
    for method, operation in operations.items()
    if path.startswith("/api/")
]
REFUSING = [one for one in OPERATIONS if one[1] not in FROM_ELSEWHERE]


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


def names(operation: Any) -> list[str]:
    """Return the parameters of a query that an operation is described with."""
    return [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]


@pytest.mark.parametrize(
    ("method", "path", "operation"), REFUSING, ids=[f"{method} {path}" for method, path, _ in REFUSING]
)
def test_every_operation_refuses_a_parameter_that_it_does_not_take(
    world: World, method: str, path: str, operation: Any
):
    answer = world.ask(ADMIN, method, path, params={"nosuch": 1})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "bad_input"), answer.text
    assert [one["where"] for one in problem["errors"]] == ["query.nosuch"]
    assert problem["detail"].startswith("query.nosuch: is no parameter here; ")
    assert "\n" not in problem["detail"]
    assert all(name in problem["detail"] for name in names(operation))
    if named := names(operation):
        assert "is no parameter" not in world.ask(ADMIN, method, path, params=dict.fromkeys(named, "x")).text


def test_there_are_operations_with_and_without_parameters():
    assert len(REFUSING) >= 40
    assert {bool(names(operation)) for _, _, operation in REFUSING} == {True, False}


@pytest.mark.parametrize("path", sorted(FROM_ELSEWHERE))
def test_what_an_identity_provider_adds_is_let_through(world: World, path: str):
    added = {"state": "a", "code": "b", "session_state": "c", "iss": "https://id.test", "anything": "d"}
    assert world.ask(None, "GET", path, params=added).status_code == 404  # there is no provider here


def test_who_is_let_add_parameters_is_who_has_them_from_elsewhere():
    app = create_app(Settings(data_dir="nowhere"))
    assert {str(app.url_path_for(one.__name__)) for one in ADDED_TO} == FROM_ELSEWHERE


def test_an_edit_with_a_misspelt_dry_run_is_not_done(world: World):
    plan = f"/api/plans/{world.branched()}"
    before = world.ask(PLANNER, "GET", plan).json()["revision"]
    edit = {"verb": "retag", "code": world.code, "name": "改名", "base_revision": before}
    answer = world.ask(PLANNER, "POST", f"{plan}/edits", params={"dryrun": True}, json=edit)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"where": "query.dryrun", "wrong": "is no parameter here; did you mean dry_run? There are: dry_run"}
    ]
    assert world.ask(PLANNER, "GET", plan).json()["revision"] == before
    assert world.ask(PLANNER, "POST", f"{plan}/edits", json=edit).json()["revision"] > before


@pytest.mark.parametrize(
    ("path", "language", "said"),
    [
        ("/export?fromat=gpkg", "en", "did you mean format? There are: "),
        ("/export?fromat=gpkg", "zh-CN", "没有这个参数；是不是 format？可用的有："),
        ("?Limit", "en", "is no parameter here; there are none"),
        ("?Limit", "zh-CN", "没有这个参数；这里不用参数"),
    ],
)
def test_the_parameter_that_was_meant_is_named_in_the_language_asked_for(
    world: World, path: str, language: str, said: str
):
    answer = world.ask(ADMIN, "GET", PLAN + path, headers={"Accept-Language": language})
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text


def test_all_wrong_parameters_are_named_and_a_long_name_is_cut(world: World):
    answer = world.ask(ADMIN, "GET", f"{PLAN}/grids", params={"page": 2, "n" * 5000: 1, "limit": 7})
    where = [one["where"] for one in answer.json()["errors"]]
    assert where == ["query.page", f"query.{'n' * LONGEST}"]


def test_nobody_learns_of_an_export_by_a_wrong_parameter(world: World):
    assert world.ask(None, "GET", f"{PLAN}/export", params={"nosuch": 1}).status_code == 401


def test_the_next_page_is_asked_for_with_the_parameters_of_the_first(world: World):
    asked = {"limit": 1, "filter": "households >= 0", "bbox": "102,24,104,26"}
    first = world.ask(ADMIN, "GET", f"{PLAN}/grids", params=asked)
    assert first.status_code == 200, first.text
    second = world.ask(ADMIN, "GET", first.json()["next"])
    assert second.status_code == 200, second.text
    assert second.json()["features"] != first.json()["features"]
