"""What the OpenAPI description says beside what FastAPI finds: problem documents, and who is let in how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from api.callers import COOKIE, LETS_IN
from api.problems import Problem
from api.tiles_description import TILE
from api.tiles_door import PATH

WAYS = {
    "bearer": {
        "type": "http", "scheme": "bearer", "description": "A token that `onegrid user token NAME` printed.",
    },
    "session": {
        "type": "apiKey", "in": "cookie", "name": COOKIE, "description": "What signing in gives to a browser.",
    },
}  # fmt: skip
NEEDLESS = ("HTTPValidationError", "ValidationError")
"""What FastAPI would answer in place of our problem documents."""


def describe(app: FastAPI) -> None:
    """Complete the description of an application."""
    found_by_fastapi = app.openapi

    def openapi() -> dict[str, Any]:
        described = found_by_fastapi()
        parts = described.setdefault("components", {})
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = {**parts.get("schemas", {}), **schema.pop("$defs", {}), "Problem": schema}
        parts["schemas"] = {name: one for name, one in sorted(schemas.items()) if name not in NEEDLESS}
        parts["securitySchemes"] = WAYS
        described["paths"][PATH] = {"get": TILE}
        for path, method in [*guarded(app), (PATH, "get")]:
            described["paths"][path][method]["security"] = [{way: []} for way in WAYS]
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def guarded(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Return path and method of every described operation that asks who it is."""
    for route in iter_route_contexts(app.routes):
        if getattr(route, "include_in_schema", False) and asks_who(route.dependant):
            yield from ((str(route.path_format), method.lower()) for method in route.methods or ())


def asks_who(dependant: Dependant) -> bool:
    """Tell whether what a route depends on asks who it is."""
    return dependant.call in LETS_IN or any(asks_who(one) for one in dependant.dependencies)
