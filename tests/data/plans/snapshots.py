"""All of a plan at a revision, read at once; and the marks by which two states of it are known to be one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from data.plans.rows import rows
from geo.edges import Edges

GRIDS = """
SELECT grid_id, code, community, modified, households, population, party_members, locked, claims::text,
    md5(ROW(community, kind, name, source_layer, source_unit, patrol_zone_id, management_type, households, population,
        party_members, locked, records)::text) AS words,
    md5(ledger::text) AS ledger,
    ST_AsBinary(polygon) AS polygon, ST_AsBinary(faces) AS faces, ST_AsBinary(outline) AS outline
FROM onegrid.grids_at(%(plan)s, %(at)s) ORDER BY code
"""
GAPS = """
SELECT gap_id, code, md5(ROW(kind, ledger, severity, code, community, area_m2, households, detail, remedy, state,
    reason, expires, land)::text) AS words
FROM onegrid.gaps_at(%(plan)s, %(at)s) ORDER BY gap_id
"""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The grids of a plan at a revision, rows of `GRIDS` by code, and its gaps, rows of `GAPS`."""

    grids: Mapping[str, Any]
    gaps: list[Any]

    @classmethod
    def of(cls, connection: Connection, plan_id: int, at: int) -> Snapshot:
        """Read a plan."""
        values = {"plan": plan_id, "at": at}
        found = rows(connection, GRIDS, values)
        by_code = {one.code: one for one in found}
        assert len(by_code) == len(found), "a code stands twice"
        return cls(by_code, rows(connection, GAPS, values))

    @cached_property
    def codes(self) -> list[str]:
        """The codes, in order."""
        return list(self.grids)

    @cached_property
    def polygon(self) -> np.ndarray:
        """The land of each grid."""
        return shapely.from_wkb([one.polygon for one in self.grids.values()])

    @cached_property
    def outline(self) -> np.ndarray:
        """The generalised border of each grid."""
        return shapely.from_wkb([one.outline for one in self.grids.values()])

    @cached_property
    def edges(self) -> Edges:
        """The edges of `polygon`."""
        return Edges.of(self.polygon)

    def faces_of(self, rows: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return all faces of some grids, and the place in ``rows`` of the grid that each belongs to."""
        grids = list(self.grids.values())
        faces = np.array([grids[row].faces for row in rows], dtype=object)
        return shapely.get_parts(shapely.from_wkb(faces), return_index=True)

    @cached_property
    def units(self) -> list[str]:
        """The source units that claim something."""
        claims = json.loads(f"[{','.join(one.claims for one in self.grids.values())}]")
        return sorted({unit for faces in claims for _, claimants in faces for unit in claimants})

    def row(self, code: str) -> int:
        """Return the row of a grid in `polygon`."""
        return self.codes.index(code)

    @cached_property
    def drawn(self) -> dict[str, tuple[Any, ...]]:
        """What each grid is, whoever looks at it: identity, words, land, faces, generalised border."""
        return {
            code: (one.grid_id, one.words, one.claims, one.polygon, one.faces, one.outline)
            for code, one in self.grids.items()
        }

    @cached_property
    def digest(self) -> bytes:
        """A mark of all that the plan says at the revision, ledgers and gaps too."""
        mark = hashlib.blake2b(digest_size=16)
        for one in self.grids.values():
            mark.update(f"{one.grid_id} {one.code} {one.modified} {one.words} {one.claims} {one.ledger}".encode())
            for part in (one.polygon, one.faces, one.outline):
                mark.update(part)
        for gap in self.gaps:
            mark.update(f"{gap.gap_id} {gap.words}".encode())
        return mark.digest()
