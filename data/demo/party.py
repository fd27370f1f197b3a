"""Party organisations: the urban and the rural chain, from the street's committee down to the members' households."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.demo.holders import row_key
from data.demo.names import invented_people
from data.demo.seeds import Seeds

GRID_BRANCHES = ["网格党支部", "村民小组党支部"]
HOUSEHOLDS = ["党员中心户", "党员联系户"]
FORMS = {
    "branch": ("ZB", ""),
    "joint": ("LH", "联合党支部"),
    "group": ("XZ", "党小组"),
    "station": ("XF", "先锋服务站"),
}
"""How a party organisation is present on a grid: the prefix of its ids, its level (a branch's depends on its chain)."""
COLUMNS = ["organisation_id", "name", "level", "parent_id", "members", "secretary", "grid"]


def make_party(grids: pd.DataFrame, seeds: Seeds) -> pd.DataFrame:
    """Return party organisations as a tree, a row an organisation and grid: a joint branch has a row a grid it covers.

    Urban chain: street working committee, community organisation, grid branch, building party group, centre household.
    Rural chain: town committee, village organisation, villager-group branch, contact household.
    Columns: `COLUMNS` (``grid``: row of ``grids``, or missing) and `data.demo.holders.KEY`.
    """
    rng = seeds.stage("party")
    unit = grids[grids["layer"] != "community"]
    unit = unit.assign(grid=unit.index, form=_forms(unit, rng))
    number = pd.Series((np.arange(len(unit)) + 1).astype(str), index=unit.index)
    branch_level = np.where(unit["rural"], *GRID_BRANCHES[::-1])
    parts = [_committees(grids)]
    for form, (prefix, level) in FORMS.items():
        here = (unit["form"] == form).to_numpy()
        rows = unit[here].assign(level=branch_level[here] if form == "branch" else level)
        joint = form == "joint"
        rows["organisation_id"] = prefix + (rows["community"] if joint else number[here])
        rows["name"] = (rows["community_name"] if joint else rows["name"]) + rows["level"]
        parts.append(rows.assign(parent_id="DZ" + rows["community"]))
    parts.append(_below(parts[1], seeds, rng))
    table = pd.concat(parts, ignore_index=True)
    joint = table["level"] == FORMS["joint"][1]
    table.loc[joint, "members"] = table[joint].groupby("organisation_id")["members"].transform("sum")
    secretary = pd.Series(invented_people(len(table), rng)).groupby(table["organisation_id"]).transform("first")
    table["secretary"] = secretary.where(~table["level"].isin([*HOUSEHOLDS, "先锋服务站"]))
    key = row_key(table).where(table["layer"].notna())
    return pd.concat([table[COLUMNS], key], axis=1)


def _forms(unit: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Draw which organisation each grid has today; about one in eight misses the one it should have."""
    members, draw = unit["members"].to_numpy(), rng.random(len(unit))
    one_or_two = np.select([draw < 0.6, draw < 0.85], ["joint", "group"], "")
    none = np.where(draw < 0.3, "station", "")
    return np.select([members >= 3, members >= 1], [np.where(draw < 0.88, "branch", ""), one_or_two], none)


def _committees(grids: pd.DataFrame) -> pd.DataFrame:
    """Return the committees of streets and towns, and the organisations of communities and villages."""
    total = grids.groupby("community")["members"].sum()
    own = grids[grids["layer"] == "community"]
    own = own.assign(
        organisation_id="DZ" + own["community"],
        level=np.where(own["rural"], "村党组织", "社区党组织"),
        parent_id="DJ" + own["street"],
        members=own["community"].map(total),
        name=own["name"] + np.where(own["rural"], "党总支", "党委"),
    )
    street = own.drop_duplicates("street")
    town = street["street_name"].str.endswith("镇")
    street = pd.DataFrame(
        {
            "organisation_id": "DJ" + street["street"],
            "name": street["street_name"] + np.where(town, "党委", "党工委"),
            "level": np.where(town, "镇党委", "街道党工委"),
            "members": street["street"].map(own.groupby("street")["members"].sum()),
        }
    )
    return pd.concat([street, own], ignore_index=True)


def _below(branches: pd.DataFrame, seeds: Seeds, rng: np.random.Generator) -> pd.DataFrame:
    """Return building party groups and members' households below some of the branches; fewer in a large demo."""
    some = 0.2 if seeds.is_sparse else 1.0
    rural = branches["rural"].to_numpy()
    found = []
    for level, prefix, chosen, members in (
        ("楼栋党小组", "LD", ~rural & (rng.random(len(branches)) < 0.3 * some), branches["members"] // 4 + 1),
        ("党员中心户", "HZ", ~rural & (rng.random(len(branches)) < 0.15 * some), 1),
        ("党员联系户", "HL", rural & (rng.random(len(branches)) < 0.25 * some), 1),
    ):
        rows = branches.assign(members=members, level=level, parent_id=branches["organisation_id"])[chosen]
        rows["organisation_id"] = prefix + rows["organisation_id"]
        rows["name"] = rows["name"].str.replace("(网格|村民小组)党支部$", "", regex=True) + level
        found.append(rows)
    return pd.concat(found, ignore_index=True)
