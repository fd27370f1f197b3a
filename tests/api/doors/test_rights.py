"""Every route × role × scope: let in, or refused without data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.routing import iter_route_contexts

from api.middleware.asking_for_the_head import DOING
from data.database.access import Access
from data.users.roles import Role
from tests.api.doors.rights import DOORS, Door
from tests.api.doors.world import ALL, INSIDE, OUTSIDE, World, peopled
from tests.databases import database_like


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope, for all these tests."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


def test_every_route_is_in_the_table_once(world: World):
    there = [
        (method, route.path)
        for route in iter_route_contexts(world.client.app.routes)  # type: ignore[attr-defined]
        for method in set(route.methods) - ({"HEAD"} if "GET" in route.methods else set())
    ]
    assert sorted((door.method, door.path) for door in DOORS) == sorted(there)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path}")
def test_a_door_lets_in_whom_it_should_and_nobody_else(world: World, door: Door):
    got = {who: send(world, door, who) for who in [None, *((role, scope) for role in Role for scope in (ALL, INSIDE))]}
    for who, answer in got.items():
        if door.right is None or (who is not None and who[0].may(door.right)):
            assert answer.status_code in door.fine, (who, answer.text)
        else:
            refused(answer, 401 if who is None else 403)


@pytest.mark.parametrize(
    "door", [door for door in DOORS if door.outside], ids=lambda door: f"{door.method} {door.path}"
)
def test_a_place_is_not_there_for_whom_it_is_out_of_scope(world: World, door: Door):
    for role in Role:
        answer = send(world, door, (role, OUTSIDE))
        refused(answer, door.outside if door.right is None or role.may(door.right) else 403)


@pytest.mark.parametrize("door", [door for door in DOORS if door.method == "GET"], ids=lambda door: door.path)
def test_the_head_of_an_answer_is_told_where_the_answer_is(world: World, door: Door):
    whole, head = (send(world, replace(door, method=method), (Role.admin, ALL)) for method in ("GET", "HEAD"))
    if door.path.startswith(DOING):  # who looks ahead of a user spends nothing of his
        assert head.status_code == 405
        return
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers.get("content-type") == whole.headers.get("content-type")


@pytest.mark.parametrize("header", ["Bearer onegrid_unknown", "Bearer ", "Basic bGk6bGk=", "Bearer " + "x" * 5000])
def test_what_is_no_token_of_anybody_opens_nothing(world: World, header: str):
    for door in DOORS:
        if door.right is not None:
            refused(send(world, door, None, headers={"Authorization": header}), 401)


def send(world: World, door: Door, who: tuple[Role, str] | None, **more):
    """Send a door what it takes."""
    request = dict(door.request(world))
    path = door.path_shown.format(**request.pop("path", {}))
    return world.ask(who, door.method, path, **request, **more)


def refused(answer, status: int | None) -> None:
    """Check that an answer is a refusal, and has no data."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) <= {"type", "title", "status", "code", "detail", "grids"}
    assert ("www-authenticate" in answer.headers) == (status == 401)
