"""Importing: a build becomes a draft plan, whole or not at all, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine

from data.build_layers import LAYERS
from data.output import Frame
from data.plans.build import Build
from data.plans.carrying import TOLERANCE_M
from data.plans.copying import Appending
from data.plans.door import tried
from data.plans.identity import identities
from data.plans.imported_dossiers import append_dossiers
from data.plans.imported_gaps import append_gaps
from data.plans.imported_grids import append_grids
from data.plans.json_columns import objects
from data.plans.naming import naming
from data.plans.older_builds import not_kept, still_evaluated
from data.plans.packing import BYTES, Column
from data.plans.plan import Plan, find_plan, latest_in_force
from data.plans.rows import rows
from data.plans.shapes import ewkb, simple
from data.plans.versions import as_json
from data.plans.ways import squares, walks_between
from geo.errors import PlanError
from geo.facts import NOT_EVALUATED, not_evaluated_of
from geo.kept import UNIT_KEY
from geo.standards_table import standards_from_table
from geo.walking import Stretches

UNCHANGED = (
    *("units", "communities", "repairs", "lineage", "facilities", "roads", "premises", "standards"),
    *("party_organisations", "community_staffing", "ratings"),
)
"""The layers that a plan keeps as they are; the others come from its grids, dossiers and gaps."""

DIVISION_DIGITS = (12, 9, 6, 4, 2, 0)
BEGIN = "SELECT plan, source FROM onegrid.begin_import(%(name)s, %(division)s, %(srid)s, %(about)s, %(by)s)"


def import_build(
    engine: Engine,
    out: Path,
    name: str,
    *,
    by: str,
    like: str | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> Plan:
    """Make a build a draft plan.

    Parameters
    ----------
    out
        A build of One Grid, a GeoPackage or a directory of GeoParquet.
    name
        Of the new plan.
    by
        Who imports it.
    like
        The plan whose grids live on in this one, where they carry on their codes and most of their land; by default the
        one that comes or came into force last.
    progress
        Told the name of each stage as it begins.

    Raises
    ------
    InputError
        ``out`` is no build, or its working CRS has no EPSG code; the database can't be written.
    PlanNameTakenError
        There is a plan of this name.
    PlanError
        The build is in another CRS than ``like``, or of another division.
    """
    progress("read")
    layers = Build(out)
    srid = layers.srid()
    return tried(engine, name, lambda connection: imported(connection, layers, srid, name, by, like, progress))


def imported(
    connection: Connection,
    layers: Build,
    srid: int,
    name: str,
    by: str,
    like: str | None,
    progress: Callable[[str], None],
) -> Plan:
    """Write a build as a new plan, in the connection's transaction."""
    grids = layers["grids"]
    division = division_of(grids["community_code"].unique())
    forebear = latest_in_force(connection, division) if like is None else find_plan(connection, like)
    if like is not None and forebear is not None:
        require_likeness(forebear, srid, division)
    said = about(layers)
    values = {"name": name, "division": division, "srid": srid, "by": by}
    made = naming(connection, BEGIN, {**values, "about": Jsonb(said, as_json)}, name)
    with ThreadPoolExecutor(1) as aside, Appending(connection, made.plan, made.source, srid) as appending:
        roads = aside.submit(measured_roads, layers.out)
        progress("sources")
        for layer in UNCHANGED:
            append_layer(appending, layer, layers[layer], layers.wkb(layer) if LAYERS[layer].geometry else None)
        append_duty(appending, layers)
        append_ledger(appending, layers, not_evaluated_of(said["build"]))
        append_dossiers(appending, layers)
        progress("grids")
        append_grids(appending, identities(connection, layers, forebear), layers, TOLERANCE_M)
        append_roads(appending, roads.result())
        progress("write")
    rows(connection, "SELECT onegrid.finish_import(%(plan)s)", {"plan": made.plan})
    return find_plan(connection, name)


def require_likeness(plan: Plan, srid: int, division: str) -> None:
    """Refuse a build whose grids can't be those of a plan."""
    if srid != plan.srid:
        raise PlanError(
            f"the build is in EPSG:{srid} and plan {plan.name} in EPSG:{plan.srid}; "
            f'build it again with working_crs = "EPSG:{plan.srid}"'
        )
    if not division.startswith(plan.jurisdiction):
        raise PlanError(
            f"the build has communities outside {plan.jurisdiction}, which plan {plan.name} is of; "
            "import it as a plan of its own"
        )


def division_of(codes: np.ndarray) -> str:
    """Return the division code that communities begin with.

    >>> division_of(np.array(["530102002001", "530102002014"], dtype=object))
    '530102002'
    """
    first, last = min(codes), max(codes)
    return next(str(first[:digits]) for digits in DIVISION_DIGITS if first[:digits] == last[:digits])


def about(layers: Mapping[str, Frame]) -> dict[str, Any]:
    """Return what a build says as a whole: its facts, and what `geo.plans.dossier.Dossier` wants to know of it."""
    facts = dict(zip(layers["build"]["key"], layers["build"]["value"], strict=True))
    facts = {**{f"{NOT_EVALUATED}{kind}": why for kind, why in not_kept(facts, layers).items()}, **facts}
    counted = [frame["party_members"].notna().any() for frame in (layers["units"], layers["buildings"])]
    return {
        "build": facts,
        "years": latest_years(layers["records"]),
        "members_known": bool(any(counted)),
        "buildings_counted": "buildings" in facts,
        "premises": f"{NOT_EVALUATED}no_premises" not in facts,
        "roads": len(layers["roads"]) > 0,
        "exceptions": exceptions(layers["records"], set(layers["communities"]["code"])),
    }


def latest_years(records: Frame) -> dict[str, int | None]:
    """Return, by purpose of money, the latest year there is."""
    years: dict[str, int | None] = {}
    for said in rows_said(records["row"][records["table"] == "funding"]):
        purpose, year = said["purpose"], said.get("year")
        years[purpose] = max(filter(None, (years.get(purpose), year)), default=None)
    return years


def exceptions(records: Frame, communities: Collection[str]) -> list[list[Any]]:
    """Return the exceptions that name a gap or a unit, or are about a community itself: those with ``community``."""
    table = records[records["table"] == "exceptions"]
    found = []
    for code, told in zip(table["code"], rows_said(table["row"]), strict=True):
        said = told
        if "gap_id" not in told and code in communities:
            said = {name: value for name, value in told.items() if name not in UNIT_KEY} | {"community": code}
        if not said.keys().isdisjoint(("gap_id", "layer", "community")):
            found.append(["exceptions", said])
    return found


def rows_said(texts: pd.Series) -> list[dict[str, Any]]:
    """Return what rows of tables say."""
    said: list[dict[str, Any]] = orjson.loads(f"[{','.join(texts)}]")
    return said


def append_layer(appending: Appending, name: str, frame: Frame, wkb: Column | None = None) -> None:
    """Keep a layer, or rows of one, that no edit changes."""
    kept = {
        "layer": ("text", pa.array([name]).take(pa.array(np.zeros(len(frame), dtype=np.int64)))),
        "number": ("integer", pa.array(np.arange(len(frame)))),
        "attributes": ("jsonb", objects(frame, list(LAYERS[name].columns))),
        "geometry": ("bytea", pa.nulls(len(frame), BYTES) if wkb is None else ewkb(simple(wkb), appending.srid)),
    }
    appending.append("import_rows", kept)


def append_ledger(appending: Appending, layers: Build, not_evaluated: Collection[str]) -> None:
    """Keep the gaps, and in memory those alone that dossiers are made of: the ledger is the largest of all layers."""
    gaps = still_evaluated(layers["gaps"], layers["grids"], not_evaluated)
    append_gaps(appending, gaps, layers.wkb("gaps"), layers["grids"], layers.wkb("grids"))
    layers.keep("gaps", np.flatnonzero(layers["gaps"]["kind"] == "no_community"))


def append_duty(appending: Appending, layers: Build) -> None:
    """Keep who is on duty for communities themselves; those of grids stand among the grids' records."""
    duty = layers["duty"]
    append_layer(appending, "duty", duty[duty["code"].isin(layers["communities"]["code"])])


def append_roads(appending: Appending, stretches: Stretches | None) -> None:
    """Keep the stretches of road by squares."""
    if stretches is not None:
        x, y, some = zip(*squares(stretches), strict=True)
        appending.append("import_roads", {"x": ("integer", x), "y": ("integer", y), "stretches": ("bytea", some)})


def measured_roads(out: Path) -> Stretches | None:
    """Measure the ways along the roads of a build to its facilities; None where there are none."""
    layers = Build(out)
    facilities, standards = layers["facilities"], standards_from_table(layers["standards"])
    points, lines = (layers.drawn(name) for name in ("facilities", "roads"))
    if standards is None or not len(points) or not len(lines):
        return None
    kinds = [None if pd.isna(kind) else kind for kind in facilities["kind"]]
    return walks_between(points, kinds, lines, standards).stretches()
