"""What stands in tiles, layer by layer: for the TileJSON, and for docs/tiles.md, which a test holds against this."""

from __future__ import annotations

from dataclasses import dataclass

from data.plans.tiles import CLOSE_FROM, EXACT_FROM, GRIDS_FROM, MAX_ZOOM

NUMBER, TEXT, TRUTH = "Number", "String", "Boolean"


@dataclass(frozen=True)
class TileLayer:
    """A layer of tiles; ``fields`` are its attributes with their types, in the words of TileJSON."""

    minzoom: int
    description: str
    fields: dict[str, str]


FIGURES = (
    "grids", "households", "population", "party_members", "required", "held", "short", "covered", "unheld",
    "contested", "unserved", "gaps",
)  # fmt: skip
GRID = {
    "code": TEXT, "number": TEXT, "name": TEXT, "kind": TEXT, "community": TEXT, "management_type": TEXT,
    "households": NUMBER, "population": NUMBER, "party_members": NUMBER, "required": NUMBER, "held": NUMBER,
    "short": NUMBER, "shortage": TEXT, "form": TEXT, "worst": NUMBER, "severity": TEXT, "unheld": NUMBER,
    "contested": NUMBER, "unserved": NUMBER, "locked": TRUTH,
}  # fmt: skip
GAP = {
    "gap_id": TEXT, "kind": TEXT, "ledger": TEXT, "severity": NUMBER, "code": TEXT, "community": TEXT, "state": TEXT,
    "zones": TRUTH,
}  # fmt: skip
LABEL = {
    "level": TEXT, "code": TEXT, "name": TEXT, "number": TEXT, "kind": TEXT, "locked": TRUTH, "form": TEXT,
}  # fmt: skip

LAYERS = {
    "divisions": TileLayer(
        0, "Counties, streets and communities; up to zoom 11 with what their grids add up to.",
        {"level": TEXT, "code": TEXT, "name": TEXT, "street": TEXT, **dict.fromkeys(FIGURES, NUMBER)},
    ),
    "grids": TileLayer(GRIDS_FROM, "Grids: their generalised outlines, exact from zoom 15 on.", GRID),
    "units": TileLayer(
        EXACT_FROM, "Source units.", {"layer": TEXT, "source_id": TEXT, "name": TEXT, "status": TEXT}
    ),
    "gaps": TileLayer(EXACT_FROM, "Gaps, each with its land; below, grids say the worst of each ledger.", GAP),
    "premises": TileLayer(CLOSE_FROM, "Where grids work from.", {"name": TEXT, "kind": TEXT}),
    "facilities": TileLayer(CLOSE_FROM, "What residents walk to.", {"name": TEXT, "kind": TEXT}),
    "roads": TileLayer(GRIDS_FROM, "Roads.", {"name": TEXT}),
    "labels": TileLayer(0, "A point for each name: of divisions, and from zoom 14 on of grids.", LABEL),
}  # fmt: skip


def vector_layers(last: int = MAX_ZOOM) -> list[dict[str, object]]:
    """Return the layers of tiles down to a last zoom, as TileJSON lists them."""
    return [
        {
            "id": name,
            "description": layer.description,
            "minzoom": layer.minzoom,
            "maxzoom": last,
            "fields": layer.fields,
        }
        for name, layer in LAYERS.items()
        if layer.minzoom <= last
    ]
