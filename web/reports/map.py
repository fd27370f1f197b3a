"""The map report: a build as one HTML file that needs nothing else, for planners, supervisors and their mayor."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from geo.errors import InputError
from web.reports.contents import contents
from web.reports.page import MapLayer, offline_page
from web.reports.palette import FILLS, OUTLINES, palette
from web.reports.phrasing import PIECES
from web.reports.words import LANGUAGES, LEDGER_KINDS, WORDS, Language, word

SHOWN_FIRST = ("kind", "gaps_unheld", "gaps_contested", "borders", "labels")
"""The fill and the overlays that the map opens with."""

_DATE_KEYS = ("data_date", "date", "built")
_TITLE_KEYS = ("title", "name")


def write_map(
    frames: Mapping[str, pd.DataFrame],
    file: Path,
    *,
    title: str | None = None,
    language: Language = "zh",
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write the map of a build.

    Parameters
    ----------
    frames
        The layers of a build by name: ``grids`` (required), ``faces``, ``units``, ``gaps``, ``repairs``, ``lineage``,
        ``build`` and others of `web.reports.contents.READ`, columns as in docs/architecture.md ("Output"), geometry
        in the working CRS. ``communities`` names the communities; without it, most go by their codes.
    file
        Where to write; replaced as a whole or not at all.
    title
        The title; default: the jurisdiction's name in the ``build`` table.
    language
        The language that the page opens in; the reader may switch.
    progress
        Called with the name of each layer before it is written.

    Raises
    ------
    InputError
        There are no grids, or they have no CRS; or the file can't be written.
    """
    grids = frames["grids"]
    if not len(grids) or grids.crs is None:
        raise InputError(f"{file}: cannot draw a map, the layer grids is empty or has no coordinate reference system")
    build = dict(zip(frames["build"]["key"], frames["build"]["value"], strict=True)) if "build" in frames else {}
    name = title or next((str(build[key]) for key in _TITLE_KEYS if key in build), word("page.title", language))
    data = {
        "title": name,
        "date": next((str(build[key]) for key in _DATE_KEYS if key in build), None),
        "language": language,
        "languages": LANGUAGES,
        "words": WORDS,
        "pieces": PIECES,
        "palette": palette(),
        "ledgers": LEDGER_KINDS,
        **contents(frames, progress or (lambda _: None)),
    }
    _write_whole(file, offline_page(name, language, layers(), data))


def layers() -> list[MapLayer]:
    """Return the fills and overlays of the map in the order of the legend."""
    fills = list(FILLS)
    overlays = [
        *("gaps_unheld", "gaps_contested", "zones_astride", "gaps_unserved"),
        "borders",
        "labels",
        *(f"units_{layer}" for layer in OUTLINES),
        "premises",
        "repairs",
    ]
    return [MapLayer(name, overlay=name not in fills, show=name in SHOWN_FIRST) for name in fills + overlays]


def _write_whole(file: Path, text: str) -> None:
    """Write beside the file and move it there, so that no reader sees half of it."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(file)
    except OSError as error:
        raise InputError(f"{file}: cannot write the map: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
