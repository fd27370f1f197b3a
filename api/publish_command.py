"""``onegrid publish``: a plan in force as a file for any web server."""
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.arguments import DataDir, day_of
from api.examples import examples

PUBLISH_EXAMPLES = examples(
    "onegrid publish plan:2026 -o 2026.pmtiles",
    "onegrid publish plan:2026 -o 2026.pmtiles --page site",
    "onegrid publish plan:2026 -o 2026.pmtiles --last-zoom 15 --attribution 五华区网格办",
)


def publish(
    name: Annotated[str, typer.Argument(metavar="plan:NAME", help="A plan in force.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write: a .pmtiles file.")],
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="DIR", help="Also a page that shows it, for any web server: a folder."),
    ] = None,
    last_zoom: Annotated[
        int, typer.Option("--last-zoom", min=0, max=17, metavar="Z", help="Closer, maps enlarge its tiles.")
    ] = 17,
    attribution: Annotated[
        str, typer.Option(metavar="T", help="What maps show at their edge: whose data it is.")
    ] = "One Grid",
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who acts, for the log; the system's user by default.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Write a plan in force as one PMTiles file, which any web server hands out to any map: the server's own tiles.

    The file is for everybody who can fetch it. It holds what a viewer sees: places, posts and counts, nobody's name.
    """
    from api.console import stages
    from api.planning import acting
    from api.published_page import require_page, write_page
    from data.database.access import reached
    from data.database.schema import ensure_current
    from data.publishing.publish import Order
    from data.publishing.publish import publish as publish_plan
    from data.settings import read_settings
    from data.users.identity import Identity
    from data.users.roles import Role

    if page is not None:
        require_page(page, output)
    who = Identity(acting(by), Role.admin)
    order = Order(name.removeprefix("plan:"), who, day_of(None), last_zoom, attribution)
    with stages() as stage, reached(read_settings(data_dir=data_dir)) as access:
        ensure_current(access)
        stage("publish")
        made = publish_plan(access.application, order, output, progress=stage.done)
        if page is not None:
            write_page(page, output)
    print(f"{output}: plan {made.plan}, revision {made.revision}; {made.tiles:,} tiles, {made.bytes / 1e6:,.1f} MB")
