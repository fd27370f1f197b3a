"""What requests about plans have in common: which plan, at which revision, which box, what kind of answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Header, Path, Query, Request
from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from api.running import Running
from data.plans.differing import State
from data.plans.life import log
from data.plans.plan import find_plan
from data.users.identity import Identity
from geo.errors import InputError


def addressable(name: str) -> str:
    """Return a name that may stand in an address.

    Raises
    ------
    ValueError
        It may not: browsers would leave it out.
    """
    if name in {".", ".."}:
        raise ValueError(f"{name} is no name that an address could have")
    return name


PlanName = Annotated[str, Path(alias="plan", min_length=1, max_length=120, examples=["2026"])]
NewPlanName = Annotated[
    str,
    Field(
        min_length=1, max_length=120, pattern=r"^[^/\s\x00-\x1f]([^/\x00-\x1f]*[^/\s\x00-\x1f])?$",
        description="Without blanks around and without `/`; browsers take `.` and `..` for folders.",
        examples=["2027 草案"],
    ),
    AfterValidator(addressable),
]  # fmt: skip
"""Of a plan that is to be: a part of addresses from then on."""
GridCode = Annotated[str, Path(alias="code", min_length=1, max_length=40, examples=["530102001001003"])]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Asked again under it, nothing is done again.",
    ),
]
AsOf = Annotated[int | None, Query(ge=0, le=2**31 - 2, description="A revision; the latest where it is left out.")]
Limit = Annotated[int, Query(ge=1, le=5000)]
After = Annotated[str | None, Query(max_length=400, description="Where the page before ended; `next` has it.")]
Division = Annotated[
    str | None, Query(pattern=r"^[0-9]{1,12}$", description="A division's code, or the beginning of one.")
]
Box = Annotated[
    str | None,
    Query(max_length=200, description="West, south, east, north in degrees.", examples=["102.7,25.0,102.75,25.05"]),
]

Cql2 = Annotated[
    str | None,
    Query(
        alias="filter",
        min_length=1,
        max_length=4000,
        description="CQL2 text or JSON, geometries in longitude and latitude; what it may ask about is in the OGC "
        "collection's queryables.",
        examples=["households > 300 AND management_type <> 'routine'"],
    ),
]


def origin_of(request: Request, works: Running) -> str:
    """Return where this server is, as the caller knows it."""
    return works.settings.public_url or str(request.base_url).rstrip("/")


@contextmanager
def looking_at(works: Running, who: Identity, plan: str, at: int | None = None) -> Iterator[tuple[Connection, State]]:
    """Look at a plan at a revision, as somebody, in one state of the database.

    Raises
    ------
    UnknownPlanError, InputError
        There is no such plan; it has no such revision.
    """
    with works.transactions.looking(who) as connection:
        yield connection, state_at(connection, plan, at)


def state_at(connection: Connection, name: str, at: int | None) -> State:
    """Find a plan at a revision."""
    plan = find_plan(connection, name)
    if at is None:
        return State(plan, plan.head)
    first = log(connection, plan, limit=1)[0].revision
    if not first <= at <= plan.head:
        raise InputError(f"plan {name} has no revision {at}; it has {first} to {plan.head}")
    return State(plan, at)


def box_asked(text: str | None, *, heights: bool = False, around: bool = False) -> list[float] | None:
    """Read a box of longitudes and latitudes; ``heights`` may stand in it, and are let go.

    West may be east of east where the box may lie ``around`` the antimeridian.

    >>> box_asked("102.7,25,1890,102.75,25.05,1900", heights=True)
    [102.7, 25.0, 102.75, 25.05]

    Raises
    ------
    InputError
        It is none.
    """
    if text is None:
        return None
    try:
        found = [float(part) for part in text.split(",")]
        west, south, east, north = (*found[:2], *found[3:5]) if heights and len(found) == 6 else found
    except ValueError as error:
        raise InputError("bbox is west,south,east,north in degrees, such as 102.7,25.0,102.75,25.05") from error
    within = all(-180 <= one <= 180 for one in (west, east)) and -90 <= south <= north <= 90
    if not within or (west > east and not around):
        order = "south before north" if around else "west before east and south before north"
        raise InputError(f"bbox is west,south,east,north in degrees, {order}")
    return [west, south, east, north]


def next_link(request: Request, after: str | None) -> str | None:
    """Return the address of the next page, as a path; None: there is none."""
    if after is None:
        return None
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f"{quote(request.url.path)}?{urlencode([*asked, ('after', after)])}"


def place_of(request: Request, name: str) -> dict[str, str]:
    """Return the header that tells where a thing is which was made in the list that was asked."""
    return {"Location": f"{quote(request.url.path)}/{quote(name, safe='')}"}


def today() -> date:
    """Return the day on which exceptions hold or have run out."""
    return date.today()


def page(request: Request, items: list[Any], after: str | None) -> dict[str, Any]:
    """Return a page of a list."""
    return {"items": items, "next": next_link(request, after)}
