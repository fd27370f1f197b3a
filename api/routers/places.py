"""``/api/plans/{plan}/places``: what else than a grid a name may mean: units, premises, facilities, roads."""

from __future__ import annotations

from typing import Annotated

import pyproj
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.asked import PlanName, looking_at
from api.callers import Reader
from api.features import lonlat_boxes
from api.problems import problems
from api.running import Works
from api.shapes import Box
from data.plans.pages import community_names
from data.plans.places import places_named

router = APIRouter(tags=["grids"])
MERCATOR = pyproj.CRS("EPSG:3857")


class Place(BaseModel):
    """A place of the sources."""

    layer: str = Field(description="As in layers.toml.", examples=["facility"])
    kind: str | None = Field(description="Of premises and facilities.", examples=["便民服务站"])
    name: str
    community_code: str | None
    community_name: str | None
    bounds: Box


class Places(BaseModel):
    """Places whose names have a text, those first that begin with it."""

    items: list[Place]


@router.get("/api/plans/{plan}/places", responses=problems(401, 403, 404))
def find_places(
    plan: PlanName, who: Reader, works: Works,
    q: Annotated[str, Query(min_length=1, max_length=100, description="What their names have in them.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Places:  # fmt: skip
    """Find places of the sources by their names, within the caller's scope."""
    with looking_at(works, who, plan) as (connection, state):
        found = places_named(connection, state.plan, q, limit)
        names = community_names(connection, state.plan.source_id)
    boxes = lonlat_boxes([one.bounds for one in found], MERCATOR)
    items = [
        Place(
            layer=one.layer, kind=one.kind, name=one.name, bounds=box,
            community_code=one.division if one.division in names else None,
            community_name=names.get(one.division or ""),
        )
        for one, box in zip(found, boxes, strict=True)
    ]  # fmt: skip
    return Places(items=items)
