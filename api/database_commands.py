"""``onegrid db``: the database's state, its schema, backups."""
# ruff: noqa: PLC0415

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.arguments import DataDir
from api.examples import examples

app = typer.Typer(
    help="Look after the database: its state, its schema, backups.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples(
        "onegrid db status",
        "onegrid db upgrade",
        "onegrid db backup 2026-03-01.backup",
        "onegrid db restore 2026-03-01.backup",
    ),
)


class StatusFormat(StrEnum):
    """How the status is printed."""

    table = "table"
    json = "json"


@app.command(epilog=examples("onegrid db status", "onegrid db status --data-dir /srv/onegrid --format json"))
def status(
    data_dir: DataDir = None,
    format: Annotated[StatusFormat, typer.Option(help="How to print.")] = StatusFormat.table,
) -> None:
    """Say where the database is, its versions, its schema's revision, its size; nothing is changed."""
    from api.database import print_status
    from data.settings import read_settings

    print_status(read_settings(data_dir=data_dir), format.value)


@app.command(epilog=examples("onegrid db upgrade", "onegrid db upgrade --data-dir /srv/onegrid"))
def upgrade(data_dir: DataDir = None) -> None:
    """Bring the schema to this program's revision, in one transaction; make a private cluster where there is none."""
    from data.database.access import reached
    from data.database.schema import upgrade as upgrade_schema
    from data.settings import read_settings

    with reached(read_settings(data_dir=data_dir)) as access:
        before, now = upgrade_schema(access)
        print(f"{access.place}: schema {now}" + (", as it was" if before == now else f", before: {before or 'none'}"))


@app.command(epilog=examples("onegrid db backup 2026-03-01.backup"))
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write; an older file is replaced.")],
    data_dir: DataDir = None,
) -> None:
    """Write a backup, and prove it by restoring it into a scratch database; others may go on working."""
    from api.console import stages
    from data.database.access import reached
    from data.database.backup import backup as write_backup
    from data.settings import read_settings
    from data.whole import require_writable

    settings = read_settings(data_dir=data_dir)
    require_writable(file)
    with stages() as stage, reached(settings) as access:
        made = write_backup(access, file, progress=stage)
    proof = "restored to prove it" if made.restored else "read back; to be restored, it needs the right CREATEDB"
    print(f"{file}: {made.rows} rows of {made.tables} tables, schema {made.revision}; {proof}")


@app.command(epilog=examples("onegrid db restore 2026-03-01.backup --data-dir /srv/onegrid"))
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by `onegrid db backup`.")],
    data_dir: DataDir = None,
) -> None:
    """Put a backup in the place of what the database holds, in one transaction; then upgrade its schema."""
    from api.console import stages
    from data.database.access import reached
    from data.database.restore import restore as put_back
    from data.settings import read_settings

    settings = read_settings(data_dir=data_dir)
    with stages() as stage, reached(settings) as access:
        made = put_back(access, file, progress=stage)
    since = f", upgraded from {made.upgraded_from}" if made.upgraded_from else ""
    unknown = (
        "" if made.sealed else "; the backup has no checksum, so that nobody knows whether it is as it was written"
    )
    print(f"{access.place}: {made.rows} rows of {made.tables} tables, schema {made.revision}{since}{unknown}")
