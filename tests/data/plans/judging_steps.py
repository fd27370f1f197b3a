"""Whether a step did what it says: an edit by its log, an undo by what was there before, a merger by both branches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from data.plans.carrying import Applied
from geo.edits.applying import BENT_M
from geo.edits.replacing import DRIFT_M
from geo.plans.combining import Combination
from tests.data.plans.knowing import Changes, Known, counted
from tests.data.plans.snapshots import Snapshot

SHARE = 1e-9
LETS_LOCKS = ("lock", "undo", "redo", "merge_plan")
"""What may change a grid that is locked: its key, and what puts back what was there."""
REFUSALS = frozenset({
    "refused", "unknown_grid", "grid_locked", "crosses_community", "not_adjacent", "line_misses_grid",
    "would_empty_grid", "would_disconnect", "would_pinch", "borders_would_cross", "no_such_vertex", "too_fine",
    "land_changed", "stale_revision", "nothing_to_reverse", "codes_exhausted",
})  # fmt: skip
"""The codes that programs were promised."""


def listed(applied: Applied) -> Changes:
    """Return the codes that an edit lists."""
    return {
        what: sorted(grid.code for grid in getattr(applied, what))
        for what in ("created", "modified", "retired", "woven")
    }


def require_as_said(verb: str, revision: int, changes: Changes, before: Snapshot, after: Snapshot) -> None:
    """What an edit lists is what changed, each in the way that it is listed; all else is as it was, to the bit."""
    created, modified, retired, woven = (set(changes[what]) for what in ("created", "modified", "retired", "woven"))
    assert after.grids.keys() - before.grids.keys() == created
    assert before.grids.keys() - after.grids.keys() == retired
    for code in before.grids.keys() & after.grids.keys():
        old, new = before.grids[code], after.grids[code]
        assert new.grid_id == old.grid_id
        assert new.modified == (revision if code in modified else old.modified), code
        if code in modified:
            assert not old.locked or verb in LETS_LOCKS, code
            continue
        assert new.words == old.words, code
        if code in woven:
            was, now = (shapely.from_wkb(one.polygon) for one in (old, new))
            assert abs(now.area - was.area) < BENT_M * was.length
        else:
            assert (new.polygon, new.faces, new.claims) == (old.polygon, old.faces, old.claims), code
    assert all(after.grids[code].modified == revision for code in created)
    assert verb in LETS_LOCKS or not any(before.grids[code].locked for code in retired)


def require_lineage(lineage: Sequence[Any], changes: Changes, before: Snapshot, after: Snapshot) -> None:
    """The shares of each grid that was add up to one, its households to what it had; they went to grids that are."""
    land, homes, people = defaultdict(float), defaultdict(float), defaultdict(int)
    for row in lineage:
        old, new = before.grids[row.old], after.grids[row.new]
        assert (row.old_id, row.new_id) == (str(old.grid_id), str(new.grid_id))
        assert row.area_share > 0
        land[row.old] += row.area_share
        homes[row.old] += 1 / count_of(lineage, row.old) if row.household_share is None else row.household_share
        people[row.old] += row.households or 0
    assert land.keys() == {*changes["modified"], *changes["retired"]}
    assert {row.new for row in lineage} >= set(changes["created"])
    for code in land:
        assert abs(land[code] - 1) < SHARE, code
        assert abs(homes[code] - 1) < SHARE, code
        assert people[code] == (before.grids[code].households or 0), code


def count_of(lineage: Sequence[Any], old: str) -> int:
    """Count the rows of an old grid."""
    return sum(row.old == old for row in lineage)


def require_fresh_enough(since: set[str], changes: Changes, before: Snapshot) -> None:
    """Nothing that an edit changed, and nothing beside that, is among what changed since it was drawn."""
    touched = [before.row(code) for code in (*changes["modified"], *changes["retired"])]
    if since and touched:
        _, near = shapely.STRtree(before.polygon).query(before.polygon[touched], predicate="dwithin", distance=0.001)
        assert not since & {before.codes[row] for row in near.tolist()}


def require_rightly_refused(known: Known, code: str, grids: Sequence[str], base: int) -> None:
    """A refusal has a code that was promised, and names grids that it is true of."""
    assert code in REFUSALS, code
    now = known.now.grids
    if code == "grid_locked":
        assert grids
        assert all(now[grid].locked for grid in grids)
    elif code == "unknown_grid":
        assert grids
        assert not set(grids) & now.keys()
    elif code == "stale_revision":
        assert grids
        assert set(grids) <= known.changed_since(base)


def require_taken_back(changes: Changes, before: Snapshot, then: Snapshot, after: Snapshot) -> None:
    """An undo put back what there was before: the same grids saying the same, on their land up to how borders bend.

    Parameters
    ----------
    changes
        Of the revision that was taken back.
    before
        The plan before that revision.
    then, after
        The plan before the undo, and after it.
    """
    assert not set(changes["created"]) & after.grids.keys()
    for code in (*changes["modified"], *changes["retired"]):
        old, new = before.grids[code], after.grids[code]
        assert (new.grid_id, new.words) == (old.grid_id, old.words), code
        was, now = (shapely.from_wkb(one.polygon) for one in (old, new))
        assert shapely.symmetric_difference(was, now).area < DRIFT_M * was.length, code
    rest = then.grids.keys() - set(counted(changes))
    assert all(after.grids[code].words == then.grids[code].words for code in rest)


def require_merged(found: Combination, parted: Snapshot, ours: Snapshot, theirs: Snapshot, after: Snapshot) -> None:
    """Land that moved on their side is as they have it, or in the list of what people have to decide; what is in that
    list stayed as it was on ours.

    Parameters
    ----------
    parted
        The latest state that both sides have in common.
    ours, theirs, after
        Both sides before, and ours after.
    """
    left = {grid.grid_id for conflict in found.conflicts for grid in conflict.put}
    left |= {each.grid_id for conflict in found.conflicts for each in (*conflict.ours, *conflict.theirs)}
    for conflict in found.conflicts:
        assert all(after.grids[code].words == ours.grids[code].words for code in conflict.drop)
    base, wanted = by_identity(parted), by_identity(theirs)
    assert not [key for key in (base.keys() - wanted.keys()) & by_identity(after).keys() if str(key) not in left]
    for key, one in wanted.items():
        if str(key) in left or (key in base and same_land(base[key], one)):
            continue
        there = shapely.from_wkb(one.polygon)  # thinner than borders bend, it may lie beside where it was
        row = np.flatnonzero(shapely.dwithin(after.polygon, there, DRIFT_M))
        assert any(same_land(list(after.grids.values())[place], one) for place in row.tolist()), key


def require_same_grids(one: Snapshot, other: Snapshot) -> None:
    """Two plans have the same grids on the same land, up to how borders bend, whatever their codes."""
    sides = [by_identity(side) for side in (one, other)]
    assert sides[0].keys() == sides[1].keys()
    for key, grid in sides[0].items():
        assert grid.words == sides[1][key].words
        assert same_land(grid, sides[1][key])


def by_identity(snapshot: Snapshot) -> Mapping[int, Any]:
    """Return grids by what never changes."""
    return {one.grid_id: one for one in snapshot.grids.values()}


def same_land(one: Any, other: Any) -> bool:
    """Tell whether two grids have the same land, up to how far borders bend."""
    if one.polygon == other.polygon:
        return True
    lands = [shapely.from_wkb(each.polygon) for each in (one, other)]
    return bool(shapely.symmetric_difference(*lands).area < DRIFT_M * max(land.length for land in lands))
