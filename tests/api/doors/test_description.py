"""The OpenAPI description, against what the server does; and its page, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Playwright

from data.database.access import Access
from data.plans.verbs import ARGUMENTS
from tests.api.doors.rights import DOORS
from tests.api.doors.test_limits import served
from tests.api.doors.world import World, opened, peopled
from tests.databases import database_like


@pytest.fixture(scope="module")
def world(pattern_database: Access) -> Iterator[World]:
    """Run a server with somebody of every role, for all these tests."""
    with database_like(pattern_database) as access, peopled(access) as world:
        yield world


def test_every_operation_says_who_is_let_in_what_it_answers_and_how_it_refuses(world: World):
    described = world.client.get("/api/openapi.json").json()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"] and operation["description"], where
            assert {"400", "422", "500", "503"} <= set(operation["responses"]), where
            for status, response in operation["responses"].items():
                kinds = set(response.get("content", {}))
                assert kinds == {"application/problem+json"} if status >= "4" else True, where
            right = next(door.right for door in DOORS if (door.method, door.path_shown) == (method.upper(), path))
            assert ("security" in operation) == (right is not None), where
            assert right is None or {"401", "403"} <= set(operation["responses"]), where
    problem = described["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "code", "detail"} <= set(problem["properties"])
    assert "HTTPValidationError" not in str(described)


def test_an_edit_is_one_of_the_verbs_told_apart_by_the_verb_that_it_must_name(world: World):
    described = world.client.get("/api/openapi.json").json()
    edit = described["paths"]["/api/plans/{plan}/edits"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert edit["discriminator"]["propertyName"] == "verb"
    verbs = edit["discriminator"]["mapping"]
    assert list(verbs) == list(ARGUMENTS)
    assert [one["$ref"] for one in edit["oneOf"]] == list(verbs.values())
    for verb, reference in verbs.items():
        request = described["components"]["schemas"][reference.rpartition("/")[2]]
        assert {"verb", "base_revision"} <= set(request["required"])
        assert request["properties"]["verb"]["const"] == verb
        assert "default" not in request["properties"]["verb"]


def test_every_operation_has_an_id_of_its_own_for_generated_clients(world: World):
    described = world.client.get("/api/openapi.json").json()
    names = [one["operationId"] for path in described["paths"].values() for one in path.values()]
    functions = [route.name for route in iter_route_contexts(world.client.app.routes)]  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)
    assert set(names) <= set(functions)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium")
def test_the_page_shows_the_operations_and_loads_nothing_from_elsewhere(database: Access, playwright: Playwright):
    with opened(database) as client:
        assert isinstance(client.app, FastAPI)
        with served(client.app) as port:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page()
            asked: list[str] = []
            said: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"http://127.0.0.1:{port}/api/docs")
            page.get_by_text("/api/session/ways").wait_for(timeout=15_000)
            assert page.locator(".opblock").count() >= 8
            page.locator(".opblock-summary-post").first.click()
            page.get_by_text("correct horse battery staple").first.wait_for(timeout=15_000)
            browser.close()
    assert said == []
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {f"127.0.0.1:{port}"}
