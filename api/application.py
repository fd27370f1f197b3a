"""The web application: `create_app`. It only puts together what the other modules are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI
from fastapi.middleware import Middleware
from fastapi.routing import iter_route_contexts
from starlette_compress import CompressMiddleware, add_compress_type

from api.callers import Callers
from api.description import describe
from api.metrics import Metrics
from api.middleware.asking_again import AskingAgain
from api.middleware.asking_for_the_head import AskingForTheHead
from api.middleware.headers import SecurityHeaders
from api.middleware.limits import Limits
from api.middleware.observing import Observing
from api.middleware.same_origin import SameOrigin
from api.openid import Provider
from api.parameters import KnownParameters
from api.problems import MEDIA_TYPE, answer_problems, problems
from api.routers import (
    boards,
    changes,
    comparisons,
    docs,
    edits,
    exports,
    gap_files,
    gaps,
    grids,
    health,
    ogc,
    ogc_tiles,
    openid,
    places,
    plans,
    session,
    tiles,
    uploads,
    web_application,
)
from api.running import Running
from api.tiles_door import TileDoor
from data.database.access import reached
from data.database.schema import ensure_current
from data.settings import Settings, read_settings
from data.uploads.jobs import Jobs
from data.users.transactions import Transactions

ROUTERS = (
    health.router, session.router, openid.router, plans.router, grids.router, places.router, edits.router,
    gap_files.router, gaps.router, comparisons.router, exports.router, changes.router, boards.router, ogc.router,
    ogc_tiles.router, tiles.router, uploads.router, docs.router, web_application.router,
)  # fmt: skip
PASSWORDS_AT_ONCE = 2
COMPRESSED = (MEDIA_TYPE, "application/geo+json", "application/vnd.mapbox-vector-tile")


def create_app(settings: Settings | None = None, *, single_user: bool = False) -> FastAPI:
    """Return the application; it reaches the database when it starts.

    Parameters
    ----------
    settings
        None: what the environment says.
    single_user
        Whether whoever has the sign-in link may do everything, without an account: on a loopback address alone.

    Raises
    ------
    InputError
        The settings contradict each other. When it starts: the database can't be reached, or its schema is not this
        program's.
    """
    settings = settings or read_settings()
    metrics = Metrics()
    app = FastAPI(
        title="One Grid · 多网合一",
        version=version("onegrid"),
        summary="A city's governance grids as one partition: plans, edits, gaps, tiles.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan(settings, metrics, single_user=single_user),
        middleware=layers(settings, metrics),
        responses=problems(),
        dependencies=[Depends(KnownParameters())],
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # figures are ours; nothing goes elsewhere
    )
    answer_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.insert(0, TileDoor().route)  # asked for by the dozen
    describe(app)
    list(iter_route_contexts(app.routes))  # worked out now; FastAPI would have the first requests wait for it
    return app


def lifespan(settings: Settings, metrics: Metrics, *, single_user: bool) -> Any:
    """Return what is done when an application starts, and when it stops after its last request."""
    provider = Provider(settings) if settings.openid_issuer else None

    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        with reached(settings) as access:
            ensure_current(access)
            transactions = Transactions(
                access.application,
                read_url=settings.database_read_url,
                most=settings.database_connections,
                statement_s=settings.request_s,
            )
            callers = Callers(transactions, single_user=single_user)
            metrics.watch(transactions)
            app.state.running = Running(
                settings,
                access,
                transactions,
                callers,
                metrics,
                provider,
                CapacityLimiter(PASSWORDS_AT_ONCE),
                Jobs(settings.reaching()),
            )
            try:
                async with callers.listening(), transactions.following():
                    yield
            finally:
                app.state.running.jobs.close()
                await transactions.close()

    return live


def layers(settings: Settings, metrics: Metrics) -> list[Middleware]:
    """Return what every request passes through, outermost first."""
    for kind in COMPRESSED:
        add_compress_type(kind)
    return [
        Middleware(Observing, metrics=metrics),
        Middleware(AskingForTheHead),
        Middleware(SecurityHeaders),
        Middleware(
            Limits,
            body_bytes=round(settings.request_mb * 1e6),
            seconds=settings.request_s,
            upload_bytes=round(settings.upload_mb * 1e6),
        ),
        Middleware(SameOrigin, public_url=settings.public_url),
        Middleware(CompressMiddleware),
        Middleware(AskingAgain),
    ]
