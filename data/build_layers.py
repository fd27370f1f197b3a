"""What is in a build on disk: its layers, their columns and types.

A new layer is one entry in `LAYERS` and an attribute of `geo.result.OneGrid`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

TEXT, NUMBER, INTEGER, COUNT = "str", "float64", "int64", "Int64"
"""Types of columns. A count that nobody gave is missing, not 0, hence the nullable integer."""


@dataclass(frozen=True)
class Layer:
    """A layer of a build: column → type in the order of the file, and the type of its geometry."""

    columns: Mapping[str, str]
    geometry: Literal["Point", "MultiLineString", "Polygon", "MultiPolygon"] | None = "MultiPolygon"
    optional: bool = False
    """A build may have nothing of it, and an older one lacks it; either is read as a layer without rows."""
    later: tuple[str, ...] = ()
    """Columns that an older build lacks; they are read as missing."""


LAYERS: Mapping[str, Layer] = {
    "grids": Layer(
        {
            **dict.fromkeys(("code", "kind", "name", "community_code", "source_layer", "source_id"), TEXT),
            **dict.fromkeys(("patrol_zone_id", "management_type"), TEXT),
            **dict.fromkeys(("households", "population", "party_members"), COUNT),
            "area_m2": NUMBER,
            "parts": INTEGER,
        }
    ),
    "faces": Layer({"face_id": TEXT, "code": TEXT, "claimants": TEXT, "rule": TEXT, "area_m2": NUMBER}, "Polygon"),
    "units": Layer(
        {
            **dict.fromkeys(("layer", "source_id", "name", "status"), TEXT),
            **dict.fromkeys(("claimed_m2", "granted_m2"), NUMBER),
            **dict.fromkeys(("households", "population", "party_members"), COUNT),
            "note": TEXT,
            "home": TEXT,
            "counted": COUNT,
            **dict.fromkeys(("owners_committee", "property_company", "property_party"), TEXT),
        },
        later=("home", "counted", "owners_committee", "property_company", "property_party"),
    ),
    "staffing": Layer(
        {
            **dict.fromkeys(("code", "post"), TEXT),
            **dict.fromkeys(("required", "held", "short"), COUNT),
            "arithmetic": TEXT,
            "full_time_equivalent": NUMBER,
        },
        geometry=None,
        optional=True,
    ),
    "community_staffing": Layer(
        {
            **dict.fromkeys(("code", "post"), TEXT),
            **dict.fromkeys(("required", "held", "short"), COUNT),
            "arithmetic": TEXT,
            "full_time_equivalent": NUMBER,
        },
        geometry=None,
        optional=True,
    ),
    "assignments": Layer(
        {
            **dict.fromkeys(("code", "form", "organisation_id"), TEXT),
            "members": COUNT,
            **dict.fromkeys(("proposed_form", "proposed_organisation_id", "reason"), TEXT),
        },
        geometry=None,
        optional=True,
    ),
    "party_organisations": Layer(
        {
            **dict.fromkeys(("organisation_id", "name", "level", "parent_id"), TEXT),
            "members": COUNT,
            **dict.fromkeys(("secretary", "code"), TEXT),
        },
        geometry=None,
        optional=True,
    ),
    "ratings": Layer(
        {
            **dict.fromkeys(("code", "class", "period"), TEXT),
            "score": NUMBER,
            **dict.fromkeys(("stars", "rank", "of"), COUNT),
            "reward_share": NUMBER,
            "arithmetic": TEXT,
        },
        geometry=None,
        optional=True,
    ),
    "settlements": Layer(
        {
            "code": TEXT,
            "households": COUNT,
            **dict.fromkeys(("class", "self_management", "period"), TEXT),
            "score": NUMBER,
            "stars": COUNT,
        },
        geometry=None,
        optional=True,
    ),
    "duty": Layer(
        {
            **dict.fromkeys(("code", "post", "name", "phone"), TEXT),
            "full_time": COUNT,
            **dict.fromkeys(("force", "organisation"), TEXT),
        },
        geometry=None,
        optional=True,
    ),
    "premises": Layer(
        {**dict.fromkeys(("code", "name", "kind"), TEXT), **dict.fromkeys(("x", "y"), NUMBER)},
        geometry=None,
        optional=True,
    ),
    "gaps": Layer(
        {
            **dict.fromkeys(("gap_id", "kind", "ledger"), TEXT),
            "severity": INTEGER,
            **dict.fromkeys(("code", "community_code"), TEXT),
            "area_m2": NUMBER,
            "households": COUNT,
            **dict.fromkeys(("detail", "remedy", "state", "reason", "expires"), TEXT),
        }
    ),
    "communities": Layer(
        {**dict.fromkeys(("code", "name", "street"), TEXT), "rural": INTEGER, "grids": INTEGER, "area_m2": NUMBER}
    ),
    "buildings": Layer(
        dict.fromkeys(("households", "population", "party_members"), COUNT), geometry="Point", optional=True
    ),
    "facilities": Layer(dict.fromkeys(("name", "kind"), TEXT), geometry="Point", optional=True),
    "roads": Layer({"name": TEXT}, geometry="MultiLineString", optional=True),
    "repairs": Layer(
        {**dict.fromkeys(("layer", "source_id", "problem", "action"), TEXT), "changed_m2": NUMBER},
    ),
    "lineage": Layer(
        {
            **dict.fromkeys(("old_code", "new_code", "relation"), TEXT),
            **dict.fromkeys(("area_share", "household_share"), NUMBER),
        }
    ),
    "standards": Layer(dict.fromkeys(("place", "key", "value", "unit", "source"), TEXT), geometry=None, optional=True),
    "records": Layer(dict.fromkeys(("table", "code", "row"), TEXT), geometry=None, optional=True),
    "build": Layer({"key": TEXT, "value": TEXT}, geometry=None),
}

BUILD_SUFFIXES = (".gpkg", ".parquet", ".geoparquet")
"""Of a GeoPackage, and of a directory that says what is in it; a directory may also have none."""


def layers_meant(written: str, known: Collection[str]) -> str:
    """Say which layer was meant by a name that none has, or which there are.

    >>> layers_meant("gird", ["grids", "faces"]), layers_meant("canals", ["grids", "faces"])
    ('did you mean grids?', 'there are grids, faces')
    """
    near = difflib.get_close_matches(written.lower(), known, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
