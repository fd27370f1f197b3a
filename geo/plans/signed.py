"""The gaps of a piece of a plan that are accepted as exceptions; see `geo.gaps.exceptions`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from geo.columns import Columns
from geo.edits.ground import Grid
from geo.gaps.exceptions import BY_UNIT, signed_detail, states, units_of
from geo.plans.dossier import Dossier

Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Exceptions:
    """Exceptions by what they name: the id of a gap, a unit as "layer:id", or the code of a grid or a community."""

    by_gap: Mapping[str, Sequence[Values]]
    by_unit: Mapping[str, Sequence[Values]]
    by_grid: Mapping[str, Sequence[Values]]
    by_community: Mapping[str, Sequence[Values]]
    facility_names: Mapping[str, str]

    @classmethod
    def of(cls, grids: Sequence[Grid], dossier: Dossier) -> Exceptions:
        """Take those of a dossier, and those among the records of grids and communities."""
        by_gap, by_unit, by_grid, by_community = (dict[str, list[Values]]() for _ in range(4))
        places = [(by_grid, grid.code, grid.records) for grid in grids]
        places += [(by_community, one.code, one.records) for one in dossier.communities]
        for listed, code, records in places:
            for said in (dict(record.values) for record in records if record.table == "exceptions"):
                if "gap_id" not in said:
                    listed.setdefault(code, []).append(said)
        for said in (dict(record.values) for record in dossier.exceptions):
            if "gap_id" in said:
                by_gap.setdefault(str(said["gap_id"]), []).append(said)
            elif "source_id" in said:
                by_unit.setdefault(f"{said['layer']}:{said['source_id']}", []).append(said)
            else:
                by_community.setdefault(str(said["community"]), []).append(said)
        names = dossier.standards.general.facility_names if dossier.standards else {}
        return cls(by_gap, by_unit, by_grid, by_community, names)

    def __bool__(self) -> bool:
        return any((self.by_gap, self.by_unit, self.by_grid, self.by_community))

    def about(self, gap: Values) -> Iterator[Values]:
        """Yield those that are about a gap."""
        yield from self.by_gap.get(gap["gap_id"], ())
        named = [*self.by_grid.get(gap["code"], ()), *self.by_community.get(gap["community_code"], ())]
        if self.by_unit and gap["kind"] in BY_UNIT:
            named += [said for unit in units_of(json.loads(gap["detail"])) for said in self.by_unit.get(unit, ())]
        yield from (said for said in named if said["kind"] == gap["kind"])

    def holding(self, gap: Values) -> Values | None:
        """Return the one that counts for a gap: that which runs longest, and of these the first in its table."""
        found = list(self.about(gap))
        detail = json.loads(gap["detail"]) if found else {}
        found = [said for said in found if self.agrees(said, gap, detail)]
        latest = max((said.get("expires", FOR_EVER) for said in found), default="")
        last = [said for said in found if said.get("expires", FOR_EVER) == latest]
        return min(last, key=lambda said: (said.get("file", ""), said.get("row", 0)), default=None)

    def agrees(self, said: Values, gap: Values, detail: Values) -> bool:
        """Tell whether an exception and a gap agree in kind, post and facility, as far as the exception says them."""
        if said.get("kind", gap["kind"]) != gap["kind"] or said.get("post", detail.get("post")) != detail.get("post"):
            return False
        facility = said.get("facility")
        known = facility and self.facility_names.get(facility.strip().lower(), facility)
        return facility is None or known == detail.get("facility")


FOR_EVER = "9999-99-99"
"""After any date."""


def with_exceptions(gaps: Columns, exceptions: Exceptions, as_of: date | None) -> Columns:
    """Mark the gaps that are accepted; columns as in `geo.plans.ledgers.Ledgers`."""
    if not exceptions:
        return gaps
    names = ("gap_id", "kind", "code", "community_code", "detail")
    rows = (dict(zip(names, values, strict=True)) for values in zip(*(gaps[name] for name in names), strict=True))
    marked = {name: gaps[name].copy() for name in ("state", "reason", "expires", "detail")}
    for row, gap in enumerate(rows):
        said = exceptions.holding(gap)
        if said is not None:
            expires = said.get("expires")
            [state] = states(np.array([expires], dtype=object), as_of)
            detail = signed_detail(gap["detail"], said.get("signer"), said.get("signed"))
            for name, value in zip(marked, (state, said.get("reason"), expires, detail), strict=True):
                marked[name][row] = value
    return {**gaps, **marked}
