"""What files that are sent are called: plan, layer, and where coordinates are not WGS 84, in what they come."""

from __future__ import annotations

import re
from urllib.parse import quote

import pyproj

from data.formats import LON_LAT, Format
from geo.datum import SHIFTED_DATUMS

NO_NAME = "plan"
"""A plan in a name of ASCII, where its own name has none of it."""


def attachment(plan: str, rest: str) -> dict[str, str]:
    """Return the header by which a file is saved under the name of a plan and the rest, which is plain (RFC 6266).

    Programs that know but ``filename`` get a name of ASCII; what might be taken for a folder or an escape is left out.

    >>> attachment("小城 2026", "-grids.csv")["Content-Disposition"]
    'attachment; filename="2026-grids.csv"; filename*=UTF-8\\'\\'%E5%B0%8F%E5%9F%8E%202026-grids.csv'
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", plan).strip("._-") or NO_NAME
    said = f"attachment; filename=\"{plain}{rest}\"; filename*=UTF-8''{quote(plan + rest, safe='')}"
    return {"Content-Disposition": said}


def system_in_name(target: str | None, working_crs: str, form: Format) -> str:
    """Return what the name of a file with geometry says of its coordinates.

    Nothing where they are what everybody expects: WGS 84, or the one system of a format that has but one.

    Parameters
    ----------
    target
        The coordinate system or datum that was asked for, as `data.export.target_crs` has it; None: the working CRS.
    """
    system = target or working_crs
    if system in SHIFTED_DATUMS:
        return f".{plain(system)}"
    if system == form.bound_to or pyproj.CRS(system) == pyproj.CRS(LON_LAT):
        return ""
    number = pyproj.CRS(system).to_epsg()
    return f".{plain(system) if number is None else f'epsg{number}'}"


def plain(system: str) -> str:
    """Return what a coordinate system is called, in small letters and digits.

    >>> plain("GCJ-02")
    'gcj02'
    """
    return re.sub("[^a-z0-9]", "", system.lower())
