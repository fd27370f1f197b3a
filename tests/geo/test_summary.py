"""Figures by division: what is added up, and that children add up to their parent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.summary import FIGURES, WHOLE, by_division, kinds_by_community, worst_communities

A, B, FAR = "530102001001", "530102001002", "530103001001"


def grids(*rows):
    """Make a layer of grids from (community, kind, households, area)."""
    table = pd.DataFrame(rows, columns=["community_code", "kind", "households", "area_m2"])
    number = table.groupby("community_code").cumcount() + 1
    table["code"] = table["community_code"] + number.astype(str).str.zfill(3)
    table["households"] = table["households"].astype("Int64")
    return table.assign(population=pd.array([None] * len(table), dtype="Int64"), party_members=1)


def gaps(*rows):
    """Make a ledger from (ledger, kind, severity, code of a grid or community, state)."""
    table = pd.DataFrame(rows, columns=["ledger", "kind", "severity", "code", "state"])
    return table.assign(
        community_code=table["code"].str[:12], code=table["code"].where(table["code"].str.len() > 12)
    ).astype({"severity": "int64"})


TOWN = grids(
    (A, "residential", 300, 1e4), (A, "unclaimed", None, 2e4), (B, "residential", 40, 3e4), (FAR, "patrol", None, 5.0)
)
LEDGER = gaps(
    ("unheld", "unclaimed", 40, f"{A}002", "open"),
    ("contested", "overlap", 30, f"{A}001", "accepted"),
    ("unserved", "no_branch", 25, f"{A}001", "open"),
    ("unserved", "understaffed", 20, f"{A}001", "expired"),
    ("unserved", "understaffed", 70, B, "open"),
)


def figures(**frames):
    table = by_division({"grids": TOWN, "gaps": LEDGER, **frames})
    return table.set_index("code")


def test_a_community_is_its_grids_and_its_gaps():
    row = figures().loc[A]
    # 2 grids, of which the second is unclaimed: 1 ha + 2 ha; one household count is unknown, the other 300
    assert row[["grids", "households", "area_m2", "unclaimed_grids", "unclaimed_m2"]].tolist() == [2, 300, 3e4, 1, 2e4]
    # the exception that holds counts for nothing but itself; the one that has run out counts: 40 + 25 + 20
    assert row[["unheld", "contested", "unserved", "accepted", "points"]].tolist() == [1, 0, 2, 1, 85]
    assert row["unserved_grids"] == 1


def test_a_gap_about_a_community_is_no_grids():
    assert figures().loc[B, ["unserved", "unserved_grids", "points"]].tolist() == [1, 0, 70]


def test_what_nobody_counted_is_unknown_and_not_nothing():
    table = figures()
    assert table["population"].isna().all()
    assert pd.isna(table.loc[FAR, "households"])
    assert table[["required", "held", "short", "without_organisation"]].isna().all(axis=None)


def test_staff_and_party_organisations_are_counted_by_grid():
    staffing = pd.DataFrame(
        {
            "code": [f"{A}001", f"{A}001", f"{B}001"],
            "post": ["grid_head", "grid_worker", "grid_head"],
            "required": [1, 2, 1],
            "held": [2, 1, 0],
            "short": [0, 1, 1],
        }
    )
    assignments = pd.DataFrame({"code": TOWN["code"], "form": ["branch", "none", "none", "service_station"]})
    own = pd.DataFrame({"code": [A, A], "post": ["community_worker", "area_cadre"]}).assign(required=0, held=1, short=0)
    table = figures(staffing=staffing, community_staffing=own, assignments=assignments)
    # the community's own cadre is held too: 2 + 1 + 1; its community workers are among the others
    assert table.loc[A, ["required", "held", "short", "without_organisation"]].tolist() == [3, 4, 1, 1]
    assert table.loc[WHOLE, ["required", "held", "short", "without_organisation"]].tolist() == [4, 4, 2, 2]


@pytest.mark.parametrize("seed", range(3))
def test_children_add_up_to_their_parent_in_every_figure(seed):
    rng = np.random.default_rng(seed)
    codes = [f"5301{county}00{street}00{number}" for county in ("02", "03") for street in "12" for number in "123"]
    kinds = ("residential", "unclaimed")
    land = grids(*((codes[rng.integers(12)], kinds[rng.integers(2)], int(rng.integers(9)), 1.0) for _ in range(60)))
    states, ledgers = ("open", "accepted", "expired"), ("unheld", "contested", "unserved")
    found = gaps(
        *(
            (ledgers[rng.integers(3)], "k", int(rng.integers(99)), str(land["code"].sample(1, random_state=i).item()),
             states[rng.integers(3)])
            for i in range(80)
        )
    )  # fmt: skip
    staff = pd.DataFrame({"code": land["code"], "post": "cleaner", "required": 2, "held": rng.integers(0, 4, 60)})
    staff["short"] = (2 - staff["held"]).clip(lower=0)
    forms = pd.DataFrame({"code": land["code"], "form": rng.choice(["branch", "none"], 60)})
    table = by_division({"grids": land, "gaps": found, "staffing": staff, "assignments": forms})
    figures = ["communities", *(name for name in FIGURES if name != "population")]
    levels = {level: rows.set_index("code")[figures].astype(float) for level, rows in table.groupby("level")}
    for child, parent, digits in (("community", "street", 9), ("street", "county", 6), ("county", "all", 0)):
        summed = levels[child].groupby(levels[child].index.str[:digits]).sum()
        assert np.allclose(summed.to_numpy(), levels[parent].to_numpy())
    assert levels["all"]["points"].item() == found.loc[found["state"] != "accepted", "severity"].sum()


def test_the_worst_community_has_most_points_a_grid():
    # B: 70 points on 1 grid; A: 85 on 2 = 42.5; FAR: none
    table = worst_communities(by_division({"grids": TOWN, "gaps": LEDGER}))
    assert table[["code", "points_a_grid"]].values.tolist() == [[B, 70.0], [A, 42.5], [FAR, 0.0]]


def test_the_kinds_of_a_community_are_listed_with_most_points_first():
    table = kinds_by_community(LEDGER)
    assert table.values.tolist() == [
        [A, "unclaimed", 1, 40],
        [A, "no_branch", 1, 25],
        [A, "understaffed", 1, 20],
        [B, "understaffed", 1, 70],
    ]
