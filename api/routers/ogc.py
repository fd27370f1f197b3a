"""``/ogc``: OGC API - Features, Part 1 (and filters in CQL2, Part 3) over every plan that the caller may read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from api.asked import box_asked, origin_of, today
from api.callers import Reader
from api.conditional import conditional
from api.described import COLLECTION_SCHEMA, FEATURE_SCHEMA, GRID_EXAMPLE, answered
from api.features import MEDIA_TYPE, as_text
from api.features import collection as features
from api.ogc_collections import (
    JSON,
    LAYERS,
    SCHEMA,
    Collection,
    Collections,
    Link,
    address_of,
    extent_of,
    named,
    queryables_schema,
)
from api.ogc_collections import collection as described
from api.ogc_items import Items, items_of, land_in, moment_given
from api.problems import problems
from api.request_words import in_one_line, mistakes
from api.running import Running, Works
from data.plans.collections import Wanted, revision_at
from data.plans.differing import State
from data.plans.plan import list_plans
from geo.errors import InputError

MOST, USUAL = 5000, 100
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
CONFORMS_TO = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
]


class OgcRoute(APIRoute):
    """A route that refuses a wrong request with 400, unknown parameters too, as the standard has it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handler = super().get_route_handler()
        known = {one.alias for one in self.dependant.query_params} | {"f"}

        async def handle(request: Request) -> Response:
            unknown = set(request.query_params) - known
            if unknown or request.query_params.get("f", "json") not in {"json", "geojson"}:
                said = f"there is no parameter {', '.join(sorted(unknown))}" if unknown else "f is json"
                raise HTTPException(400, said)
            try:
                return await handler(request)
            except RequestValidationError as error:
                found = mistakes(error.errors(), request.headers.get("Accept-Language"))
                raise HTTPException(400, in_one_line(found)) from error
            except InputError as error:
                if type(error) is not InputError:
                    raise
                raise HTTPException(400, str(error)) from error

        return handle


router = APIRouter(tags=["ogc"], route_class=OgcRoute)
CollectionId = Annotated[str, Path(alias="collection", min_length=3, max_length=200, examples=["2026.grids"])]
FEATURES = answered(
    MEDIA_TYPE,
    {**COLLECTION_SCHEMA, "properties": {**COLLECTION_SCHEMA["properties"], "numberReturned": {"type": "integer"}}},
    {"type": "FeatureCollection", "features": [GRID_EXAMPLE], "numberReturned": 1, "links": []},
    "Features in WGS 84, by their keys.",
)  # fmt: skip


class Landing(BaseModel):
    """What there is here."""

    title: str
    description: str
    links: list[Link]


class Conformance(BaseModel):
    """What of the standards is kept."""

    conformsTo: list[str] = Field(examples=[CONFORMS_TO[2:4]])  # noqa: N815 (the standard's name)


@router.get("/ogc", responses=problems(401, 403), response_model_exclude_none=True)
def read_ogc(request: Request, who: Reader, works: Works) -> Landing:
    """Return the landing page of OGC API: where everything is."""
    origin = origin_of(request, works)
    links = [
        Link(href=f"{origin}/ogc", rel="self", type=JSON),
        Link(href=f"{origin}/api/openapi.json", rel="service-desc", type=OPENAPI),
        Link(href=f"{origin}/api/docs", rel="service-doc", type="text/html"),
        Link(href=f"{origin}/ogc/conformance", rel="conformance", type=JSON),
        Link(href=f"{origin}/ogc/collections", rel="data", type=JSON),
        Link(
            href=f"{origin}/ogc/tileMatrixSets", rel="http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", type=JSON
        ),
    ]  # fmt: skip
    return Landing(title="One Grid · 多网合一", description="Governance grids, plan by plan.", links=links)


@router.get("/ogc/conformance", responses=problems(401, 403))
def read_conformance(who: Reader) -> Conformance:
    """Return what of the OGC standards is kept."""
    return Conformance(conformsTo=CONFORMS_TO)


@router.get("/ogc/collections", responses=problems(401, 403), response_model_exclude_none=True)
def list_collections(request: Request, who: Reader, works: Works) -> Collections:
    """Return the layers of every plan that the caller may read, the newest plan first."""
    origin = origin_of(request, works)
    found: list[Collection] = []
    with works.transactions.looking(who) as connection:
        for plan in list_plans(connection):
            state = State(plan, plan.head)
            extent = extent_of(connection, state)
            found += [described(origin, state, layer, extent) for layer in LAYERS]
    return Collections(links=[Link(href=f"{origin}/ogc/collections", rel="self", type=JSON)], collections=found)


@router.get(
    "/ogc/collections/{collection}", responses=problems(401, 403, 404), response_model_exclude_none=True
)  # fmt: skip
def read_collection(collection: CollectionId, request: Request, who: Reader, works: Works) -> Collection:
    """Return a layer of a plan: what it is called, how far it reaches, where its features are."""
    with works.transactions.looking(who) as connection:
        state, layer = named(connection, collection)
        return described(origin_of(request, works), state, layer, extent_of(connection, state))


@router.get(
    "/ogc/collections/{collection}/queryables", response_class=Response,
    responses={**problems(401, 403, 404), 200: answered(
        SCHEMA, {"type": "object"}, {"type": "object", "properties": {"code": {"type": "string"}}},
        "What filters may ask about.",
    )},
)  # fmt: skip
def read_queryables(collection: CollectionId, request: Request, who: Reader, works: Works) -> Response:
    """Return what filters may ask about in a collection, as a JSON schema."""
    with works.transactions.looking(who) as connection:
        state, layer = named(connection, collection)
    where = f"{address_of(origin_of(request, works), state.plan.name, layer)}/queryables"
    schema = queryables_schema(where, LAYERS[layer].title, LAYERS[layer].queryables)
    return conditional(request, as_text(schema).encode(), media_type=SCHEMA)


@router.get(
    "/ogc/collections/{collection}/items", response_class=Response,
    responses={**problems(401, 403, 404), 200: FEATURES},
)  # fmt: skip
def list_items(  # noqa: PLR0917 (parameters of the query)
    collection: CollectionId, request: Request, who: Reader, works: Works,
    bbox: Annotated[
        str | None,
        Query(max_length=300, description="West, south, east, north in degrees.", examples=["102.7,25.0,102.75,25.05"]),
    ] = None,
    time: Annotated[
        str | None,
        Query(alias="datetime", max_length=80, description="The plan as it was then; of an interval, at its end.",
              examples=["2026-03-01T09:30:00Z"]),
    ] = None,
    limit: Annotated[int, Query(ge=1, description=f"{MOST:,} at most are given.", examples=[1000])] = USUAL,
    filter: Annotated[
        str | None, Query(min_length=1, max_length=4000, description="CQL2.", examples=["severity >= 50"])
    ] = None,
    filter_lang: Annotated[
        str | None, Query(alias="filter-lang", pattern="^cql2-(text|json)$", examples=["cql2-text"])
    ] = None,
    after: Annotated[str | None, Query(max_length=400, description="Where the page before ended.")] = None,
) -> Response:  # fmt: skip
    """Return features of a collection by their keys; the link `next` leads to more."""
    box, then, most = box_asked(bbox, heights=True, around=True), moment_given(time), min(limit, MOST)
    with works.transactions.looking(who) as connection:
        state, layer = named(connection, collection)
        past = state_then(connection, state, then)
        wanted = Wanted(most + 1, land_in(box, state), filter, after)
        found = Items([], []) if past is None else items_of(connection, past, layer, wanted, today())
    return page_of_items(request, works, state, layer, found, most)


def state_then(connection: Connection, state: State, then: datetime | None) -> State | None:
    """Return a plan as it was at a time; None: it was not there yet."""
    if then is None:
        return state
    revision = revision_at(connection, state, then)
    return None if revision is None else State(state.plan, revision)


def page_of_items(request: Request, works: Running, state: State, layer: str, found: Items, most: int) -> Response:
    """Return a page of features, with where the next one is."""
    here = address_of(origin_of(request, works), state.plan.name, layer)
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    links = [
        {"href": with_query(f"{here}/items", request.query_params.multi_items()), "rel": "self", "type": MEDIA_TYPE},
        {"href": here, "rel": "collection", "type": JSON},
    ]
    texts = found.texts[:most]
    if len(found.texts) > most:
        further = with_query(f"{here}/items", [*asked, ("after", found.keys[most - 1])])
        links.append({"href": further, "rel": "next", "type": MEDIA_TYPE})
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    body = features(texts, numberReturned=len(texts), timeStamp=now, links=links)
    return Response(body, media_type=MEDIA_TYPE)


def with_query(address: str, asked: list[tuple[str, str]]) -> str:
    """Return an address with parameters."""
    return f"{address}?{urlencode(asked, quote_via=quote)}" if asked else address


@router.get(
    "/ogc/collections/{collection}/items/{feature:path}", response_class=Response,
    responses={**problems(401, 403, 404), 200: answered(MEDIA_TYPE, FEATURE_SCHEMA, GRID_EXAMPLE, "The feature.")},
)  # fmt: skip
def read_item(
    collection: CollectionId, request: Request, who: Reader, works: Works,
    feature: Annotated[str, Path(min_length=1, max_length=300, examples=["530102001001003"])],
) -> Response:  # fmt: skip
    """Return a feature of a collection by its key."""
    with works.transactions.looking(who) as connection:
        state, layer = named(connection, collection)
        found = one_item(connection, state, layer, feature)
    here = address_of(origin_of(request, works), state.plan.name, layer)
    links = [
        {"href": f"{here}/items/{quote(feature, safe='')}", "rel": "self", "type": MEDIA_TYPE},
        {"href": here, "rel": "collection", "type": JSON},
    ]
    body = f'{found[:-1]},"links":{as_text(links)}}}'
    return conditional(request, body.encode(), media_type=MEDIA_TYPE)


def one_item(connection: Connection, state: State, layer: str, key: str) -> str:
    """Return a feature as text.

    Raises
    ------
    HTTPException
        404: there is none, or the caller does not see it.
    """
    found = items_of(connection, state, layer, Wanted(1, key=key), today())
    if not found.texts:
        raise HTTPException(404, f"there is no {key} in {state.plan.name}.{layer}")
    return found.texts[0]
