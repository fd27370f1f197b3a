"""A build by hand, for the reports: two streets, three communities, seven grids, every ledger, hostile names."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS = "EPSG:4528"  # CGCS2000, zone 40: its central meridian is 120° E, where x = 40 500 000
WEST, SOUTH = 40_500_000.0, 3_540_000.0
CELL_M = 100.0

HOSTILE = "</script><script>window.stung = 1</script>"
TEMPLATE = "{{ 7 * 7 }} ${window.stung = 1} {% raw %}"
MARKUP = '"><img src=x onerror="window.stung = 1">'


def cells(*places: tuple[int, int]) -> shapely.Geometry:
    """Join squares of 100 m, by column and row from the south-west corner."""
    squares = [shapely.box(WEST + CELL_M * x, SOUTH + CELL_M * y, *corner(x + 1, y + 1)) for x, y in places]
    return shapely.union_all(squares)


def corner(x: float, y: float) -> tuple[float, float]:
    """Return a place by column and row."""
    return WEST + CELL_M * x, SOUTH + CELL_M * y


# Two rows of six squares; communities are pairs of columns, the last pair lies in another street.
SHAPES = {
    "320106001001001": cells((0, 0)),
    "320106001001002": cells((0, 1), (1, 1)),
    "320106001001003": cells((1, 0)),
    "320106001002001": cells((2, 0), (2, 1)),
    "320106001002002": cells((3, 0), (3, 1)),
    "320106002001001": cells((4, 0), (5, 0)),
    "320106002001002": cells((4, 1), (5, 1)),
}
CODES = list(SHAPES)


def table(columns: dict[str, list], shapes: list) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=np.array(shapes, dtype=object), crs=CRS)


def grids() -> gpd.GeoDataFrame:
    layers = ["compound", "courtyard", "community", "compound", "patrol_zone", "compound", "courtyard"]
    kinds = {
        "compound": "residential",
        "courtyard": "institutional",
        "community": "unclaimed",
        "patrol_zone": "patrol",
    }
    return table(
        {
            "code": CODES,
            "kind": [kinds[layer] for layer in layers],
            "name": ["江南里小区", HOSTILE, "上元社区未认领", TEMPLATE, "北站巡区", MARKUP, None],
            "community_code": [code[:12] for code in CODES],
            "source_layer": layers,
            "source_id": ["c1", "y1", "320106001001", "c2", "p1", "c3", "y2"],
            "patrol_zone_id": ["p1", None, None, None, "p1", None, None],
            "management_type": ["routine", "key_attention", "routine", "general_prevention", *["routine"] * 3],
            "households": pd.array([1430, 0, None, 320, 12, 90, 0], dtype="Int64"),
            "population": pd.array([3310, 0, None, 801, 20, 230, 0], dtype="Int64"),
            "party_members": pd.array([88, 4, None, 12, 0, 3, 0], dtype="Int64"),
            "area_m2": [shape.area for shape in SHAPES.values()],
            "parts": [1] * len(SHAPES),
        },
        list(SHAPES.values()),
    )


def faces() -> gpd.GeoDataFrame:
    claims = [["compound:c1", "patrol_zone:p1"], ["courtyard:y1"], [], ["compound:c2"], ["patrol_zone:p1"]]
    claims += [["compound:c3"], ["courtyard:y2"]]
    rules = ["precedence", "sole", "fallback", "sole", "sole", "same_layer", "sliver"]
    return table(
        {
            "face_id": [f"{code}-1" for code in CODES],
            "code": CODES,
            "claimants": [json.dumps(keys) for keys in claims],
            "rule": rules,
            "area_m2": [shape.area for shape in SHAPES.values()],
        },
        list(SHAPES.values()),
    )


def units() -> gpd.GeoDataFrame:
    shape = dict(zip(["c1", "y1", "", "c2", "p1", "c3", "y2"], SHAPES.values(), strict=True))
    ids = ["c1", "c2", "c3", "c9", "y1", "y2", "p1"]
    return table(
        {
            "layer": ["compound"] * 4 + ["courtyard"] * 2 + ["patrol_zone"],
            "source_id": ids,
            "name": ["江南里小区", TEMPLATE, MARKUP, "被取代小区", HOSTILE, None, "北站巡区"],
            "status": ["kept", "kept", "kept", "superseded", "kept", "kept", "trimmed"],
            "claimed_m2": [1e4, 2e4, 2e4, 500.0, 2e4, 2e4, 4e4],
            "granted_m2": [1e4, 2e4, 2e4, 0.0, 2e4, 2e4, 2e4],
            "households": pd.array([1430, 320, 90, 5, 0, 0, 12], dtype="Int64"),
            "population": pd.array([None] * 7, dtype="Int64"),
            "party_members": pd.array([None] * 7, dtype="Int64"),
            "note": [None, None, None, None, HOSTILE, None, None],
        },
        [shape.get(key, SHAPES[CODES[0]]) for key in ids],
    )


def gaps() -> gpd.GeoDataFrame:
    overlap = {"units": ["compound:c1", "courtyard:y1"], "names": [None, HOSTILE], "arithmetic": "30 = 30"}
    size = {
        "arithmetic": "20 + 15 × lg(1 + 1430 户) = 67",
        "rule": "城市网格 300–500 户",
        "source": "海口等地通行做法 [P]",
    }
    return table(
        {
            "gap_id": ["overlap:c1+y1", "unclaimed:a", "unclaimed:b", "oversize:1", "no_community:x", "undersize:2"],
            "kind": ["overlap", "unclaimed", "unclaimed", "oversize", "no_community", "undersize"],
            "ledger": ["contested", "unheld", "unheld", "unserved", "unheld", "unserved"],
            "severity": [30, 40, 71, 67, 55, 5],
            "code": [CODES[0], CODES[2], CODES[2], CODES[0], None, CODES[5]],
            "community_code": ["320106001001"] * 4 + ["320106001002", "320106002001"],
            "area_m2": [400.0, 6000.0, 4000.0, 1e4, 100.0, 2e4],
            "households": pd.array([3, None, None, 1430, 0, 90], dtype="Int64"),
            "detail": [json.dumps(overlap), "{}", "not json", json.dumps(size, ensure_ascii=False), None, "{}"],
            "remedy": [HOSTILE, None, None, "拆分网格", None, None],
            "state": ["open"] * 5 + ["accepted"],
            "reason": [None] * 5 + ["正在拆迁"],
            "expires": [None] * 5 + ["2027-06-30"],
        },
        [
            shapely.box(*corner(0.2, 0.8), *corner(0.4, 1)),
            shapely.box(*corner(1, 0), *corner(2, 0.6)),
            shapely.box(*corner(1, 0.6), *corner(2, 1)),
            SHAPES[CODES[0]],
            shapely.box(*corner(6.5, 1), *corner(6.6, 1.1)),
            SHAPES[CODES[5]],
        ],
    )


def repairs() -> gpd.GeoDataFrame:
    return table(
        {
            "layer": ["compound", "courtyard"],
            "source_id": ["c1", "y7"],
            "problem": ["Self-intersection", "null geometry"],
            "action": ["repaired (make_valid, structure)", "rejected"],
            "changed_m2": [3.5, 0.0],
        },
        [SHAPES[CODES[0]], None],
    )


def lineage() -> gpd.GeoDataFrame:
    return table(
        {
            "old_code": ["320106001001901", None],
            "new_code": [CODES[0], CODES[1]],
            "relation": ["split", "new"],
            "area_share": [0.75, None],
            "household_share": [0.6, None],
        },
        [SHAPES[CODES[0]], SHAPES[CODES[1]]],
    )


def communities() -> gpd.GeoDataFrame:
    """Return the layer that names the communities; the last has no name."""
    codes = sorted({code[:12] for code in CODES})
    return table(
        {"code": codes, "name": ["下元社区", "石桥村", None], "street": [code[:9] for code in codes]},
        [cells((x, 0), (x, 1), (x + 1, 0), (x + 1, 1)) for x in (0, 2, 4)],
    )


def frames() -> dict[str, pd.DataFrame]:
    """Return the layers of the build; `communities` apart, as builds were without it."""
    facts = {"name": "鼓楼试点", "program": "onegrid 9.9", "not_evaluated.unpatrolled": "there is no patrol_zone layer"}
    return {
        "grids": grids(),
        "faces": faces(),
        "units": units(),
        "gaps": gaps(),
        "repairs": repairs(),
        "lineage": lineage(),
        "build": pd.DataFrame({"key": list(facts), "value": list(facts.values())}),
    }
