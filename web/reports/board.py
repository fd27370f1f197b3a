"""The duty board (公示牌): one A4 page a grid, to hang at the entrance of every building.

Names and work contacts of duty-holders stand on it, as they do downstairs; nothing about residents.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import segno

from geo.code_profiles import before_number, community_of, number_of
from geo.divisions import division_names
from geo.duty import OFFICE
from geo.errors import InputError
from geo.standards import Standard
from geo.standards_table import standards_from_table
from web.reports.board_map import Surroundings
from web.reports.board_people import Board, at_the_board, forces, four_posts, team
from web.reports.markup import Content, Html, page, tag
from web.reports.report import write_whole
from web.reports.wording import decimal, known, pair, word
from web.reports.words import LANGUAGES, Language

STATIC = Path(__file__).parent / "static"

READ = (
    *("grids", "communities", "build", "staffing", "assignments", "party_organisations", "standards", "duty"),
    "premises",
)
"""Layers that a board is made of."""

SLOTS = ("{code}", "{name}")
"""What a link may hold, for each grid's code and name."""


def write_boards(
    frames: Mapping[str, pd.DataFrame],
    codes: Sequence[str],
    file: Path,
    *,
    link: str | None = None,
    language: Language = "zh",
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Write the boards of some grids, one A4 page each.

    Parameters
    ----------
    frames
        The layers of a build, `READ`, geometry in the working CRS.
    codes
        The codes of the grids, in the order of the pages.
    file
        Where to write; replaced as a whole or not at all.
    link
        The address that the QR code holds, with `SLOTS` for the grid's own code and name; None: name and code as text.
    language
        The language that the page opens in; the reader may switch.

    Raises
    ------
    InputError
        There is no such grid; or the file can't be written.
    """
    write_whole(file, boards_page(frames, codes, link=link, language=language, progress=progress))


def boards_page(
    frames: Mapping[str, pd.DataFrame],
    codes: Sequence[str],
    *,
    link: str | None = None,
    language: Language = "zh",
    progress: Callable[[str], None] = lambda stage: None,
) -> str:
    """Return the boards of some grids as one HTML page; parameters and refusals as of `write_boards`."""
    grids = frames["grids"]
    place = pd.Index(grids["code"])
    unknown = [code for code in codes if code not in place]
    if unknown:
        raise InputError(f"there is no grid {unknown[0]} in this build; its codes are like {grids['code'].iloc[0]}")
    progress("boards")
    surroundings = Surroundings.of(grids, frames["premises"])
    facts = dict(zip(frames["build"]["key"], frames["build"]["value"], strict=True))
    boards = at_the_board(frames, codes)
    standards = standards_from_table(frames["standards"])
    names = {**division_names(facts), **community_names(frames["communities"])}
    pages = [
        sheet(board, names, standards and standards.at(board.code), surroundings.drawn(place.get_loc(board.code)), link)
        for board in boards
    ]
    title = pair("board.title_of")[LANGUAGES.index(language)].format(code=codes[0]) if len(codes) == 1 else None
    return page(
        title or pair("board.title")[LANGUAGES.index(language)],
        language,
        style=(STATIC / "board.css").read_text("utf-8"),
        script=(STATIC / "board.js").read_text("utf-8"),
        body=[buttons(), *pages],
    )


def community_names(communities: pd.DataFrame) -> dict[str, str]:
    """Return the names of communities by code."""
    named = communities[communities["name"].notna()]
    return dict(zip(named["code"], named["name"], strict=True))


def buttons() -> Html:
    """Return what stands above the boards on a screen."""
    language = tag(
        "button", Html('<span lang="zh">English</span><span lang="en">中文</span>'), type="button", id="language"
    )
    return tag("div", language, tag("button", word("board.print"), type="button", id="print"), class_="top screen")


def sheet(board: Board, names: Mapping[str, str], standard: Standard | None, drawn: Html, link: str | None) -> Html:
    """Return the page of one grid."""
    left = [four_posts(board), team(board), forces(board)]
    right = [
        tag("figure", tag("figcaption", word("board.map")), drawn),
        rounds(board, standard),
        tag("dl", *standing(board), class_="facts"),
    ]
    return tag(
        "article",
        masthead(board, names),
        tag("div", tag("div", *left, class_="people"), tag("div", *right, class_="place"), class_="columns"),
        footer(board, link),
        class_="board",
    )


def masthead(board: Board, names: Mapping[str, str]) -> Html:
    """Return the place, the name of the grid and its code, large."""
    code, community = board.code, community_of(board.code)
    above = [names.get(community[:6]), names.get(community[:9]), names.get(community, community)]
    unclaimed = tag("p", word("board.unclaimed"), class_="unclaimed") if board.kind == "unclaimed" else None
    grouped = [tag("span", before_number(code)), tag("b", number_of(code))]
    return tag(
        "header",
        tag("p", " · ".join(filter(None, above)), tag("span", word("board.title"), class_="badge"), class_="above"),
        tag("h1", board.name, class_="long" if len(board.name) > 10 else None),
        tag("p", word("board.code"), " ", tag("code", *grouped), class_="code"),
        unclaimed,
    )


def rounds(board: Board, standard: Standard | None) -> Html | None:
    """Return how often the grid is patrolled, its households visited, its places inspected, by its management type."""
    if standard is None or board.management_type not in standard.intervals:
        return None
    intervals = standard.intervals[board.management_type]
    items = (
        tag("li", tag("span", word(f"board.{name}")), tag("b", interval(value.number)))
        for name, value in intervals.items()
        if known(value.number)
    )
    kind = word(f"management_type.{board.management_type}")
    return tag(
        "section",
        tag("h2", word("board.rounds"), tag("small", word("board.rounds_of", kind=kind))),
        tag("ul", *items, class_="rounds"),
    )


def interval(days: float) -> Html:
    """Say how often, of the days from one round to the next."""
    if days < 1 and (1 / days).is_integer():
        return word("board.times_a_day", times=round(1 / days))
    return word("board.every_day") if days == 1 else word("board.every", days=decimal(days).removesuffix(".0"))


def standing(board: Board) -> list[Html]:
    """Return the party organisation, and the premises."""
    organisation: Content = word("board.no_party")
    if board.organisation:
        secretary = [" · ", word("board.secretary", name=board.secretary)] if board.secretary else None
        organisation = [board.organisation, " ", tag("small", word(f"form.{board.form}"), secretary)]
    house: Content = word("board.no_premises")
    if board.premises:
        first = board.premises[0]
        kind = tag("small", word(f"premises.{first['kind']}")) if known(first["kind"]) else None
        house = [first["name"] if known(first["name"]) else word("board.premises"), " ", kind]
    entries = [("party", organisation)] * board.knows_party + [("premises", house)] * board.knows_premises
    return [tag("div", tag("dt", word(f"board.{name}")), tag("dd", said)) for name, said in entries]


def footer(board: Board, link: str | None) -> Html:
    """Return the community's telephone, and the QR code: an address, or the name and code of the grid."""
    content = link.replace("{code}", board.code).replace("{name}", board.name) if link else f"{board.name} {board.code}"
    said = word("board.scan" if link else "board.scan_code")
    offices = [row["phone"] for row in board.of_community if row["post"] == OFFICE]
    phone = tag("div", tag("p", word("board.office")), tag("b", offices[0]), class_="office") if offices else None
    return tag("footer", phone, tag("div", qr(content), tag("p", said), class_="qr"))


def qr(content: str) -> Html:
    """Draw a QR code that survives a scratch (level M: 15 % may be lost)."""
    drawn = io.BytesIO()
    segno.make(content, error="m", micro=False).save(
        drawn, kind="svg", border=2, xmldecl=False, svgns=False, nl=False, omitsize=True, dark="#000", light="#fff"
    )
    return Html(drawn.getvalue().decode("ascii"))


def require_slots(link: str) -> None:
    """Refuse a link that names no grid, so that all boards would lead to one place."""
    if not any(slot in link for slot in SLOTS):
        raise InputError(f"--link {link}: names no grid; write {{code}} where its code goes")


def grids_in(grids: pd.DataFrame, community: str) -> list[str]:
    """Return the codes of the grids of a community, or of any division by the beginning of its code."""
    codes = grids.loc[grids["community_code"].str.startswith(community), "code"]
    if codes.empty:
        like = grids["community_code"].iloc[0]
        raise InputError(f"--community {community}: the build has no such community; its codes are like {like}")
    return [str(code) for code in np.sort(codes.to_numpy(dtype=object))]
