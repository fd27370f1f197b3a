"""Plans as people and programs read them: lists, figures, the log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pyproj
from sqlalchemy import Connection

from api.gap_words import area
from api.tables import print_rows
from data.plans.differing import State
from data.plans.figures import Figures, figures
from data.plans.ground import Box
from data.plans.life import Entry
from data.plans.plan import Plan
from data.publishing.log import Publication
from geo.crs import crs_name, from_lonlat, to_lonlat

LON_LAT = "EPSG:4326"
MOST_CODES = 4
"""How many codes a row of a table names of many."""
DECIMALS = 6
"""Of degrees, 0.1 m."""


def facts_of(plan: Plan, today: date) -> dict[str, Any]:
    """Return what a plan is, for programs."""
    return {
        "name": plan.name,
        "status": plan.status(today),
        "revision": plan.head,
        "jurisdiction": plan.jurisdiction,
        "crs": crs_name(plan.crs),
        "parent": plan.parent,
        "parent_revision": plan.parent_revision,
        "effective_from": iso(plan.effective_from),
        "effective_until": iso(plan.effective_until),
        "made_at": iso(plan.made_at),
        "made_by": plan.made_by,
    }


def print_plans(plans: Sequence[Plan], today: date, form: str) -> None:
    """Print a list of plans."""
    if form == "json":
        print_json([facts_of(plan, today) for plan in plans])
    elif not plans:
        print("no plans; make one with `onegrid import OUT --name NAME`")
    else:
        headings = ("plan", "status", "revision", "division", "from", "effective", "made", "by")
        print_rows(headings, [row_of(plan, today) for plan in plans], right=("revision",), folded=("plan", "from"))


def row_of(plan: Plan, today: date) -> list[object]:
    """Return a plan as a row of the table."""
    return [
        plan.name,
        plan.status(today),
        plan.head,
        plan.jurisdiction,
        origin(plan),
        days(plan),
        minute(plan.made_at),
        plan.made_by,
    ]


def origin(plan: Plan) -> str | None:
    """Say where a plan comes from; None: a build."""
    return None if plan.parent is None else f"{plan.parent}@{plan.parent_revision}"


def days(plan: Plan) -> str | None:
    """Say when a plan is in force; None: not yet known."""
    if plan.effective_from is None:
        return None
    return f"{plan.effective_from} –" + ("" if plan.effective_until is None else f" {plan.effective_until}")


def print_plan(connection: Connection, state: State, today: date, form: str) -> None:
    """Print what a plan is, and what it adds up to at a revision."""
    found, plan = figures(connection, state, today), state.plan
    extent = lonlat(found.bounds, plan.crs)
    if form == "json":
        said = {key: value for key, value in vars(found).items() if key != "bounds"}
        print_json({**facts_of(plan, today), "revision": state.at, **said, "extent": extent})
        return
    told = told_of(plan, state, found, extent, today)
    width = max(map(len, told))
    for name, value in told.items():
        print(f"{name:<{width}}  {value}")


def told_of(plan: Plan, state: State, found: Figures, extent: Sequence[float], today: date) -> Mapping[str, str]:
    """Word what a plan is and adds up to."""
    west, south, east, north = extent
    latest = "" if state.at == plan.head else f" of {plan.head}"
    return {
        "plan": plan.name,
        "status": plan.status(today),
        "revision": f"{state.at}{latest}",
        "division": plan.jurisdiction,
        "comes from": origin(plan) or "a build",
        "effective": days(plan) or "not decided",
        "grids": f"{found.grids:,} in {found.communities:,} communities",
        "households": count(found.households),
        "population": count(found.population),
        "party members": count(found.party_members),
        "area": area(found.area_m2),
        "gaps": gaps_said(found),
        "extent": f"{west} {south} to {east} {north} (longitude, latitude); {crs_name(plan.crs)}",
        "made": f"{minute(plan.made_at)} by {plan.made_by}",
    }


def summary_line(connection: Connection, plan: Plan, today: date) -> str:
    """Say in one line what an import came to."""
    found = figures(connection, State(plan, plan.head), today)
    return f"plan {plan.name}: {found.grids:,} grids, gaps: {gaps_said(found)}; {status_said(plan, today)}"


def state_line(plan: Plan, today: date) -> str:
    """Say in one line what a plan is now."""
    return f"plan {plan.name}: {status_said(plan, today)}, revision {plan.head}"


def status_said(plan: Plan, today: date) -> str:
    """Word the status of a plan."""
    status = plan.status(today).replace("_", " ")
    return f"{status} from {plan.effective_from} on" if status in ("approved", "in force") else status


def gaps_said(found: Figures) -> str:
    """Word the gaps of the three ledgers."""
    ledgers = ", ".join(f"{number:,} {ledger}" for ledger, number in found.gaps.items())
    return ledgers + (f", and {found.accepted:,} accepted" if found.accepted else "")


def print_log(entries: Sequence[Entry], plan: Plan, form: str, published: Sequence[Publication] = ()) -> None:
    """Print what was done to a plan, in order; then what was published of it, which changed nothing."""
    if form == "json":
        made = [{"plan": plan.name, "verb": "publish", **vars(one)} for one in published]
        print_json([{**said, "made_at": iso(said["made_at"])} for said in (*map(vars, entries), *made)])
        return
    headings = ("revision", "when", "by", "verb", "grids", "note")
    shown = [*(row_of_log(entry, plan) for entry in entries), *map(row_of_publication, published)]
    print_rows(headings, shown, right=("revision",), folded=("grids", "note"))


def row_of_publication(one: Publication) -> list[object]:
    """Return what was published as a row of the table."""
    what = f"{one.tiles:,} tiles to zoom {one.zooms}" + (f" of {one.scope}" if one.scope else "")
    return [one.revision, minute(one.made_at), one.made_by, "publish", "", f"{what}; sha256 {one.sha256[:12]}…"]


def row_of_log(entry: Entry, plan: Plan) -> list[object]:
    """Return an entry of the log as a row of the table."""
    verb = entry.verb if entry.reverses is None else f"{entry.verb} {entry.reverses}"
    changed = {what: entry.changes.get(what) for what in ("created", "modified", "retired")}
    grids = [f"{what} {some(codes)}" for what, codes in changed.items() if codes]
    notes = [str(entry.arguments[key]) for key in ("note", "plan", "effective_date") if entry.arguments.get(key)]
    notes += [f"on {entry.plan}"] if entry.plan != plan.name else []
    return [entry.revision, minute(entry.made_at), entry.made_by, verb, "; ".join(grids), "; ".join(notes)]


def some(codes: Sequence[str]) -> str:
    """Name some codes of many.

    >>> some(["1", "2"]), some(["1", "2", "3", "4", "5", "6"])
    ('1, 2', '1, 2, 3, 4 and 2 more')
    """
    rest = len(codes) - MOST_CODES
    return ", ".join(codes[:MOST_CODES]) + (f" and {rest} more" if rest > 0 else "")


def count(number: int | None) -> str:
    """Write a count.

    >>> count(12345), count(None)
    ('12,345', 'not known')
    """
    return "not known" if number is None else f"{number:,}"


def lonlat(bounds: Box, working: pyproj.CRS) -> list[float]:
    """Return bounds as west, south, east, north in degrees."""
    return np.round(carried(bounds, working, pyproj.CRS(LON_LAT)), DECIMALS).tolist()


def carried(bounds: Box, working: pyproj.CRS, given: pyproj.CRS) -> list[float]:
    """Return bounds in another CRS: min x, min y, max x, max y of their corners."""
    if given == working:
        return list(bounds)
    west, south, east, north = bounds
    corners = np.array([(x, y) for x in (west, east) for y in (south, north)])
    places = from_lonlat(to_lonlat(corners, working), given)
    return [*places.min(axis=0).tolist(), *places.max(axis=0).tolist()]


def minute(moment: datetime) -> str:
    """Write a moment as the clock on the wall says it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def iso(moment: date | None) -> str | None:
    """Write a day or a moment for programs."""
    return None if moment is None else moment.isoformat()


def print_json(said: object) -> None:
    """Print JSON, Chinese as it is."""
    print(json.dumps(said, ensure_ascii=False, indent=1))
