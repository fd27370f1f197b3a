"""Held, but not served: households too far from a facility of a kind, on foot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geo.arrays import Ints, sums
from geo.dwellings import Dwellings
from geo.facilities import distances_allowed
from geo.gaps.held import Held, needed
from geo.gaps.ledger import Entries, entries, nothing
from geo.walking import Walks

PUBLIC = ("patrol", "unclaimed")
"""Kinds of grids where nobody lives, unless somebody counted households there."""


def far_from_facility(held: Held) -> Entries:
    """Find the part of each grid whose households live too far, on foot, from a facility of a kind.

    One gap a grid and kind of facility. Its households are the grid's, by the share that lives too far: that of the
    buildings, where the grid has any with households, else that of the land. Its polygon is the land of those
    households: of each building what is nearer to it than to the grid's other buildings. Grids without households have
    no such gap, whatever their land.

    Distances are those of the standard that holds there, for a town or a village. A way is measured along roads where
    there are any (`geo.walking`). A kind that no facility of the layer has is not evaluated: a layer that lacks it
    altogether does not say whether nothing was built or nothing was recorded, and a gap for every grid would bury the
    ledger; the build says so.
    """
    walks = needed(held.walks)
    if not walks.kinds:  # of no facility is said what it is
        return nothing("far_from_facility")
    rows = lived_in(held, held.rows)
    dwellings = Dwellings.of(held.grid_polygon[rows], held.buildings)
    community, rural = held.text("community_code", rows), held.grid["rural"][rows]
    limit_m, detour, source = distances_allowed(walks.kinds, community, rural, needed(held.standards))
    walk_m = walks.to_nearest(dwellings.xy, detour[dwellings.grid])
    far = walk_m > limit_m[dwellings.grid]
    households = held.counts("households", rows)
    share = np.stack([sums(dwellings.share * column, dwellings.grid, len(rows)) for column in far.T], axis=1)
    touched = np.rint(np.clip(share, 0, 1) * households[:, None])
    gap = (share > 0) & ~(touched < 1)
    far &= gap[dwellings.grid]
    grid, kind, land = dwellings.land(held.grid_polygon[rows], far)
    worst = np.zeros(gap.shape)
    np.maximum.at(worst, dwellings.grid, np.where(far, walk_m, 0.0))
    code = held.text("code", rows[grid])
    return entries(
        "far_from_facility",
        about=[f"{one}:{walks.kinds[which]}" for one, which in zip(code, kind, strict=True)],
        code=code,
        community=community[grid],
        land=land,
        households=touched[grid, kind],
        facts=[
            fact(walks, which, metres, allowed, factor, count, of)
            for which, metres, allowed, factor, count, of in zip(
                kind,
                worst[grid, kind],
                limit_m[grid, kind],
                detour[grid],
                touched[grid, kind],
                households[grid],
                strict=True,
            )
        ],
        factor=np.clip(worst[grid, kind] / limit_m[grid, kind], 1.0, 2.0),
        source=list(source[grid, kind]),
        remedy=[f"就近增设{walks.kinds[which]}，或开放附近单位的设施" for which in kind],
    )


def lived_in(held: Held, rows: Ints) -> Ints:
    """Return the grids where somebody lives, or may: those whose households nobody counted, but for public space."""
    households = held.counts("households", rows)
    public = np.isin(held.text("kind", rows), PUBLIC)
    return rows[(households > 0) | (np.isnan(households) & ~public)]


def fact(
    walks: Walks, kind: int, metres: float, limit_m: float, detour: float, touched: float, households: float
) -> Mapping[str, Any]:
    """Write down one gap: the kind, the distance allowed, the longest way of any household, and how it was measured."""
    there = np.isfinite(metres)
    way = f"{metres:,.0f} m" if there else f"{walks.farthest_m:,.0f} m 内没有"
    if walks.roads is None:
        way = f"直线 {metres / detour:,.0f} m × {detour:g} = {way}" if there else way
    who = "户数不详" if np.isnan(households) else f"{households:,.0f} 户中 {touched:,.0f} 户"
    return {
        "facility": walks.kinds[kind],
        "limit_m": int(limit_m),
        "farthest_m": round(float(metres)) if there else None,
        "measured": "straight" if walks.roads is None else "roads",
        "figure": f"最远{'沿道路' if walks.roads is not None else ''}步行 {way} > {limit_m:,.0f} m；{who}",
    }
