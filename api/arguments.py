"""Arguments that several commands take."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.language import Language

Build = Annotated[
    str,
    typer.Argument(
        metavar="OUT|plan:NAME",
        help="A build: a GeoPackage, or a directory of GeoParquet; or a plan, also as it was: plan:NAME@REVISION.",
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="D", help="The data directory; else ONEGRID_DATA_DIR, else your own."),
]
Day = Annotated[
    datetime | None,
    typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="Judge exceptions on this day, not today."),
]
Written = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write.")]
OpensIn = Annotated[Language, typer.Option("--lang", help="The language that it opens in; its reader may switch.")]


def day_of(given: datetime | None) -> date:
    """Return the day that was typed, else today."""
    return (given or datetime.now()).date()
