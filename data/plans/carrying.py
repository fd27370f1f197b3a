"""Carrying out an edit: on the land, in the ledgers, in the generalised borders; then writing it, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from data.plans.ground import Box
from data.plans.ledger import GapChange, gap_change, gaps_of, read_gaps, written_ledger
from data.plans.look import Look, draw_up, wider
from data.plans.plan import Plan
from data.plans.rows import row
from data.plans.stale import require_meant, require_not_overtaken, require_unchanged_since
from data.plans.versions import Version, as_json, face_collections, written_grid, written_lineage
from geo.edits.applying import Change, Passed, apply
from geo.edits.ground import Edit, Grid
from geo.plans.generalising import NotAroundError, generalised
from geo.plans.ledgers import Ledgers

TOLERANCE_M = 5.0
"""How far a border may move for the middle zooms."""

APPLY = """
SELECT onegrid.apply_edit(
    %(plan)s, %(base)s, %(by)s, %(verb)s, %(arguments)s, %(reverses)s, %(source)s,
    %(ended)s, %(versions)s, %(polygons)b, %(faces)b, %(outlines)b, %(ended_gaps)s, %(gaps)s, %(lands)b,
    %(grid_ids)s, %(changes)s, %(lineage)s, %(bounds)s) AS revision
"""
"""Land goes over as bytes, ``%b``: psycopg writes lists as text by itself, of hexadecimal digits, which took longer."""


@dataclass(frozen=True)
class Asked:
    """An edit as it stands in the log: verb, arguments, who, the revision it was drawn on, which one it takes back."""

    verb: str
    arguments: Mapping[str, Any]
    by: str
    base: int
    reverses: int | None = None


@dataclass(frozen=True, eq=False)
class Standing:
    """A grid as an edit leaves it, with what stands beside it."""

    grid: Grid
    ledger: Mapping[str, Any]
    outline: shapely.Geometry
    modified: int | None
    """The revision that last changed it in a way that counts; None: this edit."""


@dataclass(frozen=True, eq=False)
class Applied:
    """What an edit did, or would do.

    ``revision`` is None where nothing was written: a dry run, or nothing changed. ``before`` are the grids that were
    modified or retired, as they were; ``after`` all that are written anew, as they are: also those that only got
    vertices, or whose ledgers changed. ``bounds``: what looks different, metres of the working CRS.
    """

    revision: int | None
    created: Sequence[Grid]
    modified: Sequence[Grid]
    retired: Sequence[Grid]
    woven: Sequence[Grid]
    lineage: Sequence[Passed]
    before: Mapping[str, Version]
    after: Mapping[str, Standing]
    gaps: GapChange
    bounds: Box | None


def carry_out(
    connection: Connection, seen: Look, made: Edit, asked: Asked, *, dry_run: bool = False, always: bool = False
) -> Applied:
    """Apply an edit to what was looked at, draw up what hangs on it, and write it.

    Parameters
    ----------
    dry_run
        Write nothing.
    always
        Write a revision also where nothing changes.

    Raises
    ------
    StaleRevisionError
        What it touches has changed since ``asked.base``.
    EditRefused
        It can't be done.
    BeyondMeantError
        It changes grids in other communities than were looked at; nothing was written.
    OvertakenError
        Others changed meanwhile what was looked at; the transaction is to be rolled back, and tried again.
    """
    change = apply(seen.ground, made, restores=asked.reverses is not None)
    require_meant(seen, change)
    require_unchanged_since(seen, change, asked.base)
    grids = all_after(seen, change)
    drawn_up = draw_up(connection, seen, grids)
    seen, after = standing(connection, seen, change, drawn_up)
    gaps = changed_gaps(connection, seen, grids, drawn_up)
    gone = {grid.code for grid in change.retired}
    revision = None
    if not dry_run and (after or gone or always):
        revision = write(connection, seen, change, after, gaps, asked)
        require_not_overtaken(connection, seen, revision)
    return Applied(
        revision=revision,
        created=change.created,
        modified=change.modified,
        retired=change.retired,
        woven=change.woven,
        lineage=change.lineage,
        before={grid.code: seen.versions[grid.code] for grid in (*change.modified, *change.retired)},
        after=after,
        gaps=gaps,
        bounds=change.bounds,
    )


def all_after(seen: Look, change: Change) -> dict[str, Grid]:
    """Return all grids that were looked at, as a change leaves them, by code."""
    gone = {grid.code for grid in change.retired}
    stay = {code: version.grid for code, version in seen.versions.items() if code not in gone}
    return stay | dict(change.ground.grids)


def standing(connection: Connection, seen: Look, change: Change, drawn_up: Ledgers) -> tuple[Look, dict[str, Standing]]:
    """Return the grids that are to be written anew, by code, and the look that has them all."""
    grids = all_after(seen, change)
    counts = {grid.code for grid in (*change.created, *change.modified)}
    seen, outlines = redrawn(connection, seen, change)
    result = {}
    for code in {**grids, **outlines}:
        old = seen.versions.get(code)
        grid = grids[code] if code in grids else seen.versions[code].grid
        ledger = written_ledger(drawn_up.grids[code]) if code in drawn_up.grids else (old.ledger if old else {})
        if old is None:
            result[code] = Standing(grid, ledger, outlines[code], None)
        elif grid is not old.grid or code in outlines or ledger != old.ledger:
            outline = outlines.get(code, old.outline)
            result[code] = Standing(grid, ledger, outline, None if code in counts else old.modified)
    return seen, result


def redrawn(connection: Connection, seen: Look, change: Change) -> tuple[Look, dict[str, shapely.Geometry]]:
    """Generalise the borders that a change drew anew; return also the look with what that took."""
    now = all_after(seen, change)
    woven = {grid.code: seen.versions[grid.code].grid.polygon for grid in change.woven}
    woven = {code: old for code, old in woven.items() if not fewer_vertices(now[code].polygon, old)}
    known = seen.meant.codes | woven.keys()
    around = [
        code for code, old in seen.versions.items()
        if code in now and code not in known and now[code].polygon is not old.grid.polygon
    ]  # fmt: skip
    while True:
        if around:
            seen = wider(connection, seen, [now[code].polygon for code in around])
            woven = {code: old for code, old in woven.items() if code not in around}
            now = all_after(seen, change)
        touched = [code for code, grid in now.items() if is_redrawn(seen, code, grid)]
        try:
            outlines = generalised(
                {code: grid.polygon for code, grid in now.items()},
                touched,
                {code: version.outline for code, version in seen.versions.items() if code in now},
                tolerance_m=TOLERANCE_M,
                woven=woven,
            )
        except NotAroundError as error:
            around = list(error.codes)
        else:
            return seen, {code: outline for code, outline in outlines.items() if differs(seen, code, outline)}


def fewer_vertices(polygon: shapely.Geometry, old: shapely.Geometry) -> bool:
    """Tell whether a border lost vertices."""
    return bool(shapely.get_num_coordinates(polygon) < shapely.get_num_coordinates(old))


def is_redrawn(seen: Look, code: str, grid: Grid) -> bool:
    """Tell whether a grid's border is drawn anew."""
    return code not in seen.versions or grid.polygon is not seen.versions[code].grid.polygon


def differs(seen: Look, code: str, outline: shapely.Geometry) -> bool:
    """Tell whether a generalised border is another than before."""
    return code not in seen.versions or seen.versions[code].outline.wkb != outline.wkb


def changed_gaps(connection: Connection, seen: Look, grids: Mapping[str, Grid], drawn_up: Ledgers) -> GapChange:
    """Compare the gaps that the ledgers give with those that the plan has."""
    land = {code: grid.polygon for code, grid in grids.items()}
    before = seen.gaps()
    if elsewhere := drawn_up.judged - {gap.gap_id for gap in before}:
        before = [*before, *read_gaps(connection, seen.plan, seen.plan.head, (), elsewhere)]
    return gap_change(before, list(gaps_of(drawn_up.gaps, land)))


def write(
    connection: Connection,
    seen: Look,
    change: Change,
    after: Mapping[str, Standing],
    gaps: GapChange,
    asked: Asked,
) -> int:
    """Write an edit through the database's own door, and return its revision."""
    gone = [grid.code for grid in change.retired]
    ending = [seen.versions[code] for code in (*after, *gone) if code in seen.versions]
    grids = [one.grid for one in after.values()]
    listed = {"created": change.created, "modified": change.modified, "retired": change.retired, "woven": change.woven}
    said = [written_grid(one.grid, modified=one.modified, ledger=one.ledger) for one in after.values()]
    ids = {grid.grid_id for grid in grids} | {version.grid.grid_id for version in ending}
    changes = {
        "ended": [version.version_id for version in ending],
        "versions": Jsonb(said, as_json),
        "polygons": wkb([grid.polygon for grid in grids]),
        "faces": wkb(face_collections(grids)),
        "outlines": wkb([one.outline for one in after.values()]),
        "ended_gaps": [gap.version_id for gap in gaps.ended],
        "gaps": Jsonb([gap.written() for gap in gaps.written], as_json),
        "lands": [gap.land for gap in gaps.written],
        "grid_ids": sorted(int(grid_id) for grid_id in ids),
        "changes": Jsonb({what: [grid.code for grid in some] for what, some in listed.items()}, as_json),
        "lineage": Jsonb(written_lineage(change.lineage), as_json),
        "bounds": None if change.bounds is None else list(change.bounds),
    }
    return enter(connection, seen.plan, asked, changes)


def note(connection: Connection, plan: Plan, asked: Asked) -> int:
    """Write into the log of a draft what changes no grid, and return its revision."""
    lists: dict[str, Any] = {name: [] for name in ("ended", "polygons", "faces", "outlines", "ended_gaps", "lands")}
    nothing = {"created": [], "modified": [], "retired": [], "woven": []}
    rest = {"grid_ids": [], "changes": Jsonb(nothing), "bounds": None}
    return enter(connection, plan, asked, lists | rest | {name: Jsonb([]) for name in ("versions", "gaps", "lineage")})


def enter(connection: Connection, plan: Plan, asked: Asked, changes: Mapping[str, Any]) -> int:
    """Go through the database's own door."""
    values = {
        "plan": plan.plan_id,
        "base": asked.base,
        "by": asked.by,
        "verb": asked.verb,
        "arguments": Jsonb(dict(asked.arguments), as_json),
        "reverses": asked.reverses,
        "source": plan.source_id,
        **changes,
    }
    return int(row(connection, APPLY, values).revision)


def wkb(geometries: Sequence[shapely.Geometry]) -> list[bytes]:
    """Return geometries as the database takes them."""
    return list(shapely.to_wkb(geometries))
