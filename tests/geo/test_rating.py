"""Classes, stars, ranks and rewards of settlements; figures computed in the comments, boundaries included."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.standards_file import read_standards
from geo.rating import ratings
from geo.settlements import self_management, settlement_class
from geo.tables import as_table

STANDARDS = read_standards()
HOME = "530102001001"


def places(count):
    return np.full(count, HOME, dtype=object)


@pytest.mark.parametrize(
    ("households", "name"),
    # at least 100 are class I, 50 to 99 II, 20 to 49 III, fewer than 20 IV [S3]
    [(0, "IV"), (19, "IV"), (20, "III"), (49, "III"), (50, "II"), (99, "II"), (100, "I"), (9999, "I"), (np.nan, None)],
)
def test_a_settlement_is_classed_by_its_households(households, name):
    assert settlement_class(np.array([float(households)]), places(1), STANDARDS).tolist() == [name]


@pytest.mark.parametrize(("households", "who"), [(49, "executor"), (50, "committee"), (np.nan, None)])
def test_from_50_households_a_committee_manages_a_settlement(households, who):
    assert self_management(np.array([float(households)]), places(1), STANDARDS).tolist() == [who]


def rated(*sheets, households=(120,)):
    """Rate settlements by (row, period, points, …)."""
    grids = pd.DataFrame(
        {
            "code": [f"{HOME}{number + 1:03d}" for number in range(len(households))],
            "community_code": HOME,
            "households": pd.array(households, dtype="Int64"),
        }
    )
    items = [(row, period, value) for row, period, *points in sheets for value in points]
    table = as_table("scores", {"period": [p for _, p, _ in items], "points": [float(v) for *_, v in items]})
    grid = np.array([row for row, *_ in items], dtype=np.int64)
    return ratings(grids, table.assign(grid=grid, whole=grid < 0), STANDARDS).set_index(["code", "period"])


@pytest.mark.parametrize(
    ("points", "stars"),
    # at least 90 five, 80 to 89 four, 70 to 79 three, below none [S3]
    [(69, 0), (69.5, 0), (70, 3), (79, 3), (80, 4), (89, 4), (89.9, 4), (90, 5), (101, 5), (-3, 0)],
)
def test_stars_are_given_by_points(points, stars):
    assert rated((0, "2026Q1", points))["stars"].tolist() == [stars]


def test_a_score_is_the_sum_of_additions_and_deductions():
    """80 + 5 + 4.5 − 1 − 2 = 86.5"""
    row = rated((0, "2026Q1", 80, 5, -1, 4.5, -2)).iloc[0]
    assert row["score"] == 86.5
    assert row["arithmetic"] == "86.5 分 = 加分 89.5 − 扣分 3；I 类 1 个中第 1；四星，得全年奖励的 10%"


def test_half_years_and_the_year_are_means_where_they_have_no_sheet_of_their_own():
    """H1 = (80 + 90) ÷ 2 = 85; H2 was given as 95, so its quarters 70 and 71 do not count; year = (85 + 95) ÷ 2 = 90"""
    sheets = [("Q1", 80), ("Q2", 90), ("Q3", 70), ("Q4", 71), ("H2", 95)]
    made = rated(*[(0, f"2026{part}", points) for part, points in sheets]).xs(f"{HOME}001")
    assert made["score"].to_dict() == {
        **{"2026": 90, "2026H1": 85, "2026H2": 95},
        **{"2026Q1": 80, "2026Q2": 90, "2026Q3": 70, "2026Q4": 71},
    }
    assert made.loc["2026H1", "arithmetic"].startswith("85 分 =（Q1 80 + Q2 90）÷ 2")
    assert made.loc["2026", "arithmetic"].startswith("90 分 =（H1 85 + H2 95）÷ 2")


def test_nothing_is_made_of_one_quarter_of_two_nor_across_years():
    made = rated((0, "2026Q1", 80), (0, "2025Q2", 90), (0, "2025H1", 70))
    assert sorted(made.index.get_level_values("period")) == ["2025H1", "2025Q2", "2026Q1"]


def test_the_reward_of_a_year_is_4_to_3_to_3_for_quarters_half_years_and_the_year():
    """All starred: 4 × 4/10 ÷ 4 + 2 × 3/10 ÷ 2 + 3/10 = 0.4 + 0.3 + 0.3 = 1; without stars in Q1 one tenth is lost."""
    made = rated(*[(0, f"2026Q{n}", 95) for n in (1, 2, 3, 4)])["reward_share"]
    assert made.xs(f"{HOME}001").to_dict() == {
        **{"2026": 0.3, "2026H1": 0.15, "2026H2": 0.15},
        **{f"2026Q{n}": 0.1 for n in (1, 2, 3, 4)},
    }
    poor = rated((0, "2026Q1", 60), *[(0, f"2026Q{n}", 95) for n in (2, 3, 4)])["reward_share"]
    assert (made.sum(), poor.sum()) == (pytest.approx(1), pytest.approx(0.9))


def test_scores_are_ranked_among_settlements_of_the_same_class():
    """Class I: 95, 88, 88, 70 rank 1, 2, 2, 4 of 4; class IV: 60 is first of 1; unknown households: with none."""
    points = (88, 95, 60, 70, 88, 99)
    made = rated(
        *[(row, "2026Q1", value) for row, value in enumerate(points)], households=(100, 500, 19, 101, 100, None)
    )
    assert made["rank"].tolist() == [2, 1, 1, 4, 2, pd.NA]
    assert made["of"].tolist() == [4, 4, 1, 4, 4, pd.NA]
    assert made["class"].tolist()[:5] == ["I", "I", "IV", "I", "I"]
    assert "类" not in made["arithmetic"].iloc[-1]


def test_without_score_sheets_there_are_no_ratings():
    assert rated().empty
