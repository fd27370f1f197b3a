"""A build by hand, for the reports: two streets, three communities, seven grids, every ledger, hostile names."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.standards_file import read_standards
from geo.standards_table import standards_table

CRS = "EPSG:4528"  # CGCS2000, zone 40: its central meridian is 120° E, where x = 40 500 000
WEST, SOUTH = 40_500_000.0, 3_540_000.0
CELL_M = 100.0

HOSTILE = "</script><script>window.stung = 1</script>"
TEMPLATE = "{{ 7 * 7 }} ${window.stung = 1} {% raw %}"
MARKUP = '"><img src=x onerror="window.stung = 1">'
SECRETARY, HOLDER, SIGNER, PHONE = "王书记", "李网格", "赵签批", "13800001111"
"""Persons and their telephone, who must not come into a map."""


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
            "name": ["江南里小区", HOSTILE, "上元社区无人认领", TEMPLATE, "北站巡区", MARKUP, None],
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
    shape |= {"c8": cells((7, 0)), "c10": None, "p2": SHAPES[CODES[4]]}
    ids = ["c1", "c2", "c3", "c9", "c8", "c10", "y1", "y2", "p1", "p2"]
    names = [
        "江南里小区",
        TEMPLATE,
        MARKUP,
        "被取代小区",
        "界外小区",
        "无图小区",
        HOSTILE,
        None,
        "北站巡区",
        "南站巡区",
    ]
    return table(
        {
            "layer": ["compound"] * 6 + ["courtyard"] * 2 + ["patrol_zone"] * 2,
            "source_id": ids,
            "name": names,
            "status": [*["kept"] * 3, "superseded", "outside", "rejected", "kept", "kept", "trimmed", "superseded"],
            "claimed_m2": [1e4, 2e4, 2e4, 500.0, 0.0, 0.0, 2e4, 2e4, 4e4, 2e4],
            "granted_m2": [1e4, 2e4, 2e4, 0.0, 0.0, 0.0, 2e4, 2e4, 2e4, 0.0],
            "households": pd.array([1430, 320, 90, None, 920, 367, 0, 0, 12, 0], dtype="Int64"),
            "population": pd.array([None] * 10, dtype="Int64"),
            "party_members": pd.array([None] * 10, dtype="Int64"),
            "note": [*[None] * 6, HOSTILE, *[None] * 3],
        },
        [shape.get(key, SHAPES[CODES[0]]) for key in ids],
    )


def gaps() -> gpd.GeoDataFrame:
    """Return gaps in the order of a build: worst first, and among equals not by area."""
    said = {
        "overlap": {"units": ["compound:c1", "courtyard:y1"], "names": [None, HOSTILE], "arithmetic": "30 = 30"},
        "zones": {"units": ["patrol_zone:p1", "patrol_zone:p2"]},
        "astride": {"unit": "patrol_zone:p1", "home": "320106001001", "share": 0.25},
        "size": {
            "figure": "1430 户 > 500 户",
            "limit": 500,
            "arithmetic": "20 + 15 × lg(1 + 1430 户) = 67",
            "rule": "网格户数在标准范围内",
            "source": "P 海口",
        },
        "signed": {"limit": 300, "signer": SIGNER, "signed": "2026-06-30"},
        "post": {
            "post": "cleaner",
            "required": 2,
            "held": 0,
            "short": 2,
            "figure": "2 人：日常管理型网格标准；现有 0 人，缺 2 人",
        },
    }
    detail = {name: json.dumps(value, ensure_ascii=False) for name, value in said.items()}
    rows = [
        # gap_id, kind, ledger, severity, grid, community, area, households, detail, land
        ("unclaimed:b", "unclaimed", "unheld", 71, 2, "320106001001", 4000.0, None, "not json", (1, 0.6, 2, 1)),
        ("oversize:1", "oversize", "unserved", 67, 0, "320106001001", 1e4, 1430, detail["size"], 0),
        ("understaffed:1:cleaner", "understaffed", "unserved", 67, 0, "320106001001", 1e4, 1430, detail["post"], 0),
        ("no_community:x", "no_community", "unheld", 55, None, "320106001002", 100.0, 0, None, (6.5, 1, 6.6, 1.1)),
        ("overlap:p1+p2", "overlap", "contested", 50, 4, "320106001002", 2e4, 12, detail["zones"], 4),
        ("straddle:4", "straddle", "contested", 50, 4, "320106001002", 2e4, 12, detail["astride"], 4),
        ("unclaimed:a", "unclaimed", "unheld", 40, 2, "320106001001", 6000.0, None, "{}", (1, 0, 2, 0.6)),
        (
            "overlap:c1+y1",
            "overlap",
            "contested",
            30,
            0,
            "320106001001",
            400.0,
            3,
            detail["overlap"],
            (0.2, 0.8, 0.4, 1),
        ),
        ("undersize:2", "undersize", "unserved", 5, 5, "320106002001", 2e4, 90, detail["signed"], 5),
    ]
    columns = (
        "gap_id",
        "kind",
        "ledger",
        "severity",
        "grid",
        "community_code",
        "area_m2",
        "households",
        "detail",
        "land",
    )
    frame = pd.DataFrame(rows, columns=columns)
    accepted = frame["kind"] == "undersize"
    lands = [
        SHAPES[CODES[at]] if isinstance(at, int) else shapely.box(*corner(*at[:2]), *corner(*at[2:]))
        for at in frame["land"]
    ]
    frame = frame.assign(
        code=[None if pd.isna(row) else CODES[int(row)] for row in frame["grid"]],
        households=frame["households"].astype("Int64"),
        remedy=np.where(frame["kind"] == "overlap", HOSTILE, np.where(frame["kind"] == "oversize", "拆分网格", None)),
        state=np.where(accepted, "accepted", "open"),
        reason=np.where(accepted, "正在拆迁", None),
        expires=np.where(accepted, "2027-06-30", None),
    )
    return gpd.GeoDataFrame(frame.drop(columns=["grid", "land"]), geometry=lands, crs=CRS)


def staffing() -> pd.DataFrame:
    """Return the posts of four grids: two people short, one, none, and two more than are required."""
    rows = [
        (0, "grid_head", 1, 1, 0, "1 人：日常管理型网格标准；现有 1 人"),
        (0, "cleaner", 2, 0, 2, "2 人：日常管理型网格标准；现有 0 人，缺 2 人"),
        (1, "grid_worker", 2, 1, 1, "2 人 = 430 户 ÷ 300，进一；现有 1 人，缺 1 人"),
        (3, "grid_head", 1, 1, 0, "1 人：一般防范型网格标准；现有 1 人"),
        (4, "cleaner", 1, 3, 0, "1 人：日常管理型网格标准；现有 3 人，多 2 人"),
    ]
    frame = pd.DataFrame(rows, columns=["grid", "post", "required", "held", "short", "arithmetic"])
    frame = frame.astype(dict.fromkeys(("required", "held", "short"), "Int64"))
    return frame.assign(code=[CODES[row] for row in frame["grid"]], full_time_equivalent=1.0).drop(columns="grid")


def assignments() -> pd.DataFrame:
    forms = ["branch", "joint_branch", "none", "none", "service_station", "party_group", "none"]
    proposed = [
        "branch",
        "joint_branch",
        "service_station",
        "branch",
        "service_station",
        "joint_branch",
        "service_station",
    ]
    return pd.DataFrame(
        {
            "code": CODES,
            "form": forms,
            "organisation_id": ["ZB1", "LZ1", None, None, "XF1", "XZ1", None],
            "members": pd.array([88, 6, None, None, 0, 2, None], dtype="Int64"),
            "proposed_form": proposed,
            "proposed_organisation_id": ["ZB1", "LZ1", None, "branch:x", "XF1", "joint:x", None],
            "reason": ["党员 88 人 ≥ 3 人，单独建党支部", *["党员 0 人 < 1 人，设党员先锋服务站"] * 6],
        }
    )


def party_organisations() -> pd.DataFrame:
    ids = ["ZB1", "LZ1", "XF1", "XZ1"]
    names = ["江南里党支部", "两院联合党支部", "北站先锋站", "三组党小组"]
    return pd.DataFrame({"organisation_id": ids, "name": names, "level": "grid_branch", "secretary": SECRETARY})


def ratings() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": [CODES[0], CODES[0], CODES[3]],
            "class": "I",
            "period": ["2026Q1", "2026Q2", "2026Q1"],
            "score": [84.0, 92.5, 61.0],
            "stars": pd.array([4, 5, 0], dtype="Int64"),
            "arithmetic": [
                "84 分 = 加分 87 − 扣分 3；四星，得全年奖励的 10%",
                "92.5 分 = 加分 93 − 扣分 0.5",
                "61 分 = 加分 61 − 扣分 0",
            ],
        }
    )


def settlements() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": [CODES[0], CODES[3], CODES[5]],
            "class": ["I", "I", "II"],
            "self_management": ["committee", "committee", "committee"],
            "period": ["2026Q2", "2026Q1", None],
            "score": [92.5, 61.0, None],
            "stars": pd.array([5, 0, None], dtype="Int64"),
        }
    )


def premises() -> pd.DataFrame:
    x, y = corner(0.25, 0.25)
    return pd.DataFrame(
        {
            "code": [CODES[0], None],
            "name": ["江南里驿站", None],
            "kind": ["leased", "bought"],
            "x": [x, None],
            "y": [y, None],
        }
    )


def duty() -> pd.DataFrame:
    return pd.DataFrame({"code": CODES[:1], "post": ["grid_head"], "name": [HOLDER], "phone": [PHONE]})


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
        "staffing": staffing(),
        "assignments": assignments(),
        "party_organisations": party_organisations(),
        "ratings": ratings(),
        "settlements": settlements(),
        "premises": premises(),
        "duty": duty(),
        "standards": standards_table(read_standards()),
        "build": pd.DataFrame({"key": list(facts), "value": list(facts.values())}),
    }
