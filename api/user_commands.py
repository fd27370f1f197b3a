"""``onegrid user``: accounts and tokens."""
# ruff: noqa: PLC0415

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.database_commands import DataDir
from api.ending import say
from api.examples import examples

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(
    help="Say who may sign in, as what, and for which divisions.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples(
        "onegrid user add li.na --role planner --scope 530102",
        "onegrid user list",
        "onegrid user change li.na --role approver",
        "onegrid user disable li.na",
        "onegrid user token li.na",
    ),
)


class RoleName(StrEnum):
    """The roles."""

    viewer = "viewer"
    supervisor = "supervisor"
    planner = "planner"
    approver = "approver"
    admin = "admin"


class ListFormat(StrEnum):
    """How accounts are listed."""

    table = "table"
    json = "json"


Name = Annotated[str, typer.Argument(metavar="NAME", help="What the account is called.")]
RoleGiven = Annotated[RoleName, typer.Option(help="What they may do.")]
Scope = Annotated[
    str, typer.Option(metavar="PREFIX", help="The beginning of the division codes that they see; empty is all.")
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@contextmanager
def users(data_dir: Path | None) -> Iterator[Connection]:
    """Reach the accounts for the length of a block, in one transaction."""
    from data.database.access import reached
    from data.database.engine import application_engine, connected
    from data.database.schema import ensure_current
    from data.settings import read_settings

    with reached(read_settings(data_dir=data_dir)) as access:
        ensure_current(access)
        engine = application_engine(access.application, most=2)
        try:
            with connected(engine, place=access.place) as connection:
                yield connection
        finally:
            engine.dispose()


@app.command(epilog=examples("onegrid user add li.na --role planner --scope 530102"))
def add(
    name: Name, role: RoleGiven, scope: Scope = "", password_stdin: FromStdin = False, data_dir: DataDir = None
) -> None:
    """Make an account. Without a password it can be used by tokens alone."""
    from data.users.accounts import add_account
    from data.users.audit import Event, record
    from data.users.roles import Role

    password = read_password(from_stdin=password_stdin)
    with users(data_dir) as connection:
        made = add_account(connection, name, Role(role), scope, password=password)
        record(connection, Event.account_added, operator(), account=made.name, role=made.role, scope=made.scope)
    print(f"{made.name}: {made.role.value}, {made.scope or 'all divisions'}")
    if password is None:
        say(f"{made.name} has no password; onegrid user change {made.name} --password-stdin gives one")


@app.command("list", epilog=examples("onegrid user list", "onegrid user list --format json"))
def list_(
    format: Annotated[ListFormat, typer.Option(help="How to print.")] = ListFormat.table, data_dir: DataDir = None
) -> None:
    """List the accounts."""
    from data.users.accounts import list_accounts

    with users(data_dir) as connection:
        accounts = list_accounts(connection)
    rows = [
        {
            "name": one.name,
            "role": one.role.value,
            "scope": one.scope,
            "sign_in": one.issuer or ("password" if one.password_hash else "tokens"),
            "state": "disabled" if one.disabled_at else "enabled",
        }
        for one in accounts
    ]
    if format is ListFormat.json:
        print(json.dumps(rows, ensure_ascii=False))
    for row in rows if format is ListFormat.table else ():
        print(f"{row['name']:<20} {row['role']:<10} {row['scope'] or 'all':<12} {row['sign_in']:<8} {row['state']}")


@app.command(epilog=examples("onegrid user change li.na --role approver --scope 5301"))
def change(
    name: Name,
    role: Annotated[RoleName | None, typer.Option(help="What they may do from now on.")] = None,
    scope: Annotated[
        str | None, typer.Option(metavar="PREFIX", help="The beginning of the codes that they see; empty is all.")
    ] = None,
    password_stdin: FromStdin = False,
    data_dir: DataDir = None,
) -> None:
    """Change an account; a new password ends its sessions and tokens."""
    from data.users.accounts import change_account
    from data.users.audit import Event, record
    from data.users.roles import Role

    password = read_password(from_stdin=True) if password_stdin else None
    with users(data_dir) as connection:
        made = change_account(connection, name, role=Role(role) if role else None, scope=scope, password=password)
        record(
            connection, Event.account_changed, operator(),
            account=made.name, role=made.role, scope=made.scope, password=password is not None,
        )  # fmt: skip
    print(f"{made.name}: {made.role.value}, {made.scope or 'all divisions'}")


@app.command(epilog=examples("onegrid user disable li.na", "onegrid user disable li.na --undo"))
def disable(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let them sign in again.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Let an account sign in no more; its sessions and tokens end at once."""
    from data.users.accounts import set_disabled
    from data.users.audit import Event, record

    with users(data_dir) as connection:
        made = set_disabled(connection, name, not undo)
        record(connection, Event.account_changed, operator(), account=made.name, disabled=not undo)
    print(f"{made.name}: {'enabled' if undo else 'disabled'}")


@app.command(epilog=examples("onegrid user token li.na --days 30", "onegrid user token li.na --revoke"))
def token(
    name: Name,
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how long it holds.")] = 365,
    revoke: Annotated[bool, typer.Option("--revoke", help="End all tokens and sessions of the account.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Print a bearer token for a program, which acts as the account; it is shown once."""
    from datetime import timedelta

    from data.users.accounts import account_named
    from data.users.audit import Event, record
    from data.users.credentials import Kind, issue, revoke_all
    from geo.errors import InputError

    with users(data_dir) as connection:
        found = account_named(connection, name)
        if revoke:
            ended = revoke_all(connection, found.account_id)
            record(connection, Event.account_changed, operator(), account=found.name, ended=ended)
            said = f"{found.name}: {ended} tokens and sessions ended"
        elif found.disabled_at is not None:
            raise InputError(f"{found.name} is disabled; enable it first: onegrid user disable {found.name} --undo")
        else:
            said = issue(connection, Kind.token, found.identity, timedelta(days=days)).secret
            record(connection, Event.token_issued, operator(), account=found.name, days=days)
    print(said)


def read_password(*, from_stdin: bool) -> str | None:
    """Return what is typed twice on a terminal, or the first line of standard input; None: there is no password."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        return None
    typed: str = typer.prompt(
        "Password", default="", hide_input=True, confirmation_prompt=True, show_default=False, err=True
    )
    return typed or None


def operator() -> str:
    """Return who types commands, for the record."""
    import getpass

    return f"{getpass.getuser()} (command line)"
