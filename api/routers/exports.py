"""``/api/plans/{plan}/export``: layers of a plan for other programs."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import numpy as np
import shapely
from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.asked import AsOf, PlanName, state_at, today
from api.callers import Reader
from api.features import MEDIA_TYPE, feature_texts
from api.grid_shown import properties_of
from api.problems import problems
from api.routers.session import address_of
from api.running import Running, Works
from api.streaming import Stream
from data.build_layers import LAYERS
from data.export import FormatName, export
from data.masking import without_contacts
from data.plans.differing import State
from data.plans.exporting import read_plan
from data.plans.pages import page_of_grids
from data.users.audit import Event, record
from data.users.identity import Identity
from data.users.roles import Right
from geo.errors import InputError

router = APIRouter(tags=["exports"])
SUFFIX = {
    "geojson": ".geojson",
    "gpkg": ".gpkg",
    "geoparquet": ".parquet",
    "csv": ".csv",
    "pmtiles": ".pmtiles",
    "shp": ".zip",
}
KINDS = {
    ".geojson": MEDIA_TYPE, ".gpkg": "application/geopackage+sqlite3", ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv; charset=utf-8", ".pmtiles": "application/vnd.pmtiles", ".zip": "application/zip",
}  # fmt: skip
FILE = {"type": "string", "format": "binary"}
ROWS_A_PIECE = 2000
WGS84 = ("EPSG:4326", "4326")


@router.get(
    "/api/plans/{plan}/export", response_class=Response,
    responses={**problems(401, 403, 404), 200: {
        "description": "The file.",
        "content": {kind.partition(";")[0]: {"schema": FILE} for kind in KINDS.values()},
    }},
)  # fmt: skip
async def export_plan(  # noqa: PLR0917 (parameters of the query)
    plan: PlanName, request: Request, who: Reader, works: Works, format: FormatName = "geojson",
    layer: Annotated[str, Query(max_length=40, description="A layer, or `all`.")] = "grids",
    crs: Annotated[str | None, Query(max_length=40, description="EPSG:…, GCJ-02 or BD-09.")] = None,
    as_of: AsOf = None,
) -> Response:  # fmt: skip
    """Return layers as a file. Grids as GeoJSON in WGS 84 are sent while they are read; the rest is written first.

    Telephone numbers and names are masked for viewers. Every export is recorded.
    """
    if layer != "all" and layer not in LAYERS:
        raise InputError(f"there is no layer {layer}; use all, {', '.join(LAYERS)}")
    state = await to_thread.run_sync(
        begin, works, who, plan, as_of, {"format": format, "layer": layer}, address_of(request)
    )
    suffix = SUFFIX[format] if layer != "all" or format == "gpkg" else ".zip"
    name = f"{plan}-{layer}{suffix}"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    if layer == "grids" and format == "geojson" and (crs is None or crs.upper() in WGS84):
        return Stream(pieces(works, who, state), media_type=MEDIA_TYPE, headers=headers)
    folder = tempfile.TemporaryDirectory(prefix="onegrid-export-")
    file = Path(folder.name) / f"export{suffix}"
    try:
        await to_thread.run_sync(write, works, who, state, file, layer, format, crs)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(file, media_type=KINDS[suffix], headers=headers, background=BackgroundTask(folder.cleanup))


def begin(works: Running, who: Identity, plan: str, as_of: int | None, said: dict[str, str], address: str) -> State:
    """Find what is to be exported, and record that it is."""
    with works.transactions.working(who) as connection:
        state = state_at(connection, plan, as_of)
        record(connection, Event.export, who, address, plan=plan, revision=state.at, **said)
        return state


def write(
    works: Running, who: Identity, state: State, file: Path, layer: str, format: FormatName, crs: str | None
) -> None:
    """Write layers into a file."""
    with works.transactions.looking(who) as connection:
        names = None if layer == "all" else [layer]
        layers: Any = read_plan(connection, state.plan, names, at=state.at, today=today())
    if not who.may(Right.contacts):
        layers, _ = without_contacts(layers)
    export(layers, file, layer=layer, format=format, crs=crs)


async def pieces(works: Running, who: Identity, state: State) -> AsyncGenerator[bytes, None]:
    """Yield the grids as a FeatureCollection, some at a time, each in a transaction of its own: a revision stays."""
    yield b'{"type":"FeatureCollection","name":"grids","features":['
    after, before = None, b"\n"
    while True:
        texts, after = await to_thread.run_sync(some, works, who, state, after)
        if texts:
            yield before + ",\n".join(texts).encode()
            before = b",\n"
        if after is None:
            break
    yield b"\n]}\n"


def some(works: Running, who: Identity, state: State, after: str | None) -> tuple[list[str], str | None]:
    """Return the next grids as features, and where the ones behind them begin; None: there are none."""
    with works.transactions.looking(who) as connection:
        found = page_of_grids(connection, state, {"after": after}, limit=ROWS_A_PIECE)
        said = properties_of(connection, state, today(), found)
    land = shapely.from_wkb(np.array([one.polygon for one in found], dtype=object))
    texts = feature_texts(land, state.plan.crs, said, [one.code for one in found])
    return texts, found[-1].code if len(found) == ROWS_A_PIECE else None
