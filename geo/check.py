"""What must be true of a build, checked on its layers alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.partition import figures_of
from geo.sources import COUNTS

NOT_COUNTED = ("outside", "rejected")
SAME_AREA = 1e-6
"""Areas written into columns may differ from the polygons' by this part."""


@dataclass(frozen=True)
class Finding:
    """One figure of the invariant: its name, what was measured, and whether it holds."""

    name: str
    value: str
    holds: bool


def check(layers: Mapping[str, gpd.GeoDataFrame]) -> list[Finding]:
    """Check the layers ``grids``, ``faces``, ``units`` and ``gaps`` of a build.

    A plan that planners have edited may come with ``grids`` alone; then only the partition is checked.
    """
    grids = layers["grids"]
    polygon = np.asarray(grids.geometry.array, dtype=object)
    area = shapely.area(polygon)
    gaps = layers.get("gaps")
    known = gaps[gaps["kind"] == "no_community"] if gaps is not None else grids.iloc[:0]
    figures = figures_of(grids["code"].to_numpy(dtype=object), polygon, np.asarray(known.geometry.array, dtype=object))
    findings = [
        Finding("grids", f"{len(grids)}", len(grids) > 0),
        Finding("area", f"{area.sum() / 1e6:.3f} km²", bool(area.sum() > 0)),
        *(Finding(name, value or "none", not value) for name, value in figures.items()),
        nested(grids),
        agree("area_m2 of grids", grids["area_m2"], area, grids["code"]),
    ]
    if "faces" in layers:
        findings += face_findings(grids, layers["faces"])
    if "units" in layers:
        findings += count_findings(grids, layers["units"])
    if gaps is not None:
        findings.append(Finding("repeated gap ids", f"{gaps['gap_id'].duplicated().sum()}", gaps["gap_id"].is_unique))
    return findings


def nested(grids: pd.DataFrame) -> Finding:
    """Check that each code holds its community's code, in either profile."""
    code, community = grids["code"].astype(str), grids["community_code"].astype(str)
    head = code.str[:12].where(code.str.len() == 15, code.str[6:18])
    strangers = code[head != community]
    return Finding("codes outside their community", ", ".join(strangers[:5]) or "none", not len(strangers))


def agree(name: str, column: pd.Series, measured: np.ndarray, code: pd.Series) -> Finding:
    """Check areas told of grids against their polygons, and name the grid that is farthest off."""
    off = np.abs(column.to_numpy(np.float64) - measured)
    worst = float(off.max(initial=0.0) / max(measured.max(initial=1.0), 1.0))
    holds = worst <= SAME_AREA
    return Finding(
        name, f"off by {worst:.1e} of the largest{'' if holds else f', most {code.iloc[off.argmax()]}'}", holds
    )


def face_findings(grids: gpd.GeoDataFrame, faces: gpd.GeoDataFrame) -> list[Finding]:
    """Check that each grid's faces make it up."""
    made_of = shapely.area(np.asarray(faces.geometry.array, dtype=object))
    area = shapely.area(np.asarray(grids.geometry.array, dtype=object))
    whole = pd.Series(made_of).groupby(faces["code"].to_numpy()).sum().reindex(grids["code"]).fillna(0).to_numpy()
    return [
        Finding("faces", f"{len(faces)}", len(faces) >= len(grids)),
        agree("faces that make up their grid", pd.Series(whole), area, grids["code"]),
    ]


def count_findings(grids: pd.DataFrame, units: pd.DataFrame) -> list[Finding]:
    """Check that counts are conserved from units to grids."""
    counted = units[~units["status"].isin(NOT_COUNTED)]
    sums = {name: (int(grids[name].sum()), int(counted[name].sum())) for name in COUNTS}
    return [Finding(name, f"{have} of {had}", have == had) for name, (have, had) in sums.items()]
