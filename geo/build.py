"""The build: from the layers of a jurisdiction to its one grid, explained.

Merge → codes, counts and land of each section → tables matched to all grids → staff, party organisations and gaps of
each section. A section is a run of communities with all around it that these hang on (`geo.sections`), so that beside
the sources only columns of the whole are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arrays import Ints
from geo.describe import management_areas
from geo.drawing_up import exceptions_of, together
from geo.facts import facts
from geo.gaps.exceptions import idle_exceptions
from geo.gathering import Surroundings, walks_to
from geo.kept import building_layer, facility_layer, record_layer, road_layer
from geo.lineage import Earlier, no_lineage, whole_lineage
from geo.merge import Mosaic, merge
from geo.numbering import Land, Numbered, number
from geo.overlays import latest_ratings, rated, unused_rows
from geo.partition import require_cover
from geo.party import party_organisations
from geo.repair import repair
from geo.result import OneGrid
from geo.running import Once, Run, call, each_time, in_order
from geo.sections import COMMUNITIES_A_SECTION, Memory, Store, sections_of
from geo.sources import Parameters, Sources
from geo.standards_table import standards_table
from geo.tables import Matched, match_tables, table_repairs
from geo.telling import SAID, Known, Told, tell, tell_between

MEMORY = Memory()


def build(
    sources: Sources,
    parameters: Parameters,
    *,
    previous: gpd.GeoDataFrame | None = None,
    used_codes: frozenset[str] = frozenset(),
    as_of: date | None = None,
    run: Run = in_order,
    local: Run = in_order,
    forked: Run = in_order,
    store: Store = MEMORY,
    size: int = COMMUNITIES_A_SECTION,
    once: Once = each_time,
    progress: Callable[[str], None] = lambda stage: None,
    final: Callable[[Mapping[str, pd.DataFrame | None]], None] = lambda layers: None,
) -> OneGrid:
    """Build the one grid of a jurisdiction.

    Parameters
    ----------
    previous
        The ``grids`` of an earlier build, in any CRS: grids that hold most of an old one keep its code.
    used_codes
        Codes that were given out before and live no more; new grids avoid them.
    as_of
        The day on which exceptions hold or have run out; None: none has.
    run
        How batches of communities are merged, maybe on other machines; see `geo.scale`.
    local
        How work on the whole is shared out, in this machine's memory.
    forked
        How sections are worked on, which look at the whole, maybe in other processes of this machine.
    store
        What stays in memory of parts, layers and ledgers.
    size
        Communities a section. Neither it nor any of the former changes anything but time and memory.
    once
        Does work that hangs on little, or has its result from an earlier build.
    progress
        Told the name of each stage as it begins.
    final
        Given the layers that are as they will be, by name, before the ledgers are drawn up; None is a layer that the
        build has nothing of, or that is not in memory.

    Raises
    ------
    InputError
        The layers can't be merged: no usable community, a community without land, codes exhausted.
    PartitionError
        The result is no partition; a defect of this program.
    """
    mosaic = merge(sources, parameters, run=run, local=local, once=once, keep=store.part, progress=progress)
    sources, mended = repaired_areas(sources)
    progress("land")
    buildings = building_layer(sources.buildings)
    earlier = None
    if previous is not None or used_codes:
        earlier = Earlier.of(previous, used_codes, mosaic.area, sources.crs)
    ground = Land(mosaic, parameters, buildings, management_areas(sources.management_areas), earlier, store)
    ground.prepare()
    sections = sections_of(mosaic, size, earlier)
    tasks = [partial(walks_to, sources, once), *(partial(number, ground, one) for one in sections)]
    walks, *numbered = forked(call, tasks)
    if not in_order_of_codes(numbered):  # some are of another profile: they stand between those of other sections
        store.forget_rows()
        size = len(mosaic.area)
        sections = sections_of(mosaic, size, earlier)
        numbered = [number(ground, section) for section in sections]
    grids = pd.concat([one.grids for one in numbered], ignore_index=True)
    require_cover(grids["code"].to_numpy(dtype=object), [part.border for part in mosaic.parts], mosaic.hole)
    units = unit_layer(mosaic, numbered)
    land = {
        "grids": joined([one.layers["grids"] for one in numbered]),
        "faces": joined([one.layers["faces"] for one in numbered]),
        "units": units,
        "communities": joined([one.layers["communities"] for one in numbered]),
        "lineage": lineage_of(numbered, previous, sources),
        "buildings": buildings,
        "facilities": facility_layer(sources.facilities),
        "roads": road_layer(sources.roads),
    }
    parts = [part for one in numbered for part in one.parts]
    del numbered  # whose columns have been put together
    final(land)
    progress("staffing")
    matches = match_tables(sources.tables, grids, units[["layer", "source_id", "home"]])
    scores, funding = (rows_about(sources, matches, name) for name in ("scores", "funding"))
    rating = rated(grids, scores, sources.standards)
    known = Known(
        mosaic=replace(mosaic, parts=parts),
        grids=grids,
        about=Surroundings.of(sources, parameters, funding, walks),
        matches=matches,
        organisations=organisations_of(sources, matches, grids),
        latest=None if rating is None else latest_ratings(rating),
        signed=exceptions_of(sources, matches, grids, as_of),
        store=store,
    )
    unused = unused_rows(scores, funding, sources.crs)
    del scores, funding
    known.prepare()

    progress("gaps")
    listed = partial(listed_records, sources, matches, grids, store)
    sections = sections_of(mosaic, size, None)  # old grids are of no more interest
    between = partial(tell_between, known, sections[0])
    records, *told = forked(call, [listed, between, *(partial(tell, known, one) for one in sections)])
    gaps, idle = ledger_of(known, told)
    repairs = [sources.repairs, mosaic.repairs, mended, table_repairs(sources.tables, matches, sources.crs)]
    repairs += [unused, idle_rows(sources, matches, idle)]
    return OneGrid(
        crs=sources.crs,
        **land | {"grids": grids if land["grids"] is None else land["grids"]},
        gaps=gaps,
        repairs=joined_repairs(repairs),
        facts=facts(sources, parameters, grids, units, gaps, as_of),
        party_organisations=known.organisations,
        ratings=rating,
        standards=None if sources.standards is None else standards_table(sources.standards),
        records=records,
        **{name: joined([one.layers.get(name) for one in told]) for name in SAID},
    )


def in_order_of_codes(numbered: Sequence[Numbered]) -> bool:
    """Tell whether the codes of all sections, one after the other, are in order."""
    codes = [one.grids["code"] for one in numbered]
    return all(one.iloc[-1] < other.iloc[0] for one, other in pairwise(codes))


def joined(parts: Sequence[pd.DataFrame | None]) -> Any:
    """Put the rows of sections together; None where nothing of them is in memory."""
    there = [part for part in parts if part is not None]
    if len(there) < 2:
        return there[0] if there else None
    return pd.concat(there, ignore_index=True)


def unit_layer(mosaic: Mosaic, numbered: Sequence[Numbered]) -> gpd.GeoDataFrame:
    """Write the ``units`` layer: what became of every source unit."""
    table = pd.concat([one.units for one in numbered]).sort_index()
    return gpd.GeoDataFrame(table, geometry=mosaic.units.geometry.to_numpy(), crs=mosaic.units.crs)


def lineage_of(numbered: Sequence[Numbered], previous: gpd.GeoDataFrame | None, sources: Sources) -> gpd.GeoDataFrame:
    """Write the ``lineage`` layer."""
    if previous is None:
        return no_lineage(sources.crs)
    return whole_lineage(previous.to_crs(sources.crs), [one.lineage for one in numbered if one.lineage is not None])


def organisations_of(sources: Sources, matches: Mapping[str, Matched], grids: pd.DataFrame) -> pd.DataFrame | None:
    """Return the layer `party_organisations`; None without a party table."""
    party = None if sources.tables is None else sources.tables.party
    return None if party is None else party_organisations(party, matches["party"], grids)


def listed_records(
    sources: Sources, matches: Mapping[str, Matched], grids: pd.DataFrame, store: Store
) -> pd.DataFrame | None:
    """Return what stays in memory of the layer `records`; None where there are no tables."""
    if sources.tables is None:
        return None
    return store.rows("records", 0, record_layer(sources.tables, matches, grids["code"]))


def rows_about(sources: Sources, matches: Mapping[str, Matched], name: str) -> pd.DataFrame | None:
    """Return the rows of a table that are about a place; None where there is no such table."""
    table = getattr(sources.tables, name, None)
    return None if table is None else matches[name].of(table)


def ledger_of(known: Known, told: Sequence[Told]) -> tuple[pd.DataFrame, Ints]:
    """Put the ledgers together, worst first; return also the positions of the exceptions that are about no gap."""
    drawn = [one for section in told for one in section.ledgers]
    every = np.arange(0 if known.signed is None else len(known.signed.table))
    return together([one.rows for one in drawn]), np.setdiff1d(every, np.concatenate([one.used for one in drawn]))


def repaired_areas(sources: Sources) -> tuple[Sources, gpd.GeoDataFrame | None]:
    """Repair the management areas, leaving out those without land; return also what that took."""
    areas = sources.management_areas
    if areas is None:
        return sources, None
    fixed = repair(areas, layer="management_area")
    usable = areas.set_geometry(fixed.polygons, crs=areas.crs)[~fixed.rejected].reset_index(drop=True)
    return replace(sources, management_areas=usable), fixed.repairs


def idle_rows(sources: Sources, matches: Mapping[str, Matched], idle: Ints) -> gpd.GeoDataFrame | None:
    """List the exceptions that are about no gap; None where there is no such table."""
    table = sources.tables.exceptions if sources.tables else None
    return None if table is None else idle_exceptions(table, idle, matches["exceptions"], sources.crs)


def joined_repairs(parts: Sequence[gpd.GeoDataFrame | None]) -> gpd.GeoDataFrame:
    """Join what reading, merging and matching changed."""
    there = [part for part in parts if part is not None and len(part)]
    return pd.concat(there, ignore_index=True) if there else parts[1]
