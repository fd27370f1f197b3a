"""The gaps of a build as rows of a new plan."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import shapely

from data.output import Frame
from data.plans.copying import Appending, ewkb, simple
from data.plans.imported_grids import plain
from geo.gaps import KINDS


def append_gaps(appending: Appending, gaps: Frame, grids: Frame) -> None:
    """Write the gaps of a build as those of a plan's first revision.

    Exceptions that have run out are judged when they are read, by the day: here they are accepted.
    """
    kind = gaps["kind"].to_numpy(dtype=object)
    remedy = np.array(plain(gaps["remedy"]), dtype=object)
    remedy[remedy == np.array([KINDS[one].remedy for one in kind], dtype=object)] = None
    columns = {
        **{name: ("text", plain(gaps[name])) for name in ("gap_id", "kind", "ledger", "code", "reason", "expires")},
        "community": ("text", plain(gaps["community_code"])),
        "severity": ("integer", plain(gaps["severity"])),
        "area_m2": ("double precision", plain(gaps["area_m2"])),
        "households": ("integer", plain(gaps["households"])),
        "detail": ("jsonb", without_rule(gaps["detail"].tolist(), kind.tolist())),
        "remedy": ("text", remedy.tolist()),
        "state": ("text", plain(gaps["state"].replace("expired", "accepted"))),
        "land": ("bytea", ewkb(own_land(gaps, grids), appending.srid)),
    }
    appending.append("import_gaps", columns)


def without_rule(details: list[str], kinds: list[str]) -> list[str]:
    """Leave out of the details of gaps the rule, which is that of the kind."""
    rules = {kind: f'"rule": {json.dumps(said.rule, ensure_ascii=False)}, ' for kind, said in KINDS.items()}
    return [detail.replace(rules[kind], "", 1) for detail, kind in zip(details, kinds, strict=True)]


def own_land(gaps: Frame, grids: Frame) -> np.ndarray:
    """Return the land of gaps, None where it is that of their grids."""
    land = np.asarray(gaps.geometry.array, dtype=object)
    row = pd.Index(grids["code"]).get_indexer(pd.Index(gaps["code"]))
    of_grid = np.append(np.asarray(grids.geometry.array, dtype=object), None)[row]
    return np.where(shapely.equals_identical(land, of_grid), None, simple(land))
