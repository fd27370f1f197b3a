"""A demo town as it is read from its build, for what needs every layer and every gap kind."""

from __future__ import annotations

import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from data.demo import write_demo
from data.output import read_build, write_build
from data.reading import read_sources
from geo.build import build
from geo.sources import Parameters

DAY = date(2026, 11, 21)
HOSTILE = "</script><script>window.stung = 1</script>"
MARKUP = '"><img src=x onerror="window.stung = 1">'


@cache
def demo() -> dict[str, pd.DataFrame]:
    """Build the demo town of 30 communities; tests leave the frames as they are."""
    with tempfile.TemporaryDirectory() as folder:
        read = read_sources(write_demo(Path(folder)), warn=lambda line: None)
        out = Path(folder) / "grid.gpkg"
        write_build(build(read.sources, Parameters(), as_of=DAY), out, facts={"program": "onegrid 9.9"})
        return read_build(out)


def without_tables() -> dict[str, pd.DataFrame]:
    """Return the town as it is without tables and standards: what comes of them has no rows."""
    bare = ("ratings", "party_organisations", "assignments", "settlements", "duty", "premises", "community_staffing")
    frames = demo()
    emptied = {name: frames[name].iloc[:0] for name in (*bare, "staffing", "standards")}
    kinds = ("unclaimed", "no_community", "overlap", "straddle", "unpatrolled")
    gaps = frames["gaps"][frames["gaps"]["kind"].isin(kinds)].assign(state="open", reason=None, expires=None)
    said = pd.DataFrame({"key": ["not_evaluated.no_branch"], "value": ["there is no party table"]})
    return {**frames, **emptied, "gaps": gaps, "build": pd.concat([frames["build"], said], ignore_index=True)}


def hostile() -> dict[str, pd.DataFrame]:
    """Return the town with names that would be markup, and formulas in a spreadsheet."""
    frames = demo()
    names = np.array([HOSTILE, MARKUP, "=1+1", "{{ 7 * 7 }}", "@SUM(A1)"], dtype=object)
    changed = {}
    for layer, columns in (
        ("grids", ["name"]),
        ("communities", ["name"]),
        ("party_organisations", ["name", "secretary"]),
        ("duty", ["name", "phone", "organisation"]),
        ("premises", ["name"]),
        ("gaps", ["reason", "remedy"]),
        ("repairs", ["problem", "action"]),
    ):
        frame = frames[layer]
        changed[layer] = frame.assign(**{column: names[np.arange(len(frame)) % len(names)] for column in columns})
    facts = frames["build"]
    named = facts.assign(value=facts["value"].where(~facts["key"].str.startswith("name"), HOSTILE))
    return {**frames, **changed, "build": named}
