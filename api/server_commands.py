"""``onegrid serve``: the command."""
# ruff: noqa: PLC0415

from __future__ import annotations

from typing import Annotated

import typer

from api.database_commands import DataDir
from api.examples import examples

SERVE_EXAMPLES = examples(
    "onegrid serve",
    "onegrid serve --port 9000 --data-dir /srv/onegrid",
    "onegrid serve --host 0.0.0.0 --processes 4",
)


def serve(
    host: Annotated[
        str | None, typer.Option(metavar="H", help="The address to listen on; 0.0.0.0 is all. By default 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="P", min=0, max=65535, help="The port; 0 is any that is free. By default 8000."),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=64, help="Processes that share the requests. By default 1."),
    ] = None,
    or_any: Annotated[
        bool, typer.Option("--or-any", help="Listen at any free port where that one is taken, and say so.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Serve the plans to browsers and programs; print the address that signs you in, once it is ready."""
    from api.serving import serve as serve_until_stopped
    from data.settings import read_settings

    settings = read_settings(data_dir=data_dir)
    if processes is not None:
        settings = settings.model_copy(update={"processes": processes})
    place = settings.host if host is None else host, settings.port if port is None else port
    serve_until_stopped(settings, *place, ready=lambda url: print(url, flush=True), or_any=or_any)
