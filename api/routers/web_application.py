"""``/``: the map application. Its own views are in the fragment of the address, so that it has this one page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

from api import web_application
from api.conditional import conditional
from api.running import running
from api.web_application import ASSETS, NOT_BUILT, START, encoded, find_file, kind_of, policy

router = APIRouter(include_in_schema=False)
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=3600"


@router.get("/")
def start(request: Request) -> Response:
    """Return the page; it is asked for again each time, and names the files that go with it."""
    page = find_file(web_application.BUILT, START)
    if page is None:
        return HTMLResponse(NOT_BUILT, 503)
    answer = conditional(request, page.read_bytes(), media_type=kind_of(page))
    # Also where nothing has changed: browsers take over what such an answer says.
    answer.headers.update(guarded(request))
    return answer


@router.get("/icon.svg")
def icon(request: Request) -> Response:
    """Return the icon."""
    return file(request, "", "icon.svg", FOR_A_WHILE)


@router.get("/assets/{name}")
def asset(request: Request, name: str) -> Response:
    """Return a script, a style sheet or a worker; its name says what is in it, so that it may be kept for ever."""
    return file(request, ASSETS, name, FOR_EVER)


def guarded(request: Request) -> dict[str, str]:
    """Return what browsers are told the page may do."""
    return {"Content-Security-Policy": policy(running(request).settings.base_map)}


def file(request: Request, folder: str, name: str, kept: str) -> Response:
    """Return a file of the application, compressed as its build left it.

    Raises
    ------
    HTTPException
        404: there is none.
    """
    path = find_file(web_application.BUILT / folder, name)
    if path is None:
        raise HTTPException(404, "there is no such file")
    chosen, encoding = encoded(path, request.headers.get("accept-encoding", ""))
    headers = {**guarded(request), "Cache-Control": kept, "Vary": "Accept-Encoding"}
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return FileResponse(chosen, media_type=kind_of(path), headers=headers)
