"""A build made by hand: two communities, six grids, everything that a layer can hold."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from geo.result import OneGrid

CRS = pyproj.CRS("EPSG:4526")
ORIGIN = np.array([38_533_201.337, 4_417_904.059])  # Beijing, zone 38
LEFT, RIGHT = "110108001001", "110108001002"
DATED_FACTS = {"name": "海淀试点", "working_crs": "EPSG:4526", "parameters": '{"sliver_width": 2.0}'}


def cell(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """Draw a box at metres from the origin, with coordinates on the millimetre grid."""
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) + ORIGIN
    return shapely.Polygon(np.round(corners * 1000) / 1000)


# one cell a letter; the two cells a are one grid, and c lies in the middle of the plan
CELLS = {
    "a1": cell(0, 0, 100.001, 80.123),
    "a2": cell(100.001, 80.123, 210.457, 160.9),
    "b": cell(100.001, 0, 210.457, 80.123),
    "c": cell(0, 80.123, 100.001, 160.9),
    "d": cell(210.457, 0, 333.333, 80.123),
    "e": cell(333.333, 0, 400, 80.123),
    "f": cell(210.457, 80.123, 400, 160.9),
}
# e has a corner of d and f on its border: edges must match, so f carries the vertex too
CELLS["f"] = shapely.Polygon(np.insert(shapely.get_coordinates(CELLS["f"]), 1, CELLS["d"].exterior.coords[2], axis=0))
GRIDS = {
    "a": shapely.MultiPolygon([CELLS["a1"], CELLS["a2"]]),
    **{name: CELLS[name] for name in "bcdef"},
}


def layer(columns: dict, geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=np.array(geometry, dtype=object), crs=CRS)


def grids() -> gpd.GeoDataFrame:
    polygons = list(GRIDS.values())
    return layer(
        {
            "code": [f"{LEFT}{n:03d}" for n in (1, 2, 3)] + [f"{RIGHT}{n:03d}" for n in (1, 2, 3)],
            "kind": ["residential", "institutional", "patrol", "residential", "residential", "unclaimed"],
            "name": ["知春里小区", "第一中学", "巡逻三区", "双榆树东里", None, "双榆树社区（兜底）"],
            "community_code": [LEFT] * 3 + [RIGHT] * 3,
            "source_layer": ["compound", "courtyard", "patrol_zone", "compound", "compound", "community"],
            "source_id": ["c1", "y1", "p1", "c2", "c3", RIGHT],
            "patrol_zone_id": ["p1", "p1", "p1", None, None, None],
            "management_type": ["routine", "key_attention", "routine", "general_prevention", "routine", "routine"],
            "households": [412, 0, 3, 380, 77, 0],
            "population": pd.array([1033, None, 8, 901, 170, 0], dtype="Int64"),
            "party_members": [31, 12, 0, 25, 4, 0],
            "area_m2": shapely.area(polygons),
            "parts": shapely.get_num_geometries(polygons),
        },
        polygons,
    )


def faces() -> gpd.GeoDataFrame:
    code = dict(zip(GRIDS, grids()["code"], strict=True))
    rules = ["sole", "sliver", "precedence", "same_layer", "sole", "override", "fallback"]
    claimants = ['["compound:c1"]', "[]", '["courtyard:y1", "compound:c1"]', '["patrol_zone:p1"]', '["compound:c2"]',
                 '["compound:c3"]', "[]"]  # fmt: skip
    return layer(
        {
            "face_id": [f"{code[name[0]]}-{number}" for number, name in enumerate(CELLS)],
            "code": [code[name[0]] for name in CELLS],
            "claimants": claimants,
            "rule": rules,
            "area_m2": shapely.area(list(CELLS.values())),
        },
        list(CELLS.values()),
    )


def units() -> gpd.GeoDataFrame:
    return layer(
        {
            "layer": ["compound", "compound", "courtyard", "patrol_zone", "compound"],
            "source_id": ["c1", "c2", "y1", "p1", "c9"],
            "name": ["知春里小区", "双榆树东里", "第一中学", "巡逻三区", None],
            "status": ["trimmed", "kept", "kept", "trimmed", "rejected"],
            "claimed_m2": [25_000.5, 9_845.25, 8_850.0, 30_000.0, 0.0],
            "granted_m2": [16_900.0, 9_845.25, 8_850.0, 8_077.0, 0.0],
            "households": pd.array([412, 380, None, None, None], dtype="Int64"),
            "population": pd.array([1033, 901, None, None, None], dtype="Int64"),
            "party_members": pd.array([31, 25, 12, None, None], dtype="Int64"),
            "note": [None, None, None, "部分划归小区", "geometry is null"],
            "home": [LEFT, RIGHT, LEFT, LEFT, None],
            "counted": [1, 1, 0, 0, 0],
            "owners_committee": ["业委会", "无", None, None, None],
            "property_company": ["示例物业", None, None, None, None],
            "property_party": ["党建指导员", None, None, None, None],
        },
        [GRIDS["a"], CELLS["d"], CELLS["b"], shapely.union_all(list(CELLS.values())[:4]), None],
    )


def gaps() -> gpd.GeoDataFrame:
    detail = '{"area_m2": 15313.3, "severity": "1.5 ha", "rule": "DB11/T 2157-2023 §6.3.4", "households": 0}'
    return layer(
        {
            "gap_id": [f"unclaimed-{RIGHT}-0f3a", "overlap-compound:c1-courtyard:y1", f"oversize-{LEFT}001"],
            "kind": ["unclaimed", "overlap", "oversize"],
            "ledger": ["unheld", "contested", "unserved"],
            "severity": [44, 30, 20],
            "code": [f"{RIGHT}003", f"{LEFT}002", f"{LEFT}001"],
            "community_code": [RIGHT, LEFT, LEFT],
            "area_m2": [15_313.3, 8_850.0, 16_900.0],
            "households": pd.array([0, 0, 412], dtype="Int64"),
            "detail": [detail] * 3,
            "remedy": ["划入相邻网格，或由社区明确网格长", "由街道确认归属", "拆分为两个网格"],
            "state": ["open", "open", "accepted"],
            "reason": [None, None, "改造期间暂不拆分"],
            "expires": [None, None, "2027-06-30"],
        },
        [CELLS["f"], CELLS["b"], GRIDS["a"]],
    )


def communities() -> gpd.GeoDataFrame:
    table = grids().dissolve("community_code", sort=True)
    columns = {
        "code": list(table.index),
        "name": ["桂花社区", "石桥村"],
        "street": [LEFT[:9], RIGHT[:9]],
        "rural": [0, 1],
        "grids": grids().groupby("community_code").size().to_numpy(),
        "area_m2": table.area.to_numpy(),
    }
    return layer(columns, list(table.geometry))


def tables() -> dict[str, pd.DataFrame]:
    """The layers without geometry, by name."""
    code = [f"{LEFT}001", f"{LEFT}001", f"{RIGHT}001"]
    return {
        "staffing": pd.DataFrame(
            {
                "code": code,
                "post": ["grid_head", "grid_worker", "grid_head"],
                "required": pd.array([1, 2, None], dtype="Int64"),
                "held": pd.array([1, 0, 0], dtype="Int64"),
                "short": pd.array([0, 2, None], dtype="Int64"),
                "arithmetic": ["1", "2 = 412 户 ÷ 300，进一", None],
                "full_time_equivalent": [0.5, 0.0, None],
            }
        ),
        "community_staffing": pd.DataFrame(
            {
                "code": [LEFT],
                "post": ["community_worker"],
                "required": pd.array([2], dtype="Int64"),
                "held": pd.array([1], dtype="Int64"),
                "short": pd.array([1], dtype="Int64"),
                "arithmetic": ["2 人 = 1041 人 × 18 ÷ 10,000，进一；现有全职 1 人，缺 1 人"],
                "full_time_equivalent": [1.0],
            }
        ),
        "settlements": pd.DataFrame(
            {
                "code": code[::2],
                "households": pd.array([412, 380], dtype="Int64"),
                "class": ["I", "I"],
                "self_management": ["committee", "committee"],
                "period": ["2026Q1", None],
                "score": [89.5, None],
                "stars": pd.array([4, None], dtype="Int64"),
            }
        ),
        "assignments": pd.DataFrame(
            {
                "code": code[1:],
                "form": ["branch", "none"],
                "organisation_id": ["ZB1", None],
                "members": pd.array([31, 4], dtype="Int64"),
                "proposed_form": ["branch", "branch"],
                "proposed_organisation_id": ["ZB1", None],
                "reason": ["31 ≥ 3", "4 ≥ 3"],
            }
        ),
        "party_organisations": pd.DataFrame(
            {
                "organisation_id": ["DZ1", "ZB1"],
                "name": ["桂花社区党委", "知春里小区网格党支部"],
                "level": ["community_organisation", "grid_branch"],
                "parent_id": [None, "DZ1"],
                "members": pd.array([None, 31], dtype="Int64"),
                "secretary": [None, "赵示例"],
                "code": [None, code[0]],
            }
        ),
        "ratings": pd.DataFrame(
            {
                "code": code[:1],
                "class": ["I"],
                "period": ["2026Q1"],
                "score": [89.5],
                "stars": pd.array([4], dtype="Int64"),
                "rank": pd.array([1], dtype="Int64"),
                "of": pd.array([1], dtype="Int64"),
                "reward_share": [0.4],
                "arithmetic": ["84 + 5.5 = 89.5"],
            }
        ),
        "duty": pd.DataFrame(
            {
                "code": [LEFT, code[0]],
                "post": ["community_office", "grid_head"],
                "name": [None, "赵示例"],
                "phone": ["0871-55500001", "0871-55500002"],
                "full_time": pd.array([None, 1], dtype="Int64"),
                "force": [None, "cadre_sinks"],
                "organisation": ["桂花社区", "桂花社区"],
            }
        ),
        "premises": pd.DataFrame(
            {
                "code": code[:1],
                "name": ["知春里网格阵地"],
                "kind": ["leased"],
                "x": [ORIGIN[0] + 50.5],
                "y": [ORIGIN[1] + 40.25],
            }
        ),
        "records": pd.DataFrame(
            {
                "table": ["roster", "party", "exceptions"],
                "code": [code[0], LEFT, None],
                "row": [
                    '{"post": "grid_head", "name": "赵示例", "phone": "0871-55500002", "file": "roster.csv", "row": 2}',
                    '{"organisation_id": "DZ1", "name": "桂花社区党委", "level": "community_organisation", "row": 2}',
                    '{"gap_id": "oversize:1", "reason": "改造期间暂不拆分", "signer": "钱示例", "row": 2}',
                ],
            }
        ),
        "standards": pd.DataFrame(
            {
                "place": ["", "", LEFT[:9]],
                "key": ["workers.urban_per_10000", "codes.profile", "facilities.公厕.urban"],
                "value": ["18", '"DB11/T 2157"', "false"],
                "unit": ["workers per 10,000 residents", "code profile", "yes/no"],
                "source": ["S1", "P DB11/T 2157-2023", "海淀.toml"],
            }
        ),
    }


def places() -> dict[str, gpd.GeoDataFrame]:
    """The buildings, facilities and roads, by name."""
    spots = shapely.points(np.array([(50.5, 40.25), (300, 100)]) + ORIGIN)
    counts = {"households": [24, None], "population": [60, None], "party_members": [None, None]}
    street = shapely.LineString(np.array([(0, 80), (400, 80)]) + ORIGIN)
    return {
        "buildings": layer({name: pd.array(count, dtype="Int64") for name, count in counts.items()}, spots),
        "facilities": layer({"name": ["桂花公厕", None], "kind": ["公厕", "便民服务站"]}, spots),
        "roads": layer({"name": ["桂花路"]}, [street]),
    }


def repairs() -> gpd.GeoDataFrame:
    line = shapely.LineString(shapely.get_coordinates(CELLS["a1"])[:2])
    return layer(
        {
            "layer": ["compound", "compound", "courtyard", "community"],
            "source_id": ["c1", "c9", "y7", LEFT],
            "problem": ["self-intersection", "null geometry", "no area", "enclosed hole"],
            "action": ["repaired (make_valid, structure)", "rejected", "rejected", "filled"],
            "changed_m2": [12.5, 0.0, 0.0, 3.25],
        },
        [shapely.force_3d(CELLS["a1"], 55.0), None, line, shapely.Polygon()],
    )


def lineage(*, empty: bool) -> gpd.GeoDataFrame:
    columns = {
        "old_code": [f"{LEFT}001", f"{LEFT}001", None],
        "new_code": [f"{LEFT}001", f"{LEFT}002", f"{RIGHT}002"],
        "relation": ["same", "split", "new"],
        "area_share": [0.7, 0.3, None],
        "household_share": [1.0, 0.0, None],
    }
    frame = layer(columns, [CELLS["a1"], CELLS["b"], CELLS["e"]])
    return frame.iloc[:0] if empty else frame


def small_build(*, with_lineage: bool = False) -> OneGrid:
    """Return a build whose `lineage` is empty unless asked for."""
    return OneGrid(
        crs=CRS,
        grids=grids(),
        faces=faces(),
        units=units(),
        gaps=gaps(),
        communities=communities(),
        repairs=repairs(),
        lineage=lineage(empty=not with_lineage),
        facts=dict(DATED_FACTS),
        **tables(),
        **places(),
    )
