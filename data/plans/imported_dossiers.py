"""What the ledgers of each community of a build hang on, a row each; see `geo.plans.dossier` for what is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from data.output import Frame
from data.plans.build import Build
from data.plans.copying import Appending
from data.plans.imported_grids import record_texts
from data.plans.json_columns import NOTHING, column, in_lists, listed, lists, members, objects, places, values_of
from data.plans.shapes import drawn, ewkb, flat, simple, written
from geo.arrays import Geometries, Ints, dense, unroll
from geo.gaps.contested import TERRITORIAL
from geo.kept import LARGE, joined
from geo.plans.shares import claimed_shares
from geo.sources import COUNTS

UNIT = ("layer", "source_id", "name", "home", "counted", "owners_committee", "property_company", "property_party")


def append_dossiers(appending: Appending, layers: Build) -> None:
    """Write the dossiers of a build's communities."""
    communities = layers["communities"]
    code = column(communities["code"])
    codes = np.asarray(code.to_numpy(zero_copy_only=False), dtype=object)
    rural = communities["rural"].to_numpy(dtype=np.bool_)
    claims = Claims.of(layers, code)
    buildings, counts = buildings_by_community(layers, code)
    records = layers["records"]
    parts = {
        "rural": values_of(pd.Series(rural)),
        "records": listed(record_texts(records), column(records["code"]), code),
        "units": units_by_community(layers["units"], claims, code),
        "others": others_by_community(claims, codes, rural),
        "overlaps_with": overlaps_by_community(claims, codes),
        "holes": holes_by_community(layers, code),
        "premises": premises_by_community(layers, code),
        "counts": counts,
    }
    columns = {
        "community": ("text", code),
        "contents": ("jsonb", joined("{", members(parts), "}", "")),
        "polygon": ("bytea", ewkb(simple(layers.wkb("communities")), appending.srid)),
        "buildings": ("bytea", ewkb(written(buildings), appending.srid)),
    }
    appending.append("import_dossiers", columns)


@dataclass(frozen=True, eq=False)
class Claims:
    """Who claims what: a row a face and claimant, with the number of the unit, of the face, of its community, and the
    face's area; and by unit and community, which part of the unit's claim lies there."""

    unit: Ints
    face: Ints
    community: Ints
    layer: np.ndarray
    of_unit: Ints
    in_community: Ints
    share: np.ndarray

    @classmethod
    def of(cls, layers: Build, code: pa.Array) -> Claims:
        """Read the claims of a build."""
        faces, units = layers["faces"], layers["units"]
        label = column(units["layer"].str.cat(units["source_id"], sep=":"))
        claimants = pa.array(orjson.loads(f"[{','.join(faces['claimants'])}]"), pa.list_(pa.large_string()))
        face = np.repeat(np.arange(len(faces)), np.diff(claimants.offsets.to_numpy()))
        unit = places(claimants.flatten(), label)
        place = places(community_of(layers["grids"], faces), code)
        area = faces["area_m2"].to_numpy(np.float64)[face]
        shares = claimed_shares(unit, place[face], area, len(units))
        return cls(unit, face, place[face], units["layer"].to_numpy(dtype=object), *shares)


def community_of(grids: Frame, frame: Frame) -> pa.Array:
    """Return the community of each row of a layer, by the code of its grid; missing where that is no grid."""
    row = places(column(frame["code"]), column(grids["code"]))
    return column(grids["community_code"]).take(pa.array(row, mask=row < 0))


def units_by_community(units: Frame, claims: Claims, code: pa.Array) -> pa.Array:
    """Return the units that claim land in each community, as JSON lists."""
    where, unit = code.take(pa.array(claims.in_community)), claims.of_unit
    share = joined('"', where, '":', values_of(pd.Series(claims.share)), "")
    of_unit = pa.LargeListArray.from_arrays(np.searchsorted(unit, np.arange(len(units) + 1)), share)
    said = {name: pc.fill_null(values_of(units[name]), NOTHING) for name in UNIT if name != "counted"}
    said["counted"] = values_of(units["counted"].fillna(0).astype("bool"))
    said["share"] = joined("{", pc.binary_join(of_unit, pa.scalar(",", LARGE)), "}", "")
    return listed(joined("{", members(said), "}", "").take(pa.array(unit)), where, code)


def others_by_community(claims: Claims, code: np.ndarray, rural: np.ndarray) -> pa.Array:
    """Return, for each community, the others that its units claim land in, and whether they are villages."""
    several = np.bincount(claims.of_unit, minlength=len(claims.layer))[claims.of_unit] > 1
    unit, place = claims.of_unit[several], claims.in_community[several]
    near = together(unit, place, len(code), lambda other: (code[other], bool(rural[other])))
    return pa.array([json.dumps(said) for said in near], LARGE)


def overlaps_by_community(claims: Claims, code: np.ndarray) -> pa.Array:
    """Return, for each community, the others where two units overlap that overlap in it too."""
    size = np.bincount(claims.face)
    first = np.cumsum(size) - size
    row, partner = unroll(claims.face, size, first)
    one, other = claims.unit[row], claims.unit[partner]
    layer, beside = claims.layer[one], claims.layer[other]
    rival = (one < other) & ((layer == beside) | (np.isin(layer, TERRITORIAL) & np.isin(beside, TERRITORIAL)))
    _, pair = dense(one[rival] * len(claims.layer) + other[rival])
    near = together(pair, claims.community[row[rival]], len(code), lambda place: (code[place], True))
    return pa.array([json.dumps(list(said)) for said in near], LARGE)


def together(group: Ints, place: Ints, size: int, said: Callable[[int], tuple[str, bool]]) -> list[dict[str, bool]]:
    """Return, for each place, what is said of the other places that are in one group with it."""
    near: list[dict[str, bool]] = [{} for _ in range(size)]
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    for some in np.split(place[order], starts[1:]):
        members = np.unique(some).tolist()
        for one in members if len(members) > 1 else ():
            near[one] |= dict(said(other) for other in members if other != one)
    return near


def holes_by_community(layers: Build, code: pa.Array) -> pa.Array:
    """Return the holes beside each community, as JSON lists."""
    holes, land = holes_of(layers)
    drawn_so = [bytes(one).hex().upper() for one in simple(land).to_pylist()]
    key = holes["gap_id"].str.partition(":")[2] if len(holes) else holes["gap_id"]
    table = pd.DataFrame({"key": key, "community": holes["community_code"], "polygon": drawn_so})
    texts = objects(table.astype("str"), list(table.columns))
    return listed(texts, column(holes["community_code"]), code)


def holes_of(layers: Build) -> tuple[Frame, pa.Array]:
    """Return the holes between communities, and their land."""
    gaps = layers["gaps"]
    rows = np.flatnonzero(gaps["kind"] == "no_community")
    return gaps.iloc[rows], flat(layers.wkb("gaps").take(pa.array(rows)))


def premises_by_community(layers: Build, code: pa.Array) -> pa.Array:
    """Return the places of the premises in each community, as JSON lists."""
    premises = layers["premises"]
    return listed(lists(premises, ["x", "y"]), community_of(layers["grids"], premises), code)


def buildings_by_community(layers: Build, code: pa.Array) -> tuple[Geometries, pa.Array]:
    """Return the buildings on each community, and in the holes beside it, as one geometry, None where it has none, and
    their counts as JSON."""
    buildings, grids = layers["buildings"], layers["grids"]
    holes, hole = holes_of(layers)
    point = drawn(layers.wkb("buildings"))
    land = np.concatenate([layers.drawn("grids"), drawn(hole)])
    home = places(column(pd.concat([grids["community_code"], holes["community_code"]])), code)
    place, row = shapely.STRtree(point).query(land, predicate="intersects")
    pairs = np.unique(home[place] * len(point) + row)
    owner, held = np.divmod(pairs, max(len(point), 1))
    some, number = dense(owner)
    result = np.full(len(code), None, dtype=object)
    result[some] = shapely.multipoints(point[held], indices=number) if len(held) else None
    counts = lists(buildings[list(COUNTS)].fillna(0), COUNTS).take(pa.array(held))
    return result, in_lists(counts, np.searchsorted(owner, np.arange(len(code) + 1)))
