"""Edits to measure: splits that another program can do as well, and edits of all kinds, spread over a plan."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import shapely
import shapely.ops
from sqlalchemy import Engine

from data.database.engine import connected
from data.plans.carrying import Applied
from data.plans.door import edit
from data.plans.plan import Plan, find_plan
from data.plans.rows import rows
from data.plans.verbs import read_verb
from data.plans.versions import Version, read_versions
from geo.errors import EditRefused
from geo.partition import Tiling
from geo.sources import COUNTS
from tests.data.plans.asking import random_verb

Edited: TypeAlias = tuple[str, float, float]
"""A verb, how long it took, and how long this process computed for it, milliseconds."""

SNAP_M = 0.5
"""Within which edits are drawn to borders at most: as the map asks. `tests.data.plans.asking` goes further."""
BEYOND_M = 3.0
SMALLEST_M2 = 2000.0
COMMUNITIES = "SELECT DISTINCT community FROM onegrid.grids_at(%(plan)s, %(at)s) ORDER BY community"
TOUCHED = """
SELECT DISTINCT g.community FROM onegrid.grid_version AS g WHERE g.plan_id = %(plan)s AND g.grid_id IN (
    SELECT unnest(grid_ids) FROM onegrid.revision WHERE plan_id = %(plan)s)
"""


@dataclass(frozen=True)
class Split:
    """A grid, and a line across its middle that parts it in two."""

    code: str
    line: shapely.LineString

    def carry_out(self, engine: Engine, name: str) -> float:
        """Split the grid in a plan; return the area of the larger part."""
        return max(grid.polygon.area for grid in self.applied(engine, name))

    def applied(self, engine: Engine, name: str) -> list:
        """Split the grid in a plan; return both parts."""
        plan = plan_named(engine, name)
        verb = {"verb": "split", "code": self.code, "line": list(self.line.coords), "snap_m": 0}
        done = ask(engine, plan, verb, plan.head)
        return [*done.created, *done.modified]


def split_apart(engine: Engine, name: str, one: Split) -> list[str]:
    """Split a grid in a plan; return the codes of its parts."""
    return [grid.code for grid in one.applied(engine, name)]


def plan_named(engine: Engine, name: str) -> Plan:
    """Find a plan."""
    with connected(engine, place="bench") as connection:
        return find_plan(connection, name)


def ask(engine: Engine, plan: Plan, verb: dict[str, object], base: int) -> Applied:
    """Edit a plan, positions in its CRS."""
    return edit(engine, plan.name, read_verb(verb), by="bench", base=base, crs=f"EPSG:{plan.srid}")


def grids_there(engine: Engine, plan: Plan, communities: list[str], at: int | None = None) -> list[Version]:
    """Read the grids of some communities."""
    with connected(engine, place="bench") as connection:
        head = find_plan(connection, plan.name).head if at is None else at
        return read_versions(
            connection, plan.plan_id, head, "community = ANY(%(communities)s)", {"communities": communities}
        )


def all_communities(engine: Engine, plan: Plan) -> list[str]:
    """List the communities of a plan."""
    with connected(engine, place="bench") as connection:
        return [one.community for one in rows(connection, COMMUNITIES, {"plan": plan.plan_id, "at": plan.head})]


def splits_of(engine: Engine, name: str, count: int, dice: np.random.Generator) -> list[Split]:
    """Choose grids all over a plan, each in a community of its own, that a line from south to north cuts in two."""
    plan = plan_named(engine, name)
    communities = dice.permutation(all_communities(engine, plan))[: 2 * count].tolist()
    found: dict[str, Split] = {}
    for version in grids_there(engine, plan, communities):
        grid = version.grid
        if grid.community not in found and grid.kind == "residential" and grid.polygon.geom_type == "Polygon":
            _, south, _, north = grid.polygon.bounds
            middle = round(grid.polygon.centroid.x, 3)
            line = shapely.LineString([(middle, south - BEYOND_M), (middle, north + BEYOND_M)])
            parts = shapely.area(shapely.get_parts(shapely.ops.split(grid.polygon, line)))
            if len(parts) == 2 and parts.min() > SMALLEST_M2:
                found[grid.community] = Split(grid.code, line)
    assert len(found) >= count, f"{len(found)} grids can be split, {count} are wanted"
    return [found[key] for key in dice.permutation(sorted(found)).tolist()[:count]]


@dataclass
class AtRandom:
    """What became of random edits: those applied, and how long refusals took, milliseconds."""

    applied: list[Edited] = field(default_factory=list)
    refused_ms: list[float] = field(default_factory=list)


def edit_at_random(engine: Engine, name: str, count: int, dice: np.random.Generator) -> AtRandom:
    """Edit a plan all over until some number of edits was applied.

    What is asked is drawn for hundreds of communities before the first of them is edited, so that an edit is not the
    second to look at a place.
    """
    plan, result = plan_named(engine, name), AtRandom()
    communities, head = all_communities(engine, plan), plan.head
    while len(result.applied) < count:
        chosen = dice.permutation(communities)[: 2 * count].tolist()
        for verb in verbs_drawn(engine, plan, chosen, dice):
            start, computed = time.perf_counter(), time.process_time()
            try:
                done = ask(engine, plan, verb, head)
            except EditRefused:
                result.refused_ms.append(1000 * (time.perf_counter() - start))
                continue
            took, here = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - computed)
            if done.revision is not None:
                head = done.revision
                result.applied.append((str(verb["verb"]), took, here))
            if len(result.applied) == count:
                break
    return result


def verbs_drawn(
    engine: Engine, plan: Plan, communities: list[str], dice: np.random.Generator
) -> Iterator[dict[str, object]]:
    """Draw an edit in each of some communities, in random order."""
    homes: dict[str, list[Version]] = {}
    for version in grids_there(engine, plan, communities):
        homes.setdefault(version.grid.community, []).append(version)
    drawn = [
        random_verb([one.grid.code for one in home], np.array([one.grid.polygon for one in home], dtype=object), dice)
        for home in homes.values()
    ]
    return (
        {**drawn[number], "snap_m": min(drawn[number]["snap_m"], SNAP_M)}
        for number in dice.permutation(len(drawn)).tolist()
    )


def require_sound(engine: Engine, name: str) -> None:
    """Assert that a plan is a partition wherever it was edited, of the land it had, and that nobody is lost."""
    plan = plan_named(engine, name)
    with connected(engine, place="bench") as connection:
        touched = [one.community for one in rows(connection, TOUCHED, {"plan": plan.plan_id})]
    was, now = (grids_there(engine, plan, touched, at) for at in (0, plan.head))
    assert shapely.coverage_is_valid(np.array([one.grid.polygon for one in now], dtype=object))
    assert shapely.coverage_is_valid(np.array([one.outline for one in now], dtype=object))
    for community in touched:
        home = np.array([one.grid.polygon for one in now if one.grid.community == community], dtype=object)
        Tiling.of(home)
        land = sum(one.grid.polygon.area for one in was if one.grid.community == community)
        assert abs(shapely.area(home).sum() - land) < 1e-6 * land, community
    for count in COUNTS:
        had, has = (sum(getattr(one.grid, count) or 0 for one in some) for some in (was, now))
        assert had == has, count
