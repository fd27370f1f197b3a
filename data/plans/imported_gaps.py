"""The gaps of a build as rows of a new plan."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.output import Frame
from data.plans.copying import Appending
from data.plans.json_columns import column, places
from data.plans.packing import Column
from data.plans.shapes import ewkb, simple
from geo.gaps import KINDS

ROWS_AT_ONCE = 50_000
"""Of gaps, whose land is compared with that of their grids; all at once it would be in memory twice."""


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
    kind = gaps["kind"]
    remedy = gaps["remedy"].where(gaps["remedy"] != kind.map({name: said.remedy for name, said in KINDS.items()}))
    texts = {
        **{name: gaps[name] for name in ("gap_id", "kind", "ledger", "code", "reason", "expires")},
        **{"community": gaps["community_code"], "remedy": remedy},
        "state": gaps["state"].replace("expired", "accepted"),
    }
    columns = {
        **{name: ("text", column(said)) for name, said in texts.items()},
        "severity": ("integer", column(gaps["severity"])),
        "area_m2": ("double precision", column(gaps["area_m2"])),
        "households": ("integer", column(gaps["households"])),
        "detail": ("jsonb", pa.chunked_array(without_rule(column(gaps["detail"]), column(kind)), pa.large_string())),
        "land": ("bytea", pa.chunked_array(own_land(gaps, wkb, grids, grid_wkb, appending.srid), pa.large_binary())),
    }
    appending.append("import_gaps", columns)


def without_rule(details: pa.Array, kinds: pa.Array) -> Iterator[pa.Array]:
    """Leave out of the details of gaps the rule, which is that of the kind."""
    rules = {kind: f'"rule": {json.dumps(said.rule, ensure_ascii=False)}, ' for kind, said in KINDS.items()}
    for first in range(0, len(details), ROWS_AT_ONCE):
        some, of = details.slice(first, ROWS_AT_ONCE), kinds.slice(first, ROWS_AT_ONCE)
        for kind in pc.unique(of).to_pylist():
            short = pc.replace_substring(some, rules[kind], "", max_replacements=1)
            some = pc.if_else(pc.equal(of, kind), short, some)
        yield some


def own_land(gaps: Frame, wkb: Column, grids: Frame, grid_wkb: Column, srid: int) -> Iterator[pa.Array]:
    """Return the land of gaps, missing where it is that of their grids, to the last bit."""
    row = places(column(gaps["code"]), column(grids["code"]))
    known = pa.array(row, mask=row < 0)
    for first in range(0, len(gaps), ROWS_AT_ONCE):
        land = wkb.take(pa.array(gaps.index[first : first + ROWS_AT_ONCE]))
        same = pc.equal(land, grid_wkb.take(known.slice(first, ROWS_AT_ONCE))).fill_null(False)
        other = np.flatnonzero(~same.to_numpy(zero_copy_only=False))
        drawn = ewkb(simple(land.take(pa.array(other))), srid)
        place = np.full(len(land), -1, dtype=np.int64)
        place[other] = np.arange(len(other))
        yield drawn.take(pa.array(place, mask=place < 0))
