"""Looking at the piece of a plan that an edit is about, while nobody else edits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from sqlalchemy import Connection, Pool

from data.plans.dossiers import Folder, Source, dossier_of, read_folder, read_source
from data.plans.ground import REACH_M, Box, Meant, box_of, load, lock_communities
from data.plans.ledger import Gap, ask_gaps
from data.plans.plan import Plan, require_draft
from data.plans.versions import Version
from data.plans.ways import MARGIN_M
from geo.edits.ground import Buildings, Grid, Ground
from geo.plans.ledgers import Ledgers, ledgers
from geo.walking import NotInReachError, Walks

KNOWN: WeakKeyDictionary[Pool, dict[int, Source]] = WeakKeyDictionary()
"""Sources that were read, by the pool of their connections: they never change."""


@dataclass(frozen=True, eq=False)
class Look:
    """A piece of a plan at its head: the communities that an edit means, locked against others, and some more.

    Others wait too who edit a community that one gap may hang on together with these.

    ``versions`` are the grids by code: all of the communities, and what `geo.plans.dossier` lists. ``ground`` are those
    of them that an edit looks at: what is meant, and whatever lies around it. ``gaps`` waits for the gaps about the
    communities, ``walks`` for the ways on foot around them, None where no distance can be judged.
    """

    plan: Plan
    source: Source
    meant: Meant
    folder: Folder
    versions: Mapping[str, Version]
    ground: Ground
    gaps: Callable[[], list[Gap]]
    walks: Callable[[], Walks | None]


def look(connection: Connection, plan: Plan, find: Callable[[Plan], Meant]) -> Look:
    """Look at what an edit means, as it is once nobody else edits it.

    Parameters
    ----------
    plan
        As it was found; it is looked at anew when its communities are locked.
    find
        Finds what is meant at the plan's head.

    Raises
    ------
    NotADraftError
        The plan is not edited any more.
    EditRefused
        Nothing is found.
    """
    meant = find(plan)
    while True:
        source = source_of(connection, plan.source_id)
        folder = read_folder(connection, source, meant.communities)
        before, plan = plan, lock_communities(connection, plan, meant.communities, folder.judged_with)
        require_draft(plan)
        if plan.head == before.head:
            break
        locked, meant = meant.communities, find(plan)
        if plan.source_id == before.source_id and meant.communities == locked:
            break
    communities = {*meant.communities, *folder.overlaps_with}
    versions = load(connection, plan, plan.head, meant.boxes, communities, folder.straddling())
    gaps = ask_gaps(connection, plan, plan.head, meant.communities, ())
    walks = ask_walks(connection, source, folder.box, MARGIN_M)
    return Look(plan, source, meant, folder, versions, around(versions, meant, folder.buildings()), gaps, walks)


def around(versions: Mapping[str, Version], meant: Meant, buildings: Buildings) -> Ground:
    """Return the ground that an edit looks at."""
    grids = [version.grid for version in versions.values()]
    low, high = np.split(shapely.bounds([grid.polygon for grid in grids]), 2, axis=1)
    west_south, east_north = np.split(np.array(meant.boxes), 2, axis=1)
    near = (low[:, None] <= east_north + REACH_M) & (high[:, None] >= west_south - REACH_M)
    rows = np.flatnonzero(near.all(axis=2).any(axis=1))
    return Ground.of((grids[row] for row in rows), buildings, shapely.box(*np.array(meant.boxes).T))


def wider(connection: Connection, seen: Look, polygons: Sequence[shapely.Geometry]) -> Look:
    """Look at whatever lies around some more land too; the ground stays as it is."""
    boxes = [box_of(polygon) for polygon in polygons]
    more = load(connection, seen.plan, seen.plan.head, boxes, ())
    return replace(seen, versions={**more, **seen.versions})


def source_of(connection: Connection, source_id: int) -> Source:
    """Return a source, reading it when it is first asked for."""
    known = KNOWN.setdefault(connection.engine.pool, {})
    if source_id not in known:
        known[source_id] = read_source(connection, source_id)
    return known[source_id]


def draw_up(connection: Connection, seen: Look, grids: Mapping[str, Grid]) -> Ledgers:
    """Draw up the ledgers of the communities as they would be with these grids in place of ``seen.versions``."""
    ground = Ground.of(grids.values(), seen.ground.buildings)
    margin_m, walks, codes = MARGIN_M, seen.walks, {*seen.versions, *grids}
    while True:
        try:
            return ledgers(ground, dossier_of(seen.folder, walks(), codes))
        except NotInReachError as error:
            margin_m += max(error.road_m, margin_m)  # infinite where no road was found at all
            walks = ask_walks(connection, seen.source, seen.folder.box, margin_m)


def ask_walks(connection: Connection, source: Source, box: Box, margin_m: float) -> Callable[[], Walks | None]:
    """Ask for the ways around a box; return what waits for them, None where no distance can be judged."""
    return (lambda: None) if source.ways is None else source.ways.near(connection, box, margin_m)
