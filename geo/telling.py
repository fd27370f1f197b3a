"""What is said of a section: staff, party organisations, what grids work from, and the ledgers of its gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from geo.gathering import Surroundings, gather, with_holes
from geo.grouped import Grouped
from geo.merge import Mosaic
from geo.overlays import assigned_of, settlements, staff_of_communities, staff_of_grids
from geo.sections import Section, Store
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

    def prepare(self) -> None:
        """Make what all sections ask for, before other processes do so each."""
        _ = self.assigns, self.grids_of, self.rows_of, self.mosaic.parts_of

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


class Told(NamedTuple):
    """What stays in memory of a section's layers (`SAID`) and ledgers."""

    layers: Mapping[str, pd.DataFrame | None]
    ledgers: Sequence[Drawn]


def tell(known: Known, section: Section) -> Told:
    """Say what there is to say of a section.

    Raises
    ------
    PartitionError
        Its grids are not those that were numbered; a defect of this program.
    """
    mosaic, about, store = known.mosaic, known.about, known.store
    merged = mosaic.of(section.around)
    rows = np.sort(known.grids_of.members(section.around)[1])
    table = known.grids.iloc[rows].reset_index(drop=True)
    if not np.array_equal(known.place_of(table["community_code"]), section.around[merged.grid_community]):
        raise PartitionError("grids and what is known of them are in different orders")
    grids = gpd.GeoDataFrame(table, geometry=merged.grid_polygon, crs=about.sources.crs)
    assigned = None
    if known.assigns:
        assigned = assigned_of(grids, known.organisations, merged.beside, about.sources.standards)
    held = gather(merged, grids, about, known.tables(section.around, rows), assigned)
    mine = np.isin(merged.grid_community, np.searchsorted(section.around, section.own))
    communities = mosaic.communities.iloc[section.own]
    layers = {
        "staffing": of_these(staff_of_grids(held, grids), grids["code"][mine]),
        "community_staffing": of_these(staff_of_communities(held), communities["code"]),
        "assignments": of_these(assigned, grids["code"][mine]),
        "settlements": of_these(settlements(held, known.latest), grids["code"][mine]),
        "duty": duty(known.tables(section.own, rows), grids["code"], communities),
        "premises": premises_of(about.sources.premises, held.premises, grids[mine]),
    }
    kept = {name: None if frame is None else store.rows(name, section.number, frame) for name, frame in layers.items()}
    groups = [np.searchsorted(section.around, group) for group in section.groups]
    ledgers = draw_up(held, known.signed, groups, store.ledger)
    if section.number == 0:
        ledgers.append(draw_up_between(with_holes(held, mosaic), known.signed, store.ledger))
    return Told(kept, ledgers)


def of_these(frame: pd.DataFrame | None, codes: pd.Series) -> pd.DataFrame | None:
    """Take the rows of a layer that are about some grids or communities."""
    return None if frame is None else frame[among(frame["code"], codes)].reset_index(drop=True)
