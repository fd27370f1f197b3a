"""Conditional requests: an ETag by what is answered, 304 where it is known, 412 where it has changed."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from api.language import Language

JSON = "application/json"
KEPT = "private, no-cache"
"""May be kept by who asked, and is to be asked for again each time."""


def etag_of(body: bytes) -> str:
    """Return the ETag of an answer."""
    return f'"{sha256(body).hexdigest()[:24]}"'


def conditional(request: Request, body: bytes, *, media_type: str = JSON) -> Response:
    """Answer with a body, or 304 where the caller has the same already."""
    headers = {"ETag": etag_of(body), "Cache-Control": KEPT, "Vary": "Authorization, Cookie, Accept-Language"}
    if is_named(headers["ETag"], request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def require_match(request: Request, told: Callable[[Language | None], bytes], language: Language | None) -> None:
    """Refuse to change what is not as the caller knows it, where the request says so.

    Each language has an ETag of its own; whoever asks in another one than he read in knows the same.

    Parameters
    ----------
    told
        Returns the answer to reading it, in a language.
    language
        The one that this request asks for.

    Raises
    ------
    HTTPException
        412.
    """
    named = request.headers.get("if-match")
    if named is None:
        return
    languages = dict.fromkeys((language, None, *Language))
    if not any(is_named(etag_of(told(one)), named) for one in languages):
        raise HTTPException(412, "this has changed since you read it; read it again")


def is_named(etag: str, header: str | None) -> bool:
    """Tell whether a list of ETags names one; a weak one counts, since compressing makes them weak."""
    return header is not None and any(one.strip().removeprefix("W/") in {etag, "*"} for one in header.split(","))
