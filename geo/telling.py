"""What is said of a section: staff, party organisations, what grids work from, and the ledgers of its gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arrays import Ints, placed
from geo.columns import among
from geo.drawing_up import Drawn, draw_up, draw_up_between
from geo.duty import duty, premises_of
from geo.errors import PartitionError
from geo.gaps.exceptions import Signed
from geo.gaps.held import Held
from geo.gathering import Surroundings, gather, with_holes
from geo.grouped import Grouped
from geo.merge import Merged, Mosaic
from geo.overlays import assigned_of, settlements, staff_of_communities, staff_of_grids
from geo.sections import Section, Shelf, Store
from geo.tables import Matched

SAID = ("staffing", "community_staffing", "assignments", "settlements", "duty", "premises")
"""The layers that sections write of what is said of them."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the whole before anything is said of a section.

    Parameters
    ----------
    mosaic
        The merge, grids in the order of their codes, part after part.
    grids
        The layer ``grids`` without its geometry, and ``rural``.
    matches
        Which grid each row of the tables is about.
    organisations
        The layer `party_organisations`.
    latest
        The latest ratings (`geo.overlays.latest_ratings`).
    signed
        The exceptions.
    """

    mosaic: Mosaic
    grids: pd.DataFrame
    about: Surroundings
    matches: Mapping[str, Matched]
    organisations: pd.DataFrame | None
    latest: pd.DataFrame | None
    signed: Signed | None
    store: Store

    @cached_property
    def assigns(self) -> bool:
        """Whether the layer `assignments` is made: somebody says something of members or organisations."""
        return self.organisations is not None or bool(self.grids["party_members"].notna().any())

    @cached_property
    def grids_of(self) -> Grouped:
        """The grids of each community."""
        return Grouped.of(self.place_of(self.grids["community_code"]), len(self.mosaic.area))

    @cached_property
    def rows_of(self) -> Mapping[str, Grouped]:
        """By table, the matched rows that are about each community or its grids."""
        size = len(self.mosaic.area)
        return {name: Grouped.of(self.place_of(found.community), size) for name, found in self.matches.items()}

    @cached_property
    def organisations_of(self) -> Grouped:
        """The organisations of the grids of each community."""
        return self.about_grids(self.organisations)

    @cached_property
    def ratings_of(self) -> Grouped:
        """The latest ratings of the grids of each community."""
        return self.about_grids(self.latest)

    def about_grids(self, frame: pd.DataFrame | None) -> Grouped:
        """Return the rows that are about the grids of each community."""
        codes = np.empty(0, dtype=object) if frame is None else frame["code"]
        grid = pd.Index(self.grids["code"]).get_indexer(codes)
        home = np.append(self.place_of(self.grids["community_code"]), -1)
        return Grouped.of(home[grid], len(self.mosaic.area))

    def prepare(self) -> None:
        """Make what all sections ask for, before other processes do so each."""
        _ = self.assigns, self.grids_of, self.rows_of, self.organisations_of, self.ratings_of
        _ = self.mosaic.parts_of, self.mosaic.units_of, None if self.signed is None else self.signed.reach

    def place_of(self, codes: Any) -> Ints:
        """Return the rows of communities, by their codes."""
        return np.asarray(pd.Index(self.mosaic.communities["code"]).get_indexer(codes), dtype=np.int64)

    def tables(self, communities: Ints, grids: Ints) -> dict[str, pd.DataFrame]:
        """Return the rows of every table that are about some communities, their grids numbered as in ``grids``."""
        tables = {}
        for name, table in self.about.sources.tables.present() if self.about.sources.tables else ():
            found, rows = self.matches[name], np.sort(self.rows_of[name].members(communities)[1])
            some = found._replace(
                row=found.row[rows],
                grid=placed(found.grid[rows], grids),
                community=found.community[rows],
                whole=found.whole[rows],
            )
            tables[name] = some.of(table)
        return tables


class Around(NamedTuple):
    """What is known of a section and what lies around it.

    Parameters
    ----------
    grid
        The rows of the grids.
    unit
        The rows of the units that may claim land there.
    grids
        As in `Known`, these alone; and so the others.
    signed
        The exceptions that may be about gaps of the section's own communities.
    """

    grid: Ints
    unit: Ints
    grids: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    organisations: pd.DataFrame | None
    latest: pd.DataFrame | None
    signed: Signed | None

    @classmethod
    def of(cls, known: Known, section: Section) -> Around:
        """Gather it."""
        around, units = section.around, known.mosaic.units
        grid = np.sort(known.grids_of.members(around)[1])
        unit, grids = known.mosaic.meeting(around, section.unit), known.grids.iloc[grid].reset_index(drop=True)
        signed = known.signed
        if signed is not None:
            codes = known.mosaic.communities["code"].iloc[section.own].to_numpy(dtype=object)
            own = known.grids["code"].iloc[known.grids_of.members(section.own)[1]].to_numpy(dtype=object)
            here = units.iloc[known.mosaic.meeting(section.own, section.unit)]
            labels = (here["layer"] + ":" + here["source_id"]).to_numpy(dtype=object)
            signed = signed.concerning(codes, own, labels)
        return cls(
            grid=grid,
            unit=unit,
            grids=grids,
            tables=known.tables(around, grid),
            organisations=rows_of(known.organisations, known.organisations_of, around),
            latest=rows_of(known.latest, known.ratings_of, around),
            signed=signed,
        )


class Told(NamedTuple):
    """What stays in memory of a section's layers (`SAID`) and ledgers."""

    layers: Mapping[str, pd.DataFrame | None]
    ledgers: Sequence[Drawn]

    def placed(self, signed: Signed | None) -> Told:
        """Return the same with rows of the table of exceptions in place of rows of some of them."""
        if signed is None:
            return self
        return self._replace(ledgers=[one._replace(used=signed.row[one.used]) for one in self.ledgers])


def tell(known: Known, section: Section) -> Told:
    """Say what there is to say of a section.

    Raises
    ------
    PartitionError
        Its grids are not those that were numbered; a defect of this program.
    """
    here = Around.of(known, section)

    def hangs_on() -> tuple[Any, ...]:
        rows = {name: table.drop(columns=["file", "row"], errors="ignore") for name, table in here.tables.items()}
        signed = None if here.signed is None else here.signed.said()
        merged, own = known.mosaic.said(section.around, here.unit), section.within(here.unit)
        about = known.about.said(known.mosaic.area[section.around])
        return merged, own, about, here.grids, rows, here.organisations, here.latest, signed, known.assigns

    made = known.store.once(lambda shelf: told(known, section, here, shelf), "told", section.number, hangs_on)
    return made.placed(here.signed)


def told(known: Known, section: Section, here: Around, shelf: Shelf) -> Told:
    """Say it, on a shelf; of exceptions it is told which of those around the section they are."""
    mosaic, about = known.mosaic, known.about
    merged = mosaic.of(section.around)
    grids, assigned, held = held_of(known, merged, here)
    mine = np.isin(merged.grid_community, np.searchsorted(section.around, section.own))
    communities = mosaic.communities.iloc[section.own]
    layers = {
        "staffing": of_these(staff_of_grids(held, grids), grids["code"][mine]),
        "community_staffing": of_these(staff_of_communities(held), communities["code"]),
        "assignments": of_these(assigned, grids["code"][mine]),
        "settlements": of_these(settlements(held, here.latest), grids["code"][mine]),
        "duty": duty(known.tables(section.own, here.grid), grids["code"], communities),
        "premises": premises_of(about.sources.premises, held.premises, grids[mine]),
    }
    kept = {name: None if frame is None else shelf.rows(name, section.number, frame) for name, frame in layers.items()}
    groups = [np.searchsorted(section.around, group) for group in section.groups]
    signed = None if here.signed is None else here.signed.alone()
    return Told(kept, draw_up(held, signed, groups, shelf.ledger))


def held_of(known: Known, merged: Merged, here: Around) -> tuple[gpd.GeoDataFrame, pd.DataFrame | None, Held]:
    """Return the layer ``grids`` of some communities, the organisations assigned to them, and what gap rules look at.

    Raises
    ------
    PartitionError
        The grids are not those that were numbered; a defect of this program.
    """
    table, about = here.grids, known.about
    if not np.array_equal(known.place_of(table["community_code"]), merged.community_row[merged.grid_community]):
        raise PartitionError("grids and what is known of them are in different orders")
    grids = gpd.GeoDataFrame(table, geometry=merged.grid_polygon, crs=about.sources.crs)
    assigned = None
    if known.assigns:
        assigned = assigned_of(grids, here.organisations, merged.beside, about.sources.standards)
    return grids, assigned, gather(merged, grids, about, here.tables, assigned)


def tell_between(known: Known, section: Section) -> Told:
    """Draw up the ledger of the holes between communities, which are no section's; a section says what a ledger is."""
    one = replace(section, own=section.own[:1], around=section.own[:1], groups=[], unit=section.unit[:0])
    here = Around.of(known, one)
    *_, held = held_of(known, known.mosaic.of(one.around), here)
    return Told({}, [draw_up_between(with_holes(held, known.mosaic), known.signed, known.store.ledger)])


def rows_of(frame: pd.DataFrame | None, of: Grouped, communities: Ints) -> pd.DataFrame | None:
    """Take the rows of a frame that are about some communities, in their order."""
    return None if frame is None else frame.iloc[np.sort(of.members(communities)[1])]


def of_these(frame: pd.DataFrame | None, codes: pd.Series) -> pd.DataFrame | None:
    """Take the rows of a layer that are about some grids or communities."""
    return None if frame is None else frame[among(frame["code"], codes)].reset_index(drop=True)
