"""Reports and duty boards, from a build on disk to a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from api.layers_of import Layers
from api.places import require_apart
from data.build_layers import LAYERS
from data.suffixes import require_suffix
from data.whole import require_writable
from geo.code_profiles import community_of
from geo.errors import InputError
from web.reports.board import READ as OF_BOARDS
from web.reports.board import grids_in, require_slots, write_boards
from web.reports.report import READ, write_report
from web.reports.words import Language
from web.reports.workbook import write_workbook

PAGES, WORKBOOK = (".html", ".htm"), ".xlsx"
WITHOUT_LAND = {name: list(LAYERS[name].columns) for name in ("communities", "repairs")}
"""Layers whose polygons a report does not draw."""

MOST_BOARDS = 2_000
"""The most boards of one file, which a browser still opens and prints."""

Stage = Callable[[str], None]


def write(read: Layers, output: Path, *, as_of: date, language: Language, stage: Stage) -> None:
    """Write the report of a build or a plan, as its suffix says: a page or a workbook."""
    suffix = output.suffix.lower()
    if suffix not in (*PAGES, WORKBOOK):
        raise InputError(f"cannot write {output}: a report is a page or a workbook; name it report.html or report.xlsx")
    require_writable(output)
    require_apart(output, read.files)
    stage(read.stage)
    wanted = [*READ, "standards"] if suffix == WORKBOOK else READ
    frames = read.read(wanted, columns=WITHOUT_LAND)
    if suffix == WORKBOOK:
        write_workbook(frames, output, as_of=as_of, progress=lambda sheet: stage(f"drawing sheet {sheet}"))
    else:
        write_report(frames, output, as_of=as_of, language=language, progress=lambda part: stage(f"drawing {part}"))


def write_boards_of(
    read: Layers,
    output: Path,
    *,
    codes: Sequence[str],
    communities: Sequence[str],
    link: str | None,
    language: Language,
    stage: Stage,
) -> int:
    """Write the duty boards of grids, and of all grids of communities; return how many."""
    if not codes and not communities:
        raise InputError("names no grid; give codes, or --community CODE for all of its grids")
    if link is not None:
        require_slots(link)
    require_suffix(output, "a board is a web page", PAGES, f"name it {output.stem}.html")
    require_writable(output)
    require_apart(output, read.files)
    stage(read.stage)
    frames = read.read(OF_BOARDS, columns={"communities": ["code", "name"]})
    grids = frames["grids"]
    require_codes(codes, grids["code"].tolist())
    wanted = list(dict.fromkeys([*codes, *(code for one in communities for code in grids_in(grids, one))]))
    if len(wanted) > MOST_BOARDS:
        raise InputError(
            f"{len(wanted):,} boards are too many for one page, which opens up to {MOST_BOARDS:,}; ask by street"
        )
    stage(f"drawing {len(wanted)} boards")
    write_boards(frames, wanted, output, link=link, language=language)
    return len(wanted)


def require_codes(codes: Sequence[str], there: Sequence[str]) -> None:
    """Refuse the code of a grid that the build does not have."""
    every = set(there)
    for code in codes:
        if code not in every:
            beside = [one for one in there if community_of(one) == community_of(code)]
            hint = f"its community has {beside[0]} to {beside[-1]}" if beside else f"its codes are like {there[0]}"
            raise InputError(f"there is no grid {code} in the build; {hint}")
