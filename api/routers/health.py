"""``/healthz``, ``/readyz``, ``/metrics``: for whoever looks after the server."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from functools import cache
from typing import Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from api.callers import LETS_IN, allowed
from api.metrics import CONTENT_TYPE
from api.problems import problems
from api.running import Works
from data.database.schema import newest_revision, revision_of
from data.users.roles import Right
from data.web_addresses import is_loopback

router = APIRouter(tags=["operation"])
ANSWER_S = 2.0
needed_revision = cache(newest_revision)


class State(BaseModel):
    """How the server is."""

    status: Literal["ok"] = "ok"


class ReplicaState(BaseModel):
    """How the read replica is; the server works without it."""

    state: Literal["level", "behind", "unreachable"]
    bytes: int | None = Field(None, description="Of the log that it has not yet.")
    seconds: float | None = Field(None, description="Since what it has last was done.")


class Readiness(State):
    """How the server and its databases are."""

    replica: ReplicaState | None = Field(None, description="Left out where there is none.")


@router.get("/healthz")
async def is_alive() -> State:
    """Say that the server answers; it asks nobody else."""
    return State()


@router.get("/readyz", responses=problems(503), response_model_exclude_none=True)
async def is_ready(works: Works) -> Readiness:
    """Say that the database answers too, and has the schema that this program needs; how far a replica is behind it."""
    try:
        async with asyncio.timeout(ANSWER_S), works.transactions.reading(None) as connection:
            revision = await connection.run_sync(revision_of)
    except (SQLAlchemyError, TimeoutError) as error:
        raise HTTPException(503, "the database does not answer") from error
    if revision != needed_revision():
        raise HTTPException(503, f"the database has schema {revision}, and this program needs {needed_revision()}")
    replica = works.transactions.replica
    return Readiness(replica=None if replica is None else ReplicaState(**asdict(await replica.lag())))


administrator = allowed(Right.administer)


async def local_or_administrator(request: Request) -> None:
    """Let in a program on this machine, and whoever administers; refuse others."""
    if request.client is None or not is_loopback(request.client.host):
        await administrator(request)


LETS_IN.add(local_or_administrator)


@router.get(
    "/metrics", response_class=Response, dependencies=[Depends(local_or_administrator)],
    responses={**problems(401, 403), 200: {"content": {"text/plain": {}}}},
)  # fmt: skip
async def figures(works: Works) -> Response:
    """Return the figures of the server for Prometheus: to programs on this machine, and to administrators."""
    return Response(works.metrics.text(), headers={"Content-Type": CONTENT_TYPE})
