"""Parameters of a query that an address does not take are refused: what was meant by them would be left out unsaid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute

from api.request_words import UNKNOWN_PARAMETER

WHERE = "/api/"
"""Beside it OGC API has its own rule, and pages and tiles are not minded."""
LONGEST = 60
"""Of a name that is repeated."""
ADDED_TO: set[Callable[..., Any]] = set()
"""Endpoints to which other programs send a browser, with parameters that are theirs."""


class KnownParameters:
    """The dependency of every route that refuses parameters which the route does not take."""

    def __init__(self) -> None:
        self.known: dict[Callable[..., Any], tuple[str, ...]] = {}

    async def __call__(self, request: Request) -> None:
        """Let a request through.

        Raises
        ------
        RequestValidationError
            It has a parameter that there is not.
        """
        given = request.query_params
        route: APIRoute = request.scope["route"]
        if not given or not route.path.startswith(WHERE) or route.endpoint in ADDED_TO:
            return
        if route.endpoint not in self.known:
            self.known[route.endpoint] = parameters_of(route)
        known = self.known[route.endpoint]
        if unknown := [name for name in given if name not in known]:
            raise RequestValidationError([
                {"type": UNKNOWN_PARAMETER, "loc": ("query", name[:LONGEST]), "ctx": {"known": known}}
                for name in unknown
            ])  # fmt: skip


def parameters_of(route: APIRoute) -> tuple[str, ...]:
    """Return the names of the parameters of a query that a route takes, those of its dependencies too."""
    found = get_flat_params(route.dependant)
    return tuple(one.alias for one in found if getattr(one.field_info, "in_", None) is ParamTypes.query)
