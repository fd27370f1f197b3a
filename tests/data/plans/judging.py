"""What has to hold of a plan after many edited it, some of them killed: by its log, its versions, and its land.

Every state of a plan must be the one before it, changed by exactly what its log says; then nothing was lost, nothing is
half there, and nobody overwrote what he had not seen.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from data.plans.carrying import Asked, carry_out
from data.plans.ground import meant_by_codes
from data.plans.look import look
from data.plans.plan import Plan, find_plan
from data.plans.rows import rows
from data.plans.versions import Version, read_versions
from geo.edges import Edges
from geo.partition import Outline, off_grid
from tests.data.plans.holding import require_made_up

FOREVER = 2147483647
KEPT_STATES = 50
NOBODY = Asked("look", {}, "judge", FOREVER)
TAKING_BACK = ("undo", "redo")
COUNTS = ("households", "population", "party_members")
BEND_M = 1e-3
"""A border that gets a vertex moves by less."""
WOVEN_M2 = 0.5
"""As much land as a few hundred metres of border move over by that."""

LOG = """
SELECT revision, made_by, verb, arguments, base, reverses, grid_ids, changes
FROM onegrid.revision WHERE plan_id = %(plan)s ORDER BY revision
"""
VERSIONS = "SELECT grid_id, code, from_revision, to_revision FROM onegrid.grid_version WHERE plan_id = %(plan)s"
GAPS = "SELECT gap_id, from_revision, to_revision FROM onegrid.gap_version WHERE plan_id = %(plan)s"


@dataclass(frozen=True)
class Try:
    """An edit that a planner asked for, and what he heard; ``answer`` None: he was killed before."""

    by: str
    verb: Mapping[str, Any]
    base: int
    head: int
    answer: Mapping[str, Any] | None

    @property
    def became(self) -> str:
        """applied, nothing, refused, unknown (the server went away) or failed; killed."""
        return "killed" if self.answer is None else str(self.answer["became"])


def read_notes(folder: Path) -> list[Try]:
    """Read what all planners noted; the last line of one who was killed may be torn."""
    tries = []
    for notes in sorted(folder.glob("*.jsonl")):
        lines = notes.read_text(encoding="utf-8").split("\n")
        said = [json.loads(line) for line in lines[:-1]]
        for ask, answer in itertools.zip_longest(said[0::2], said[1::2]):
            tries.append(Try(ask["by"], ask["asked"], ask["base"], ask["head"], answer))
    return tries


@dataclass(frozen=True, eq=False)
class Record:
    """A plan with all that ever happened to it, as the database has it."""

    connection: Connection
    plan: Plan
    log: Mapping[int, Any]
    states: dict[int, dict[str, Version]] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, name: str) -> Record:
        """Read the log of a plan."""
        plan = find_plan(connection, name)
        log = {one.revision: one for one in rows(connection, LOG, {"plan": plan.plan_id})}
        return cls(connection, plan, log)

    def state(self, at: int) -> dict[str, Version]:
        """Return all grids at a revision, by code."""
        if at not in self.states:
            if len(self.states) >= KEPT_STATES:
                del self.states[next(iter(self.states))]
            every = read_versions(self.connection, self.plan.plan_id, at, "true", {})
            self.states[at] = {version.grid.code: version for version in every}
        return self.states[at]

    def rows(self, sql: str) -> list[Any]:
        """Ask for rows about the plan."""
        return rows(self.connection, sql, {"plan": self.plan.plan_id})

    @cached_property
    def changed(self) -> Mapping[str, list[int]]:
        """By code, the revisions that created, modified or retired it."""
        found: dict[str, list[int]] = defaultdict(list)
        for revision, one in self.log.items():
            for what, codes in one.changes.items():
                for code in codes if what != "woven" else ():
                    found[code].append(revision)
        return found


def judge(connection: Connection, name: str, tries: list[Try]) -> Counter[str]:
    """Require that all is there, once and whole; return how many tries became what."""
    record = Record.of(connection, name)
    require_all_in_the_log(record, tries)
    require_whole_revisions(record)
    require_one_line_of_versions(record)
    require_one_grid(record, record.plan.head)
    require_current_ledgers(record)
    return Counter(one.became for one in tries)


def require_all_in_the_log(record: Record, tries: list[Try]) -> None:
    """Every acknowledged edit is in the log as it was acknowledged; nothing is there that nobody asked for."""
    assert list(record.log) == list(range(record.plan.head + 1))
    failed = [one.answer["said"] for one in tries if one.answer and one.became == "failed"]
    assert not failed, failed[0]
    least, most = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in tries:
        key = one.by, one.verb["verb"]
        most[key] += one.became in ("applied", "unknown", "killed")
        if one.answer and one.became == "applied":
            least[key] += 1
            there = record.log[one.answer["revision"]]
            assert (there.made_by, there.verb) == key
            assert sorted(there.grid_ids) == one.answer["grid_ids"]
    acknowledged = [one.answer["revision"] for one in tries if one.answer and one.became == "applied"]
    assert len(set(acknowledged)) == len(acknowledged)
    there = Counter((one.made_by, one.verb) for one in record.log.values() if one.verb != "import")
    assert there <= most, there - most
    assert least <= there, least - there


def require_whole_revisions(record: Record) -> None:
    """A revision made and ended the versions that its log entry names, all of them and no others."""
    touched: dict[int, set[int]] = defaultdict(set)
    for one in record.rows(VERSIONS):
        for revision in (one.from_revision, one.to_revision):
            if revision not in (0, FOREVER):
                touched[revision].add(one.grid_id)
    named = {revision: set(one.grid_ids) for revision, one in record.log.items() if one.grid_ids}
    assert dict(touched) == named
    for one in record.rows(GAPS):
        assert one.from_revision in record.log
        assert one.to_revision == FOREVER or one.to_revision in record.log


def require_one_line_of_versions(record: Record) -> None:
    """At no revision is there more than one version of a grid, or of a gap; a code is one grid's for good."""
    owner: dict[str, int] = {}
    for sql, name in ((VERSIONS, "grid_id"), (GAPS, "gap_id")):
        spans: dict[Any, list[tuple[int, int]]] = defaultdict(list)
        for one in record.rows(sql):
            assert one.from_revision < one.to_revision
            spans[getattr(one, name)].append((one.from_revision, one.to_revision))
            if name == "grid_id":
                assert owner.setdefault(one.code, one.grid_id) == one.grid_id
        for key, some in spans.items():
            for (_, ended), (begun, _) in itertools.pairwise(sorted(some)):
                assert ended <= begun, key


def require_one_grid(record: Record, at: int) -> None:
    """The whole plan is a partition at a revision, of the land that it was imported with; nobody was lost."""
    before, after = (list(record.state(revision).values()) for revision in (0, at))
    polygons = land_of(after)
    assert shapely.is_valid(polygons).all()
    assert not shapely.is_empty(polygons).any()
    assert not len(off_grid(polygons))
    assert shapely.coverage_is_valid(polygons)
    outline = Outline.of(Edges.of(polygons))
    assert not (outline.stray | outline.doubled).any()
    faces = [(face.polygon, row) for row, version in enumerate(after) for face in version.grid.faces]
    require_made_up(*(np.array(column) for column in zip(*faces, strict=True)), polygons)
    assert sorted(by_community(before)) == sorted(by_community(after))
    for community, then in by_community(before).items():
        now = by_community(after)[community]
        was, has = shapely.union_all(land_of(then)), shapely.union_all(land_of(now))
        assert shapely.symmetric_difference(was, has).area < BEND_M * was.length
        assert counted(then) == counted(now)


def require_current_ledgers(record: Record) -> None:
    """What stands beside the grids, and the gaps, are what would be drawn up anew of the land as it is.

    An edit in another community may have woven a vertex into a border; what that moves is no news to a ledger.
    """
    for versions in by_community(list(record.state(record.plan.head).values())).values():
        codes = [version.grid.code for version in versions]
        seen = look(record.connection, record.plan, lambda plan, codes=codes: meant_by_codes(  # type: ignore[misc]
            record.connection, plan, plan.head, codes))  # fmt: skip
        anew = carry_out(record.connection, seen, lambda ground: ground, NOBODY, dry_run=True)
        assert not anew.after
        kept, due = ({gap.gap_id: gap for gap in gaps} for gaps in (anew.gaps.ended, anew.gaps.written))
        assert kept.keys() == due.keys()
        for gap_id, gap in kept.items():
            assert (gap.said, gap.detail) == (due[gap_id].said, due[gap_id].detail)
            assert abs(gap.area_m2 - due[gap_id].area_m2) < WOVEN_M2


def land_of(versions: list[Version]) -> np.ndarray:
    return np.array([version.grid.polygon for version in versions], dtype=object)


def by_community(versions: list[Version]) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = defaultdict(list)
    for version in versions:
        found[version.grid.community].append(version)
    return found


def counted(versions: list[Version]) -> dict[str, int]:
    return {name: sum(getattr(version.grid, name) or 0 for version in versions) for name in COUNTS}


def revisions(record: Record) -> Iterator[tuple[int, Any]]:
    """Yield the log's entries but for the import."""
    yield from ((revision, one) for revision, one in record.log.items() if one.verb != "import")
