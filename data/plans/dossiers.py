"""What the ledgers of some communities hang on beside the grids, read from the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from sqlalchemy import Connection

from data.plans.ground import Box
from data.plans.rows import row, rows
from data.plans.versions import records_of
from data.plans.ways import Ways, read_ways
from geo.arrays import Bools, Geometries, Ints
from geo.edits.ground import Buildings, Record
from geo.facts import not_evaluated_of, parameters_of, tables_of
from geo.plans.dossier import Community, Dossier, Hole, Unit
from geo.sources import Parameters
from geo.standards import Standards
from geo.standards_table import COLUMNS, standards_from_table
from geo.walking import Walks

SOURCE = "SELECT srid, facts FROM onegrid.source WHERE source_id = %(source)s"
DOSSIERS = """
SELECT community, contents, ST_AsBinary(polygon) AS polygon, ST_AsBinary(buildings) AS buildings
FROM onegrid.dossier WHERE source_id = %(source)s AND community = ANY(%(communities)s) ORDER BY community
"""
BUILDINGS = """
SELECT jsonb_build_object('counts', contents->'counts') AS contents, ST_AsBinary(buildings) AS buildings
FROM onegrid.dossier WHERE source_id = %(source)s AND community = ANY(%(communities)s) ORDER BY community
"""
STANDARDS = """
SELECT attributes FROM onegrid.source_row WHERE source_id = %(source)s AND layer = 'standards' ORDER BY number
"""
COMPOUND = "compound"


@dataclass(frozen=True, eq=False)
class Source:
    """What an imported build says as a whole; it never changes. ``about``: see `data.plans.importing.about`."""

    source_id: int
    crs: pyproj.CRS
    about: Mapping[str, Any]
    parameters: Parameters
    standards: Standards | None
    not_evaluated: Mapping[str, str]
    tables: frozenset[str]
    ways: Ways | None
    exceptions: Mapping[str, Sequence[Record]]
    """Those that name a gap, a unit or a community, by what such a gap may be about: see `subjects`."""


def read_source(connection: Connection, source_id: int) -> Source:
    """Read what an imported build says as a whole."""
    found = row(connection, SOURCE, {"source": source_id})
    build = found.facts["build"]
    standards = read_standards(connection, source_id)
    return Source(
        source_id=source_id,
        crs=pyproj.CRS.from_epsg(found.srid),
        about=found.facts,
        parameters=parameters_of(build),
        standards=standards,
        not_evaluated=not_evaluated_of(build),
        tables=tables_of(build) or frozenset(),
        ways=read_ways(connection, source_id, standards, roads=found.facts["roads"]),
        exceptions=by_subject(records_of(found.facts["exceptions"])),
    )


def by_subject(exceptions: Iterable[Record]) -> dict[str, list[Record]]:
    """Sort exceptions by what the gap that each names is about."""
    result: dict[str, list[Record]] = {}
    for exception in exceptions:
        for subject in subjects(dict(exception.values)):
            result.setdefault(subject, []).append(exception)
    return result


def subjects(said: Mapping[str, Any]) -> list[str]:
    """Return what the gap that an exception names may be about: a grid or community by its code, units, a hole.

    >>> subjects({"gap_id": "overlap:compound:a+courtyard:b"})
    ['compound:a', 'courtyard:b']
    >>> subjects({"kind": "overlap", "community": "530102001001"})
    ['community:530102001001']
    """
    if "community" in said:
        return [f"community:{said['community']}"]
    if "gap_id" not in said:
        return [f"{said['layer']}:{said['source_id']}"]
    kind, _, about = said["gap_id"].partition(":")
    return about.split("+") if kind == "overlap" else [about.partition(":")[0]]


def read_standards(connection: Connection, source_id: int) -> Standards | None:
    """Read the standards that a build was held against."""
    found = rows(connection, STANDARDS, {"source": source_id})
    return standards_from_table(pd.DataFrame([one.attributes for one in found], columns=list(COLUMNS)))


@dataclass(frozen=True, eq=False)
class Folder:
    """The dossiers of some communities as they are kept, a row each.

    ``beside`` are rows with the buildings of other communities, `overlaps_with`.
    """

    source: Source
    found: Sequence[Any]
    beside: Sequence[Any] = ()

    @property
    def others(self) -> dict[str, bool]:
        """Other communities that units of these claim land in, and whether they are villages."""
        own = {one.community for one in self.found}
        near = {code: rural for one in self.found for code, rural in one.contents["others"].items()}
        return {code: rural for code, rural in near.items() if code not in own}

    @property
    def box(self) -> Box:
        """The box around these communities, metres."""
        west, south, east, north = shapely.total_bounds(shapely.from_wkb([one.polygon for one in self.found])).tolist()
        return west, south, east, north

    @property
    def overlaps_with(self) -> set[str]:
        """Other communities where two units overlap that overlap in these too."""
        own = {one.community for one in self.found}
        return {code for one in self.found for code in one.contents["overlaps_with"]} - own

    @property
    def judged_with(self) -> set[tuple[str, str]]:
        """Pairs of one of these communities and another, lower code first, that one gap may hang on together.

        That is an overlap that lies in both, or a compound that claims land in both.
        """
        with_others = {(one.community, other) for one in self.found for other in one.contents["overlaps_with"]}
        for one in self.found:
            compounds = (unit["share"] for unit in one.contents["units"] if unit["layer"] == COMPOUND)
            with_others |= {(one.community, other) for share in compounds for other in share}
        return {(min(pair), max(pair)) for pair in with_others if pair[0] != pair[1]}

    def straddling(self) -> list[tuple[str, str]]:
        """Return the compounds, as (layer, id), that claim land in other communities too."""
        units = {(unit["layer"], unit["source_id"]): unit for one in self.found for unit in one.contents["units"]}
        return [key for key, unit in units.items() if key[0] == COMPOUND and len(unit["share"]) > 1]

    def exceptions(self, grids: Collection[str]) -> tuple[Record, ...]:
        """Return the exceptions that name a gap about these communities, their units, holes or some grids.

        And those about other communities that land of their units is in.
        """
        units = [f"{unit['layer']}:{unit['source_id']}" for one in self.found for unit in one.contents["units"]]
        holes = [hole["key"] for one in self.found for hole in one.contents["holes"]]
        others = (f"community:{code}" for code in self.others)
        about = {*units, *holes, *grids, *others, *(one.community for one in self.found)}
        named = self.source.exceptions
        return tuple({id(one): one for subject in about & named.keys() for one in named[subject]}.values())

    def buildings(self) -> Buildings:
        """Return what is counted where; a building on the border of two communities stands in both, and here once."""
        found = [one for one in (*self.found, *self.beside) if one.buildings is not None]
        if not found:
            return Buildings.none()
        point, of = shapely.get_parts(shapely.from_wkb([one.buildings for one in found]), return_index=True)
        counts = np.array([count for one in found for count in one.contents["counts"]], dtype=np.int64)
        if len(found) > 1:
            once = in_one(point, of)
            point, counts = point[once], counts[once]
        return Buildings(point, counts)


def in_one(point: Geometries, of: Ints) -> Bools:
    """Tell which of the points of some groups no group before has; points of one group may share a place."""
    _, place = np.unique(shapely.get_x(point) + 1j * shapely.get_y(point), return_inverse=True)
    first = np.full(len(point), len(point), dtype=np.int64)
    np.minimum.at(first, place, of)
    return np.asarray(first[place] == of, dtype=np.bool_)


def read_folder(connection: Connection, source: Source, communities: Collection[str]) -> Folder:
    """Read the dossiers of some communities."""
    found = rows(connection, DOSSIERS, {"source": source.source_id, "communities": list(communities)})
    folder = Folder(source, found)
    if not folder.overlaps_with or not source.about["buildings_counted"]:
        return folder
    others = {"source": source.source_id, "communities": sorted(folder.overlaps_with)}
    return replace(folder, beside=rows(connection, BUILDINGS, others))


def dossier_of(folder: Folder, walks: Walks | None, grids: Collection[str]) -> Dossier:
    """Put kept dossiers together as the ledgers take them; ``grids`` are the codes of all grids concerned."""
    source = folder.source
    parts = [one.contents for one in folder.found]
    units = {(unit["layer"], unit["source_id"]): unit for part in parts for unit in part["units"]}
    premises = [place for part in parts for place in part["premises"] or ()]
    return Dossier(
        crs=source.crs,
        parameters=source.parameters,
        standards=source.standards,
        not_evaluated=source.not_evaluated,
        tables=source.tables,
        years=source.about["years"],
        members_known=source.about["members_known"],
        buildings_counted=source.about["buildings_counted"],
        communities=[
            Community(one.community, one.contents["rural"], shapely.from_wkb(one.polygon), records_of(part["records"]))
            for one, part in zip(folder.found, parts, strict=True)
        ],
        rural=folder.others,
        units=[Unit(**unit) for unit in units.values()],
        holes=[
            Hole(hole["key"], hole["community"], shapely.from_wkb(hole["polygon"]))
            for part in parts
            for hole in part["holes"]
        ],
        premises=shapely.points(np.array(premises).reshape(-1, 2)) if source.about["premises"] else None,
        walks=walks,
        exceptions=folder.exceptions(grids),
    )
