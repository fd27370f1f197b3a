"""What the ledgers of each community of a build hang on, a row each; see `geo.plans.dossier` for what is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.output import Frame
from data.plans.copying import Appending, ewkb, simple
from data.plans.imported_grids import groups, joined, plain, record_texts
from geo.arrays import Ints, dense, unroll
from geo.gaps.contested import TERRITORIAL
from geo.plans.shares import claimed_shares
from geo.sources import COUNTS

UNIT = ("layer", "source_id", "name", "home", "counted", "owners_committee", "property_company", "property_party")


def append_dossiers(appending: Appending, layers: Mapping[str, Frame]) -> None:
    """Write the dossiers of a build's communities."""
    communities = layers["communities"]
    code = communities["code"].to_numpy(dtype=object)
    claims = Claims.of(layers, code)
    buildings, counts = buildings_by_community(layers, code)
    parts = {
        "rural": [json.dumps(bool(rural)) for rural in communities["rural"]],
        "records": joined(record_texts(layers["records"]), layers["records"]["code"], code),
        "units": units_by_community(layers["units"], claims, code),
        "others": others_by_community(claims, code, communities["rural"].to_numpy(dtype=bool)),
        "overlaps_with": overlaps_by_community(claims, code),
        "holes": holes_by_community(layers["gaps"], code),
        "premises": premises_by_community(layers, code),
        "counts": counts,
    }
    names = [json.dumps(name) for name in parts]
    contents = [
        "{" + ",".join(f"{name}:{text}" for name, text in zip(names, row, strict=True)) + "}"
        for row in zip(*parts.values(), strict=True)
    ]
    polygon = simple(np.asarray(communities.geometry.array, dtype=object))
    columns = {
        "community": ("text", code.tolist()),
        "contents": ("jsonb", contents),
        "polygon": ("bytea", ewkb(polygon, appending.srid)),
        "buildings": ("bytea", ewkb(buildings, appending.srid)),
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
    def of(cls, layers: Mapping[str, Frame], code: np.ndarray) -> Claims:
        """Read the claims of a build."""
        grids, faces, units = layers["grids"], layers["faces"], layers["units"]
        label = pd.Index(units["layer"].str.cat(units["source_id"], sep=":"))
        claimants = [json.loads(text) for text in faces["claimants"].tolist()]
        face = np.repeat(np.arange(len(faces)), [len(some) for some in claimants])
        unit = label.get_indexer([name for some in claimants for name in some])
        home = pd.Series(grids["community_code"].to_numpy(dtype=object), index=grids["code"].to_numpy(dtype=object))
        place = pd.Index(code).get_indexer(faces["code"].map(home))
        area = faces["area_m2"].to_numpy(np.float64)[face]
        shares = claimed_shares(unit, place[face], area, len(units))
        return cls(unit, face, place[face], units["layer"].to_numpy(dtype=object), *shares)


def units_by_community(units: Frame, claims: Claims, code: np.ndarray) -> list[str]:
    """Return the units that claim land in each community, as JSON lists."""
    said = [dict(zip(UNIT, values, strict=True)) for values in zip(*(plain(units[name]) for name in UNIT), strict=True)]
    shares: list[dict[str, float]] = [{} for _ in said]
    for unit, place, share in zip(
        claims.of_unit.tolist(), claims.in_community.tolist(), claims.share.tolist(), strict=True
    ):
        shares[unit][code[place]] = share
    texts = np.array(
        [
            json.dumps({**one, "counted": bool(one["counted"]), "share": share}, ensure_ascii=False)
            for one, share in zip(said, shares, strict=True)
        ],
        dtype=object,
    )
    return joined(texts[claims.of_unit], code[claims.in_community].tolist(), code)


def others_by_community(claims: Claims, code: np.ndarray, rural: np.ndarray) -> list[str]:
    """Return, for each community, the others that its units claim land in, and whether they are villages."""
    several = np.bincount(claims.of_unit, minlength=len(claims.layer))[claims.of_unit] > 1
    unit, place = claims.of_unit[several], claims.in_community[several]
    return listed_pairs(unit, place, len(code), lambda other: (code[other], bool(rural[other])))


def overlaps_by_community(claims: Claims, code: np.ndarray) -> list[str]:
    """Return, for each community, the others where two units overlap that overlap in it too."""
    size = np.bincount(claims.face)
    first = np.cumsum(size) - size
    row, partner = unroll(claims.face, size, first)
    one, other = claims.unit[row], claims.unit[partner]
    layer, beside = claims.layer[one], claims.layer[other]
    rival = (one < other) & ((layer == beside) | (np.isin(layer, TERRITORIAL) & np.isin(beside, TERRITORIAL)))
    _, pair = dense(one[rival] * len(claims.layer) + other[rival])
    lists = listed_pairs(pair, claims.community[row[rival]], len(code), lambda place: (code[place], True))
    return [json.dumps(list(json.loads(text))) for text in lists]


def listed_pairs(group: Ints, place: Ints, size: int, said: Any) -> list[str]:
    """Return, for each place, what is said of the other places that are in one group with it, as JSON objects."""
    near: list[dict[str, Any]] = [{} for _ in range(size)]
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    for some in np.split(place[order], starts[1:]):
        members = np.unique(some).tolist()
        for one in members if len(members) > 1 else ():
            near[one] |= dict(said(other) for other in members if other != one)
    return [json.dumps(some) for some in near]


def holes_by_community(gaps: Frame, code: np.ndarray) -> list[str]:
    """Return the holes beside each community, as JSON lists."""
    holes = gaps[gaps["kind"] == "no_community"]
    wkb = shapely.to_wkb(simple(np.asarray(holes.geometry.array, dtype=object)), hex=True)
    texts = [
        json.dumps({"key": gap_id.partition(":")[2], "community": community, "polygon": drawn})
        for gap_id, community, drawn in zip(holes["gap_id"], holes["community_code"], wkb, strict=True)
    ]
    return joined(np.array(texts, dtype=object), holes["community_code"], code)


def premises_by_community(layers: Mapping[str, Frame], code: np.ndarray) -> list[str]:
    """Return the places of the premises in each community, as JSON lists."""
    premises, home = layers["premises"], community_of_grids(layers["grids"])
    texts = [json.dumps(place) for place in zip(premises["x"].tolist(), premises["y"].tolist(), strict=True)]
    return joined(np.array(texts, dtype=object), premises["code"].map(home), code)


def community_of_grids(grids: Frame) -> pd.Series:
    """Return the community of each grid, by code."""
    return pd.Series(grids["community_code"].to_numpy(dtype=object), index=grids["code"].to_numpy(dtype=object))


def buildings_by_community(layers: Mapping[str, Frame], code: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return the buildings on each community, and in the holes beside it, as one geometry, None where it has none, and
    their counts as JSON."""
    buildings, gaps = layers["buildings"], layers["gaps"]
    point = np.asarray(buildings.geometry.array, dtype=object)
    land = pd.concat([layers["grids"], gaps[gaps["kind"] == "no_community"]])
    place, row = shapely.STRtree(point).query(np.asarray(land.geometry.array, dtype=object), predicate="intersects")
    pairs = pd.DataFrame({"community": land["community_code"].to_numpy(dtype=object)[place], "row": row})
    pairs = pairs.drop_duplicates()
    rows, first = groups(pairs["community"], code)
    held = pairs["row"].to_numpy()[rows]
    counts = buildings[list(COUNTS)].fillna(0).to_numpy(dtype=np.int64)[held].tolist()
    bounds = list(zip(first[:-1].tolist(), first[1:].tolist(), strict=True))
    some = np.diff(first) > 0
    land = np.full(len(code), None, dtype=object)
    owner = np.repeat(np.cumsum(some) - 1, np.diff(first))
    land[some] = shapely.multipoints(point[held], indices=owner) if len(held) else None
    return land, [json.dumps(counts[start:end]) for start, end in bounds]
