"""``/api/session/openid``: to the identity provider and back."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial

from fastapi import APIRouter, Request, status
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from api.link_refused import elsewhere_refused, wants_page
from api.openid import Provider, Stranger
from api.parameters import ADDED_TO
from api.problems import problems
from api.routers.session import HOME, address_of, is_encrypted, set_cookie
from api.running import Running, Works
from data.users.accounts import account_from_elsewhere
from data.users.audit import Event, record
from data.users.errors import ForeignSignInRefused
from data.users.foreign import AWAY, keep_attempt, take_attempt
from data.users.sign_in import NOBODY, Session, begin_session
from geo.errors import InputError

router = APIRouter(tags=["session"])
AWAY_COOKIE = "onegrid_openid"
PATH = "/api/session/openid"
BACK = PATH + "/return"


@router.get(PATH, status_code=status.HTTP_302_FOUND, response_class=Response, responses=problems(403, 404))
async def go_to_provider(request: Request, works: Works) -> Response:
    """Send the browser to the identity provider."""
    return await or_page(request, sent_away(request, works))


@router.get(BACK, status_code=status.HTTP_303_SEE_OTHER, response_class=Response, responses=problems(403, 404))
async def come_back_from_provider(request: Request, works: Works) -> Response:
    """Take up what the identity provider said, and begin a session."""
    return await or_page(request, taken_up(request, works))


ADDED_TO.update({go_to_provider, come_back_from_provider})


async def or_page(request: Request, answering: Awaitable[Response]) -> Response:
    """Return an answer; to a browser a refusal is a page, since it is sent here and does not ask."""
    try:
        return await answering
    except ForeignSignInRefused as error:
        if not wants_page(request.headers.get("accept", "")):
            raise
        page = elsewhere_refused(str(error))
        return HTMLResponse(page, status.HTTP_403_FORBIDDEN, headers={"Vary": "Accept"})


async def sent_away(request: Request, works: Running) -> Response:
    """Return the answer that sends the browser to the provider, and keep what has to be known when it comes back."""
    provider = provider_of(works)
    request.scope["session"] = {}
    answer = await provider.send_away(request, (works.settings.public_url or str(request.base_url).rstrip("/")) + BACK)
    async with works.transactions.writing(None) as connection:
        secret = await connection.run_sync(keep_attempt, request.session)
    answer.set_cookie(
        AWAY_COOKIE, secret, max_age=int(AWAY.total_seconds()), path=PATH, httponly=True, samesite="lax",
        secure=is_encrypted(request, works),
    )  # fmt: skip
    return answer


async def taken_up(request: Request, works: Running) -> Response:
    """Begin the session of whom the provider sent back, and lead to the first page."""
    provider = provider_of(works)
    async with works.transactions.writing(None) as connection:
        remembered = await connection.run_sync(take_attempt, request.cookies.get(AWAY_COOKIE, ""))
    if remembered is None:
        raise ForeignSignInRefused("this sign-in was not begun here, or too long ago; begin again")
    request.scope["session"] = remembered
    try:
        stranger = await provider.welcome_back(request)
        async with works.transactions.writing(None) as connection:
            session = await connection.run_sync(partial(admit, stranger=stranger, request=request, works=works))
    except ForeignSignInRefused:
        async with works.transactions.writing(None) as connection:
            refused = partial(record, event=Event.sign_in_refused, actor=NOBODY, address=address_of(request))
            await connection.run_sync(partial(refused, by="openid"))
        raise
    answer = RedirectResponse(HOME, status.HTTP_303_SEE_OTHER)
    answer.delete_cookie(AWAY_COOKIE, path=PATH)
    set_cookie(answer, request, session, works)
    return answer


def admit(connection: Connection, *, stranger: Stranger, request: Request, works: Running) -> Session:
    """Begin the session of somebody whom the provider knows, with an account that is made where there is none."""
    provider, grant = provider_of(works), stranger.grant
    try:
        account = account_from_elsewhere(
            connection, provider.issuer, stranger.subject, stranger.name, grant.role, grant.scope
        )
    except InputError as error:
        raise ForeignSignInRefused(f"this sign-in has no account: {error}") from error
    if account.disabled_at is not None:
        raise ForeignSignInRefused("your account is disabled; ask whoever looks after One Grid")
    return begin_session(
        connection, account.identity, address=address_of(request), lifetime=works.session_lifetime, by="openid"
    )


def provider_of(works: Running) -> Provider:
    """Return the identity provider, where there is one."""
    if works.provider is None:
        raise HTTPException(404, "no identity provider is set; sign in by name and password")
    return works.provider
