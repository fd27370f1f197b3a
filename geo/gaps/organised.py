"""Held, but not served: grids that no party organisation covers."""

from __future__ import annotations

import numpy as np

from geo.arrays import known_or_zero
from geo.gaps.about import about_grids
from geo.gaps.held import Held, needed
from geo.gaps.ledger import Entries

WEIGHT = {"branch": 1.0, "joint_branch": 0.7, "party_group": 0.7, "service_station": 0.4}
"""How bad it is to have nothing where the rules propose a branch, a joint branch, and so on [C]."""

REMEDY = {
    "branch": "单独建立网格党支部",
    "joint_branch": "与邻格建立联合党支部，或并入邻格党支部",
    "party_group": "建立党小组",
    "service_station": "设立党员先锋服务站",
}


def no_branch(held: Held) -> Entries:
    """Find the grids without a branch, joint branch, party group or service station; the remedy is the proposal.

    Land that only the community holds is a grid too: it should have a service station [S3, S2, S0].
    """
    today = needed(held.assignments)
    rows = held.rows[today["form"][held.rows] == "none"]
    form = today["proposed_form"][rows]
    members = known_or_zero(today["members"][rows])
    return about_grids(
        held,
        "no_branch",
        rows,
        facts={
            "members": members.astype(np.int64).tolist(),
            "proposed_form": form,
            "proposed_organisation_id": today["proposed_organisation_id"][rows],
            "figure": today["reason"][rows],
        },
        source=[standard.party.branch_members.source for standard in held.standard_of(rows)],
        factor=np.array([WEIGHT[kind] for kind in form]),
        remedy=[REMEDY[kind] for kind in form],
    )
