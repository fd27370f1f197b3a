"""Grid versions as the database keeps them, and as the engine takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from data.plans.rows import Values, parsed, rows
from geo.edits.ground import Face, Grid, Record
from geo.edits.passing import Passed

COLUMNS = """
version_id, grid_id, modified, from_revision, code, community, kind, name, source_layer, source_unit, patrol_zone_id,
management_type, households, population, party_members, locked, claims::text, records::text, ledger::text,
ST_AsBinary(polygon) AS polygon, ST_AsBinary(faces) AS faces, ST_AsBinary(outline) AS outline
"""


@dataclass(frozen=True, eq=False)
class Version:
    """A grid as it stands in a plan since a revision.

    ``modified`` is the revision that last changed it in a way that counts; ``outline`` its border generalised for the
    middle zooms; ``ledger`` what stands beside it (`data.plans.ledger`).
    """

    grid: Grid
    version_id: int
    modified: int
    from_revision: int
    outline: shapely.Geometry
    ledger: Mapping[str, Any]


def read_versions(connection: Connection, plan_id: int, at: int, where: str, values: Values) -> list[Version]:
    """Return the grids of a plan at a revision that a condition chooses, by code.

    Parameters
    ----------
    where
        SQL on the columns of ``grid_version``, with ``%(name)s`` for each of ``values``.
    """
    return versions_in(
        connection, f"onegrid.grids_at(%(plan)s, %(at)s) WHERE {where}", {"plan": plan_id, "at": at, **values}
    )


def versions_in(connection: Connection, where: str, values: Values) -> list[Version]:
    """Return grids, by code; ``where`` is what follows FROM: rows of ``grid_version``."""
    found = rows(connection, f"SELECT {COLUMNS} FROM {where}", values)
    return as_versions(sorted(found, key=lambda one: one.code))


def as_versions(found: Sequence[Any]) -> list[Version]:
    """Make versions of rows."""
    if not found:
        return []
    polygon, faces, outline = (
        shapely.from_wkb(np.array([getattr(one, name) for one in found], dtype=object))
        for name in ("polygon", "faces", "outline")
    )
    part = shapely.get_parts(faces).tolist()
    end = shapely.get_num_geometries(faces).cumsum().tolist()
    of_row = [part[first:beyond] for first, beyond in pairwise([0, *end])]
    claims, records, ledgers = (parsed(getattr(one, name) for one in found) for name in ("claims", "records", "ledger"))
    return [
        Version(
            grid=grid_of(one, land, parts, claimed, recorded),
            version_id=one.version_id,
            modified=one.modified,
            from_revision=one.from_revision,
            outline=shape,
            ledger=ledger,
        )
        for one, land, parts, shape, claimed, recorded, ledger in zip(
            found, polygon, of_row, outline, claims, records, ledgers, strict=True
        )
    ]


def grid_of(
    one: Any,
    polygon: shapely.Geometry,
    parts: Sequence[shapely.Geometry],
    claims: Sequence[Sequence[Any]],
    records: Sequence[Sequence[Any]],
) -> Grid:
    """Make a grid of a row."""
    return Grid(
        grid_id=str(one.grid_id),
        code=one.code,
        community=one.community,
        polygon=polygon,
        faces=tuple(Face(part, tuple(claimants), rule) for part, (rule, claimants) in zip(parts, claims, strict=True)),
        kind=one.kind,
        name=one.name,
        source_layer=one.source_layer,
        source_id=one.source_unit,
        patrol_zone_id=one.patrol_zone_id,
        management_type=one.management_type,
        households=one.households,
        population=one.population,
        party_members=one.party_members,
        locked=one.locked,
        records=records_of(records),
    )


def records_of(written: Iterable[Sequence[Any]]) -> tuple[Record, ...]:
    """Read records: [table, {column: value}] each."""
    return tuple(Record(table, tuple(values.items())) for table, values in written)


def written_records(records: Iterable[Record]) -> list[list[Any]]:
    """Write records as `records_of` reads them."""
    return [[record.table, dict(record.values)] for record in records]


def written_grid(grid: Grid, *, modified: int | None, ledger: Mapping[str, Any]) -> dict[str, Any]:
    """Write what a grid says, but for its land, as ``apply_edit`` takes it; ``modified`` None: by this very edit."""
    return {
        "grid_id": grid.grid_id,
        "modified": modified,
        "code": grid.code,
        "community": grid.community,
        "kind": grid.kind,
        "name": grid.name,
        "source_layer": grid.source_layer,
        "source_unit": grid.source_id,
        "patrol_zone_id": grid.patrol_zone_id,
        "management_type": grid.management_type,
        "households": grid.households,
        "population": grid.population,
        "party_members": grid.party_members,
        "locked": grid.locked,
        "claims": [[face.rule, list(face.claimants)] for face in grid.faces],
        "records": written_records(grid.records),
        "ledger": ledger,
    }


def written_lineage(passed: Iterable[Passed]) -> list[dict[str, Any]]:
    """Write whose land and households went where, as the log keeps it."""
    return [
        {
            "old": one.old,
            "new": one.new,
            "area_share": one.area_share,
            "household_share": one.household_share,
            "area_m2": one.area_m2,
            "households": one.households,
            "old_id": one.old_id,
            "new_id": one.new_id,
        }
        for one in passed
    ]


def as_json(value: Any) -> str:
    """Write a value as JSON, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def face_collections(grids: Iterable[Grid]) -> np.ndarray:
    """Return the faces of each grid as one geometry."""
    return np.array([shapely.GeometryCollection([face.polygon for face in grid.faces]) for grid in grids], dtype=object)
