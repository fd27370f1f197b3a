"""Held, but not served: too little money, no premises to work from."""

from __future__ import annotations

import numpy as np

from geo.arrays import Floats, Ints, known_or_zero
from geo.funding import BRANCH_PURPOSE, COMMUNITY_PURPOSES, Money
from geo.gaps.about import about_communities, about_grids
from geo.gaps.held import Held, needed
from geo.gaps.ledger import Entries, Facts, joined
from geo.standards import Value

PURPOSE_NAMES = {
    BRANCH_PURPOSE: "网格党支部活动经费",
    "community_running": "社区运转经费",
    "community_service": "服务群众专项经费",
}
"""What money is for, in the words of an office."""


def underfunded(held: Held) -> Entries:
    """Find grid branches and communities with less money a year than the floor; what the table lacks counts as none.

    A grid is judged when it has a branch of its own, or a row of branch money. A purpose that the table does not have
    at all is judged nowhere.
    """
    money = needed(held.money)
    found = [poor_branches(held, money)]
    found += [poor_communities(held, money, purpose) for purpose in COMMUNITY_PURPOSES]
    return joined(found)


def poor_branches(held: Held, money: Money) -> Entries:
    """Find the branches of grids below their floor."""
    rows = held.rows[held.own_branch[held.rows] | ~np.isnan(money.branch[held.rows])]
    if BRANCH_PURPOSE not in money.year:
        rows = rows[:0]
    floors = [standard.funding.branch for standard in held.standard_of(rows)]
    amount = known_or_zero(money.branch[rows])
    poor = below(amount, floors)
    return about_grids(
        held,
        "underfunded",
        rows[poor],
        suffix=[BRANCH_PURPOSE] * len(poor),
        facts=money_facts(money, BRANCH_PURPOSE, amount[poor], [floors[row] for row in poor]),
        source=[floors[row].source for row in poor],
        factor=lacking(amount[poor], [floors[row] for row in poor]),
    )


def poor_communities(held: Held, money: Money, purpose: str) -> Entries:
    """Find the communities below the floor of one purpose."""
    rows = held.asked_communities if purpose in money.year else held.asked_communities[:0]
    floors: list[Value[int]] = [getattr(one.funding, purpose) for one in held.standard_of_communities(rows)]
    amount = known_or_zero(money.community[rows, COMMUNITY_PURPOSES.index(purpose)])
    poor = below(amount, floors)
    return about_communities(
        held,
        "underfunded",
        rows[poor],
        suffix=[purpose] * len(poor),
        facts=money_facts(money, purpose, amount[poor], [floors[row] for row in poor]),
        source=[floors[row].source for row in poor],
        factor=lacking(amount[poor], [floors[row] for row in poor]),
    )


def below(amount: Floats, floors: list[Value[int]]) -> Ints:
    """Return the rows whose amount is under its floor."""
    return np.flatnonzero(amount < np.array([floor.number for floor in floors], dtype=np.float64))


def lacking(amount: Floats, floors: list[Value[int]]) -> Floats:
    """Return the part of each floor that is missing."""
    return 1 - amount / np.array([floor.number for floor in floors], dtype=np.float64)


def money_facts(money: Money, purpose: str, amount: Floats, floors: list[Value[int]]) -> Facts:
    """Write down purpose, year, amount, floor, and what is missing."""
    year, name = money.year.get(purpose), PURPOSE_NAMES[purpose]
    when = "" if year is None else f"{year} 年"
    had, asked = amount.tolist(), [floor.number for floor in floors]
    return {
        "purpose": [purpose] * len(had),
        "year": [year] * len(had),
        "amount": had,
        "floor": asked,
        "figure": [
            f"{when}{name} {have:,.0f} 元 < {least:,} 元，缺 {least - have:,.0f} 元"
            for have, least in zip(had, asked, strict=True)
        ],
    }


def no_premises(held: Held) -> Entries:
    """Find the grids that have no premises on them; land that only the community holds needs none."""
    rows = held.rows[held.text("kind", held.rows) != "unclaimed"]
    housed = np.zeros(len(rows), dtype=np.bool_)
    housed[needed(held.premises).on(held.grid_polygon[rows])[0]] = True
    rows = rows[~housed]
    return about_grids(held, "no_premises", rows, facts={"figure": ["网格范围内的阵地 0 处"] * len(rows)})
