"""``onegrid import`` and ``onegrid plan``: plans in the database, from a build to in force."""
# ruff: noqa: PLC0415

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.arguments import DataDir, day_of
from api.examples import examples

if TYPE_CHECKING:
    from data.plans.carrying import Applied

app = typer.Typer(
    help="Redraw plans: branch, edit, compare, merge, review, put in force.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples(
        "onegrid import grid.gpkg --name 2026",
        "onegrid plan branch 2026-trial --from 2026",
        'onegrid plan edit 2026-trial \'{"verb": "merge", "codes": ["530102001001002"], "keep": "530102001001001"}\'',
        "onegrid plan compare 2026 2026-trial",
        "onegrid plan submit 2026-trial",
    ),
)

IMPORT_EXAMPLES = examples(
    "onegrid import grid.gpkg --name 2026",
    "onegrid import grid.gpkg --name 2026 --in-force",
    "onegrid import grid-2027.gpkg --into 2026-draft",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The plan.")]
State = Annotated[str, typer.Argument(metavar="NAME[@REVISION]", help="The plan, also as it was at a revision.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who acts, for the log; the system's user by default.")
]
Base = Annotated[
    int | None, typer.Option("--base", min=0, metavar="REV", help="The revision that you looked at; else the latest.")
]
Note = Annotated[str | None, typer.Option("--note", metavar="T", help="A word on it, for the log.")]


class ListFormat(StrEnum):
    """How a list is printed."""

    table = "table"
    json = "json"


class CompareFormat(StrEnum):
    """How a comparison is printed; ``geojson``: the grids that differ."""

    table = "table"
    json = "json"
    geojson = "geojson"


ListedAs = Annotated[ListFormat, typer.Option("--format", help="How to print.")]


def import_(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A build: a GeoPackage, or a directory of GeoParquet.")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help='Of the new plan; with --into, "PLAN + OUT" by default.')
    ] = None,
    in_force: Annotated[
        bool, typer.Option("--in-force", help="Put it in force from today, in the place of the plan that is.")
    ] = False,
    into: Annotated[
        str | None,
        typer.Option(
            metavar="PLAN", help="A draft that it is a new build of: bring along what planners decided there."
        ),
    ] = None,
    by: By = None,
    data_dir: DataDir = None,
) -> None:
    """Make a build a draft plan in the database, or with --in-force the plan in force.

    With --into, the build is offered to a draft as its new sources: a draft beside it, with planners' decisions, to be
    looked at and accepted. Make it by `onegrid build --previous plan:PLAN`, so that grids keep their codes.
    """
    if into is not None:
        if in_force:
            raise typer.BadParameter("is for a plan of its own; accept what is offered first", param_hint="--in-force")
        offer(out, into, name, by, data_dir)
    elif name is None:
        raise typer.BadParameter("is missing; it says what the plan is called", param_hint="--name")
    else:
        import_as_plan(out, name, by, data_dir, in_force=in_force)


def offer(out: Path, into: str, name: str | None, by: str | None, data_dir: Path | None) -> None:
    """Offer a build to a draft, and say what that comes to."""
    from api.console import stages
    from api.ending import interrupted_with
    from api.importing import told
    from api.plan_offers import offer_name, print_offer
    from api.planning import acting, plans
    from data.plans.renewing import offer_build

    who, called = acting(by), name or offer_name(into, out.stem)
    with plans(data_dir) as store:
        with stages() as stage:
            offered = offer_build(store.engine, out, into=into, name=called, by=who, progress=told(stage))
        with interrupted_with(f"plan {called} is offered to {into}"), store.reading() as connection:
            print_offer(connection, into, offered, day_of(None))


def import_as_plan(out: Path, name: str, by: str | None, data_dir: Path | None, *, in_force: bool) -> None:
    """Make a build a plan, and say in a line what it came to."""
    from api.console import stages
    from api.ending import interrupted_with
    from api.importing import import_as
    from api.plan_words import summary_line
    from api.planning import acting, plans

    who, today = acting(by), day_of(None)
    with plans(data_dir) as store:
        with stages() as stage:
            plan = import_as(store.engine, out, name, by=who, in_force=today if in_force else None, stage=stage)
        said = f"plan {name} is imported, and is {plan.said_state}"
        with interrupted_with(said), store.reading() as connection:
            print(summary_line(connection, plan, today))


@app.command("list", epilog=examples("onegrid plan list", "onegrid plan list --format json"))
def list_(format: ListedAs = ListFormat.table, data_dir: DataDir = None) -> None:
    """List the plans, the newest first."""
    from api.plan_words import print_plans
    from api.planning import plans
    from data.plans.plan import list_plans

    with plans(data_dir) as store, store.reading() as connection:
        print_plans(list_plans(connection), day_of(None), format.value)


@app.command(epilog=examples("onegrid plan show 2026", "onegrid plan show 2026@12 --format json"))
def show(name: State, format: ListedAs = ListFormat.table, data_dir: DataDir = None) -> None:
    """Say of a plan what it is, where it comes from, what it adds up to, how far it reaches."""
    from api.plan_words import print_plan
    from api.planning import plans, state_named

    with plans(data_dir) as store, store.reading() as connection:
        print_plan(connection, state_named(connection, name), day_of(None), format.value)


@app.command(epilog=examples("onegrid plan log 2026", "onegrid plan log 2026 --format json"))
def log(name: Name, format: ListedAs = ListFormat.table, data_dir: DataDir = None) -> None:
    """List what was done to a plan, and to those it comes from until it left them."""
    from api.plan_words import print_log
    from api.planning import plans
    from data.plans.life import log as entries_of
    from data.plans.plan import find_plan
    from data.publishing.log import publications

    with plans(data_dir) as store, store.reading() as connection:
        plan = find_plan(connection, name)
        print_log(entries_of(connection, plan), plan, format.value, publications(connection, plan))


@app.command(
    epilog=examples("onegrid plan branch 2026-trial --from 2026", "onegrid plan branch 2026-back --from 2026@12")
)
def branch(
    name: Annotated[str, typer.Argument(metavar="NEW", help="Of the new plan.")],
    parent: Annotated[str, typer.Option("--from", metavar="NAME[@REVISION]", help="What it begins as.")],
    by: By = None,
    data_dir: DataDir = None,
) -> None:
    """Make a draft that begins as another plan is, or was; nothing is copied."""
    from api.planning import acting, plans, state_named
    from data.plans.life import branch as make_branch

    who = acting(by)
    with plans(data_dir) as store:
        with store.reading() as connection:
            of = state_named(connection, parent)
        made = make_branch(store.engine, name, of=of.plan.name, by=who, at=of.at)
    print(f"plan {made.name}: a branch of {of.plan.name} at revision {of.at}; draft")


@app.command(epilog=examples("onegrid plan submit 2026-trial --note 请审核"))
def submit(name: Name, note: Note = None, by: By = None, data_dir: DataDir = None) -> None:
    """Submit a draft for review; nobody edits it meanwhile."""
    moved(name, "submit", note, by, data_dir)


@app.command("return", epilog=examples("onegrid plan return 2026-trial --note 请补充说明"))
def return_(name: Name, note: Note = None, by: By = None, data_dir: DataDir = None) -> None:
    """Return a plan in review, to be edited again."""
    moved(name, "return", note, by, data_dir)


@app.command(epilog=examples("onegrid plan withdraw 2026-trial"))
def withdraw(name: Name, note: Note = None, by: By = None, data_dir: DataDir = None) -> None:
    """Withdraw a draft for good; its log stays."""
    moved(name, "withdraw", note, by, data_dir)


def moved(name: str, what: str, note: str | None, by: str | None, data_dir: Path | None) -> None:
    """Move a plan on in its life, and say what it is now."""
    from api.plan_words import state_line
    from api.planning import acting, plans
    from data.plans.life import move

    who = acting(by)
    with plans(data_dir) as store:
        print(state_line(move(store.engine, name, what, by=who, note=note), day_of(None)))


@app.command(
    epilog=examples(
        "onegrid plan approve 2026-trial --effective 2026-10-01",
        "onegrid plan approve 2027 --effective 2027-01-01 --replace",
    )
)
def approve(
    name: Name,
    effective: Annotated[
        datetime, typer.Option("--effective", metavar="DATE", formats=["%Y-%m-%d"], help="In force from this day on.")
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where it does not come from the plan in force, as a new build.")
    ] = False,
    by: By = None,
    data_dir: DataDir = None,
) -> None:
    """Put a plan in review in force from a day on; its codes are official then, and the former plan retires."""
    from api.plan_words import state_line
    from api.planning import acting, plans
    from data.plans.approving import approve as approve_plan

    who = acting(by)
    with plans(data_dir) as store:
        plan = approve_plan(store.engine, name, effective=effective.date(), by=who, replace=replace)
    print(state_line(plan, day_of(None)))


@app.command(
    epilog=examples(
        "onegrid plan compare 2026 2026-trial",
        "onegrid plan compare 2026-trial@3 2026-trial --format json",
        "onegrid plan compare 2026 2026-trial --format geojson > changes.geojson",
    )
)
def compare(
    a: Annotated[str, typer.Argument(metavar="A[@REVISION]", help="The one that was.")],
    b: Annotated[str, typer.Argument(metavar="B[@REVISION]", help="The one that is.")],
    format: Annotated[CompareFormat, typer.Option(help="How to print.")] = CompareFormat.table,
    data_dir: DataDir = None,
) -> None:
    """Say what became of each grid, which land and households change hands, and the crosswalk of codes."""
    from api.plan_differences import Compared, print_comparison
    from api.planning import plans, state_named

    with plans(data_dir) as store, store.reading() as connection:
        old, new = (state_named(connection, each) for each in (a, b))
        compared = Compared.of(connection, old, new)
    print_comparison(compared, format.value)


@app.command(
    epilog=examples(
        "onegrid plan merge 2026-trial --into 2026-next --dry-run", "onegrid plan merge 2026-trial --into 2026-next"
    )
)
def merge(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The plan whose changes are wanted.")],
    into: Annotated[str, typer.Option("--into", metavar="NAME", help="The draft that they come to.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come, and write nothing.")] = False,
    base: Base = None,
    format: ListedAs = ListFormat.table,
    by: By = None,
    data_dir: DataDir = None,
) -> None:
    """Bring into a draft what another plan did since they parted; what contradicts itself is listed, and stays.

    The exit code is 1 where something was left to decide, also with --dry-run.
    """
    from api.ending import FAILED, say
    from api.plan_differences import print_merged
    from api.planning import acting, plans
    from data.plans.merging import merge_plans

    who = acting(by)
    with plans(data_dir) as store:
        plan = store.find(into)
        at = plan.head if base is None else base
        merged = merge_plans(store.engine, into, source=source, by=who, base=at, dry_run=dry_run)
    print_merged(merged, source, plan, format.value)
    if left := len(merged.combination.conflicts):
        say(f"{left} of the changes in {source} contradict {into}, and were left out; settle them by edits in {into}")
        raise typer.Exit(FAILED)


@app.command(epilog=examples("onegrid plan accept '2026 + grid-2027' --into 2026"))
def accept(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The draft that `onegrid import --into` made.")],
    into: Annotated[str, typer.Option("--into", metavar="PLAN", help="The draft that it was offered to.")],
    by: By = None,
    data_dir: DataDir = None,
) -> None:
    """Let a draft become the new build that was offered to it, as one revision; the offer is withdrawn."""
    from api.plan_words import state_line
    from api.planning import acting, plans
    from data.plans.renewing import accept as accept_offer

    who = acting(by)
    with plans(data_dir) as store:
        plan = accept_offer(store.engine, into, offer=name, by=who)
    print(f"{state_line(plan, day_of(None))}: as {name}, which is withdrawn")


@app.command(
    epilog=examples(
        'onegrid plan edit 2026-trial \'{"verb": "split", "code": "530102001001001", '
        '"line": [[102.7001, 25.0381], [102.7049, 25.0384]]}\'',
        "onegrid plan edit 2026-trial - --dry-run < edit.json",
        'onegrid plan edit 2026-trial \'{"verb": "move_vertex", "from": [34570100.5, 2770200.5], '
        '"to": [34570112, 2770200.5]}\' --crs EPSG:4522',
    )
)
def edit(
    name: Name,
    verb: Annotated[str, typer.Argument(metavar="JSON", help="The edit as a JSON object; - reads it from stdin.")],
    base: Base = None,
    crs: Annotated[str, typer.Option(metavar="EPSG:…", help="What its positions are in.")] = "EPSG:4326",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do, and write nothing.")] = False,
    by: By = None,
    data_dir: DataDir = None,
) -> None:
    """Apply an edit to a draft, and print as JSON what it did.

    Verbs: split {code, line}, merge {codes, keep}, reshape {codes, line}, move_vertex {from, to}, insert_vertex {at},
    delete_vertex {at}, carve {polygon, name}, reassign {faces, places or unit; to}, retag {code, name,
    management_type}, lock {code, locked}.
    """
    from api.edit_answers import print_answer, verb_written
    from api.planning import acting, plans
    from data.plans.door import edit as apply_edit

    asked, who = verb_written(sys.stdin.read() if verb == "-" else verb), acting(by)
    with plans(data_dir) as store:
        plan = store.find(name)
        at = plan.head if base is None else base
        done = apply_edit(store.engine, name, asked, by=who, base=at, crs=crs, dry_run=dry_run)
    print_answer(done, plan.crs, crs)


@app.command(epilog=examples("onegrid plan undo 2026-trial"))
def undo(name: Name, base: Base = None, by: By = None, data_dir: DataDir = None) -> None:
    """Take back your latest edit that still stands, as a new revision; print as JSON what that did."""
    from data.plans.undoing import undo as take_back

    reverse(take_back, name, base, by, data_dir)


@app.command(epilog=examples("onegrid plan redo 2026-trial"))
def redo(name: Name, base: Base = None, by: By = None, data_dir: DataDir = None) -> None:
    """Do again what you undid last; print as JSON what that did."""
    from data.plans.undoing import redo as do_again

    reverse(do_again, name, base, by, data_dir)


def reverse(done: Callable[..., Applied], name: str, base: int | None, by: str | None, data_dir: Path | None) -> None:
    """Undo or redo."""
    from api.edit_answers import print_answer
    from api.plan_words import LON_LAT
    from api.planning import acting, plans

    who = acting(by)
    with plans(data_dir) as store:
        plan = store.find(name)
        applied = done(store.engine, name, by=who, base=plan.head if base is None else base)
    print_answer(applied, plan.crs, LON_LAT)
