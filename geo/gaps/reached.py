"""Held, but not served: households too far from a facility of a kind, on foot."""

from __future__ import annotations

import numpy as np

from geo.arrays import Floats, Ints, sums
from geo.dwellings import Dwellings
from geo.facilities import distances_allowed
from geo.gaps.held import Held, needed
from geo.gaps.ledger import Entries, Facts, entries, nothing
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
        facts=facts(
            walks, kind, worst[grid, kind], limit_m[grid, kind], detour[grid], touched[grid, kind], households[grid]
        ),
        factor=np.clip(worst[grid, kind] / limit_m[grid, kind], 1.0, 2.0),
        source=list(source[grid, kind]),
        remedy=[f"就近增设{walks.kinds[which]}，或开放附近单位的设施" for which in kind],
    )


def lived_in(held: Held, rows: Ints) -> Ints:
    """Return the grids where somebody lives, or may: those whose households nobody counted, but for public space."""
    households = held.counts("households", rows)
    public = np.isin(held.text("kind", rows), PUBLIC)
    return rows[(households > 0) | (np.isnan(households) & ~public)]


def facts(
    walks: Walks, kind: Ints, metres: Floats, limit_m: Floats, detour: Floats, touched: Floats, households: Floats
) -> Facts:
    """Write gaps down: the kind, the distance allowed, the longest way of any household, and how it was measured."""
    along = walks.roads is not None
    nowhere = f"{walks.farthest_m:,.0f} m 内没有"
    columns = (metres, np.isfinite(metres), limit_m, detour, touched, households, np.isnan(households))
    way, there, limit, factor, some, every, unknown = (column.tolist() for column in columns)
    words = [(f"{one:,.0f} m" if known else nowhere) for one, known in zip(way, there, strict=True)]
    if not along:
        words = [
            f"直线 {one / times:,.0f} m × {times:g} = {text}" if known else text
            for one, times, known, text in zip(way, factor, there, words, strict=True)
        ]
    who = [
        "户数不详" if nobody_knows else f"{whole:,.0f} 户中 {part:,.0f} 户"
        for whole, part, nobody_knows in zip(every, some, unknown, strict=True)
    ]
    measured = "最远沿道路步行" if along else "最远步行"
    return {
        "facility": [walks.kinds[which] for which in kind.tolist()],
        "limit_m": list(map(int, limit)),
        "farthest_m": [round(one) if known else None for one, known in zip(way, there, strict=True)],
        "measured": ["roads" if along else "straight"] * len(way),
        "figure": [
            f"{measured} {one} > {most:,.0f} m；{whose}" for one, most, whose in zip(words, limit, who, strict=True)
        ],
    }
