"""What must be true of a build, checked on its layers alone: in plain words first, what proves it after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import Geometries
from geo.code_profiles import community_of
from geo.partition import figures_of, some
from geo.sources import COUNTS
from geo.unplaced import NOT_COUNTED, said_of_unplaced

SAME_AREA = 1e-6
"""Areas written into columns may differ from the polygons' by this part."""

LEAST_M2 = 1e-4
"""An overlap or a hole below this is the arithmetic of intersections; that edges do not match says so without it."""

UNKNOWN = "not looked at; mend what fails above first"


@dataclass(frozen=True)
class Finding:
    """One figure of the invariant: its name, what was measured, and whether it holds; None where it only informs."""

    name: str
    value: str
    holds: bool | None


def check(layers: Mapping[str, gpd.GeoDataFrame]) -> list[Finding]:
    """Check the layers ``grids``, ``faces``, ``units`` and ``gaps`` of a build.

    A plan that planners have edited may come with ``grids`` alone; then only the partition is checked.
    """
    grids = layers["grids"]
    polygon = np.asarray(grids.geometry.array, dtype=object)
    area = shapely.area(polygon)
    gaps, units = layers.get("gaps"), layers.get("units")
    known = gaps[gaps["kind"] == "no_community"] if gaps is not None else grids.iloc[:0]
    hole = np.asarray(known.geometry.array, dtype=object)
    code = grids["code"].to_numpy(dtype=object)
    figures = figures_of(code, polygon, hole)
    findings = [
        size(grids, area),
        *cover(code.astype(str), polygon, hole, proven=not any(figures.values())),
        *(count_findings(grids, units) if units is not None else ()),
        *proof(figures),
        nested(grids),
        agree("areas written of grids", grids["area_m2"], area, grids["code"]),
    ]
    if "faces" in layers:
        findings += face_findings(grids, layers["faces"])
    if gaps is not None:
        twice = gaps["gap_id"][gaps["gap_id"].duplicated()].astype(str).to_numpy(dtype=str)
        findings.append(Finding("repeated gap ids", some(twice) or "none", not len(twice)))
    return findings


def size(grids: pd.DataFrame, area_m2: np.ndarray) -> Finding:
    """Say how much there is."""
    total = float(np.nansum(area_m2))
    communities = grids["community_code"].nunique()
    return Finding(
        "grids",
        f"{len(grids):,} in {communities:,} communit{'y' if communities == 1 else 'ies'}, {total / 1e6:,.3f} km²",
        total > 0,
    )


def cover(names: np.ndarray, polygon: Geometries, hole: Geometries, *, proven: bool) -> list[Finding]:
    """Say whether grids overlap or leave holes; where the proof holds there are none, and nothing is measured."""
    known = f"none but the known between communities: {len(hole)}, {land(hole)}" if len(hole) else "none"
    if proven:
        return [Finding("overlaps of grids", "none", True), Finding("holes", known, True)]
    there = ~(shapely.is_missing(polygon) | shapely.is_empty(polygon))
    whole = shapely.make_valid(polygon[there])
    one, other = shapely.STRtree(whole).query(whole, predicate="intersects")
    one, other = one[one < other], other[one < other]
    common = shapely.intersection(whole[one], whole[other])
    wide = shapely.area(common) >= LEAST_M2
    pairs = np.array([f"{a} × {b}" for a, b in zip(*(names[there][row[wide]] for row in (one, other)), strict=True)])
    parts = shapely.get_parts(shapely.union_all(whole))
    rings = np.concatenate([shapely.get_rings(part)[1:] for part in parts] or [np.empty(0, dtype=object)])
    open_ = shapely.difference(shapely.polygons(rings), shapely.union_all(hole)) if len(rings) else rings
    open_ = open_[shapely.area(open_) >= LEAST_M2]
    return [
        Finding("overlaps of grids", f"{land(common[wide])}: {some(pairs)}" if len(pairs) else "none", not len(pairs)),
        Finding(
            "holes",
            f"{len(open_)}, {land(open_)}, the first at {place(open_)}" if len(open_) else known,
            not len(open_),
        ),
    ]


def land(polygon: Geometries) -> str:
    """Write the area of polygons."""
    return f"{shapely.area(polygon).sum():,.2f} m²"


def place(polygon: Geometries) -> str:
    """Write where the first of some polygons is."""
    x, y = shapely.get_coordinates(shapely.point_on_surface(polygon[0]))[0]
    return f"({x:.3f}, {y:.3f})"


def proof(figures: Mapping[str, str]) -> list[Finding]:
    """Word the figures of the proof; see `geo.partition`."""
    words = {
        "repeated codes": "codes given twice",
        "empty": "grids without land",
        "invalid": "invalid polygons",
        "off the grid": "vertices off the 1 mm grid",
    }
    findings = [Finding(words[name], figures[name] or "none", not figures[name]) for name in words]
    edges = figures["uncancelled borders"]
    if not edges and not all(finding.holds for finding in findings):
        return [*findings, Finding("edges that no neighbour matches", UNKNOWN, None)]
    return [*findings, Finding("edges that no neighbour matches", edges or "none", not edges)]


def nested(grids: pd.DataFrame) -> Finding:
    """Check that each code holds its community's code, in either profile."""
    code, community = grids["code"].astype(str), grids["community_code"].astype(str)
    strangers = code[code.map(community_of) != community]
    return Finding("codes outside their community", ", ".join(strangers[:5]) or "none", not len(strangers))


def agree(name: str, column: pd.Series, measured: np.ndarray, code: pd.Series) -> Finding:
    """Check areas told of grids against their polygons, and name the grid that is farthest off."""
    off = np.abs(column.to_numpy(np.float64) - measured)
    worst = float(off.max(initial=0.0) / max(measured.max(initial=1.0), 1.0))
    if worst <= SAME_AREA:
        return Finding(name, "as drawn", True)
    return Finding(name, f"off by {worst:.1e} of the largest, most {code.iloc[off.argmax()]}", False)


def face_findings(grids: gpd.GeoDataFrame, faces: gpd.GeoDataFrame) -> list[Finding]:
    """Check that each grid's faces make it up, and that no face is left without its grid."""
    made_of = shapely.area(np.asarray(faces.geometry.array, dtype=object))
    area = shapely.area(np.asarray(grids.geometry.array, dtype=object))
    whole = pd.Series(made_of).groupby(faces["code"].to_numpy()).sum().reindex(grids["code"]).fillna(0).to_numpy()
    lost = np.unique(faces["code"][~faces["code"].isin(grids["code"])].astype(str).to_numpy(dtype=str))
    return [
        agree("faces of each grid together", pd.Series(whole), area, grids["code"]),
        Finding("faces whose grid is gone", some(lost) or "none", not len(lost)),
    ]


def count_findings(grids: pd.DataFrame, units: pd.DataFrame) -> list[Finding]:
    """Check that counts are conserved from units to grids, and name the units that are in none."""
    left_out = units["status"].isin(NOT_COUNTED)
    findings = [conserved(name, grids[name], units[name], left_out) for name in COUNTS]
    return [*findings, Finding("units not placed", said_of_unplaced(units) or "none", None)]


def conserved(name: str, on_grids: pd.Series, on_units: pd.Series, left_out: pd.Series) -> Finding:
    """Compare the sum over the grids with that over the units that have one."""
    have, every, beside = (int(column.sum()) for column in (on_grids, on_units, on_units[left_out]))
    wrong = have - (every - beside)
    value = f"{have:,} of {every:,}"
    if beside:
        value += f"; {beside:,} in units not placed"
    if wrong:
        value += f"; {abs(wrong):,} {'too many' if wrong > 0 else 'missing'}"
    return Finding(name.replace("_", " "), value, not wrong)
