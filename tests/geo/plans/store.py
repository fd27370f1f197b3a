"""A plan kept in memory, from the layers of a build: what the database does, plainly; grounds and dossiers from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from geo.edits.ground import Buildings, Face, Grid, Ground, Record
from geo.facilities import LOOKED_FOR, asked_for, kinds_of
from geo.facts import not_evaluated_of, parameters_of, tables_of
from geo.funding import latest_years
from geo.plans.dossier import Community, Dossier, Hole, Unit
from geo.plans.shares import claimed_shares
from geo.result import OneGrid
from geo.sources import COUNTS
from geo.standards_table import standards_from_table
from geo.walking import Walks


def plain(column: pd.Series) -> list:
    """Return a column as Python's values, None where it is missing."""
    return column.astype(object).where(column.notna(), None).tolist()


def rows_of(frame: pd.DataFrame) -> Iterable[dict]:
    """Yield the rows of a table, without geometry."""
    table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return (dict(zip(table, row, strict=True)) for row in zip(*(plain(table[name]) for name in table), strict=True))


@dataclass(frozen=True, eq=False)
class Store:
    """All of a plan: its grids as one ground, and one dossier of all communities."""

    ground: Ground
    dossier: Dossier

    @classmethod
    def of(cls, grid: OneGrid) -> Store:
        """Take a build."""
        records = records_by_code(grid.records)
        standards = standards_from_table(grid.standards) if grid.standards is not None else None
        dossier = Dossier(
            crs=grid.crs,
            parameters=parameters_of(grid.facts),
            standards=standards,
            not_evaluated=not_evaluated_of(grid.facts),
            tables=tables_of(grid.facts),
            years=years_of(grid.records),
            members_known=bool(grid.grids["party_members"].notna().any()),
            buildings_counted="buildings" in grid.facts,
            communities=[
                Community(row["code"], bool(row["rural"]), land, tuple(records.get(row["code"], ())))
                for row, land in zip(rows_of(grid.communities), grid.communities.geometry, strict=True)
            ],
            units=units_of(grid),
            holes=holes_of(grid.gaps),
            premises=None if grid.premises is None else shapely.points(grid.premises[["x", "y"]].to_numpy(float)),
            walks=walks_of(grid, standards),
            exceptions=tuple(signed(grid.records)),
        )
        return cls(Ground.of(grids_of(grid, records), buildings_of(grid)), dossier)

    def piece(
        self, codes: Collection[str], ground: Ground | None = None, margin_m: float = 100.0
    ) -> tuple[Ground, Dossier]:
        """Return what the ledgers of some communities hang on, no more, with the roads so far around them."""
        ground = ground or self.ground
        inside = [grid for grid in ground.grids.values() if grid.community in codes]
        claimants = {one for grid in inside for face in grid.faces for one in face.claimants}
        claimants |= {f"{grid.source_layer}:{grid.source_id}" for grid in inside}
        shared = {pair for grid in inside for face in grid.faces for pair in pairs(face)}
        grids = [
            grid
            for grid in ground.grids.values()
            if grid.community in codes
            or (grid.source_layer == "compound" and f"compound:{grid.source_id}" in claimants)
            or any(shared & pairs(face) for face in grid.faces)
        ]
        whole = self.dossier
        land = shapely.union_all([grid.polygon for grid in grids])
        held = shapely.intersects(land, self.ground.buildings.point)
        buildings = Buildings(self.ground.buildings.point[held], self.ground.buildings.counts[held])
        others = {grid.community for grid in grids} - set(codes)
        return Ground.of(grids, buildings), Dossier(
            **{
                **vars(whole),
                "communities": [one for one in whole.communities if one.code in codes],
                "rural": {one.code: one.rural for one in whole.communities if one.code in others},
                "units": [one for one in whole.units if f"{one.layer}:{one.source_id}" in claimants],
                "holes": [one for one in whole.holes if one.community in codes],
                "premises": None
                if whole.premises is None
                else whole.premises[shapely.intersects(land, whole.premises)],
                "walks": near(whole.walks, land.bounds, margin_m),
                "exceptions": (*whole.exceptions, *whole_exceptions(whole.communities, others)),
            }
        )


def pairs(face: Face) -> set[tuple[str, str]]:
    """Return the pairs of claimants of a face."""
    return {(one, other) for one in face.claimants for other in face.claimants if one < other}


def near(walks: Walks | None, bounds: tuple[float, ...], margin_m: float) -> Walks | None:
    """Return the ways along the roads that come near some bounds."""
    stretches = walks and walks.stretches()
    if stretches is None:
        return walks
    box = np.array(bounds) + margin_m * np.array([-1, -1, 1, 1])
    drawn = shapely.linestrings(stretches.ends.reshape(-1, 2, 2))
    inside = shapely.intersects(drawn, shapely.box(*box)) if np.isfinite(margin_m) else np.ones(len(drawn), bool)
    rows = np.flatnonzero(inside)
    some = type(stretches)(stretches.ends[rows], stretches.start_m[rows], stretches.end_m[rows])
    straight = replace(walks, roads=None, ways_m=np.zeros((len(walks.kinds), 0)))
    return straight.along(some, box)


def records_by_code(records: pd.DataFrame | None) -> dict[str, list[Record]]:
    """Return the rows of tables by the code that they are about."""
    found: dict[str, list[Record]] = {}
    for row in rows_of(records) if records is not None else ():
        if row["code"] is not None:
            found.setdefault(row["code"], []).append(Record(row["table"], tuple(json.loads(row["row"]).items())))
    return found


def signed(records: pd.DataFrame | None) -> Iterable[Record]:
    """Yield the exceptions that name a gap or a unit."""
    for row in rows_of(records) if records is not None else ():
        said = json.loads(row["row"])
        if row["table"] == "exceptions" and ("gap_id" in said or "source_id" in said):
            yield Record("exceptions", tuple(said.items()))


def whole_exceptions(communities: Iterable[Community], codes: Collection[str]) -> Iterable[Record]:
    """Yield the exceptions about some communities themselves."""
    for one in communities:
        for record in one.records if one.code in codes else ():
            if record.table == "exceptions" and "gap_id" not in dict(record.values):
                said = {name: value for name, value in record.values if name not in ("layer", "source_id")}
                yield Record("exceptions", tuple({**said, "community": one.code}.items()))


def years_of(records: pd.DataFrame | None) -> Mapping[str, int | None]:
    """Return the latest year of each purpose of money."""
    rows = (
        [json.loads(row["row"]) for row in rows_of(records) if row["table"] == "funding"] if records is not None else []
    )
    return latest_years(
        np.array([row["purpose"] for row in rows], dtype=object),
        np.array([row.get("year", np.nan) for row in rows], float),
    )


def grids_of(grid: OneGrid, records: Mapping[str, list[Record]]) -> Iterable[Grid]:
    """Yield the grids of a build."""
    faces: dict[str, list[Face]] = {}
    for row, land in zip(rows_of(grid.faces), grid.faces.geometry, strict=True):
        faces.setdefault(row["code"], []).append(Face(land, tuple(json.loads(row["claimants"])), row["rule"]))
    for row, land in zip(rows_of(grid.grids), grid.grids.geometry, strict=True):
        said = {name: row[name] for name in ("code", "kind", "name", "source_layer", "source_id", "patrol_zone_id")}
        said |= {name: row[name] for name in ("management_type", *COUNTS)}
        code = row["code"]
        yield Grid(
            grid_id=code,
            community=row["community_code"],
            polygon=land,
            faces=tuple(faces[code]),
            records=tuple(records.get(code, ())),
            **said,
        )


def buildings_of(grid: OneGrid) -> Buildings:
    """Return the buildings of a build."""
    if grid.buildings is None:
        return Buildings.none()
    return Buildings(
        np.asarray(grid.buildings.geometry.array, dtype=object),
        grid.buildings[list(COUNTS)].fillna(0).to_numpy(np.int64),
    )


def units_of(grid: OneGrid) -> list[Unit]:
    """Return the units of a build."""
    number = {f"{row['layer']}:{row['source_id']}": place for place, row in enumerate(rows_of(grid.units))}
    home = dict(zip(grid.grids["code"], grid.grids["community_code"], strict=True))
    codes = grid.communities["code"].tolist()
    claims = [
        (number[one], codes.index(home[row["code"]]), row["area_m2"])
        for row in rows_of(grid.faces)
        for one in json.loads(row["claimants"])
    ]
    unit, community, area = (
        (np.array(column) for column in zip(*claims, strict=True)) if claims else (np.empty(0, int),) * 3
    )
    shares: list[dict[str, float]] = [{} for _ in number]
    for row, place, share in zip(*claimed_shares(unit, community, area, len(number)), strict=True):
        shares[row][codes[place]] = float(share)
    names = ("layer", "source_id", "name", "home", "owners_committee", "property_company", "property_party")
    return [
        Unit(**{name: row[name] for name in names}, counted=bool(row["counted"]), share=share)
        for row, share in zip(rows_of(grid.units), shares, strict=True)
    ]


def holes_of(gaps: pd.DataFrame) -> list[Hole]:
    """Return the holes between communities, which are gaps."""
    return [
        Hole(row["gap_id"].removeprefix("no_community:"), row["community_code"], land)
        for row, land in zip(rows_of(gaps), gaps.geometry, strict=True)
        if row["kind"] == "no_community"
    ]


def walks_of(grid: OneGrid, standards) -> Walks | None:
    """Measure the ways to facilities, as the build did."""
    if grid.facilities is None or standards is None:
        return None
    return Walks.of(
        np.asarray(grid.facilities.geometry.array, dtype=object),
        kinds_of(grid.facilities["kind"], standards),
        None if grid.roads is None else np.asarray(grid.roads.geometry.array, dtype=object),
        farthest_m=LOOKED_FOR * max(asked_for(standards).values(), default=0),
    )
