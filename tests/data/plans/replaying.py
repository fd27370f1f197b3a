"""The log of a plan, done again: each revision from the one before it, each refusal from what there was to be seen.

An edit is a pure function of the ground, so the log says all: whatever several planners at once did to each other must
be what the same edits do one after the other, in the order of the log.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from data.plans.door import meant_by
from data.plans.dossiers import read_folder
from data.plans.ground import REACH_M, Box, box_of, load
from data.plans.look import around, source_of
from data.plans.verbs import AnyVerb, Scene, codes_meant, edit_of, positions_meant, read_verb
from data.plans.versions import Version
from geo.edits.applying import Change, apply
from geo.edits.ground import Fresh, Ground
from geo.edits.weaving import UnseenError
from geo.errors import EditRefused
from tests.data.plans.judging import TAKING_BACK, Record, Try, revisions

SAME_M2 = 1e-6


def require_replay(record: Record) -> int:
    """Do each edit again on the revision before it, alone; what comes out is what the plan has. Return how many."""
    done = 0
    for revision, entry in revisions(record):
        if entry.verb in TAKING_BACK:
            require_taken_back(record, revision, entry.reverses)
            continue
        before, after = record.state(revision - 1), record.state(revision)
        created = [after[code] for code in entry.changes["created"]]
        change = redone(record, revision - 1, {"verb": entry.verb, **entry.arguments}, created)
        for what in ("created", "modified", "retired", "woven"):
            assert sorted(grid.code for grid in getattr(change, what)) == sorted(entry.changes[what]), revision
        for grid in (*change.created, *change.modified, *change.woven):
            there = after[grid.code].grid
            assert shapely.symmetric_difference(there.polygon, grid.polygon).area < SAME_M2, revision
            assert (there.households, there.name, there.locked) == (grid.households, grid.name, grid.locked), revision
        untouched = set(before) - {code for codes in entry.changes.values() for code in codes}
        assert all(before[code].grid.polygon.equals(after[code].grid.polygon) for code in untouched), revision
        done += 1
    return done


def require_taken_back(record: Record, revision: int, target: int) -> None:
    """What an undo or a redo takes back is as it was before that; but for vertices that came into borders since."""
    then, now = record.state(target - 1), record.state(revision)
    changes = record.log[target].changes
    for code in (*changes["modified"], *changes["retired"]):
        moved = shapely.symmetric_difference(then[code].grid.polygon, now[code].grid.polygon).area
        assert moved < 1e-3 * then[code].grid.polygon.length, revision
        assert then[code].grid.households == now[code].grid.households, revision
    assert not set(changes["created"]) & set(now), revision


def redone(record: Record, at: int, said: dict[str, Any], created: list[Version]) -> Change:
    """Apply an edit, as the log has it, to a revision of the plan; ``created`` is what it made then."""
    verb = read_verb({key: value for key, value in said.items() if key != "crs"})
    boxes: list[Box] = []
    while True:
        ground = ground_at(record, at, verb, boxes)
        try:
            return apply(ground, edit_of(verb, Scene(ground, lambda xy: xy, as_then(created))))
        except UnseenError as more:
            boxes += map(box_of, more.boxes)


def ground_at(record: Record, at: int, verb: AnyVerb, boxes: Sequence[Box] = ()) -> Ground:
    """Return what an edit is shown of a revision, and some more places of it."""
    connection, plan = record.connection, replace(record.plan, head=at)
    meant = meant_by(connection, plan, verb, lambda xy: xy)
    meant = replace(meant, boxes=(*meant.boxes, *boxes))
    near = load(connection, plan, at, meant.boxes, meant.communities).values()
    homes = sorted({version.grid.community for version in near})  # it may be drawn to any of them
    folder = read_folder(connection, source_of(connection, plan.source_id), homes)
    versions = load(connection, plan, at, meant.boxes, {*homes, *folder.overlaps_with}, folder.straddling())
    return around(versions, meant, folder.buildings())


def as_then(created: list[Version]) -> Fresh:
    """Give new grids the identity that they were given; one of its own to each that never was."""
    waiting = [(version.grid.community, version.grid.grid_id, version.grid.code) for version in created]
    number = itertools.count(1)

    def give(community: str) -> tuple[str, str]:
        row = next((row for row, one in enumerate(waiting) if one[0] == community), None)
        return ("0", f"never {next(number)}") if row is None else waiting.pop(row)[1:]

    return give


def require_correct_refusals(record: Record, tries: list[Try]) -> Counter[str]:
    """Each refusal is right: what stands against the edit stood there when it was asked for. Return them by code."""
    found = Counter[str]()
    for one in sorted(tries, key=lambda one: one.base):
        if one.answer is None or one.became != "refused":
            continue
        code = one.answer["code"]
        found[code] += 1
        if code == "nothing_to_reverse" or one.answer["head"] is None:
            continue
        if code == "stale_revision":
            require_stale(record, one)
        elif one.verb["verb"] not in TAKING_BACK:
            assert code in refusals(record, one), one
    return found


def require_stale(record: Record, one: Try) -> None:
    """The grids named have changed since, and they are what the edit touches, or beside it.

    What is taken back may also be another entry than on the base: the user did something since.
    """
    named = one.answer["grids"]
    assert named, one
    takes_back = one.verb["verb"] in TAKING_BACK
    later = [entry.made_by for revision, entry in record.log.items() if one.base < revision <= one.answer["head"]]
    if not (takes_back and one.by in later):
        since = 0 if takes_back else one.base
        for code in named:
            assert any(since < revision <= one.answer["head"] for revision in record.changed[code]), one
    if not takes_back:
        touched = touched_land(record, one)
        for code in named:
            lands = [state[code].grid.polygon for state in between(record, one) if code in state]
            assert shapely.dwithin(np.array(lands, dtype=object), touched, REACH_M).any(), (code, one)


def touched_land(record: Record, one: Try) -> shapely.Geometry:
    """Return the land of the grids that an edit is about, at the revisions that it may have seen."""
    verb = read_verb(one.verb)
    places = [*positions_meant(verb), *getattr(verb, "places", ())]
    drawn = shapely.multipoints(np.array(places).reshape(-1, 2)).convex_hull
    lands = [
        version.grid.polygon
        for state in between(record, one)
        for code, version in state.items()
        if code in codes_meant(verb) or version.grid.polygon.dwithin(drawn, REACH_M + verb.snap_m)
    ]
    return shapely.union_all(lands)


def between(record: Record, one: Try) -> Iterator[dict[str, Version]]:
    """Yield the states from the one that an edit was drawn on to the one when it was answered."""
    yield from (record.state(at) for at in range(one.base, one.answer["head"] + 1))


def refusals(record: Record, one: Try) -> Iterator[str]:
    """Yield what the edit is refused with at each revision that there was between the question and the answer."""
    for at in range(one.head, one.answer["head"] + 1):
        try:
            redone(record, at, dict(one.verb), [])
        except EditRefused as refused:
            yield refused.code
