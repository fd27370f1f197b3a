"""The people on a duty board: who holds which post, and which forces came down to the grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.code_profiles import community_of, number_of
from geo.duty import OFFICE
from web.reports.markup import Content, Html, tag
from web.reports.wording import count, known, word

FOUR = ("grid_head", "pioneer", "security_officer", "cleaner")
"""The four names on every building's board [S0]."""
TEAM = ("branch_secretary", "grid_worker", "area_cadre")
SINKING = ("cadre_sinks", "partner_adopts", "member_serves", "police_guards")
"""The four sinking forces [S2]."""
NAMED = 4
"""The most people of one post or force that are named."""
ON_A_CARD = 2
"""The same of one of the four posts, whose names are large."""

Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Board:
    """What stands on the board of one grid.

    ``duty`` are its rows of that table, ``of_community`` those of its community; ``required`` people by post;
    ``form``, ``organisation`` and ``secretary`` the party organisation that covers it, None where there is none.
    """

    code: str
    name: str
    kind: str
    management_type: str
    duty: Sequence[Row]
    of_community: Sequence[Row]
    required: Mapping[str, int]
    form: str | None
    organisation: str | None
    secretary: str | None
    premises: Sequence[Row]
    knows_duty: bool
    knows_party: bool
    knows_premises: bool

    def holders(self, post: str) -> list[Row]:
        """Return who holds a post; area cadres are those of the community too."""
        own = [row for row in self.duty if row["post"] == post]
        shared = self.of_community if post == "area_cadre" or self.kind == "unclaimed" else ()
        return own + [row for row in shared if row["post"] == post]


def at_the_board(frames: Mapping[str, pd.DataFrame], codes: Sequence[str]) -> list[Board]:
    """Gather what stands on the boards of some grids."""
    grids = frames["grids"].drop(columns="geometry").set_index("code")
    duty = rows_by_code(frames["duty"], {*codes, *(community_of(code) for code in codes)})
    premises = rows_by_code(frames["premises"], set(codes))
    posts = rows_by_code(frames["staffing"], set(codes))
    covered = {row["code"]: row for rows in rows_by_code(frames["assignments"], set(codes)).values() for row in rows}
    there = frames["party_organisations"].drop_duplicates("organisation_id").set_index("organisation_id")
    boards = []
    for code in codes:
        grid, party = grids.loc[code], covered.get(code, {})
        organisation = party.get("organisation_id")
        named = there.loc[organisation] if known(organisation) and organisation in there.index else None
        boards.append(
            Board(
                code=code,
                name=str(grid["name"]) if known(grid["name"]) else number_of(code),
                kind=grid["kind"],
                management_type=grid["management_type"],
                duty=duty.get(code, []),
                of_community=duty.get(community_of(code), []),
                required={row["post"]: int(row["required"]) for row in posts.get(code, []) if known(row["required"])},
                form=party.get("form"),
                organisation=None if named is None else str(named["name"]),
                secretary=None if named is None or not known(named["secretary"]) else str(named["secretary"]),
                premises=premises.get(code, []),
                knows_duty=bool((frames["duty"]["post"] != OFFICE).any()) if len(frames["duty"]) else False,
                knows_party=len(there) > 0,
                knows_premises=len(frames["premises"]) > 0,
            )
        )
    return boards


def rows_by_code(frame: pd.DataFrame, codes: set[str]) -> dict[str, list[Row]]:
    """Return the rows of a table by code, of some codes."""
    found: dict[str, list[Row]] = {}
    if len(frame):
        for row in frame[frame["code"].isin(codes)].astype(object).to_dict("records"):
            found.setdefault(row["code"], []).append(row)
    return found


def four_posts(board: Board) -> Html:
    """Return the four posts, each with name and work contact, large."""
    return tag("section", *(post_card(board, post) for post in FOUR), class_="four")


def post_card(board: Board, post: str) -> Html:
    """Return one of the four posts."""
    holders = board.holders(post)
    return tag(
        "div",
        tag("p", word(f"post.{post}"), class_="post"),
        *(person(row) for row in holders[:ON_A_CARD]),
        tag("p", word("board.people", count=count(len(holders))), class_="more") if len(holders) > ON_A_CARD else None,
        vacant(board, post, len(holders)),
        class_="card",
    )


def person(row: Row) -> Html:
    """Return a name and a work contact."""
    part_time = tag("small", word("board.part_time")) if row["full_time"] == 0 else None
    phone = tag("span", row["phone"], class_="phone") if known(row["phone"]) else None
    return tag(
        "p", tag("b", row["name"] if known(row["name"]) else word("board.unknown")), part_time, phone, class_="person"
    )


def vacant(board: Board, post: str, held: int) -> Html | None:
    """Say that a post which the grid must have is not held."""
    missing = board.required.get(post, 0) - held
    if not board.knows_duty:
        return tag("p", word("board.unknown"), class_="none") if not held else None
    if missing <= 0:
        return tag("p", "–", class_="none") if not held else None
    said = word("board.vacant") if missing == 1 else word("board.vacant_of", count=count(missing))
    return tag("p", said, class_="vacant")


def team(board: Board) -> Html | None:
    """Return the branch secretary, the grid workers and the cadre who looks after the community."""
    rows = []
    for post in TEAM:
        holders = board.holders(post)
        if not holders and not board.required.get(post):
            continue
        said: list[Content] = [person(row) for row in holders[:NAMED]]
        if len(holders) > NAMED:
            said.append(tag("p", word("board.people", count=count(len(holders))), class_="more"))
        rows.append(tag("tr", tag("th", word(f"post.{post}")), tag("td", *said, vacant(board, post, len(holders)))))
    return tag("section", tag("h2", word("board.team")), tag("table", tag("tbody", *rows))) if rows else None


def forces(board: Board) -> Html | None:
    """Return who guards, adopts and serves the grid: the four sinking forces."""
    rows = []
    for force in SINKING:
        people = [row for row in board.duty if row["force"] == force]
        if people:
            rows.append(tag("tr", tag("th", word(f"force.{force}")), tag("td", *together(people))))
    return tag("section", tag("h2", word("board.forces")), tag("table", tag("tbody", *rows))) if rows else None


def together(people: Sequence[Row]) -> list[Content]:
    """Name people by their organisations."""
    by_organisation: dict[str, list[str]] = {}
    for row in people:
        name = str(row["name"]) if known(row["name"]) else None
        listed = by_organisation.setdefault(str(row["organisation"]) if known(row["organisation"]) else "", [])
        if name and name not in listed:
            listed.append(name)
    said: list[Content] = []
    for organisation, names in by_organisation.items():
        more = [" ", word("board.people", count=count(len(names)))] if len(names) > NAMED else None
        said.append(tag("p", tag("span", organisation, class_="organisation"), " ", "、".join(names[:NAMED]), more))
    return said
