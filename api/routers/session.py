"""``/api/session``: signing in, who is signed in, signing out; and the sign-in link of a single user."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.callers import COOKIE, Known
from api.link_refused import PAGE, wants_page
from api.problems import problems
from api.running import Running, Works
from data.users.credentials import Kind, Recognised
from data.users.errors import NotSignedIn
from data.users.roles import RIGHTS, Right, Role
from data.users.sign_in import Session, end_session, follow_link, sign_in

router = APIRouter(tags=["session"])
HOME = "/"


class SignIn(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="forbid", title="SignIn")

    name: str = Field(max_length=200, examples=["li.na"])
    password: SecretStr = Field(max_length=2000, examples=["correct horse battery staple"])


class Me(BaseModel):
    """Who is signed in."""

    name: str = Field(examples=["li.na"])
    role: Role = Field(examples=["planner"])
    scope: str = Field(examples=["530102"], description="The beginning of the division codes that are seen.")
    rights: list[Right] = Field(examples=[["read", "contacts", "edit"]])
    expires_at: datetime = Field(examples=["2026-03-01T18:00:00Z"])


class Ways(BaseModel):
    """How one may sign in."""

    password: bool
    openid: str | None = Field(examples=["/api/session/openid"], description="Where to send the browser.")
    provider: str | None = Field(examples=["login.city.gov.cn"], description="Whose sign-in that is: the host's name.")


@router.post("/api/session", responses=problems(401, 403, 429))
async def sign_in_by_password(given: SignIn, request: Request, response: Response, works: Works) -> Me:
    """Sign in by name and password; the answer sets the cookie of a session."""
    session = await to_thread.run_sync(
        partial(
            sign_in,
            works.transactions,
            given.name,
            given.password.get_secret_value(),
            address=address_of(request),
            lifetime=works.session_lifetime,
        ),
        limiter=works.signing_in,
    )
    set_cookie(response, request, session, works)
    return me(Recognised(session.identity, session.issued.expires_at))


@router.get("/api/session", responses=problems(401, 403))
async def who_is_signed_in(found: Known) -> Me:
    """Say who is signed in, and what they may do."""
    return me(found)


@router.delete("/api/session", status_code=status.HTTP_204_NO_CONTENT, responses=problems(401, 403))
async def sign_out(found: Known, request: Request, response: Response, works: Works) -> None:
    """End the session, and take back the cookie; a token stays."""
    secret = request.cookies.get(COOKIE)
    if secret is not None:
        async with works.transactions.writing(found.identity) as connection:
            await connection.run_sync(
                partial(end_session, identity=found.identity, secret=secret, address=address_of(request))
            )
        works.callers.forget()
    response.delete_cookie(COOKIE, path=HOME)


@router.get("/api/session/ways")
async def ways_to_sign_in(works: Works) -> Ways:
    """Say how one may sign in."""
    if works.provider is None:
        return Ways(password=True, openid=None, provider=None)
    return Ways(password=True, openid="/api/session/openid", provider=urlsplit(works.provider.issuer).hostname)


@router.get("/sign-in", include_in_schema=False)
async def follow_sign_in_link(key: Annotated[str, Query(max_length=200)], request: Request, works: Works) -> Response:
    """Sign in the single user of a private cluster by the link that ``onegrid serve`` printed, once."""
    try:
        return await signed_in_by_link(key, request, works)
    except NotSignedIn:
        if not wants_page(request.headers.get("accept", "")):
            raise
        headers = {"Vary": "Accept", "WWW-Authenticate": "Bearer"}
        return HTMLResponse(PAGE, status.HTTP_401_UNAUTHORIZED, headers=headers)


async def signed_in_by_link(key: str, request: Request, works: Running) -> RedirectResponse:
    """Begin the session of a link, and lead to the first page; a browser that is signed in already is led there too.

    Raises
    ------
    NotSignedIn
        The link is worth nothing, or this is no server of a single user.
    """
    if not works.callers.single_user:
        raise NotSignedIn("this server has no sign-in link; sign in by name and password")
    answer = RedirectResponse(HOME, status.HTTP_303_SEE_OTHER)
    try:
        async with works.transactions.writing(None) as connection:
            follow = partial(follow_link, secret=key, address=address_of(request), lifetime=works.session_lifetime)
            session = await connection.run_sync(follow)
    except NotSignedIn:
        if await works.callers.recognise(Kind.session, request.cookies.get(COOKIE, "")) is None:
            raise
    else:
        set_cookie(answer, request, session, works)
    return answer


def me(found: Recognised) -> Me:
    """Return what somebody is told of themselves."""
    who = found.identity
    rights = [right for right in Right if right in RIGHTS[who.role]]
    return Me(name=who.name, role=who.role, scope=who.scope, rights=rights, expires_at=found.expires_at)


def set_cookie(response: Response, request: Request, session: Session, works: Running) -> None:
    """Give a browser the cookie of a session; scripts can't read it, and other sites' forms do not send it."""
    response.set_cookie(
        COOKIE,
        session.issued.secret,
        max_age=int(works.session_lifetime.total_seconds()),
        path=HOME,
        httponly=True,
        samesite="lax",
        secure=is_encrypted(request, works),
    )


def is_encrypted(request: Request, works: Running) -> bool:
    """Tell whether browsers reach us by https."""
    return (works.settings.public_url or str(request.base_url)).startswith("https:")


def address_of(request: Request) -> str:
    """Return where a request came from."""
    return request.client.host if request.client else ""
