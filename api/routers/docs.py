"""``/api/docs``: the description of this interface, as a page (Swagger UI) that loads nothing from elsewhere."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)
SWAGGER = files("fastapi_offline") / "static"
FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""As strict as elsewhere, but for its own script and style, the description, and pictures within the style."""
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>One Grid · 多网合一</title>
<link rel="icon" href="/api/docs/favicon.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<div id="page"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</html>
"""
START = """SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null });
"""


@router.get("/api/docs")
async def page() -> HTMLResponse:
    """Return the page."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/api/docs/start.js")
async def start() -> Response:
    """Return the script that begins it."""
    return Response(START, media_type="text/javascript")


@router.get("/api/docs/{name}")
async def part(name: str) -> Response:
    """Return a file of Swagger UI."""
    if name not in FILES:
        raise HTTPException(404, "there is no such file")
    return FileResponse(str(SWAGGER / name), media_type=FILES[name], headers={"Cache-Control": "max-age=3600"})
