"""What the command line says of itself, and how it takes a slip of the fingers."""

from __future__ import annotations

import shlex
from importlib.metadata import version

import pytest
import typer

from api.command_line import app
from tests.api.conftest import Onegrid
from tests.api.running import ENTRY_POINT, onegrid

COMMANDS = [
    *("demo", "build", "check", "gaps", "map", "report", "board", "serve", "export", "publish", "import"),
    *("standards", "plan", "db", "user"),
]


def examples(help_text: str) -> list[str]:
    """Return the lines under "Example:" or "Examples:"."""
    _, _, after = help_text.partition("\n  Example")
    return [line.strip() for line in after.splitlines()[1:]]


def test_the_installed_command_lists_every_command():
    told = onegrid("--help")
    assert (told.status, told.err) == (0, "")
    assert [line.split()[0] for line in told.out.partition("Commands:\n")[2].splitlines()] == COMMANDS


def test_the_version_is_that_of_the_distribution(here: Onegrid):
    assert here("--version").out == f"onegrid {version('onegrid')}\n"


def test_without_a_command_the_help_goes_to_stderr(here: Onegrid):
    ended = here()
    assert (ended.status, ended.out) == (2, "")
    assert "Commands:" in ended.err


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_shows_examples_that_the_command_line_takes(here: Onegrid, name: str):
    told = here(name, "--help")
    assert (told.status, told.err) == (0, "")
    shown = examples(told.out)
    assert any(line.startswith(f"onegrid {name} ") for line in shown)
    group = typer.main.get_command(app)
    for line in shown:
        program, command, *arguments = shlex.split(line.partition(" > ")[0])
        assert program == ENTRY_POINT.name
        group.commands[command].make_context(command, arguments)  # a slip in an example would raise


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["biuld"], "no such command 'biuld'. Did you mean 'build'? (see `onegrid --help`)"),
        (["build"], "missing argument 'LAYERS.toml' (see `onegrid build --help`)"),
        (["build", "layers.toml"], "missing option '--output' / '-o' (see `onegrid build --help`)"),
        (
            ["build", "layers.toml", "-o", "grid", "--as-of", "1.3.2026"],
            "invalid value for '--as-of': '1.3.2026' is no date such as 2026-03-01 (see `onegrid build --help`)",
        ),
        (["check", "a.gpkg", "b.gpkg"], "got unexpected extra argument(s) (b.gpkg) (see `onegrid check --help`)"),
        (["gaps", "a.gpkg", "--leger", "unheld"], "no such option: --leger (Possible options: --lang, --ledger) "),
        (["gaps", "a.gpkg", "--ledger", "hold"], "'hold' is not one of 'unheld', 'contested', 'unserved'"),
        (["gaps", "a.gpkg", "--format", "xml"], "'xml' is not one of 'table', 'csv', 'json', 'geojson'"),
        (["build", "layers.toml", "-o", "a.gpkg", "--workers", "0"], "'--workers': Input should be greater than or"),
        (["demo", "town", "--communities", "many"], "invalid value for '--communities': "),
    ],
)
def test_a_slip_is_refused_in_one_line_that_says_where_help_is(here: Onegrid, arguments: list[str], line: str):
    assert line in here(*arguments).refusal
