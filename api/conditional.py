"""Conditional requests: an ETag by what is answered, 304 where it is known, 412 where it has changed."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request, Response
from starlette.exceptions import HTTPException

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


def require_match(request: Request, body: bytes) -> None:
    """Refuse to change what is not as the caller knows it, where the request says so.

    Raises
    ------
    HTTPException
        412.
    """
    named = request.headers.get("if-match")
    if named is not None and not is_named(etag_of(body), named):
        raise HTTPException(412, "this has changed since you read it; read it again")


def is_named(etag: str, header: str | None) -> bool:
    """Tell whether a list of ETags names one; a weak one counts, since compressing makes them weak."""
    return header is not None and any(one.strip().removeprefix("W/") in {etag, "*"} for one in header.split(","))
