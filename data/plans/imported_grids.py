"""The grids of a build as rows of a new plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from data.output import Frame
from data.plans.build import Build
from data.plans.copying import Appending, Columns
from data.plans.json_columns import column, groups, in_lists, listed, lists, members, places, values_of
from data.plans.ledger import BESIDE, POST
from data.plans.shapes import collections, ewkb, flat, simple, written
from geo.kept import joined, present
from geo.plans.generalising import generalised_batches
from geo.sources import COUNTS

SAID = {
    **{"code": "code", "community": "community_code", "kind": "kind", "name": "name", "source_layer": "source_layer"},
    **{"source_unit": "source_id", "patrol_zone_id": "patrol_zone_id", "management_type": "management_type"},
}
"""The column of the layer ``grids`` that each text comes from."""


def append_grids(appending: Appending, grid_ids: Sequence[int], layers: Build, tolerance_m: float) -> None:
    """Write the grids of a build as the first revision of a plan.

    Parameters
    ----------
    grid_ids
        In the order of the layer ``grids``.
    layers
        Of the build.
    """
    columns = columns_of(grid_ids, layers, appending.srid)
    polygon, first = layers.drawn("grids"), 0
    for outline in generalised_batches(polygon, tolerance_m=tolerance_m):
        some = {name: (kind, values[first : first + len(outline)]) for name, (kind, values) in columns.items()}
        drawn_so = ewkb(written(outline), appending.srid)
        appending.append("import_grids", {**some, "outline": ("bytea", drawn_so)})
        first += len(outline)


def columns_of(grid_ids: Sequence[int], layers: Build, srid: int) -> Columns:
    """Return what a plan keeps of grids, but for their generalised borders."""
    grids = layers["grids"]
    code = column(grids["code"])
    claims, faces = faces_by_grid(layers, code, srid)
    return {
        "grid_id": ("bigint", pa.array(grid_ids, pa.int64())),
        **{name: ("text", column(grids[of])) for name, of in SAID.items()},
        **{name: ("integer", column(grids[name])) for name in COUNTS},
        "claims": ("jsonb", claims),
        "records": ("jsonb", listed(record_texts(layers["records"]), column(layers["records"]["code"]), code)),
        "ledger": ("jsonb", ledger_by_grid(layers, code)),
        "polygon": ("bytea", ewkb(simple(layers.wkb("grids")), srid)),
        "faces": ("bytea", faces),
    }


def faces_by_grid(layers: Build, code: pa.Array, srid: int) -> tuple[pa.Array, pa.Array]:
    """Return the claims and the faces of each grid, in one order."""
    faces = layers["faces"]
    rows, first = groups(column(faces["code"]), code)
    claims = joined('["', column(faces["rule"]), '",', column(faces["claimants"]), "]", "")
    order = pa.array(rows)
    return in_lists(claims.take(order), first), collections(flat(layers.wkb("faces")).take(order), first, srid)


def record_texts(records: Frame) -> pa.Array:
    """Write rows of tables as JSON, as `data.plans.versions.records_of` reads them."""
    return joined('["', column(records["table"]), '",', column(records["row"]), "]", "")


def ledger_by_grid(layers: Mapping[str, Frame], code: pa.Array) -> pa.Array:
    """Return what stands beside each grid, as `data.plans.ledger.written_ledger` writes it."""
    staffing = layers["staffing"]
    posts = joined('"staffing":', listed(lists(staffing, POST), column(staffing["code"]), code), "")
    rest = [
        beside(layers[name].rename(columns={"class": "settlement"}), code) for name in ("assignments", "settlements")
    ]
    return joined("{", present([posts, *rest], ","), "}", "")


def beside(layer: Frame, code: pa.Array) -> pa.Array:
    """Return the members that a layer adds to what stands beside each grid, missing where there are none."""
    texts = members({name: values_of(layer[name]) for name in BESIDE if name in layer})
    row = places(code, column(layer["code"]))
    found = texts.take(pa.array(row, mask=row < 0))
    return pc.if_else(pc.equal(found, ""), None, found)
