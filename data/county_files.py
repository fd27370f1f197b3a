"""Layers of a build as a file a county: ``grids/530102.parquet`` and so on, in the place of ``grids.parquet``.

Each file is GeoParquet by itself. In the order of their names they hold the rows of the layer in its order, so that a
layer that is read of them is the same as of one file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from geo.code_profiles import community_of
from geo.divisions import COUNTY_DIGITS
from geo.errors import InputError

BY_COUNTY = ("grids", "faces", "communities", "staffing", "community_staffing", "assignments", "duty", "premises")
"""The layers that are in the order of their codes; others, as the ledger, worst first, are in orders of their own."""

SUFFIX = ".parquet"
FILE = re.compile(rf"[0-9]{{{COUNTY_DIGITS}}}\{SUFFIX}")


def file_name(name: str) -> str:
    """Return the file of a layer, or of a county.

    >>> file_name("grids")
    'grids.parquet'
    """
    return f"{name}{SUFFIX}"


def counties_of(codes: Iterable[Sequence[str | None]]) -> list[tuple[str, int]] | None:
    """Return the counties of a layer, and how many of its rows each has; None where it stays in one file.

    So does one without rows, and one whose codes are of several profiles, in the order of which counties come again.

    Parameters
    ----------
    codes
        Those of its rows, in pieces.

    Examples
    --------
    >>> counties_of([["530102001001001", "530103001001001"], ["530103001001002"]])
    [('530102', 1), ('530103', 2)]
    """
    found: list[tuple[str, int]] = []
    for piece in codes:
        for code in piece:
            county = "" if code is None or pd.isna(code) else community_of(code)[:COUNTY_DIGITS]
            if found and found[-1][0] == county:
                found[-1] = county, found[-1][1] + 1
            else:
                found.append((county, 1))
    names = [county for county, _ in found]
    if not names or names != sorted(set(names)) or not all(FILE.fullmatch(file_name(name)) for name in names):
        return None
    return found


def files_of(folder: Path, name: str) -> list[Path]:
    """List the files of a layer in the order of its rows, whichever way it was written; none where it is not there.

    Raises
    ------
    InputError
        It is there both ways, as where one build was copied over another.
    """
    alone, counties = folder / file_name(name), sorted(county_files(folder / name))
    if not alone.is_file():
        return counties
    if counties:
        raise InputError(f"{folder}: holds {alone.name} and {name}/, of two builds; copy one of them alone")
    return [alone]


def county_files(folder: Path) -> list[Path]:
    """List what is a county's file by its name."""
    there = folder.glob(f"*{SUFFIX}") if folder.is_dir() else ()
    return [path for path in there if FILE.fullmatch(path.name) and path.is_file()]


def folders_of(build: Path) -> list[str]:
    """Name the folders of layers in a build that hold counties' files and nothing else; none where none can be.

    Beside the layer's own file such a folder is somebody else's.
    """
    try:
        if not (build / file_name("build")).is_file():  # which every build has
            return []
        cut = [name for name in BY_COUNTY if not (build / file_name(name)).exists()]
        there = [name for name in cut if (build / name).is_dir() and not (build / name).is_symlink()]
        held = {name: list((build / name).iterdir()) for name in there}
        return [name for name in there if held[name] and len(county_files(build / name)) == len(held[name])]
    except OSError:
        return []
