"""A page that shows a published file from any web server: the map application for viewing, and the file beside it."""

from __future__ import annotations

import os
import shutil
from html import escape
from pathlib import Path
from urllib.parse import quote

from api import web_application
from api.web_application import ASSETS, POLICY, START
from data.whole import require_place, whole
from geo.errors import InputError

ICON = "icon.svg"
NOT_BUILT = "the map application is not built, so that there is no page to write; run ./scripts/run once"
UNSAID_IN_A_PAGE = "; frame-ancestors 'none'"
"""Of the policy what only a server may say."""


def require_page(folder: Path, file: Path) -> None:
    """Refuse a place for a page, before long work that would end there.

    Raises
    ------
    InputError
        The map application was not built; something in the folder is not ours.
    """
    if not (web_application.BUILT / START).is_file():
        raise InputError(NOT_BUILT)
    require_place(folder, directory=True, own=names(file))


def write_page(folder: Path, file: Path) -> None:
    """Write a page about a published file, with the file; all addresses in it are relative.

    Raises
    ------
    InputError
        As `require_page`; or it can't be written.
    """
    require_page(folder, file)
    with whole(folder, directory=True, own=names(file)) as part:
        part.mkdir()
        shutil.copytree(web_application.BUILT / ASSETS, part / ASSETS)
        shutil.copy(web_application.BUILT / ICON, part / ICON)
        start = (web_application.BUILT / START).read_text(encoding="utf-8")
        (part / START).write_text(told(start, file.name), encoding="utf-8")
        put_beside(file, part / file.name)


def names(file: Path) -> list[str]:
    """Return what a folder with a page holds."""
    return [START, ASSETS, ICON, file.name]


def told(start: str, name: str) -> str:
    """Return the page, told which file it shows and what it may do.

    >>> told("<head>", "town 2026.pmtiles").splitlines()[1].strip()
    '<meta name="onegrid-tiles" content="./town%202026.pmtiles">'
    """
    policy = POLICY.replace(UNSAID_IN_A_PAGE, "")
    said = {'http-equiv="Content-Security-Policy"': policy, 'name="onegrid-tiles"': f"./{quote(name)}"}
    lines = [f'<meta {what} content="{escape(content)}">' for what, content in reversed(said.items())]
    return start.replace("<head>", "\n    ".join(["<head>", *lines]), 1)


def put_beside(file: Path, place: Path) -> None:
    """Put a file into a folder: the same one where the disk can, else a copy."""
    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)
