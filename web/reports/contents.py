"""What the map holds: the layers of a build as one JSON value, read by static/model.js."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from web.reports import columns, services
from web.reports.borders import borders
from web.reports.encoding import STEP_M, MercatorFrame, integers

FACES_DRAWN = 200_000
"""The most faces whose shapes go into the file; above it a face is told in words only, and the legend says so."""

UNCLAIMED_NAME = "无人认领"
"""What the engine writes after the community's name to name its unclaimed land (`geo.describe`)."""

ZONES_OVERLAP, ZONES_ASTRIDE = "zones_overlap", "zones_astride"

Progress = Callable[[str], None]


def contents(frames: Mapping[str, pd.DataFrame], progress: Progress) -> dict[str, Any]:
    """Return the layers of a build, ready for JSON.

    Parameters
    ----------
    frames
        ``grids`` and any of `READ`; columns as a build writes them, geometry in the working CRS. A layer that is
        missing or empty is absent from the map; any other layer, such as that of duty-holders, is not looked at.
    progress
        Called with the name of each layer as its turn comes.
    """
    grids = frames["grids"]
    frame = MercatorFrame.around(grids.total_bounds, grids.crs)
    value: dict[str, Any] = {"frame": {"origin": frame.origin, "step": STEP_M}}
    for name, describe in _LAYERS.items():
        progress(name)
        value[name] = describe(frames, frame)
    return value


def _frame(frames: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    return frames[name] if name in frames else gpd.GeoDataFrame(geometry=[], crs=frames["grids"].crs)


def _shapes(layer: pd.DataFrame) -> np.ndarray:
    """Return the geometries of a layer as an array of shapely objects."""
    return np.asarray(layer.geometry.array, dtype=object) if len(layer) else np.empty(0, dtype=object)


def _grids(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> dict[str, Any]:
    grids = frames["grids"]
    shapes = _shapes(grids)
    one_word = ("name", "kind", "community_code", "source_layer", "source_id", "patrol_zone_id", "management_type")
    return {
        "code": grids["code"].astype(str).tolist(),
        **{name: columns.words(grids, name) for name in one_word},
        **{name: columns.counts(grids, name) for name in ("households", "population", "party_members", "parts")},
        **services.classes(frames),
        "area_m2": columns.areas(grids, "area_m2"),
        "polygons": frame.polygons(shapes),
        "label": frame.points(label_points(shapes)),
    }


def _borders(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> dict[str, Any]:
    lines, level = borders(_shapes(frames["grids"]), frames["grids"]["community_code"])
    return {"lines": frame.lines(lines), "level": integers(level)}


def _communities(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> dict[str, Any]:
    """Describe the communities that hold grids."""
    codes = frames["grids"]["community_code"].drop_duplicates().sort_values()
    names = community_names(frames).reindex(codes.to_numpy())
    return {"code": codes.astype(str).tolist(), "name": columns.words(pd.DataFrame({"name": names}), "name")}


def community_names(frames: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return names by community code: from the table ``communities``, else from what unclaimed land is called."""
    if "communities" in frames:
        return frames["communities"].drop_duplicates("code").set_index("code")["name"]
    grids = frames["grids"]
    land = grids[(grids["kind"] == "unclaimed") & grids["name"].notna()].drop_duplicates("community_code")
    name = land["name"].astype("object").str.removesuffix(UNCLAIMED_NAME)
    return name.where(name != land["community_code"], None).set_axis(land["community_code"].to_numpy())


def _units(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> dict[str, Any]:
    units = _frame(frames, "units")
    return {
        **{name: columns.words(units, name) for name in ("layer", "source_id", "name", "status", "note")},
        **{name: columns.areas(units, name) for name in ("claimed_m2", "granted_m2")},
        **{name: columns.counts(units, name) for name in ("households", "population", "party_members")},
        "polygons": frame.polygons(_shapes(units)),
    }


def _gaps(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> dict[str, Any]:
    gaps = _frame(frames, "gaps")
    one_word = ("kind", "ledger", "community_code", "remedy", "state", "reason", "expires")
    return {
        "gap_id": columns.sentences(gaps, "gap_id"),
        "grid": columns.row_numbers(columns.column(gaps, "code"), frames["grids"]["code"]),
        **{name: columns.words(gaps, name) for name in one_word},
        "hatch": columns.words(pd.DataFrame({"hatch": hatches(gaps)}), "hatch"),
        **{name: columns.counts(gaps, name) for name in ("severity", "households")},
        "area_m2": columns.areas(gaps, "area_m2"),
        "detail": columns.sentences(pd.DataFrame({"detail": without_signers(gaps)}), "detail"),
        **frame.shared(_shapes(gaps), _shapes(frames["grids"])),
    }


def without_signers(gaps: pd.DataFrame) -> pd.Series:
    """Return what is said of each gap, but not who signed its exception: a map names nobody."""
    detail = columns.column(gaps, "detail").astype(object)
    signed = detail.notna() & detail.astype("str").str.contains('"signer"', regex=False)
    said = ({**json.loads(text), "signer": None} for text in detail[signed])
    detail[signed] = [json.dumps(one, ensure_ascii=False) for one in said]
    return detail


def hatches(gaps: pd.DataFrame) -> pd.Series:
    """Return what each gap is hatched as: its ledger, or what of the contested is about patrol zones alone.

    Police zones may well reach over several communities, and two that overlap contest no household: `ZONES_OVERLAP` is
    hatched lighter, `ZONES_ASTRIDE` has an entry of its own in the legend.
    """
    detail = columns.column(gaps, "detail").astype("str")
    kind = columns.column(gaps, "kind")
    foreign = detail.str.contains(r'"(?:compound|courtyard):')
    zones = detail.str.contains('"patrol_zone:', regex=False) & ~foreign
    hatch = columns.column(gaps, "ledger").astype(object)
    return hatch.mask(zones & (kind == "overlap"), ZONES_OVERLAP).mask(zones & (kind == "straddle"), ZONES_ASTRIDE)


def _faces(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> dict[str, Any]:
    faces = _frame(frames, "faces")
    drawn = len(faces) <= FACES_DRAWN
    return {
        "grid": columns.row_numbers(columns.column(faces, "code"), frames["grids"]["code"]),
        "claimants": columns.json_lists(faces, "claimants"),
        "rule": columns.words(faces, "rule"),
        "area_m2": columns.areas(faces, "area_m2"),
        "polygons": frame.polygons(_shapes(faces)) if drawn else None,
    }


def _repairs(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> dict[str, Any]:
    repairs = _frame(frames, "repairs")
    shapes = _shapes(repairs)
    located = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return {
        **{name: columns.words(repairs, name) for name in ("layer", "source_id", "problem", "action")},
        "changed_m2": columns.areas(repairs, "changed_m2"),
        "located": integers(located),
        "point": frame.points(shapely.centroid(shapes[located])),
    }


def _lineage(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> dict[str, Any]:
    lineage = _frame(frames, "lineage")
    return {
        **{name: columns.words(lineage, name) for name in ("old_code", "new_code", "relation")},
        **{name: columns.numbers(lineage, name, 4) for name in ("area_share", "household_share")},
    }


def _build(frames: Mapping[str, pd.DataFrame], frame: MercatorFrame) -> list[list[str]]:
    build = _frame(frames, "build")
    return [
        [str(key), str(value)] for key, value in zip(*(columns.column(build, c) for c in ("key", "value")), strict=True)
    ]


def label_points(shapes: np.ndarray) -> np.ndarray:
    """Return where to write on each polygon: the centroid of its largest part, or a point in that part."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort([-shapely.area(parts), row])
    largest = parts[order[np.append(True, np.diff(row[order]) > 0)]] if len(order) else parts
    middle = shapely.centroid(largest)
    outside = ~shapely.contains(largest, middle)
    middle[outside] = shapely.point_on_surface(largest[outside])
    return middle


_LAYERS = {
    "grids": _grids,
    "borders": _borders,
    "communities": _communities,
    "units": _units,
    "gaps": _gaps,
    "staffing": services.staffing,
    "party": services.party,
    "ratings": services.ratings,
    "premises": services.premises,
    "rounds": services.rounds,
    "faces": _faces,
    "repairs": _repairs,
    "lineage": _lineage,
    "build": _build,
}

READ = (
    *("grids", "communities", "units", "gaps", "faces", "repairs", "lineage", "build"),
    *("staffing", "assignments", "party_organisations", "ratings", "settlements", "premises", "standards"),
)
"""The layers of a build that a map is made of."""

READ_COLUMNS = {"party_organisations": ["organisation_id", "name"]}
"""Of layers that name a person, the columns that do not."""
