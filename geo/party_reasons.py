"""Why each grid should have the party organisation that is proposed: a sentence in Chinese, with the arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Bools, Ints
from geo.grouped import Grouped
from geo.proposals import BRANCH, GROUP, JOINT, STATION, Members, Proposal

BESIDE, ACROSS = "相邻的网格", "隔着公共空间（街道、田地等）的网格"


def reasons(proposal: Proposal, members: Members, code: NDArray[np.object_], unknown: Bools) -> NDArray[np.object_]:
    """Write one sentence a grid.

    Parameters
    ----------
    proposal, members
        See `geo.proposals`.
    code
        (n,) codes of the grids.
    unknown
        (n,) grids whose members nobody counted; they count as none, and the sentence says so.
    """
    text = np.full(len(code), "", dtype=object)
    own, without = (np.flatnonzero(proposal.form == form) for form in (BRANCH, STATION))
    text[own], text[without] = of_branches(members, own), of_stations(members, without, unknown)
    together = np.isin(proposal.form, (JOINT, GROUP))
    grids = Grouped.of(np.where(together, proposal.lead, -1), len(code))
    for lead in np.unique(proposal.lead[together]):  # a sentence names its neighbours, so each group is written apart
        _, rows = grids.members(np.array([lead]))
        text[rows] = of_those_together(proposal, members, int(lead), rows, code)
    return text


def of_branches(members: Members, rows: Ints) -> list[str]:
    """Write for grids with a branch of their own."""
    return [
        f"党员 {count} 人 ≥ {least} 人，单独建党支部"
        for count, least in zip(members.count[rows], members.least[rows], strict=True)
    ]


def of_stations(members: Members, rows: Ints, unknown: Bools) -> list[str]:
    """Write for grids without members, or with hardly any."""
    numbers = zip(members.count[rows], members.some[rows], unknown[rows], strict=True)
    return [
        f"{'没有登记党员数，按 0 人计：' if nobody_counted else ''}党员 {count} 人 < {some} 人，设党员先锋服务站"
        for count, some, nobody_counted in numbers
    ]


def of_those_together(
    proposal: Proposal, members: Members, lead: int, rows: Ints, code: NDArray[np.object_]
) -> list[str]:
    """Write for the grids of one joint branch or party group, or those that join one branch."""
    least = members.least[lead]
    begin = [f"党员 {members.count[row]} 人 < {least} 人；" for row in rows]
    where = [ACROSS if proposal.crosses[row] else BESIDE for row in rows]
    if proposal.form[lead] == BRANCH:
        total = members.count[lead] + members.count[rows].sum()
        added = f"{' + '.join(map(str, members.count[[lead, *rows]]))} = {total} 人"
        return [
            f"{first}可联合的邻格合起来也不到 {least} 人；并入同社区{near} {code[lead]} 的党支部，{added}"
            for first, near in zip(begin, where, strict=True)
        ]
    added = f"{' + '.join(map(str, members.count[rows]))} = {members.count[rows].sum()} 人"
    if proposal.form[lead] == GROUP and len(rows) == 1:
        return [f"{begin[0]}同社区没有可联合的邻格，也没有党支部可并入，设党小组"]
    others = [
        "、".join(f"{code[other]}（{members.count[other]} 人）" for other in rows if other != row) for row in rows
    ]
    end = f"{added} < {least} 人，合设党小组" if proposal.form[lead] == GROUP else f"{added} ≥ {least} 人，建联合党支部"
    return [
        f"{first}与同社区{near} {other}，合计 {end}" for first, near, other in zip(begin, where, others, strict=True)
    ]
