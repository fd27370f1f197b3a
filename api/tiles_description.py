"""What the OpenAPI description says of tiles, whose route is none of FastAPI's."""

from __future__ import annotations

from typing import Any

from api.described import ETAG, NOT_MODIFIED
from api.problems import problems
from data.plans.tiles import MAX_ZOOM
from data.plans.tiles_layers import LAYERS


def number(name: str, what: str, most: int, example: int) -> dict[str, Any]:
    """Describe a number of the path."""
    schema = {"type": "integer", "minimum": 0, "maximum": most}
    return {
        "name": name, "in": "path", "required": True, "description": what, "schema": schema, "example": example,
    }  # fmt: skip


def asked(name: str, what: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a parameter of the query."""
    return {"name": name, "in": "query", "required": False, "description": what, "schema": schema}


LAST = (1 << MAX_ZOOM) - 1
TILE: dict[str, Any] = {
    "tags": ["tiles"],
    "summary": "Read Tile",
    "description": "Return a vector tile of a plan, within the caller's scope: its layers are in the TileJSON.",
    "operationId": "read_tile",
    "parameters": [
        {
            "name": "plan", "in": "path", "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 120}, "example": "2026",
        },
        number("z", "The zoom.", MAX_ZOOM, 14),
        number("x", "The column, from the west.", LAST, 12850),
        number("y", "The row, from the north.", LAST, 7016),
        asked("revision", "Of a plan in force, as the TileJSON has it: the tile may be kept for ever.",
              {"type": "string"}),
        asked("decided", "What was decided on its gaps, as the TileJSON has it.", {"type": "string"}),
        asked("as_of", "The revision at which it is drawn, in place of the latest.", {"type": "integer", "minimum": 0}),
        asked("layer", "The one layer that is wanted, in place of all.", {"type": "string", "enum": list(LAYERS)}),
    ],
    "responses": {
        "200": {
            "description": "The tile; nothing, where nothing is.",
            "headers": ETAG,
            "content": {"application/vnd.mapbox-vector-tile": {"schema": {"type": "string", "format": "binary"}}},
        },
        **{str(status): said for status, said in {**NOT_MODIFIED, **problems(401, 403, 404)}.items()},
    },
}  # fmt: skip
