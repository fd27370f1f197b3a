"""Collections of OGC API: one a plan and layer; what each is called, what stands in it, where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from api.features import MEDIA_TYPE, lonlat_box
from data.plans import collections
from data.plans.differing import State
from data.plans.filtering import Queryable
from data.plans.pages import QUERYABLES
from data.plans.plan import list_plans

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
JSON, SCHEMA = "application/json", "application/schema+json"
GEOMETRIES = {
    "facilities": "geometry-point", "premises": "geometry-point", "roads": "geometry-multilinestring",
    "faces": "geometry-polygon",
}  # fmt: skip
TYPES = {"text": "string", "number": "number", "boolean": "boolean"}


@dataclass(frozen=True)
class Layer:
    """A layer of a plan as a collection: ``tiles`` is what it is called in tiles, None where it is in none."""

    title: str
    queryables: Mapping[str, Queryable]
    tiles: str | None = None


LAYERS: Mapping[str, Layer] = {
    "grids": Layer("网格 grids", QUERYABLES, "grids"),
    "gaps": Layer("缺口 coverage gaps", collections.gap_queryables(), "gaps"),
    "faces": Layer("面 faces: who claims which land", collections.FACE_QUERYABLES),
    **{
        name: Layer(title, collections.kept_queryables(name), tiles)
        for name, title, tiles in (
            ("communities", "社区 communities", "divisions"),
            ("units", "来源单元 source units", "units"),
            ("premises", "网格阵地 premises", "premises"),
            ("facilities", "服务设施 facilities", "facilities"),
            ("roads", "道路 roads", "roads"),
            ("repairs", "修复 repairs of the input", None),
        )
    },
}


class Link(BaseModel):
    """A link (RFC 8288)."""

    model_config = ConfigDict(json_schema_extra={"title": "Link"})

    href: str = Field(examples=["https://grid.street.cn/ogc/collections"])
    rel: str = Field(examples=["data"])
    type: str | None = Field(None, examples=[JSON])
    title: str | None = None
    templated: bool | None = None


class Spatial(BaseModel):
    """Boxes: west, south, east, north."""

    bbox: list[list[float]] = Field(examples=[[[102.7, 25.0, 102.8, 25.1]]])
    crs: str = CRS84


class Temporal(BaseModel):
    """Intervals, open where null."""

    interval: list[list[str | None]] = Field(examples=[[["2026-03-01T01:30:00Z", None]]])


class Extent(BaseModel):
    """How far a collection reaches."""

    spatial: Spatial | None = None
    temporal: Temporal


class Collection(BaseModel):
    """A layer of a plan."""

    id: str = Field(examples=["2026.grids"])
    title: str = Field(examples=["2026 · 网格 grids"])
    description: str
    links: list[Link]
    extent: Extent
    itemType: Literal["feature"] = "feature"  # noqa: N815 (the standard's name)
    crs: list[str] = [CRS84]


class Collections(BaseModel):
    """The layers of every plan that the caller may read."""

    links: list[Link]
    collections: list[Collection]


def named(connection: Connection, name: str) -> tuple[State, str]:
    """Return the plan and the layer that a collection is.

    Raises
    ------
    HTTPException
        404: there is no such collection, or nothing in it for the caller.
    """
    plan_name, _, layer = name.rpartition(".")
    found = [plan for plan in list_plans(connection) if plan.name == plan_name]
    if not found or layer not in LAYERS:
        raise HTTPException(404, f"there is no collection {name}")
    return State(found[0], found[0].head), layer


def address_of(origin: str, plan: str, layer: str) -> str:
    """Return where a collection is."""
    return f"{origin}/ogc/collections/{quote(f'{plan}.{layer}', safe='')}"


def collection(origin: str, state: State, layer: str, extent: Extent) -> Collection:
    """Describe a collection."""
    plan, about = state.plan, LAYERS[layer]
    here = address_of(origin, plan.name, layer)
    links = [
        Link(href=here, rel="self", type=JSON),
        Link(href=f"{here}/items", rel="items", type=MEDIA_TYPE, title="Features"),
        Link(
            href=f"{here}/queryables", rel="http://www.opengis.net/def/rel/ogc/1.0/queryables", type=SCHEMA,
            title="What filters may ask about",
        ),
    ]  # fmt: skip
    if about.tiles is not None:
        links.append(
            Link(
                href=f"{here}/tiles", rel="http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", type=JSON,
                title="Vector tiles",
            )
        )  # fmt: skip
    title = f"{plan.name} · {about.title}"
    said = f"{title}; revision {plan.head}"
    return Collection(id=f"{plan.name}.{layer}", title=title, description=said, links=links, extent=extent)


def extent_of(connection: Connection, state: State) -> Extent:
    """Return how far a plan reaches, within the caller's scope."""
    found = collections.extent(connection, state)
    box = None if found is None else lonlat_box(tuple(found), state.plan.crs)
    since = collections.since(connection, state).isoformat()
    return Extent(spatial=None if box is None else Spatial(bbox=[box]), temporal=Temporal(interval=[[since, None]]))


def queryables_schema(where: str, title: str, queryables: Mapping[str, Queryable]) -> dict[str, Any]:
    """Describe what filters may ask about, as a JSON schema."""
    layer = where.removesuffix("/queryables").rpartition(".")[2]
    shape = {"format": GEOMETRIES.get(layer, "geometry-multipolygon"), "x-ogc-role": "primary-geometry"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": where,
        "type": "object",
        "title": title,
        "properties": {
            name: shape if one.kind == "geometry" else {"title": name, "type": TYPES[one.kind]}
            for name, one in queryables.items()
        },
        "additionalProperties": False,
    }
