"""What the ledgers of some communities hang on beside the grids, read from the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    """Those that name a gap or a unit, by what such a gap may be about: see `subjects`."""


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
    """
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
    """The dossiers of some communities as they are kept, a row each."""

    source: Source
    found: Sequence[Any]

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
        return {code for one in self.found for code in one.contents["overlaps_with"]}

    def straddling(self) -> list[tuple[str, str]]:
        """Return the compounds, as (layer, id), that claim land in other communities too."""
        units = {(unit["layer"], unit["source_id"]): unit for one in self.found for unit in one.contents["units"]}
        return [key for key, unit in units.items() if key[0] == COMPOUND and len(unit["share"]) > 1]

    def exceptions(self, grids: Collection[str]) -> tuple[Record, ...]:
        """Return the exceptions that name a gap about these communities, their units, holes or some grids."""
        units = [f"{unit['layer']}:{unit['source_id']}" for one in self.found for unit in one.contents["units"]]
        holes = [hole["key"] for one in self.found for hole in one.contents["holes"]]
        about = {*units, *holes, *grids, *(one.community for one in self.found)}
        named = self.source.exceptions
        return tuple({id(one): one for subject in about & named.keys() for one in named[subject]}.values())

    def buildings(self) -> Buildings:
        """Return what is counted where."""
        counts = [count for one in self.found for count in one.contents["counts"]]
        if not counts:
            return Buildings.none()
        points = shapely.get_parts(shapely.from_wkb([one.buildings for one in self.found if one.buildings is not None]))
        return Buildings(points, np.array(counts, dtype=np.int64))


def read_folder(connection: Connection, source: Source, communities: Collection[str]) -> Folder:
    """Read the dossiers of some communities."""
    found = rows(connection, DOSSIERS, {"source": source.source_id, "communities": list(communities)})
    return Folder(source, found)


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
