"""``/ogc/…/tiles``: where OGC API - Tiles finds the vector tiles of a plan; one scheme, WebMercatorQuad."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from api.asked import origin_of
from api.callers import Reader
from api.ogc_collections import JSON, LAYERS, Link, address_of, named
from api.problems import problems
from api.routers.ogc import CollectionId, OgcRoute
from api.running import Works
from data.plans.differing import State
from data.plans.tiles import MAX_ZOOM
from data.plans.tiles_layers import LAYERS as TILE_LAYERS

router = APIRouter(tags=["ogc"], route_class=OgcRoute)
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
SCHEME = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
MVT = "application/vnd.mapbox-vector-tile"
HALF_WORLD_M, TILE_PIXELS, PIXEL_M = 20037508.342789244, 256, 0.00028
"""Half the world's circumference at the equator; pixels of a tile; what the standard takes a pixel to be wide."""
Scheme = Annotated[Literal["WebMercatorQuad"], Path(alias="scheme")]


class TileMatrix(BaseModel):
    """A zoom of a scheme."""

    id: str = Field(examples=["14"])
    scaleDenominator: float  # noqa: N815 (the standard's names, here and below)
    cellSize: float  # noqa: N815
    pointOfOrigin: list[float] = [-HALF_WORLD_M, HALF_WORLD_M]  # noqa: N815
    tileWidth: int = TILE_PIXELS  # noqa: N815
    tileHeight: int = TILE_PIXELS  # noqa: N815
    matrixWidth: int  # noqa: N815
    matrixHeight: int  # noqa: N815


class TileMatrixSet(BaseModel):
    """A scheme of tiles."""

    id: str = "WebMercatorQuad"
    title: str = "Google Maps Compatible for the World"
    uri: str = SCHEME
    crs: str = MERCATOR
    tileMatrices: list[TileMatrix]  # noqa: N815


class TileMatrixSetListed(BaseModel):
    """A scheme of tiles, as it is listed."""

    id: str
    title: str
    uri: str
    crs: str
    links: list[Link]


class TileMatrixSets(BaseModel):
    """The schemes of tiles."""

    tileMatrixSets: list[TileMatrixSetListed]  # noqa: N815


class TileSet(BaseModel):
    """Tiles of a collection in a scheme."""

    title: str
    dataType: Literal["vector"] = "vector"  # noqa: N815
    crs: str = MERCATOR
    tileMatrixSetURI: str = SCHEME  # noqa: N815
    links: list[Link]
    layers: list[dict[str, Any]] | None = None


class TileSets(BaseModel):
    """The tiles of a collection."""

    tilesets: list[TileSet]
    links: list[Link]


@router.get("/ogc/tileMatrixSets", responses=problems(401, 403), response_model_exclude_none=True)
def list_tile_matrix_sets(request: Request, who: Reader, works: Works) -> TileMatrixSets:
    """Return the schemes of tiles: one."""
    scheme = scheme_of_tiles()
    link = Link(href=f"{origin_of(request, works)}/ogc/tileMatrixSets/{scheme.id}", rel="self", type=JSON)
    said = scheme.model_dump(exclude={"tileMatrices"})
    return TileMatrixSets(tileMatrixSets=[TileMatrixSetListed(**said, links=[link])])


@router.get("/ogc/tileMatrixSets/{scheme}", responses=problems(401, 403))
def read_tile_matrix_set(scheme: Scheme, who: Reader) -> TileMatrixSet:
    """Return a scheme of tiles."""
    return scheme_of_tiles()


def scheme_of_tiles() -> TileMatrixSet:
    """Return the scheme: the world in one tile, and in four times as many at every zoom."""
    sizes = [2 * HALF_WORLD_M / TILE_PIXELS / 2**zoom for zoom in range(MAX_ZOOM + 1)]
    return TileMatrixSet(
        tileMatrices=[
            TileMatrix(
                id=str(zoom), scaleDenominator=size / PIXEL_M, cellSize=size, matrixWidth=2**zoom, matrixHeight=2**zoom
            )
            for zoom, size in enumerate(sizes)
        ]
    )  # fmt: skip


@router.get(
    "/ogc/collections/{collection}/tiles", responses=problems(401, 403, 404), response_model_exclude_none=True
)  # fmt: skip
def list_tile_sets(collection: CollectionId, request: Request, who: Reader, works: Works) -> TileSets:
    """Return the tiles of a collection, in every scheme."""
    with works.transactions.looking(who) as connection:
        state, layer = tiled(connection, collection)
    origin = origin_of(request, works)
    here = f"{address_of(origin, state.plan.name, layer)}/tiles"
    return TileSets(tilesets=[tile_set(origin, state, layer)], links=[Link(href=here, rel="self", type=JSON)])


@router.get(
    "/ogc/collections/{collection}/tiles/{scheme}", responses=problems(401, 403, 404), response_model_exclude_none=True
)  # fmt: skip
def read_tile_set(collection: CollectionId, scheme: Scheme, request: Request, who: Reader, works: Works) -> TileSet:
    """Return where the tiles of a collection are, and what stands in them."""
    with works.transactions.looking(who) as connection:
        state, layer = tiled(connection, collection)
    found = tile_set(origin_of(request, works), state, layer)
    name = LAYERS[layer].tiles or layer
    about = {"id": name, "dataType": "vector", "minTileMatrix": str(TILE_LAYERS[name].minzoom)}
    return found.model_copy(update={"layers": [about]})


def tiled(connection: Connection, name: str) -> tuple[State, str]:
    """Return the plan and the layer of a collection that there are tiles of.

    Raises
    ------
    HTTPException
        404: there are none.
    """
    state, layer = named(connection, name)
    if LAYERS[layer].tiles is None:
        raise HTTPException(404, f"there are no tiles of {name}")
    return state, layer


def tile_set(origin: str, state: State, layer: str) -> TileSet:
    """Return where the tiles of a collection are."""
    here = f"{address_of(origin, state.plan.name, layer)}/tiles/WebMercatorQuad"
    plan = here.removeprefix(f"{origin}/ogc/collections/").partition(f".{layer}/")[0]
    tile = f"{origin}/tiles/{plan}/{{tileMatrix}}/{{tileCol}}/{{tileRow}}.mvt?layer={LAYERS[layer].tiles or layer}"
    links = [
        Link(href=here, rel="self", type=JSON),
        Link(href=tile, rel="item", type=MVT, templated=True),
        Link(
            href=f"{origin}/ogc/tileMatrixSets/WebMercatorQuad",
            rel="http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", type=JSON,
        ),
        Link(href=f"{origin}/tiles/{plan}.json", rel="describedby", type=JSON, title="TileJSON"),
    ]  # fmt: skip
    return TileSet(title=f"{state.plan.name} · {LAYERS[layer].title}", links=links)
