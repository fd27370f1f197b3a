"""Party organisations: which one covers each grid today, and which one each grid should have [S0, S3].

Two chains, both in one table. Urban: the street's working committee, the community's organisation, the grid branch, the
building's party group, the member's centre household. Rural: the town's committee, the village's organisation, the
villager-group branch, the member's contact household. A grid is covered by an organisation *on* it: a branch, a joint
branch, a party group or a service station; those above are not on a grid, those below belong to a branch.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Floats, Geometries, Ints, dense, group_first, known_or_zero
from geo.columns import Columns, ranked
from geo.edges import Adjacency
from geo.party_reasons import reasons
from geo.proposals import BRANCH, GROUP, JOINT, STATION, Members, Proposal, propose
from geo.standards import Standards
from geo.tables import Matched, Texts, at_or_none

FORMS = {BRANCH: "branch", JOINT: "joint_branch", GROUP: "party_group", STATION: "service_station"}
"""How an organisation is present on a grid, the one that counts where there are several first."""

NO_FORM = "none"

FORM_OF_LEVEL = {
    "grid_branch": BRANCH,
    "villager_group_branch": BRANCH,
    "joint_branch": JOINT,
    "party_group": GROUP,
    "service_station": STATION,
}
"""The form of the levels that are on a grid."""

ABOVE = ("street_committee", "town_committee", "community_organisation", "village_organisation")
"""Levels that are about a community or more, whichever grid their row may name."""

ORGANISATION_COLUMNS = ("organisation_id", "name", "level", "parent_id", "members", "secretary", "code")
ASSIGNMENT_COLUMNS = (
    *("code", "form", "organisation_id", "members"),
    *("proposed_form", "proposed_organisation_id", "reason"),
)


def party_organisations(party: pd.DataFrame, found: Matched, grids: pd.DataFrame) -> pd.DataFrame:
    """List the party organisations, each with the grid that it is on; one on several grids has a row for each.

    Parameters
    ----------
    party
        See `geo.tables.Tables`.
    found
        Which grid each of its rows is about. A row that matches none keeps its organisation, without a grid.
    grids
        ``code``.

    Returns
    -------
    pd.DataFrame
        `ORGANISATION_COLUMNS`, sorted by organisation and grid; ``code`` is None for those above the grids.
    """
    grid = np.full(len(party), -1, dtype=np.int64)
    grid[found.row] = found.grid
    grid[party["level"].isin(ABOVE).to_numpy()] = -1
    table = party[list(ORGANISATION_COLUMNS[:-1])].assign(code=at_or_none(grids["code"], grid))
    table = table.sort_values(["organisation_id", "code"], kind="stable", na_position="last")
    table = table.drop_duplicates(["organisation_id", "code"])
    number, on_grid = ranked(table["organisation_id"]), table["code"].notna().to_numpy(np.bool_)
    return table[on_grid | ~np.isin(number, number[on_grid])].reset_index(drop=True)


def forms_today(organisations: pd.DataFrame, code: Texts) -> tuple[Ints, Texts]:
    """Return the form in which each grid is covered today, -1 for none, and the organisation.

    Where several are on a grid, the one counts that comes first in `FORMS`, then the one with most members, then the
    lowest id.
    """
    grid = pd.Index(code).get_indexer(organisations["code"].to_numpy(dtype=object))
    rows = organisations[grid >= 0]
    return forms_of(
        grid[grid >= 0].astype(np.int64),
        rows["level"].to_numpy(dtype=object),
        rows["organisation_id"].to_numpy(dtype=object),
        rows["members"].to_numpy(np.float64, na_value=0.0),
        len(code),
    )


def forms_of(grid: Ints, level: Texts, organisation: Texts, members: Floats, grids: int) -> tuple[Ints, Texts]:
    """Return what `forms_today` does, of arrays: a row an organisation and grid; ``members`` are 0 where unknown."""
    form = np.array([FORM_OF_LEVEL.get(one, -1) for one in level], dtype=np.int64)
    on = form >= 0
    grid, form, organisation, members = grid[on], form[on], organisation[on], members[on]
    order = np.lexsort([organisation.astype(str), -members, form, grid])
    best = order[group_first(grid[order])]
    today, by = np.full(grids, -1, dtype=np.int64), np.full(grids, None, dtype=object)
    today[grid[best]], by[grid[best]] = form[best], organisation[best]
    return today, by


def assignments(
    grids: pd.DataFrame,
    polygon: Geometries,
    organisations: pd.DataFrame,
    standards: Standards,
    *,
    beside: Adjacency | None = None,
) -> pd.DataFrame:
    """Say for each grid which party organisation covers it, and which one the rules propose.

    An organisation that is proposed as it is keeps its id; a new one is named by its form and the lowest code among its
    grids, so that the same grids get the same id in every build.

    Parameters
    ----------
    grids
        ``code``, ``community_code``, ``party_members`` (Int64; missing counts as none, and the reason says so). All
        grids of each community that is there: a community alone gives what it gives among all.
    polygon
        (n,) their land, a partition, metres.
    organisations
        See `party_organisations`.
    beside
        The pairs of ``grids`` that have a border in common, where they are known (`geo.neighbours.side_by_side`).

    Returns
    -------
    pd.DataFrame
        `ASSIGNMENT_COLUMNS`, one row a grid, sorted by ``code``. ``form`` and ``proposed_form`` are words of `FORMS`,
        ``form`` may be `NO_FORM`; ``members`` are those in the grid; ``reason`` has the arithmetic.
    """
    order = np.argsort(grids["code"].to_numpy(dtype=str), kind="stable")
    grids, polygon = grids.iloc[order], polygon[order]
    if beside is not None:
        beside = beside.named(np.argsort(order)).lower_first()
    code, community = (grids[name].to_numpy(dtype=object) for name in ("code", "community_code"))
    known = pd.array(grids["party_members"], dtype="Int64")
    count = known.to_numpy(np.float64, na_value=np.nan)
    columns = assigned(code, community, count, polygon, forms_today(organisations, code), standards, beside)
    return pd.DataFrame({**columns, "members": known})[list(ASSIGNMENT_COLUMNS)]


def assigned(
    code: Texts,
    community: Texts,
    count: Floats,
    polygon: Geometries,
    today: tuple[Ints, Texts],
    standards: Standards,
    beside: Adjacency | None = None,
) -> Columns:
    """Return what `assignments` does, of arrays in the order of ``code``: by name, a row a grid.

    Parameters
    ----------
    count
        (n,) party members, nan where unknown; they are the column ``members``.
    today
        The form and the organisation of each grid (`forms_of`).
    """
    unknown = np.isnan(count)
    members = party_rule(known_or_zero(count).astype(np.int64), community, standards)
    form, organisation = today
    proposal = propose(members, polygon, dense(community.astype(str))[1], beside)
    return {
        "code": code,
        "form": np.append(list(FORMS.values()), NO_FORM)[form].astype(object),
        "organisation_id": organisation,
        "members": count,
        "proposed_form": np.array(list(FORMS.values()), dtype=object)[proposal.form],
        "proposed_organisation_id": proposed_ids(proposal, code, form, organisation),
        "reason": reasons(proposal, members, code, unknown),
    }


def party_rule(count: Ints, community: NDArray[np.object_], standards: Standards) -> Members:
    """Put the numbers of the standard that holds for each grid beside its members."""
    least, some, most = (np.zeros(len(count), dtype=np.int64) for _ in range(3))
    for standard, rows in standards.groups(community):
        least[rows] = standard.party.branch_members.number
        some[rows] = standard.party.joint_members.number
        most[rows] = standard.party.joint_grids.number
    return Members(count, least, some, most)


def proposed_ids(proposal: Proposal, code: Texts, form: Ints, organisation: Texts) -> Texts:
    """Name the organisation proposed for each grid.

    One that is there as proposed, on this grid alone, keeps its id: an own branch, a station, a party group.
    """
    own = proposal.form == BRANCH
    kind = np.where(own[proposal.lead], BRANCH, proposal.form)
    names = np.array([f"{form}:" for form in FORMS.values()], dtype=object)[kind] + code[proposal.lead]
    alone = (np.bincount(proposal.lead, minlength=len(code)) == 1) | own
    kept = (form == proposal.form) & (form != JOINT) & alone
    ids = np.where(kept, organisation, names)
    return np.asarray(np.where(own[proposal.lead], ids[proposal.lead], ids), dtype=object)
