"""The grids of a build as rows of a new plan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import shapely

from data.output import Frame
from data.plans.copying import Appending, ewkb, simple
from data.plans.ledger import BESIDE, POST
from geo.arrays import Geometries, Ints
from geo.plans.generalising import generalised_all
from geo.sources import COUNTS

SAID = {
    **{"code": "code", "community": "community_code", "kind": "kind", "name": "name", "source_layer": "source_layer"},
    **{"source_unit": "source_id", "patrol_zone_id": "patrol_zone_id", "management_type": "management_type"},
}
"""The column of the layer ``grids`` that each text comes from."""


def append_grids(
    appending: Appending, grid_ids: Sequence[int], layers: Mapping[str, Frame], tolerance_m: float
) -> None:
    """Write the grids of a build as the first revision of a plan.

    Parameters
    ----------
    grid_ids
        In the order of the layer ``grids``.
    layers
        Of the build.
    """
    grids, srid = layers["grids"], appending.srid
    code = grids["code"].to_numpy(dtype=object)
    polygon = simple(np.asarray(grids.geometry.array, dtype=object))
    claims, faces = faces_by_grid(layers["faces"], code)
    outline = generalised_all(polygon, tolerance_m=tolerance_m)
    columns = {
        "grid_id": ("bigint", grid_ids),
        **{name: ("text", plain(grids[of])) for name, of in SAID.items()},
        **{name: ("integer", plain(grids[name])) for name in COUNTS},
        "claims": ("jsonb", claims),
        "records": ("jsonb", records_by_grid(layers["records"], code)),
        "ledger": ("jsonb", ledger_by_grid(layers, code)),
        "polygon": ("bytea", ewkb(polygon, srid)),
        "faces": ("bytea", ewkb(faces, srid)),
        "outline": ("bytea", ewkb(outline, srid)),
    }
    appending.append("import_grids", columns)


def plain(column: pd.Series) -> list[object]:
    """Return a column as Python's values, None where it is missing."""
    return column.astype(object).where(column.notna(), None).tolist()


def groups(keys: Sequence[object], wanted: np.ndarray) -> tuple[Ints, Ints]:
    """Sort rows by which wanted key they have; return the rows, and where each key's begin (one more at the end)."""
    place = pd.Index(wanted).get_indexer(pd.Index(keys, dtype=object))
    rows = np.argsort(place, kind="stable")
    rows = rows[place[rows] >= 0]
    return rows, np.searchsorted(place[rows], np.arange(len(wanted) + 1))


def joined(texts: np.ndarray, keys: Sequence[object], wanted: np.ndarray) -> list[str]:
    """Return the texts of each wanted key as one JSON list."""
    rows, first = groups(keys, wanted)
    sorted_texts = texts[rows].tolist()
    return [
        f"[{','.join(sorted_texts[start:end])}]"
        for start, end in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)
    ]


def faces_by_grid(faces: Frame, code: np.ndarray) -> tuple[list[str], Geometries]:
    """Return the claims and the faces of each grid, in one order."""
    rows, first = groups(faces["code"], code)
    texts = np.array(
        [f'["{rule}",{claims}]' for rule, claims in zip(faces["rule"], faces["claimants"], strict=True)], dtype=object
    )
    polygon = np.asarray(faces.geometry.array, dtype=object)[rows]
    owner = np.repeat(np.arange(len(code)), np.diff(first))
    return joined(texts, faces["code"], code), shapely.geometrycollections(polygon, indices=owner)


def records_by_grid(records: Frame, code: np.ndarray) -> list[str]:
    """Return the rows of tables about each grid, as `data.plans.versions.records_of` reads them."""
    return joined(record_texts(records), records["code"], code)


def record_texts(records: Frame) -> np.ndarray:
    """Write rows of tables as JSON."""
    return np.array(
        [f'["{table}",{row}]' for table, row in zip(records["table"], records["row"], strict=True)], dtype=object
    )


def ledger_by_grid(layers: Mapping[str, Frame], code: np.ndarray) -> list[str]:
    """Return what stands beside each grid, as `data.plans.ledger.written_ledger` writes it."""
    staffing = layers["staffing"]
    posts = np.array([json.dumps(post, ensure_ascii=False) for post in rows_of(staffing, POST)], dtype=object)
    beside: dict[str, dict[str, object]] = {}
    for name in ("assignments", "settlements"):
        layer = layers[name].rename(columns={"class": "settlement"})
        columns = [column for column in BESIDE if column in layer]
        for grid, values in zip(layer["code"], rows_of(layer, columns), strict=True):
            said = {column: value for column, value in zip(columns, values, strict=True) if value is not None}
            beside.setdefault(grid, {}).update(said)
    return [
        f'{{"staffing":{mine}{tail(beside.get(grid))}}}'
        for mine, grid in zip(joined(posts, staffing["code"], code), code, strict=True)
    ]


def tail(said: Mapping[str, object] | None) -> str:
    """Return what else a JSON object holds, after its first member."""
    return "" if not said else "," + json.dumps(said, ensure_ascii=False)[1:-1]


def rows_of(frame: Frame, columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a frame as tuples of Python's values."""
    return zip(*(plain(frame[name]) for name in columns), strict=True)
