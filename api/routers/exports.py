"""``/api/plans/{plan}/export``: layers of a plan for other programs."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute
from starlette.background import BackgroundTask

from api.asked import AsOf, PlanName, state_at, today
from api.callers import Reader, recognised
from api.features import MEDIA_TYPE
from api.file_names import attachment, system_in_name
from api.problems import problems
from api.routers.session import address_of
from api.running import Running, Works, running
from api.streaming import Stream
from data import geojson
from data.build_layers import LAYERS, layers_meant
from data.database.errors import CopyLostError
from data.export import FormatName, carry, choose, export, target_crs
from data.formats import FORMATS, csv_text
from data.masking import without_contacts
from data.plans.comparing import crosswalk_table
from data.plans.differing import State
from data.plans.exporting import WHOLE, Part, read_plan
from data.plans.parts import parts_of
from data.users.audit import Event, record
from data.users.identity import Identity
from data.users.roles import Right
from data.users.transactions import past_the_copy
from geo.datum import SHIFTED_DATUMS
from geo.errors import InputError, OneGridError


class RecordedRoute(APIRoute):
    """A route on which what is refused before we are asked is recorded too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request."""
        handle = super().get_route_handler()

        async def recording(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError:
                who = (await recognised(request)).identity
                query = request.query_params
                said = {**request.path_params, **{name: query[name] for name in ASKED if name in query}}
                told = {name: value.replace("\0", "")[:LONGEST] for name, value in said.items()}
                await to_thread.run_sync(note, running(request), who, request, told | {"refused": "bad_input"})
                raise

        return recording


router = APIRouter(tags=["exports"], route_class=RecordedRoute)
OPTION = "format="
"""How a format is asked for here."""
ASKED, LONGEST = ("format", "layer", "crs", "as_of"), 120
"""What is recorded of a request that says what it can't, and how much of it."""
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
CROSSWALK = "crosswalk"
"""What may be exported beside the layers: what of each old grid's land and households every new one has."""
WHAT = (*LAYERS, CROSSWALK)
STREAMED = ("geojson", "csv")
"""Formats of one layer that are sent while it is read; the others are written first."""


@router.get(
    "/api/plans/{plan}/export", response_class=Response,
    responses={**problems(401, 403, 404), 200: {
        "description": "The file.",
        "content": {kind.partition(";")[0]: {"schema": FILE} for kind in KINDS.values()},
    }},
)  # fmt: skip
async def export_plan(  # noqa: PLR0917 (parameters of the query)
    plan: PlanName, request: Request, who: Reader, works: Works, format: FormatName = "geojson",
    layer: Annotated[
        str, Query(max_length=40, description="A layer, `crosswalk`, or `all`.", examples=["grids"])
    ] = "grids",
    crs: Annotated[
        str | None, Query(max_length=40, description="EPSG:…, GCJ-02 or BD-09.", examples=["EPSG:4490"])
    ] = None,
    as_of: AsOf = None,
) -> Response:  # fmt: skip
    """Return layers as a file. GeoJSON and CSV are sent while the plan is read; other formats are written first.

    Telephone numbers and names are masked for viewers. Every export is recorded, refused ones too.
    """
    said = {"plan": plan, "format": format, "layer": layer, **({"crs": crs} if crs else {})}
    try:
        asked = await to_thread.run_sync(begin, works, who, said, as_of)
        suffix = SUFFIX[format] if layer != "all" or format == "gpkg" else ".zip"
        answer = await (streamed if layer != "all" and format in STREAMED else written)(asked, KINDS[suffix], suffix)
    except CopyLostError:
        raise  # it is asked for again
    except OneGridError as error:
        await to_thread.run_sync(note, works, who, request, said | {"refused": error.code})
        raise
    await to_thread.run_sync(note, works, who, request, said | {"revision": asked.state.at})
    answer.headers.update(attachment(plan, f"-{layer}{asked.system}{suffix}"))
    return answer


@dataclass(frozen=True)
class Asked:
    """What is to be exported, for whom, in which coordinate system or datum; the parts are read one after another."""

    works: Running
    who: Identity
    state: State
    layer: str
    format: FormatName
    target: str | None
    parts: Sequence[Part]

    @property
    def system(self) -> str:
        """What the name of the file says of its coordinates; nothing of a table."""
        if self.layer != "all" and (self.layer == CROSSWALK or LAYERS[self.layer].geometry is None):
            return ""
        return system_in_name(self.target, f"EPSG:{self.state.plan.srid}", FORMATS[self.format])

    def read(self, names: Collection[str] | None, part: Part = WHOLE) -> dict[str, Any]:
        """Read layers, names and telephone numbers masked for whom they are not meant."""
        with self.works.transactions.looking(self.who) as connection:
            if names == [CROSSWALK]:
                return {CROSSWALK: crosswalk_table(connection, self.state)}
            layers: Any = read_plan(connection, self.state.plan, names, at=self.state.at, today=today(), part=part)
        return layers if self.who.may(Right.contacts) else without_contacts(layers)[0]

    def part(self, part: Part) -> Any:
        """Read a part of the layer in the coordinate system asked for; past a replica that ends it."""
        try:
            frame = self.read([self.layer], part)[self.layer]
        except CopyLostError:
            with past_the_copy():
                frame = self.read([self.layer], part)[self.layer]
        form = FORMATS[self.format]
        chosen, _ = choose({self.layer: frame}, self.layer, form, OPTION)
        return carry(chosen[self.layer], self.target, form.bound_to, self.layer)


def begin(works: Running, who: Identity, said: Mapping[str, Any], as_of: int | None) -> Asked:
    """Find what is to be exported.

    Raises
    ------
    UnknownPlanError, InputError
        There is no such plan, revision, layer or coordinate system.
    """
    layer = said["layer"]
    if layer != "all" and layer not in WHAT:
        raise InputError(f"there is no layer {layer}; {layers_meant(layer, ['all', *WHAT])}")
    with works.transactions.looking(who) as connection:
        state = state_at(connection, said["plan"], as_of)
        parts = [WHOLE] if layer in {"all", CROSSWALK} else parts_of(connection, state, layer)
    target = target_crs(said.get("crs"), FORMATS[said["format"]], OPTION)
    return Asked(works, who, state, layer, said["format"], target, parts)


def note(works: Running, who: Identity, request: Request, said: Mapping[str, Any]) -> None:
    """Record an export, or that it was refused."""
    with works.transactions.working(who) as connection:
        record(connection, Event.export, who, address_of(request), **said)


async def streamed(asked: Asked, kind: str, suffix: str) -> Response:
    """Send a layer while it is read; its first part is read before anything is said, so that it can be refused."""
    first = await to_thread.run_sync(asked.part, asked.parts[0])
    texts = csv_pieces(asked, first) if suffix == ".csv" else geojson_pieces(asked, first)
    return Stream(texts, media_type=kind)


async def frames_of(asked: Asked, first: Any) -> AsyncGenerator[Any, None]:
    """Yield the parts of a layer, each read in a transaction of its own: a revision stays as it is."""
    yield first
    for part in asked.parts[1:]:
        yield await to_thread.run_sync(asked.part, part)


async def geojson_pieces(asked: Asked, first: Any) -> AsyncGenerator[bytes, None]:
    """Yield a FeatureCollection."""
    datum = asked.target if asked.target in SHIFTED_DATUMS else None
    head, *_, tail = geojson.collection_texts([], name=asked.layer, datum=datum)
    yield head.encode()
    before = "\n"
    async with aclosing(frames_of(asked, first)) as frames:
        async for frame in frames:
            for lines in await to_thread.run_sync(lambda frame=frame: list(geojson.feature_lines(frame))):
                yield (before + ",\n".join(lines)).encode()
                before = ",\n"
    yield tail.encode()


async def csv_pieces(asked: Asked, first: Any) -> AsyncGenerator[bytes, None]:
    """Yield a table, its head with the first rows."""
    head = True
    async with aclosing(frames_of(asked, first)) as frames:
        async for frame in frames:
            text = await to_thread.run_sync(lambda frame=frame, head=head: csv_text(frame, head=head))
            yield text.encode("utf-8-sig" if head else "utf-8")
            head = False


async def written(asked: Asked, kind: str, suffix: str) -> Response:
    """Write layers into a file, and send that."""
    folder = tempfile.TemporaryDirectory(prefix="onegrid-export-")
    file = Path(folder.name) / f"export{suffix}"
    try:
        await to_thread.run_sync(write, asked, file)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(file, media_type=kind, background=BackgroundTask(folder.cleanup))


def write(asked: Asked, file: Path) -> None:
    """Write layers into a file."""
    layers = asked.read(None if asked.layer == "all" else [asked.layer])
    export(layers, file, layer=asked.layer, format=asked.format, crs=asked.target, option=OPTION)
