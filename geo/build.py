"""The build: from the layers of a jurisdiction to its one grid, explained.

Merge → codes and lineage → counts → the layers of the result → gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import Ints
from geo.codes import allot, spatial_order
from geo.describe import community_layer, describe, face_layer
from geo.drawing_up import Keep, as_they_are, draw_up
from geo.duty import duty, premises_of
from geo.facts import facts
from geo.gaps.exceptions import idle_exceptions
from geo.gathering import gather, walks_to
from geo.kept import building_layer, facility_layer, records_of, road_layer
from geo.lineage import common_land, kept_codes, lineage, no_lineage
from geo.merge import Merged, merge
from geo.overlays import party_of, rated, settlements, staff_of_communities, staff_of_grids, unused_rows
from geo.partition import Partition
from geo.repair import repair
from geo.result import OneGrid
from geo.running import Once, Run, each_time, in_order
from geo.sources import Parameters, Sources
from geo.standards_table import standards_table
from geo.tables import Matched, match_tables, placed_rows, table_repairs


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
    keep: Keep = as_they_are,
    once: Once = each_time,
    progress: Callable[[str], None] = lambda stage: None,
    final: Callable[[Mapping[str, pd.DataFrame]], None] = lambda layers: None,
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
        How batches of communities are worked on, maybe on other machines; see `geo.scale`.
    local
        How work on the whole is shared out, in this machine's memory.
    forked
        How groups of communities are worked on that look at the whole, maybe in other processes of this machine. None
        of the three changes anything but the time.
    keep
        What stays in memory of the ledger of each group; see `geo.drawing_up`.
    once
        Does work that hangs on little, or has its result from an earlier build.
    progress
        Told the name of each stage as it begins.
    final
        Given the layers that are as they will be, by name, before the ledgers are drawn up.

    Raises
    ------
    InputError
        The layers can't be merged: no usable community, a community without land, codes exhausted.
    PartitionError
        The result is no partition; a defect of this program.
    """
    merged = merge(sources, parameters, run=run, local=local, once=once, progress=progress)
    sources, mended = repaired_areas(sources)
    progress("codes")
    merged, code, ancestry, prove = coded(merged, parameters, previous, used_codes, sources.buildings)
    progress("counts")
    tasks = [partial(describe, merged, code, sources), partial(face_layer, merged, code), prove]
    (grids, units), faces, _, walks = local(call, [*tasks, partial(walks_to, sources, once)])
    land = {
        "grids": grids.drop(columns=["rural"]), "faces": faces, "units": units, "communities": community_layer(merged),
        "lineage": ancestry, **drawn_layers(sources),
    }  # fmt: skip
    final(land)
    matches = match_tables(sources.tables, grids, unit_homes(merged))
    progress("staffing")
    organisations, assigned = party_of(sources, matches, grids, merged.beside)
    tables = placed_rows(sources.tables, matches)
    held = gather(merged, grids, parameters, sources, tables, assigned, walks)
    staff, rating = staff_of_grids(held, grids), rated(grids, tables.get("scores"), sources.standards)
    on_duty, unused = duty(tables, grids["code"], sources.communities), unused_rows(tables, sources.crs)
    del tables  # a copy of the sources' own, while the ledgers take memory
    progress("gaps")
    gaps, idle = draw_up(held, sources, matches, grids, as_of, run=forked, keep=keep)
    repairs = [sources.repairs, merged.repairs, mended, table_repairs(sources.tables, matches, sources.crs)]
    repairs += [unused, idle_rows(sources, matches, idle)]
    return OneGrid(
        crs=sources.crs,
        **land,
        gaps=gaps,
        repairs=joined_repairs(repairs),
        facts=facts(sources, parameters, grids, units, gaps, as_of),
        staffing=staff,
        community_staffing=staff_of_communities(held),
        assignments=assigned,
        party_organisations=organisations,
        ratings=rating,
        settlements=settlements(held, rating),
        standards=None if sources.standards is None else standards_table(sources.standards),
        duty=on_duty,
        premises=premises_of(sources.premises, held.premises, grids),
        records=records_of(sources.tables, matches, grids["code"], once),
    )


def call(task: Callable[[], Any]) -> Any:
    """Do a task."""
    return task()


def repaired_areas(sources: Sources) -> tuple[Sources, gpd.GeoDataFrame | None]:
    """Repair the management areas, leaving out those without land; return also what that took."""
    areas = sources.management_areas
    if areas is None:
        return sources, None
    fixed = repair(areas, layer="management_area")
    usable = areas.set_geometry(fixed.polygons, crs=areas.crs)[~fixed.rejected].reset_index(drop=True)
    return replace(sources, management_areas=usable), fixed.repairs


def community_codes(merged: Merged) -> np.ndarray:
    """Return each grid's community code."""
    return np.asarray(merged.communities["code"].to_numpy(dtype=object)[merged.grid_community])


def coded(
    merged: Merged,
    parameters: Parameters,
    previous: gpd.GeoDataFrame | None,
    used_codes: frozenset[str],
    buildings: gpd.GeoDataFrame | None,
) -> tuple[Merged, np.ndarray, gpd.GeoDataFrame, Callable[[], Partition]]:
    """Number the grids, carrying on the codes of a previous build.

    Returns
    -------
    tuple
        The grids in the order of their codes, the codes, the lineage, and what is to be called to prove the partition.
    """
    community = community_codes(merged)
    order = spatial_order(merged.grid_polygon, community)
    kept, pairs, used = np.full(len(order), None, dtype=object), None, used_codes
    if previous is not None:
        previous = previous.to_crs(merged.communities.crs)
        old = np.asarray(previous.geometry.array, dtype=object)
        pairs = common_land(old, merged.grid_polygon)
        old_code, old_home = (previous[name].to_numpy(dtype=object) for name in ("code", "community_code"))
        kept = kept_codes(old_code, old_home, community, pairs, shapely.area(old))
        used = used | frozenset(old_code)
    code = np.empty(len(order), dtype=object)
    code[order] = allot(community[order], parameters, kept=kept[order], used=used)
    ancestry = no_lineage(merged.communities.crs)
    if pairs is not None:
        ancestry = lineage(previous, code, merged.grid_polygon, pairs, buildings)
    prove = partial(Partition, code, community, merged.tilings, merged.hole)
    by_code = np.argsort(code.astype(str), kind="stable")
    return reordered(merged, by_code), code[by_code], ancestry, prove


def reordered(merged: Merged, order: Ints) -> Merged:
    """Put grids in another order, and their faces in the order of the grids."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    face_grid = place[merged.face_grid]
    faces = np.argsort(face_grid, kind="stable")
    face_place = np.empty(len(faces), dtype=np.int64)
    face_place[faces] = np.arange(len(faces))
    claim_face = face_place[merged.claim_face]
    beside = merged.beside.named(place).lower_first().summed(len(order))
    claims = np.lexsort([merged.claim_unit, claim_face])
    return replace(
        merged,
        grid_polygon=merged.grid_polygon[order],
        grid_community=merged.grid_community[order],
        grid_unit=merged.grid_unit[order],
        face_polygon=merged.face_polygon[faces],
        face_grid=face_grid[faces],
        face_rule=merged.face_rule[faces],
        face_area_m2=merged.face_area_m2[faces],
        claim_face=claim_face[claims],
        claim_unit=merged.claim_unit[claims],
        beside_left=beside.left,
        beside_right=beside.right,
        beside_m=beside.length,
    )


def drawn_layers(sources: Sources) -> dict[str, gpd.GeoDataFrame | None]:
    """Return the layers of what is drawn as the sources have it."""
    return {
        "buildings": building_layer(sources.buildings),
        "facilities": facility_layer(sources.facilities),
        "roads": road_layer(sources.roads),
    }


def unit_homes(merged: Merged) -> pd.DataFrame:
    """Return ``layer``, ``source_id`` and ``home`` of every unit; see `geo.tables.matched`."""
    code = merged.communities["code"].to_numpy(dtype=object)
    return merged.units[["layer", "source_id"]].assign(home=np.array([*code, None], dtype=object)[merged.home])


def idle_rows(sources: Sources, matches: Mapping[str, Matched], idle: Ints) -> gpd.GeoDataFrame | None:
    """List the exceptions that are about no gap; None where there is no such table."""
    table = sources.tables.exceptions if sources.tables else None
    return None if table is None else idle_exceptions(table, idle, matches["exceptions"], sources.crs)


def joined_repairs(parts: Sequence[gpd.GeoDataFrame | None]) -> gpd.GeoDataFrame:
    """Join what reading, merging and matching changed."""
    there = [part for part in parts if part is not None and len(part)]
    return pd.concat(there, ignore_index=True) if there else parts[1]
