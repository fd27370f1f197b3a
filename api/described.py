"""What the OpenAPI description says of answers that are written as text, for speed: schemas and examples."""

from __future__ import annotations

from typing import Any

LAND = {"type": "Polygon", "coordinates": [[[102.7, 25.0], [102.71, 25.0], [102.71, 25.01], [102.7, 25.0]]]}
GRID_SAID = {
    "grid_id": "17", "code": "530102001001003", "number": "003", "name": "桂花苑", "kind": "compound",
    "community_code": "530102001001", "community_name": "桂花社区", "management_type": "routine",
    "households": 312, "population": 840, "party_members": 41, "area_m2": 18250.4, "locked": False,
    "required": 6, "held": 5, "short": 1, "shortage": "short_1", "form": "branch", "worst": 50, "severity": "high",
}  # fmt: skip
FEATURE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "properties", "geometry"],
    "properties": {
        "type": {"const": "Feature"},
        "id": {"type": "string"},
        "properties": {"type": "object"},
        "geometry": {"type": ["object", "null"]},
    },
}
COLLECTION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": FEATURE_SCHEMA},
        "next": {"type": ["string", "null"]},
        "revision": {"type": "integer"},
    },
}
GRID_EXAMPLE = {"type": "Feature", "id": "530102001001003", "properties": GRID_SAID, "geometry": LAND}
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "For `If-None-Match` and `If-Match`."}}
LOCATION = {"Location": {"schema": {"type": "string"}, "description": "The address of what was made, as a path."}}


def answered(media_type: str, schema: dict[str, Any], example: Any, what: str, **more: Any) -> dict[str, Any]:
    """Describe an answer."""
    return {"description": what, "content": {media_type: {"schema": schema, "example": example}}, **more}


GEOJSON = "application/geo+json"
FEATURES = answered(
    GEOJSON, COLLECTION_SCHEMA, {"type": "FeatureCollection", "features": [GRID_EXAMPLE], "revision": 12, "next": None},
    "Features in WGS 84.",
)  # fmt: skip
BESIDE = ("faces", "units", "rounds", "posts", "duty", "premises", "gaps", "history")
GRID = answered(
    GEOJSON,
    {**FEATURE_SCHEMA, "required": [*FEATURE_SCHEMA["required"], *BESIDE]},
    {**GRID_EXAMPLE, "posts": [{"post": "grid_head", "required": 1, "held": 1, "short": 0}], "duty": [], "gaps": []},
    "The grid, with what is known of it as foreign members.",
    headers=ETAG,
)
NOT_MODIFIED = {304: {"description": "Not Modified"}}
