"""The command line ``onegrid``: thin doors to `geo`, `data` and `web.reports`.

How a command ends is in `api.ending`. Libraries are imported in the commands that need them, so that each starts
quickly.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from api import database_commands, plan_commands, report_commands, standards_commands
from api.arguments import Build, DataDir, Day, OpensIn, Written, day_of
from api.ending import FAILED, end, run
from api.examples import examples
from api.language import Language
from api.publish_command import PUBLISH_EXAMPLES, publish
from api.server_commands import SERVE_EXAMPLES, serve
from api.user_commands import app as user_commands

app = typer.Typer(
    name="onegrid",
    help="One Grid (多网合一): merge a city's governance grids into one partition, and say what is missing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(standards_commands.app, name="standards")
app.add_typer(plan_commands.app, name="plan")
app.add_typer(database_commands.app, name="db")


class Ledger(StrEnum):
    """The three ledgers."""

    unheld = "unheld"
    contested = "contested"
    unserved = "unserved"


class State(StrEnum):
    """What became of a gap."""

    open = "open"
    accepted = "accepted"
    expired = "expired"


class ListFormat(StrEnum):
    """How a list is printed."""

    table = "table"
    csv = "csv"
    json = "json"
    geojson = "geojson"


class FileFormat(StrEnum):
    """What an export is written as."""

    geojson = "geojson"
    gpkg = "gpkg"
    geoparquet = "geoparquet"
    csv = "csv"
    pmtiles = "pmtiles"
    shp = "shp"


def show_version(asked: bool) -> None:
    """Print the version and end, where ``--version`` was typed."""
    if asked:
        from importlib.metadata import version

        print(f"onegrid {version('onegrid')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """Merge a city's governance grids into one partition, and say what is missing (多网合一)."""


def main() -> NoReturn:
    """Run the command line that was typed."""
    end(run(app, sys.argv[1:]))


@app.command(
    epilog=examples(
        "onegrid demo town --communities 30",
        "onegrid build town/layers.toml -o town.gpkg",
    ),
)
def demo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A folder; an earlier demo in it is replaced.")],
    communities: Annotated[int, typer.Option(min=1, max=60_000, help="How many communities the town has.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another town.")] = 1,
    geoparquet: Annotated[bool, typer.Option("--geoparquet", help="Write every layer as GeoParquet.")] = False,
) -> None:
    """Write a realistic town with layers.toml, its layers and tables, and the mess of real digitising."""
    from api.console import stages
    from data.demo import write_demo

    with stages() as stage:
        layers = write_demo(
            directory,
            communities=communities,
            seed=seed,
            format="geoparquet" if geoparquet else "office",
            progress=stage,
        )
    print(layers)


@app.command(
    epilog=examples(
        "onegrid build layers.toml -o grid.gpkg",
        "onegrid build layers.toml -o 2026.gpkg --previous 2025.gpkg",
        "onegrid build layers.toml -o 2027.gpkg --previous plan:2026",
        "onegrid build layers.toml -o grid.gpkg --standards town.toml",
        "onegrid build layers.toml -o folder-of-geoparquet --workers 8",
    ),
)
def build(
    layers: Annotated[Path, typer.Argument(metavar="LAYERS.toml", help="What to merge; see README.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="A .gpkg file, or a directory for GeoParquet.")
    ],
    previous: Annotated[
        str | None,
        typer.Option(
            metavar="OLD|plan:NAME", help="An earlier build, or a plan: grids keep its codes, `lineage` says how."
        ),
    ] = None,
    standards: Annotated[
        Path | None, typer.Option(metavar="F", help="A standards file of your own; see `onegrid standards`.")
    ] = None,
    as_of: Day = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes of this machine; the number of its cores by default.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler instead, such as tcp://10.0.0.1:8786.")
    ] = None,
    *,
    parts: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep finished pieces there: begun again, or with changed sources, it does only the rest.",
        ),
    ] = None,
    by_county: Annotated[
        bool, typer.Option("--by-county", help="In a directory of GeoParquet: grids/530102.parquet, a file a county.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Merge the layers into one grid, prove it a partition, find the gaps, and write it all."""
    from api.building import build_files
    from api.console import stages
    from api.ending import interrupted_with
    from api.summary import summary

    with stages() as stage:
        grid = build_files(
            layers,
            output,
            previous=previous,
            data_dir=data_dir,
            standards=standards,
            as_of=day_of(as_of),
            workers=workers,
            scheduler=scheduler,
            parts=parts,
            by_county=by_county,
            stage=stage,
        )
    with interrupted_with(f"{output} is written"):
        for line in summary(output, grid):
            print(line)


@app.command(epilog=examples("onegrid check grid.gpkg", "onegrid check plan:2026"))
def check(out: Build, data_dir: DataDir = None) -> None:
    """Print the figures of the partition; exit 1 when it does not hold."""
    from api.layers_of import layers_of
    from geo.check import check as findings_of

    with layers_of(out, data_dir=data_dir, today=day_of(None)) as layers:
        findings = findings_of(layers.read(["grids", "faces", "units", "gaps"]))
    width = max(len(finding.name) for finding in findings)
    failed = sum(finding.holds is False for finding in findings)
    try:
        for finding in findings:
            mark = {True: "ok", False: "FAIL", None: "note"}[finding.holds]
            print(f"{mark:<4} {finding.name:<{width}}  {finding.value}")
        print("the partition holds" if not failed else f"{failed} check{'s' * (failed > 1)} failed", flush=True)
    finally:  # whoever reads no further is told as well
        if failed:
            raise typer.Exit(FAILED)


@app.command(
    epilog=examples(
        "onegrid gaps grid.gpkg --ledger unheld",
        "onegrid gaps plan:2026 --ledger unheld",
        "onegrid gaps grid.gpkg --kind overlap --kind straddle --format csv > contested.csv",
        "onegrid gaps grid.gpkg --lang zh --format csv > 缺口.csv",
        "onegrid gaps grid.gpkg --community 530102001 --state expired --as-of 2027-01-01",
    ),
)
def gaps(
    out: Build,
    *,
    kind: Annotated[list[str] | None, typer.Option(metavar="K", help="Only this kind; may be given again.")] = None,
    ledger: Annotated[Ledger | None, typer.Option(help="Only this ledger.")] = None,
    community: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only this community; the beginning of a code takes a street.")
    ] = None,
    state: Annotated[list[State] | None, typer.Option(help="Only in this state; may be given again.")] = None,
    as_of: Day = None,
    format: Annotated[ListFormat, typer.Option(help="How to print.")] = ListFormat.table,
    lang: Annotated[
        Language | None,
        typer.Option(help="Words of the table, and of the CSV if given; default: Chinese where the locale is."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Print the coverage gaps, worst first, and what they add up to by ledger and kind."""
    from api.gap_words import Names
    from api.layers_of import layers_of
    from api.listing import chosen_gaps, print_gaps

    day = day_of(as_of)
    with layers_of(out, data_dir=data_dir, today=day) as layers:
        chosen = chosen_gaps(
            layers, kinds=kind or [], ledger=ledger, community=community, states=state or [], as_of=day
        )
        print_gaps(chosen, format.value, lambda: Names.read(layers), lang)


@app.command("map", epilog=examples("onegrid map grid.gpkg -o map.html", "onegrid map grid.gpkg -o map.html --lang en"))
def map_(
    out: Build,
    output: Written,
    lang: OpensIn = Language.zh,
    data_dir: DataDir = None,
) -> None:
    """Write one HTML file with the map, which works offline."""
    from api.console import stages
    from api.layers_of import layers_of
    from api.places import require_apart
    from data.suffixes import require_suffix
    from data.whole import require_writable
    from web.reports.contents import READ, READ_COLUMNS
    from web.reports.map import write_map

    require_writable(output)
    with stages() as stage, layers_of(out, data_dir=data_dir, today=day_of(None)) as layers:
        require_apart(output, layers.files)
        require_suffix(output, "a map is a web page", (".html", ".htm"), f"name it {output.stem}.html")
        stage(layers.stage)
        frames = layers.read(READ, columns=READ_COLUMNS)
        write_map(frames, output, language=lang.value, progress=lambda layer: stage(f"drawing {layer}"))
    print(output)


app.command("report", epilog=report_commands.REPORT_EXAMPLES)(report_commands.report)
app.command("board", epilog=report_commands.BOARD_EXAMPLES)(report_commands.board)
app.command("serve", epilog=SERVE_EXAMPLES)(serve)
app.add_typer(user_commands, name="user")


@app.command(
    epilog=examples(
        "onegrid export grid.gpkg -o grids.geojson --layer grids --format geojson",
        "onegrid export grid.gpkg -o gcj.shp --layer grids --format shp --crs GCJ-02",
        "onegrid export grid.gpkg -o layers.zip --layer all --format csv",
        "onegrid export plan:2026@12 -o plan.gpkg --layer all --format gpkg",
    ),
)
def export(
    out: Build,
    output: Written,
    layer: Annotated[str, typer.Option(metavar="L|all", help="A layer, or all.")],
    format: Annotated[FileFormat, typer.Option(help="What to write.")],
    crs: Annotated[str | None, typer.Option(metavar="EPSG|GCJ-02|BD-09", help="EPSG:…, GCJ-02 or BD-09.")] = None,
    contacts: Annotated[
        bool, typer.Option("--contacts", help="Write duty-holders' names and telephone numbers, which are masked else.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write layers of a build or a plan for other programs."""
    from api.layers_of import layers_of
    from api.places import require_apart
    from data.export import export as export_layers
    from data.masking import without_contacts

    with layers_of(out, data_dir=data_dir, today=day_of(None)) as read:
        require_apart(output, read.files)
        layers = read.read(None if layer == "all" else [layer])
    layers, masked = (layers, []) if contacts else without_contacts(layers)
    notes = export_layers(layers, output, layer=layer, format=format.value, crs=crs)
    if masked:
        notes.append(f"{', '.join(masked)}: names and telephone numbers are masked; --contacts writes them")
    for note in notes:
        print(f"onegrid: {note}", file=sys.stderr)
    print(output)


app.command("publish", epilog=PUBLISH_EXAMPLES)(publish)
app.command("import", epilog=plan_commands.IMPORT_EXAMPLES)(plan_commands.import_)
