"""Grids and gaps as the server shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from api.features import lonlat_box
from data.plans.differing import State
from data.plans.ledger import POST
from data.plans.pages import community_names, worst_of
from geo.code_profiles import lies_in, number_of
from geo.gaps import KINDS
from geo.themes import severity_class

OF_STAFF = ("required", "held", "short")
OF_PARTY = ("form", "proposed_form")
SIGNED = ("signed_by", "signed_at")
SAID = (
    "code", "name", "kind", "source_layer", "patrol_zone_id", "management_type", "households", "population",
    "party_members", "locked", "required", "held", "short", "shortage", "form", "proposed_form",
)  # fmt: skip


def added_up(people: Iterable[int | None]) -> int | None:
    """Add up people of whom some, or none, are known."""
    known = [count for count in people if count is not None]
    return sum(known) if known else None


def figures_beside(ledger: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures that stand beside a grid: of all its posts together, and its party organisation."""
    posts = ledger.get("staffing", ())
    staff = {name: added_up(post[POST.index(name)] for post in posts) for name in OF_STAFF}
    return {**staff, **{name: ledger.get(name) for name in OF_PARTY}}


def properties_of(connection: Connection, state: State, today: date, found: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what is said of grids, rows of `data.plans.pages.PAGE`, beside their land."""
    if not found:
        return []
    worst = worst_of(connection, state, today, found)
    names = community_names(connection, state.plan.source_id)
    polygons = shapely.from_wkb(np.array([one.polygon for one in found], dtype=object))
    severity = severity_class(pd.Series([worst.get(one.code) for one in found], dtype="Int64"))
    area, parts = np.round(shapely.area(polygons), 3).tolist(), shapely.get_num_geometries(polygons).tolist()
    return [
        {
            "grid_id": str(one.grid_id),
            **{name: getattr(one, name) for name in SAID},
            "number": number_of(one.code),
            "community_code": one.community,
            "community_name": names.get(one.community),
            "source_id": one.source_unit,
            "area_m2": area[place],
            "parts": parts[place],
            "worst": worst.get(one.code),
            "severity": severity[place],
            "modified": one.modified,
        }
        for place, one in enumerate(found)
    ]


def gap_shown(one: Any, state: State) -> dict[str, Any]:
    """Return what is said of a gap, a row of `data.plans.decisions.PAGE`, beside its land."""

    land = None if one.land is None else shapely.from_wkb(one.land)
    said = ("gap_id", "kind", "ledger", "severity", "code", "households", "state", "reason", "expires", *SIGNED)
    return {
        **{name: getattr(one, name) for name in said},
        "community_code": one.community,
        "area_m2": one.area_m2,
        "detail": {**json.loads(one.detail), "rule": KINDS[one.kind].rule},
        "remedy": one.remedy or KINDS[one.kind].remedy,
        "bounds": None if land is None or land.is_empty else lonlat_box(land.bounds, state.plan.crs),
    }


def entry_shown(one: Any, state: State, scope: str) -> dict[str, Any]:
    """Return an entry of the log; grids beyond a scope are left out, and where it lies if it is all about such."""
    anywhere = any(one.changes.values())
    changes = {what: [code for code in codes if lies_in(code, scope)] for what, codes in one.changes.items()}
    return {
        "revision": one.revision,
        "at": one.made_at.isoformat(),
        "by": one.made_by,
        "verb": one.verb,
        "codes": sorted({code for what, codes in changes.items() if what != "woven" for code in codes}),
        "created": changes.get("created", []),
        "retired": changes.get("retired", []),
        "bounds": lonlat_box(one.bounds, state.plan.crs) if any(changes.values()) or not anywhere else None,
        "undoes": one.reverses,
        "note": one.arguments.get("note"),
    }
