"""``onegrid report`` and ``onegrid board``: what leaders read, and what hangs at the entrance."""
# ruff: noqa: PLC0415

from __future__ import annotations

from typing import Annotated

import typer

from api.arguments import Build, DataDir, Day, OpensIn, Written, day_of
from api.examples import examples
from api.language import Language

REPORT_EXAMPLES = examples(
    "onegrid report grid.gpkg -o report.html",
    "onegrid report grid.gpkg -o report.html --lang en --as-of 2026-12-31",
    "onegrid report grid.gpkg -o report.xlsx",
)
BOARD_EXAMPLES = examples(
    "onegrid board grid.gpkg 530102001001001 -o board.html",
    "onegrid board grid.gpkg --community 530102001001 -o boards.html",
    "onegrid board grid.gpkg 530102001001001 -o board.html --link https://example.com/grids/{code}",
)


def report(
    out: Build, output: Written, as_of: Day = None, lang: OpensIn = Language.zh, data_dir: DataDir = None
) -> None:
    """Write the report for leaders: FILE.html, one page that works offline and prints, or FILE.xlsx, a workbook.

    It holds counts, no names but those who signed exceptions.
    """
    from api.console import stages
    from api.layers_of import layers_of
    from api.reporting import write

    day = day_of(as_of)
    with stages() as stage, layers_of(out, data_dir=data_dir, today=day) as read:
        write(read, output, as_of=day, language=lang, stage=stage)
    print(output)


def board(
    out: Build,
    output: Written,
    codes: Annotated[list[str] | None, typer.Argument(metavar="CODE…", help="Grids, by their codes.")] = None,
    community: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="All grids of a community or street; may be given again."),
    ] = None,
    link: Annotated[
        str | None,
        typer.Option(metavar="URL", help="What the QR code leads to, {code} for the grid's; else its name and code."),
    ] = None,
    lang: OpensIn = Language.zh,
    data_dir: DataDir = None,
) -> None:
    """Write the duty boards (公示牌) of grids, one A4 page each: who is on duty, with work contacts, map and rounds.

    They name duty-holders, as the board downstairs does, and nobody else.
    """
    from api.console import stages
    from api.layers_of import layers_of
    from api.reporting import write_boards_of

    with stages() as stage, layers_of(out, data_dir=data_dir, today=day_of(None)) as read:
        count = write_boards_of(
            read, output, codes=codes or [], communities=community or [], link=link, language=lang, stage=stage
        )
    print(f"{output}: {count} board{'s' * (count != 1)}")
