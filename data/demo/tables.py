"""The tables beside the map: who holds which post, money, scores, and gaps accepted as exceptions.

Rows are about a source unit, the part of a patrol zone in one community, or a community itself, as `data.demo.holders`
lists them.
Nobody in the tables exists: names say so (赵示例), telephone numbers are of one exchange kept for examples.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.demo.holders import KEY, row_key
from data.demo.names import invented_people, work_phones
from data.demo.party import GRID_BRANCHES
from data.demo.seeds import Seeds

YEAR = 2026

FOUR_POSTS = {"网格长": 0.94, "先锋员": 0.87, "治安员": 0.88, "保洁员": 0.9}
"""The posts every grid should have, and the share of grids in which each is held."""
PART_TIME = ("楼栋长", "单元长", "志愿者", "包户干部")
FORCES = {
    "网格长": "社区干部下沉",
    "先锋员": "在职党员服务",
    "治安员": "民警驻格",
    "保洁员": "物业环卫",
    "网格党支部书记": "社区干部下沉",
    "网格员": "专兼职网格员",
    "楼栋长": "1+X队伍",
    "单元长": "1+X队伍",
    "志愿者": "共建单位认领",
    "包户干部": "1+X队伍",
}
SCORE_ITEMS = (
    ("基础分", 72, 88, 1.0),
    ("组织建设加分", 1, 5, 0.6),
    ("居民自治加分", 1, 5, 0.5),
    ("环境卫生加分", 1, 4, 0.4),
    ("安全隐患扣分", -6, -1, 0.35),
    ("投诉未办结扣分", -5, -1, 0.2),
)
"""Item of a score sheet, its lowest and highest points, and the share of sheets it is on."""
EXCEPTIONS = (
    ("no_self_government", "compound", "新建小区，业主入住未过半，暂不具备成立业主委员会条件"),
    ("undersize", "compound", "单独围合的职工宿舍，不宜与相邻小区合并"),
    ("far_from_facility", "community", "服务设施已列入明年新建计划"),
    ("unclaimed", "community", "河道管理用地，由水务部门专项管理"),
)
"""Kind of gap, the layer it is about, and why it was accepted."""
SMALL_COMPOUND = 250
"""Households of a compound that is certain to be below the size of a grid."""
SHORT_OF_WORKERS = 0.2
URBAN_HOUSEHOLDS_A_WORKER, RURAL_HOUSEHOLDS_A_WORKER = 300, 15


def make_roster(grids: pd.DataFrame, branches: pd.DataFrame, seeds: Seeds) -> pd.DataFrame:
    """Return who holds which post: `KEY`, ``post``, ``name``, ``phone``, ``full_time``, ``force``, ``organisation``."""
    rng = seeds.stage("roster")
    unit = (grids["layer"] != "community").to_numpy()
    held = {post: unit & (rng.random(len(grids)) < share) for post, share in FOUR_POSTS.items()}
    held["网格长"] |= ~unit & (rng.random(len(grids)) < 0.7)
    counts = {post: mask.astype(int) for post, mask in held.items()}
    counts["网格员"] = _workers(grids, rng)
    compound = (grids["layer"] == "compound").to_numpy()
    dense = not seeds.is_sparse
    counts["楼栋长"] = compound * rng.binomial(4 if dense else 1, 0.6 if dense else 0.3, len(grids))
    counts["单元长"] = compound * rng.binomial(2 if dense else 0, 0.15, len(grids))
    counts["志愿者"] = compound * rng.binomial(2, 0.3 if dense else 0.05, len(grids))
    counts["包户干部"] = (~unit).astype(int)
    number = np.arange(len(grids))
    rows = [pd.DataFrame({"grid": np.repeat(number, count), "post": post}) for post, count in counts.items()]
    table = pd.concat(rows, ignore_index=True)
    table = table.iloc[np.argsort(table["grid"].to_numpy(), kind="stable")].reset_index(drop=True)
    table["name"] = invented_people(len(table), rng)
    table = pd.concat([table, _secretaries(branches)], ignore_index=True)
    table["phone"] = work_phones(len(table), rng)
    part_time = table["post"].isin(PART_TIME).to_numpy() | (rng.random(len(table)) < 0.25)
    table["full_time"] = np.where(part_time, "否", "是")
    table["force"] = table["post"].map(FORCES)
    grid = grids.iloc[table.pop("grid")].reset_index(drop=True)
    station = grid["street_name"].str.replace(r"(街道|镇)$", "", regex=True) + "派出所"
    partner = grids[grids["layer"] == "courtyard"].drop_duplicates("community").set_index("community")["name"]
    table["organisation"] = grid["community_name"].where(table["force"] != "民警驻格", station)
    adopted = table["force"] == "共建单位认领"
    table["organisation"] = table["organisation"].mask(adopted, grid["community"].map(partner))
    return pd.concat([row_key(grid), table], axis=1)


def _workers(grids: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return grid workers by households; a fifth of the grids have half of what they need, so have the largest."""
    homes = grids["households"].to_numpy()
    norm = np.where(grids["rural"], RURAL_HOUSEHOLDS_A_WORKER, URBAN_HOUSEHOLDS_A_WORKER)
    wanted = np.maximum(-(-homes // norm), (rng.random(len(grids)) < 0.4).astype(int))
    short = (rng.random(len(grids)) < SHORT_OF_WORKERS) | (homes > np.quantile(homes[homes > 0], 0.98))
    return np.where(grids["layer"] == "community", 0, np.where(short, wanted // 2, wanted))


def _secretaries(branches: pd.DataFrame) -> pd.DataFrame:
    """Return a roster row for the secretary of each grid branch."""
    own = branches[branches["level"].isin(GRID_BRANCHES)]
    return pd.DataFrame({"grid": own["grid"].astype(int), "post": "网格党支部书记", "name": own["secretary"]})


def make_funding(grids: pd.DataFrame, branches: pd.DataFrame, seeds: Seeds) -> pd.DataFrame:
    """Return the year's money: `KEY`, ``year``, ``purpose``, ``amount`` (CNY); some of it short, some missing."""
    rng = seeds.stage("funding")
    community = grids[grids["layer"] == "community"]
    branch = grids.loc[branches.loc[branches["level"].isin(GRID_BRANCHES), "grid"].astype(int)]
    parts = []
    for rows, purpose, floor in (
        (community, "社区运转经费", 200_000),
        (community, "服务群众专项经费", 100_000),
        (branch, "党支部活动经费", 10_000),
    ):
        amount = floor * rng.choice([0.6, 0.85, 1.0, 1.2, 1.5], len(rows), p=[0.05, 0.05, 0.45, 0.3, 0.15])
        table = row_key(rows).assign(year=YEAR, purpose=purpose, amount=np.rint(amount).astype(int))
        parts.append(table[rng.random(len(table)) > 0.03])
    return pd.concat(parts, ignore_index=True)


def make_scores(grids: pd.DataFrame, seeds: Seeds) -> pd.DataFrame:
    """Return score sheets of compounds and villagers' groups: `KEY`, ``period``, ``item``, ``points`` (signed).

    In a sparse town one quarter instead of two.
    """
    rng = seeds.stage("scores")
    rated = grids[(grids["layer"] == "compound") & (rng.random(len(grids)) < 0.9)]
    parts = []
    for quarter in range(1, 2 if seeds.is_sparse else 3):
        for item, low, high, share in SCORE_ITEMS:
            points = rng.integers(low, high, len(rated), endpoint=True)
            table = row_key(rated).assign(period=f"{YEAR}Q{quarter}", item=item, points=points)
            parts.append(table.assign(row=rated.index)[rng.random(len(rated)) < share])
    table = pd.concat(parts, ignore_index=True)
    return table.iloc[np.argsort(table.pop("row").to_numpy(), kind="stable")].reset_index(drop=True)


def make_exceptions(grids: pd.DataFrame, seeds: Seeds) -> pd.DataFrame:
    """Return accepted gaps: ``kind``, `KEY`, ``reason``, ``signer``, ``signed``, ``expires``; one has expired."""
    rng = seeds.stage("exceptions")
    count = min(len(grids), max(len(EXCEPTIONS), round(0.05 * seeds.communities)))
    parts = []
    town = grids[~grids["rural"]]
    likely = {
        "no_self_government": town["owners_committee"].isna(),
        "undersize": town["households"].between(1, SMALL_COMPOUND),
        "far_from_facility": town["layer"] == "community",
    }
    for number, (kind, layer, reason) in enumerate(EXCEPTIONS):
        fit = town[likely[kind]] if kind in likely and len(town) else grids
        fit = fit[fit["layer"] == layer]
        rows = fit.iloc[rng.permutation(len(fit))[: -(-(count - number) // len(EXCEPTIONS))]]
        table = row_key(rows).assign(reason=reason, signed=f"{YEAR}-03-15", expires=f"{YEAR + 1}-12-31")
        table["signer"] = (rows["street_name"] + "分管领导 " + invented_people(len(rows), rng)).to_numpy()
        table.insert(0, "kind", kind)
        parts.append(table)
    table = pd.concat(parts, ignore_index=True)
    table.loc[table.index[:1], ["signed", "expires"]] = [f"{YEAR - 3}-01-10", f"{YEAR - 1}-12-31"]
    return table[["kind", *KEY, "reason", "signer", "signed", "expires"]]
