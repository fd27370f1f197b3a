"""The summary of a plan: what each community and street has and misses, as `geo.summary` says of a build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from data.plans.accepted import Accepted, accepted_gaps, severities_of
from data.plans.differing import State
from data.plans.rows import parsed, row, rows
from data.plans.versions_sql import kept
from geo.gaps import LEDGERS
from geo.sources import COUNTS
from geo.staffing_totals import LEVELS
from geo.summary import OF_STAFF
from geo.themes import severity_class

PEOPLE = (*COUNTS, *OF_STAFF)
COUNTED = ("grids", "covered", "uncovered", *LEDGERS)
MEASURED = ("area_m2", "unclaimed_m2")
COMMUNITIES = f"""
SELECT v.community AS code, {", ".join(f"v.{name}" for name in (*COUNTED, *PEOPLE, *MEASURED))}, v.classes::text
FROM {kept("drawn_community", "community")} WHERE a.plan_id = %(plan)s ORDER BY v.community
"""
OF_SOURCE = f"""
SELECT code, name, west, south, east, north, {", ".join(OF_STAFF)} FROM onegrid.source_community WHERE source_id = (
    SELECT r.source_id FROM onegrid.ancestry AS a
    JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= LEAST(a.upto, %(at)s)
    WHERE a.plan_id = %(plan)s ORDER BY r.revision DESC, a.depth LIMIT 1)
"""
SOURCE_AT = """
SELECT r.source_id FROM onegrid.ancestry AS a
JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= LEAST(a.upto, %(since)s)
WHERE a.plan_id = %(plan)s ORDER BY r.revision DESC, a.depth LIMIT 1
"""
TOUCHED = """
SELECT c.community FROM onegrid.ancestry AS a JOIN onegrid.drawn_community AS c ON c.plan_id = a.ancestor_id
    AND c.from_revision > %(since)s AND c.from_revision <= LEAST(a.upto, %(at)s)
WHERE a.plan_id = %(plan)s
UNION
SELECT community FROM onegrid.gap_decision
WHERE jurisdiction = %(jurisdiction)s AND community IS NOT NULL AND signed_at > (
    SELECT max(r.made_at) - interval '1 minute' FROM onegrid.ancestry AS a
    JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= LEAST(a.upto, %(since)s)
    WHERE a.plan_id = %(plan)s)
"""
"""A decision has no revision: what was signed a little before one may have been committed after it was looked at."""
THEMES = ("kind", "management_type", "shortage", "form", "severity")
BOX = ("west", "south", "east", "north")


@dataclass(frozen=True)
class Summed:
    """A plan added up.

    ``divisions`` has a row a community, a street and the whole (``level``: community, street, all), by code: `COUNTED`,
    ``communities`` and ``accepted`` (int64), `PEOPLE` (Int64, missing where nobody counted), `MEASURED`, and of
    communities their ``name``; ``west``, ``south``, ``east``, ``north`` bound the land in metres of the working CRS,
    missing of the whole. ``classes`` counts grids by theme and class, ``kinds`` the gaps that are not accepted.
    """

    divisions: pd.DataFrame
    classes: Mapping[str, Mapping[str, int]]
    kinds: Mapping[str, int]


def summed(connection: Connection, state: State, today: date) -> Summed:
    """Add a plan up by community and street, within the caller's scope.

    Parameters
    ----------
    today
        The day on which exceptions hold or have run out.
    """
    found = rows(connection, COMMUNITIES, state.values)
    said = rows(connection, OF_SOURCE, state.values)
    accepted = accepted_gaps(connection, state, today)
    counts = Counter[str]()
    for one in parsed(each.classes for each in found):
        counts.update(one)
    by_theme = {theme: members(counts, theme) for theme in (*THEMES, "gaps")}
    kinds = accepted.off("kind", by_theme.pop("gaps"))
    codes = {one.code for one in accepted.excepted if one.code is not None}
    by_theme["severity"].update(moved_classes(severities_of(connection, state, today, codes)))
    classes = {theme: most_first(by_theme[theme]) for theme in THEMES}
    return Summed(divisions(found, said, accepted), classes, most_first(kinds))


def touched(connection: Connection, state: State, since: int) -> frozenset[str] | None:
    """Return the communities of which something may be counted otherwise than at an earlier revision.

    Returns
    -------
    communities
        Their codes; None: all, since the plan has another build under it.
    """
    values = {**state.values, "since": since, "jurisdiction": state.plan.jurisdiction}
    source = row(connection, SOURCE_AT, values)
    if source is None or source != row(connection, SOURCE_AT, values | {"since": state.at}):
        return None
    return frozenset(one.community for one in rows(connection, TOUCHED, values))


def members(counts: Mapping[str, int], theme: str) -> Counter[str]:
    """Return the counts of a theme by class."""
    start = f"{theme} "
    return Counter({name.removeprefix(start): number for name, number in counts.items() if name.startswith(start)})


def moved_classes(worst: Iterable[Any]) -> Counter[str]:
    """Return by how much accepted gaps change the counts of grids by their worst gap."""
    table = pd.DataFrame([(one.every, one.there) for one in worst], columns=["every", "there"]).astype("Int64")
    moved = Counter[str](severity_class(table["there"]).tolist())
    moved.subtract(severity_class(table["every"]).tolist())
    return moved


def most_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Return what is there at all, the most frequent first."""
    there = ((name, number) for name, number in counts.items() if number)
    return dict(sorted(there, key=lambda one: (-one[1], one[0])))


def divisions(found: Iterable[Any], said: Iterable[Any], accepted: Accepted) -> pd.DataFrame:
    """Add communities up to streets and to the whole."""
    names = ["code", *COUNTED, *PEOPLE, *MEASURED]
    table = pd.DataFrame([one[: len(names)] for one in found], columns=names).set_index("code")
    table[list(PEOPLE)] = table[list(PEOPLE)].astype("Int64")
    columns = ["code", "name", *BOX, *OF_STAFF]
    source = pd.DataFrame(said, columns=columns).set_index("code").astype(dict.fromkeys(OF_STAFF, "Int64"))
    off = pd.DataFrame([(one.community, one.ledger) for one in accepted.excepted], columns=["code", "ledger"])
    levels = []
    for level, digits in {"community": LEVELS["community"], "street": LEVELS["street"], "all": 0}.items():
        levels.append(at_level(table, source, off, digits).assign(level=level))
    levels[0]["name"] = source["name"].reindex(levels[0].index)
    for ledger, number in Counter(one.ledger for one in accepted.placeless_open).items():
        levels[-1][ledger] += number
    levels[-1]["accepted"] = accepted.number
    levels[-1][list(BOX)] = float("nan")
    return pd.concat(levels).rename_axis("code").reset_index()


def at_level(table: pd.DataFrame, source: pd.DataFrame, off: pd.DataFrame, digits: int) -> pd.DataFrame:
    """Add communities, and what a source says of them, up to those whose codes begin alike."""
    place = table.index.str[:digits]
    land = table.groupby(place).sum(min_count=1)
    land["communities"] = (table["grids"] > 0).groupby(place).sum()
    land = land[land["grids"] > 0].copy()
    of = source.groupby(source.index.str[:digits])
    own = of[list(OF_STAFF)].sum(min_count=1).reindex(land.index)
    for post in OF_STAFF:
        land[post] = land[post].add(own[post], fill_value=0)
    box = of.agg({"west": "min", "south": "min", "east": "max", "north": "max"})
    less = off.groupby([off["code"].str[:digits], "ledger"]).size().unstack(fill_value=0)
    less = less.reindex(index=land.index, columns=list(LEDGERS), fill_value=0)
    land[list(LEDGERS)] -= less
    return land.assign(accepted=less.sum(axis=1)).join(box)
