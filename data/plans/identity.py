"""Which grids of a new build are grids of a plan: those that carry on the code, and hold most of the old one's land."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from data.plans.build import Build
from data.plans.plan import Plan
from data.plans.rows import row, rows

CODED = """
SELECT code, community, grid_id, ST_AsBinary(polygon) AS polygon FROM onegrid.grids_at(%(plan)s, %(at)s)
WHERE code = ANY(%(codes)s)
"""
NUMBERS = "SELECT array_agg(nextval('onegrid.grid_number')) AS numbers FROM generate_series(1, %(count)s)"


def identities(connection: Connection, layers: Build, like: Plan | None) -> list[int]:
    """Return the grid_id of each grid of a build.

    Parameters
    ----------
    layers
        Of the build.
    like
        The plan whose grids live on, if there is one; a build made with ``--previous`` of its export carries on its
        codes.
    """
    numbers = np.full(len(layers["grids"]), 0, dtype=np.int64)
    if like is not None:
        numbers = carried_on(connection, layers, like)
    new = np.flatnonzero(numbers == 0)
    if len(new):
        numbers[new] = row(connection, NUMBERS, {"count": len(new)}).numbers
    return [int(number) for number in numbers]


def carried_on(connection: Connection, layers: Build, like: Plan) -> np.ndarray:
    """Return the grid_id of the grids that live on, 0 for others."""
    grids = layers["grids"]
    codes = grids["code"].tolist()
    found = rows(connection, CODED, {"plan": like.plan_id, "at": like.head, "codes": codes})
    numbers = np.zeros(len(grids), dtype=np.int64)
    if not found:
        return numbers
    place = pd.Index(codes).get_indexer([one.code for one in found])
    old = shapely.from_wkb(np.array([one.polygon for one in found], dtype=object))
    new = layers.drawn("grids")[place]
    common = shapely.area(shapely.intersection(old, new))
    home = grids["community_code"].to_numpy(dtype=object)[place]
    lives = (common > shapely.area(old) / 2) & (home == np.array([one.community for one in found], dtype=object))
    numbers[place[lives]] = np.array([one.grid_id for one in found], dtype=np.int64)[lives]
    return numbers
