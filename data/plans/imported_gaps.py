"""The gaps of a build as rows of a new plan."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.output import Frame
from data.plans.copying import Appending, Columns
from data.plans.json_columns import column, places
from data.plans.packing import Column
from data.plans.shapes import ewkb, simple
from geo.gaps import KINDS

ROWS_AT_ONCE = 50_000
"""Of gaps: the first are written while the next ones are prepared."""


def append_gaps(appending: Appending, gaps: Frame, wkb: Column, grids: Frame, grid_wkb: Column) -> None:
    """Write the gaps of a build as those of a plan's first revision.

    Exceptions that have run out are judged when they are read, by the day: here they are accepted.

    Parameters
    ----------
    gaps
        Some or all of the build, their index saying which.
    wkb
        The land of all its gaps.
    grids, grid_wkb
        All grids of the build, and their land.
    """
    row = places(column(gaps["code"]), column(grids["code"]))
    for first in range(0, len(gaps), ROWS_AT_ONCE):
        some, of = gaps.iloc[first : first + ROWS_AT_ONCE], row[first : first + ROWS_AT_ONCE]
        land = own_land(wkb.take(pa.array(some.index)), grid_wkb.take(pa.array(of, mask=of < 0)), appending.srid)
        appending.append("import_gaps", {**said_of(some), "land": ("bytea", land)})


def said_of(gaps: Frame) -> Columns:
    """Return what a plan keeps of gaps, but for their land."""
    kind = gaps["kind"]
    remedy = gaps["remedy"].where(gaps["remedy"] != kind.map({name: said.remedy for name, said in KINDS.items()}))
    texts = {
        **{name: gaps[name] for name in ("gap_id", "kind", "ledger", "code", "reason", "expires")},
        **{"community": gaps["community_code"], "remedy": remedy},
        "state": gaps["state"].replace("expired", "accepted"),
    }
    return {
        **{name: ("text", column(said)) for name, said in texts.items()},
        "severity": ("integer", column(gaps["severity"])),
        "area_m2": ("double precision", column(gaps["area_m2"])),
        "households": ("integer", column(gaps["households"])),
        "detail": ("jsonb", without_rule(column(gaps["detail"]), column(kind))),
    }


def without_rule(details: pa.Array, kinds: pa.Array) -> pa.Array:
    """Leave out of the details of gaps the rule, which is that of the kind."""
    for kind in pc.unique(kinds).to_pylist():
        rule = f'"rule": {json.dumps(KINDS[kind].rule, ensure_ascii=False)}, '
        short = pc.replace_substring(details, rule, "", max_replacements=1)
        details = pc.if_else(pc.equal(kinds, kind), short, details)
    return details


def own_land(land: Column, grid_land: Column, srid: int) -> pa.Array:
    """Return the land of gaps, missing where it is that of their grids, to the last bit."""
    same = pc.equal(land, grid_land).fill_null(False)
    other = np.flatnonzero(~same.to_numpy(zero_copy_only=False))
    drawn = ewkb(simple(land.take(pa.array(other))), srid)
    place = np.full(len(land), -1, dtype=np.int64)
    place[other] = np.arange(len(other))
    return drawn.take(pa.array(place, mask=place < 0))
