"""What stands beside a grid, and the gaps, as the database keeps them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from data.plans.plan import Plan
from data.plans.rows import later, parsed
from geo.arrays import Geometries
from geo.columns import Columns
from geo.gaps import KINDS
from geo.plans.ledgers import GridLedger

POST = ("post", "required", "held", "short", "full_time_equivalent", "arithmetic")
BESIDE = tuple(field.name for field in fields(GridLedger) if field.name != "staffing")

GAPS = """
SELECT version_id, gap_id, kind, ledger, severity, code, community, area_m2, households, detail::text, remedy, state,
       reason, expires, ST_AsBinary(land) AS land
FROM onegrid.gaps_about(%(plan)s, %(at)s, %(communities)s, %(ids)s)
"""
COLUMN = {"community": "community_code"}
"""What the layer ``gaps`` calls otherwise."""

SAID = ("kind", "ledger", "severity", "code", "community", "households", "remedy", "state", "reason", "expires")


def written_ledger(ledger: GridLedger) -> dict[str, Any]:
    """Write what stands beside a grid, without what is missing; each post as a list, `POST`."""
    posts = [[getattr(post, name) for name in POST] for post in ledger.staffing]
    said = {name: value for name in BESIDE if (value := getattr(ledger, name)) is not None}
    return {"staffing": posts, **said}


@dataclass(frozen=True, eq=False)
class Gap:
    """A gap as the database keeps it: what is the same for its whole kind is left out, and land that is its grid's."""

    gap_id: str
    said: Mapping[str, Any]
    area_m2: float
    detail: Mapping[str, Any]
    land: bytes | None
    version_id: int | None = None

    def same_as(self, other: Gap) -> bool:
        """Tell whether two say the same."""
        mine, others = ((one.said, one.area_m2, one.detail, one.land) for one in (self, other))
        return mine == others

    def written(self) -> dict[str, Any]:
        """Write it, but for its land, as ``apply_edit`` takes it."""
        return {"gap_id": self.gap_id, **self.said, "area_m2": self.area_m2, "detail": self.detail}


def gaps_of(gaps: Columns, grids: Mapping[str, shapely.Geometry]) -> Iterator[Gap]:
    """Yield gaps as they are kept.

    Parameters
    ----------
    gaps
        As `geo.plans.ledgers.Ledgers.gaps`.
    grids
        The land of grids by code.
    """
    land = np.asarray(gaps["geometry"], dtype=object)
    own = own_land(land, [grids.get(code) for code in gaps["code"].tolist()])
    columns = {name: gaps[COLUMN.get(name, name)].tolist() for name in ("gap_id", *SAID, "area_m2", "detail")}
    columns["detail"] = parsed(columns["detail"])
    for row, wkb in zip(zip(*columns.values(), strict=True), own, strict=True):
        one = dict(zip(columns, row, strict=True))
        detail, area = one.pop("detail"), one.pop("area_m2")
        detail.pop("rule")
        count = one["households"]
        one["households"] = None if count is None or np.isnan(count) else int(count)
        if one["remedy"] == KINDS[one["kind"]].remedy:
            one["remedy"] = None
        yield Gap(one.pop("gap_id"), one, area, detail, wkb)


def own_land(land: Geometries, grid: Sequence[shapely.Geometry | None]) -> list[bytes | None]:
    """Return the land of gaps as WKB, None where it is that of their grids."""
    same = shapely.equals_identical(land, np.array(grid, dtype=object))
    wkb = shapely.to_wkb(land)
    return [None if one else bytes(drawn) for one, drawn in zip(same, wkb, strict=True)]


def ask_gaps(
    connection: Connection, plan: Plan, at: int, communities: Collection[str], ids: Collection[str]
) -> Callable[[], list[Gap]]:
    """Ask for the gaps about some communities, and those of some ids; return what waits for them."""
    values = {"plan": plan.plan_id, "at": at, "communities": list(communities), "ids": list(ids)}
    found = later(connection, GAPS, values)
    return lambda: kept_gaps(found())


def read_gaps(
    connection: Connection, plan: Plan, at: int, communities: Collection[str], ids: Collection[str]
) -> list[Gap]:
    """Return the gaps about some communities, and those of some ids."""
    return ask_gaps(connection, plan, at, communities, ids)()


def kept_gaps(found: Sequence[Any]) -> list[Gap]:
    """Make gaps of rows of `GAPS`."""
    return [
        Gap(one.gap_id, {name: getattr(one, name) for name in SAID}, one.area_m2, detail, one.land, one.version_id)
        for one, detail in zip(found, parsed(one.detail for one in found), strict=True)
    ]


@dataclass(frozen=True, eq=False)
class GapChange:
    """How the gaps of some communities change: those that end, those that are written."""

    ended: Sequence[Gap]
    written: Sequence[Gap]

    @property
    def closed(self) -> list[str]:
        """The ids of gaps that are no more."""
        return sorted({gap.gap_id for gap in self.ended} - {gap.gap_id for gap in self.written})

    @property
    def opened(self) -> list[str]:
        """The ids of gaps that were not there before."""
        return sorted({gap.gap_id for gap in self.written} - {gap.gap_id for gap in self.ended})


def gap_change(before: Sequence[Gap], after: Sequence[Gap]) -> GapChange:
    """Compare gaps before and after; those that say the same stay."""
    had, has = ({gap.gap_id: gap for gap in gaps} for gaps in (before, after))
    stay = {key for key, gap in has.items() if key in had and gap.same_as(had[key])}
    return GapChange(
        [gap for key, gap in had.items() if key not in stay], [gap for key, gap in has.items() if key not in stay]
    )
