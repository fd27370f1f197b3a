"""Asking plans in tests: what there is, and what must always be true of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Engine

from data.database.engine import connected
from data.plans.carrying import Applied
from data.plans.door import edit
from data.plans.ground import meant_by_codes
from data.plans.ledger import Gap, gaps_of, read_gaps, written_ledger
from data.plans.look import draw_up, look
from data.plans.plan import Plan, find_plan
from data.plans.verbs import read_verb
from data.plans.versions import Version, read_versions
from geo.arrays import Geometries
from geo.edges import Edges
from geo.partition import Tiling
from geo.sources import COUNTS


def plan_of(engine: Engine, name: str = "town") -> Plan:
    """Find a plan."""
    with connected(engine, place="") as connection:
        return find_plan(connection, name)


def grids_of(engine: Engine, name: str = "town", at: int | None = None, community: str = "%") -> dict[str, Version]:
    """Return the grids of a plan by code."""
    with connected(engine, place="") as connection:
        plan = find_plan(connection, name)
        revision = plan.head if at is None else at
        found = read_versions(connection, plan.plan_id, revision, "community LIKE %(like)s", {"like": community})
        return {version.grid.code: version for version in found}


def gaps_in(engine: Engine, name: str = "town", at: int | None = None) -> dict[str, Gap]:
    """Return the gaps of a plan by id."""
    communities = {version.grid.community for version in grids_of(engine, name).values()}
    with connected(engine, place="") as connection:
        plan = find_plan(connection, name)
        found = read_gaps(connection, plan, plan.head if at is None else at, communities, [])
        return {gap.gap_id: gap for gap in found}


def ask(
    engine: Engine,
    verb: str,
    *,
    plan: str = "town",
    by: str = "planner",
    base: int | None = None,
    dry_run: bool = False,
    **said: Any,
) -> Applied:
    """Edit a plan, with positions in its working CRS."""
    found = plan_of(engine, plan)
    request = read_verb({"verb": verb, **said})
    at = found.head if base is None else base
    return edit(engine, plan, request, by=by, base=at, crs=f"EPSG:{found.srid}", dry_run=dry_run)


def across(polygon: shapely.Geometry) -> list[list[float]]:
    """Draw a line across the middle of a polygon, from west to east, and beyond."""
    west, _, east, _ = polygon.bounds
    y = round(shapely.point_on_surface(polygon).y, 3)
    return [[west - 5, y], [east + 5, y]]


def land(engine: Engine, name: str = "town", at: int | None = None) -> Geometries:
    """Return the polygons of a plan."""
    return np.array([version.grid.polygon for version in grids_of(engine, name, at).values()], dtype=object)


def outline(polygons: Geometries) -> np.ndarray:
    """Return the borders of some grids that have no other side."""
    edges = Edges.of(polygons)
    return edges.ends(edges.left_over())


def assert_whole(engine: Engine, name: str = "town", *, since: str | None = None) -> None:
    """A plan is a partition of the land that it began with, counts and faces with it, generalised borders too."""
    versions = grids_of(engine, name)
    first = grids_of(engine, since or name, 0)
    polygons = np.array([version.grid.polygon for version in versions.values()], dtype=object)
    Tiling.of(polygons)
    assert shapely.coverage_is_valid(polygons)
    assert shapely.coverage_is_valid(np.array([version.outline for version in versions.values()]))
    was = np.array([version.grid.polygon for version in first.values()], dtype=object)
    assert abs(shapely.area(polygons).sum() - shapely.area(was).sum()) < 1e-6 * shapely.area(was).sum()
    for count in COUNTS:
        had, has = (sum(getattr(one.grid, count) or 0 for one in some.values()) for some in (first, versions))
        assert had == has, count
    for version in versions.values():
        faces = shapely.area([face.polygon for face in version.grid.faces]).sum()
        assert abs(faces - version.grid.polygon.area) < 1e-4, version.grid.code
        assert version.grid.code.startswith(version.grid.community)


def assert_ledgers_true(engine: Engine, name: str = "town", communities: Collection[str] | None = None) -> None:
    """What is kept of ledgers and gaps is what they would be if they were drawn up now, community by community.

    ``communities``: only these.
    """
    versions = grids_of(engine, name)
    plan = plan_of(engine, name)
    by_community: dict[str, list[str]] = {}
    for code, version in versions.items():
        if communities is None or version.grid.community in communities:
            by_community.setdefault(version.grid.community, []).append(code)
    for community, codes in by_community.items():
        with connected(engine, place="") as connection:
            seen = look(connection, plan, lambda plan: meant_by_codes(connection, plan, plan.head, codes))  # noqa: B023
            drawn = draw_up(connection, seen, {code: version.grid for code, version in seen.versions.items()})
            kept = {gap.gap_id: gap for gap in read_gaps(connection, plan, plan.head, [community], drawn.judged)}
        grids = {code: version.grid.polygon for code, version in seen.versions.items()}
        found = {gap.gap_id: gap for gap in gaps_of(drawn.gaps, grids)}
        assert kept.keys() == found.keys(), community
        assert [key for key, gap in found.items() if not gap.same_as(kept[key])] == []
        assert [code for code in codes if versions[code].ledger != written_ledger(drawn.grids[code])] == []
