"""``onegrid standards``: read, check and compare the standards that a jurisdiction is held against."""
# ruff: noqa: PLC0415

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from api.arguments import DataDir
from api.examples import examples

app = typer.Typer(
    help="Read, check and compare the standards that a jurisdiction is held against.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples(
        "onegrid standards show --format toml > town.toml",
        "onegrid standards check town.toml",
        "onegrid build layers.toml -o grid.gpkg --standards town.toml",
    ),
)

NAMED = "A standards file, a layers.toml, a build, a plan (plan:NAME), or `default`: the shipped ones."


class ListFormat(StrEnum):
    """How a list is printed."""

    table = "table"
    csv = "csv"
    json = "json"


class ShowFormat(StrEnum):
    """How standards are printed; ``toml`` is the file as it is written."""

    table = "table"
    csv = "csv"
    json = "json"
    toml = "toml"


@app.command(
    epilog=examples(
        "onegrid standards show",
        "onegrid standards show town.toml --at 530102002003",
        "onegrid standards show --format toml > town.toml",
    ),
)
def show(
    file: Annotated[str, typer.Argument(metavar="F", help=NAMED, show_default=False)] = "default",
    at: Annotated[str | None, typer.Option(metavar="CODE", help="What holds in this division or grid.")] = None,
    format: Annotated[
        ShowFormat, typer.Option(help="How to print; toml: the file itself, to be copied and changed.")
    ] = ShowFormat.table,
    data_dir: DataDir = None,
) -> None:
    """Print every value with its unit and its source."""
    from api.standards import listed, print_values, standards_named, text_of_file

    if format is ShowFormat.toml:
        if at is not None:
            raise typer.BadParameter("is the file itself, and --at can't choose from it", param_hint="--format toml")
        print(text_of_file(file), end="")
    else:
        print_values(listed(standards_named(file, data_dir), at), format.value)


@app.command(epilog=examples("onegrid standards check town.toml"))
def check(file: Annotated[str, typer.Argument(metavar="F", help="A standards file, or a layers.toml.")]) -> None:
    """Check a standards file; one line with the place and the reason, and exit code 2, when it is wrong."""
    from api.standards import verdict

    print(verdict(file))


@app.command(
    epilog=examples(
        "onegrid standards diff default town.toml",
        "onegrid standards diff grid-2025.gpkg grid-2026.gpkg --format csv",
    ),
)
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help=NAMED)],
    b: Annotated[str, typer.Argument(metavar="B", help="The same, to compare with A.")],
    format: Annotated[ListFormat, typer.Option(help="How to print.")] = ListFormat.table,
    data_dir: DataDir = None,
) -> None:
    """Print the values that differ between two standards, in general and by place."""
    from api.standards import differing, print_values, standards_named

    found, same = differing(standards_named(a, data_dir), standards_named(b, data_dir))
    if format is ListFormat.table and found.empty:
        print("no value differs")
    else:
        print_values(found, format.value)
    if format is ListFormat.table and same:
        print(f"the same, but from another source: {same}")
