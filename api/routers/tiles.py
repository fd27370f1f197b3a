"""``/tiles/{plan}.json``: where the tiles of a plan are, what stands in them; tiles themselves: `api.tiles_door`."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.asked import AsOf, PlanName, origin_of
from api.callers import Reader
from api.conditional import conditional
from api.described import ETAG, NOT_MODIFIED
from api.problems import problems
from api.running import Works
from data.plans.tiles import MAX_ZOOM, Drawable, bounds, extent, look
from data.plans.tiles_layers import vector_layers
from geo.errors import UnknownPlanError

router = APIRouter(tags=["tiles"])
ATTRIBUTION = "One Grid"


class VectorLayer(BaseModel):
    """A layer of the tiles."""

    id: str = Field(examples=["grids"])
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str] = Field(examples=[{"code": "String", "households": "Number"}])


class TileJson(BaseModel):
    """TileJSON 3."""

    tilejson: str = Field("3.0.0", examples=["3.0.0"])
    name: str = Field(examples=["2026"])
    scheme: str = "xyz"
    tiles: list[str] = Field(
        examples=[["https://grid.street.cn/tiles/2026/{z}/{x}/{y}.mvt?revision=13"]],
        description="Of a plan in force with its revision, and with what was decided on its gaps: cacheable for ever.",
    )
    minzoom: int = 0
    maxzoom: int = MAX_ZOOM
    bounds: list[float] | None = Field(None, examples=[[102.7, 25.0, 102.8, 25.1]])
    vector_layers: list[VectorLayer]


@router.get(
    "/tiles/{plan}.json", response_model=TileJson, response_model_exclude_none=True,
    responses={**problems(401, 403, 404), **NOT_MODIFIED, 200: {"headers": ETAG}},
)  # fmt: skip
async def read_tilejson(plan: PlanName, request: Request, who: Reader, works: Works, as_of: AsOf = None) -> Response:
    """Return where a plan's tiles are (TileJSON 3), within the caller's scope.

    For a plan in force the address carries the revision, and what was decided on its gaps: ask again after a decision.
    """
    found = await works.transactions.ask(lambda connection: look(connection, who, plan, date.today()))
    if found is None:
        raise UnknownPlanError(f"there is no plan {plan}")
    sides = await works.transactions.ask(lambda connection: extent(connection, who, found))
    said = TileJson(
        name=found.name,
        tiles=[f"{origin_of(request, works)}{template(found, as_of)}"],
        bounds=bounds(sides),
        vector_layers=vector_layers(),
    )  # type: ignore[arg-type]
    return conditional(request, said.model_dump_json(exclude_none=True).encode())


def template(plan: Drawable, as_of: int | None = None) -> str:
    """Return the address of a plan's tiles, as it is or as it was at a revision."""
    path = f"/tiles/{quote(plan.name, safe='')}/{{z}}/{{x}}/{{y}}.mvt"
    if as_of is not None:
        return f"{path}?as_of={as_of}"
    if not plan.stays:
        return path
    said: dict[str, Any] = {"revision": plan.head, "decided": plan.judged}
    return f"{path}?{urlencode(said)}"
