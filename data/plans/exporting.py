"""A plan at a revision as the layers of a build, so that whatever takes a build takes a plan."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from data.build_layers import LAYERS
from data.layer_types import Frame, typed
from data.plans.decisions import JUDGED, judged
from data.plans.differing import State, differing_grids
from data.plans.figures import figures
from data.plans.ledger import POST, SAID
from data.plans.plan import Plan
from data.plans.rows import parsed, row, rows
from geo.arrays import place_in_run
from geo.duty import DUTY_COLUMNS, OFFICE
from geo.edits.ground import Buildings
from geo.gaps import KINDS
from geo.gaps.exceptions import restated
from geo.gaps.ledger import COLUMNS as GAP_COLUMNS
from geo.gathering import OWN_BRANCH
from geo.plans.comparing import compare
from geo.sources import COUNTS
from geo.tables import POSTS

GRIDS = "SELECT code, {columns} FROM onegrid.grids_at(%(plan)s, %(at)s) WHERE {here}"
SAID_BY_GRIDS = """
community, kind, name, source_layer, source_unit, patrol_zone_id, management_type, households, population, party_members
"""
GAPS = f"""
SELECT gap_id, kind, ledger, severity, code, community, area_m2, households, detail::text, remedy, state, reason,
       expires, ST_AsBinary(land) AS land
FROM ({JUDGED}) AS judged WHERE {{here}}
"""
SOURCE_ROWS = """
SELECT attributes, ST_AsBinary(geometry) AS geometry FROM onegrid.source_row
WHERE source_id = %(source)s AND layer = %(layer)s AND {here} ORDER BY number
"""
SOURCE_AT = """
SELECT r.source_id, s.facts FROM onegrid.ancestry AS a
JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= LEAST(a.upto, %(at)s)
JOIN onegrid.source AS s ON s.source_id = r.source_id
WHERE a.plan_id = %(plan)s ORDER BY r.revision DESC LIMIT 1
"""
BUILDINGS = """
SELECT ST_AsBinary(buildings) AS buildings, contents->'counts' AS counts FROM onegrid.dossier
WHERE source_id = %(source)s AND buildings IS NOT NULL AND {here} ORDER BY community
"""
RECORDS = """
SELECT community, contents->'records' AS records FROM onegrid.dossier WHERE source_id = %(source)s AND {here}
"""
ABOUT_PLACES = ("communities", "community_staffing", "duty", "party_organisations", "premises", "ratings")
"""Layers that no edit changes, whose rows say by ``code`` what grid or community they are about."""

Texts: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """What of a plan is read at once.

    ``communities`` are those it is about; None: all. ``rest``: also what is about no community. ``numbers`` are the
    first and the last row of a layer that no edit changes; None: all of them.
    """

    communities: tuple[str, ...] | None = None
    rest: bool = True
    numbers: tuple[int, int] | None = None

    def here(self, column: str, *, or_nowhere: bool = False) -> str:
        """Return the condition that a place lies in this part, or may be about no community."""
        if self.communities is None:
            return "true"
        inside = f"{column} = ANY(%(communities)s)"
        return f"({inside} OR {column} IS NULL)" if or_nowhere and self.rest else inside


WHOLE = Part()


class PlanLayers:
    """The layers of a plan at a revision, or a part of each; what several of them need is read once."""

    def __init__(self, connection: Connection, plan: Plan, at: int, today: date, part: Part = WHOLE) -> None:
        self.connection, self.plan, self.at, self.today, self.part = connection, plan, at, today, part
        source = row(connection, SOURCE_AT, {"plan": plan.plan_id, "at": at})
        self.source_id, self.about = source.source_id, source.facts
        self.values = {
            "plan": plan.plan_id, "at": at, "source": self.source_id, "communities": list(part.communities or ()),
        }  # fmt: skip
        self.told: dict[str, list[Any]] = {}

    def column(self, name: str, said: str | None = None) -> list[Any]:
        """Return what all grids say in a column, or in an expression, by code."""
        return [value for _, value in self.by_code(said or name)]

    def by_code(self, said: str) -> list[Any]:
        """Return pairs of code and an expression of all grids, in the order of their codes; each is read once."""
        if said not in self.told:
            sql = GRIDS.format(columns=said, here=self.part.here("community"))
            self.told[said] = sorted(rows(self.connection, sql, self.values), key=lambda one: one.code)
        return self.told[said]

    @cached_property
    def found(self) -> list[Any]:
        """All grids, as rows of `SAID_BY_GRIDS`, by code."""
        return self.by_code(SAID_BY_GRIDS)

    @cached_property
    def code(self) -> list[str]:
        """Their codes."""
        return [one.code for one in self.found]

    @cached_property
    def polygon(self) -> np.ndarray:
        """Their land."""
        return shapely.from_wkb(np.array(self.column("polygon", "ST_AsBinary(polygon)"), dtype=object))

    def layer(self, name: str) -> Frame:
        """Return a layer, typed as `data.build_layers.LAYERS` says."""
        made = getattr(self, name, None)
        return typed(self.unchanged(name) if made is None else made(), LAYERS[name])

    def unchanged(self, name: str) -> Frame:
        """Return a layer that no edit changes."""
        about = "onegrid.community_of(attributes->>'code')"
        here = self.part.here(about, or_nowhere=True) if name in ABOUT_PLACES else "true"
        values = {**self.values, "layer": name}
        if self.part.numbers is not None:
            here = "number BETWEEN %(first)s AND %(last)s"
            values |= dict(zip(("first", "last"), self.part.numbers, strict=True))
        found = rows(self.connection, SOURCE_ROWS.format(here=here), values)
        layer = LAYERS[name]
        table = pd.DataFrame([one.attributes for one in found], columns=list(layer.columns)).astype(layer.columns)
        if not LAYERS[name].geometry:
            return table
        return self.drawn(table, shapely.from_wkb(np.array([one.geometry for one in found], dtype=object)))

    def drawn(self, table: pd.DataFrame, geometry: np.ndarray) -> gpd.GeoDataFrame:
        """Put geometries in the working CRS beside a table."""
        return gpd.GeoDataFrame(table, geometry=np.asarray(geometry, dtype=object), crs=self.plan.crs)

    def grids(self) -> Frame:
        """The grids."""
        names = ("kind", "name", "source_layer", "patrol_zone_id", "management_type", *COUNTS)
        said = {name: [getattr(one, name) for one in self.found] for name in (*names, "community", "source_unit")}
        table = pd.DataFrame({"code": self.code, **said}).assign(
            area_m2=shapely.area(self.polygon), parts=shapely.get_num_geometries(self.polygon)
        )
        return self.drawn(
            table.rename(columns={"community": "community_code", "source_unit": "source_id"}), self.polygon
        )

    def faces(self) -> Frame:
        """Their faces, numbered within each."""
        faces = np.array(self.column("faces", "ST_AsBinary(faces)"), dtype=object)
        part, owner = shapely.get_parts(shapely.from_wkb(faces), return_index=True)
        claims = [claim for claims in self.column("claims") for claim in claims]
        code = np.array(self.code, dtype=object)[owner]
        number = place_in_run(owner) + 1
        table = pd.DataFrame(
            {
                "face_id": [f"{grid}-{place}" for grid, place in zip(code, number.tolist(), strict=True)],
                "code": code,
                "claimants": [json.dumps(claimants, ensure_ascii=False) for _, claimants in claims],
                "rule": [rule for rule, _ in claims],
                "area_m2": shapely.area(part),
            }
        )
        return self.drawn(table, part)

    def communities(self) -> Frame:
        """The communities, with how many grids each has now."""
        layer = self.unchanged("communities")
        count = pd.Series([one.community for one in self.found]).value_counts()
        return layer.assign(grids=layer["code"].map(count).fillna(0))

    def staffing(self) -> Frame:
        """Their posts."""
        posts = [(code, *post) for code, ledger in self.by_code("ledger") for post in ledger.get("staffing", ())]
        return pd.DataFrame(posts, columns=["code", *POST])

    def assignments(self) -> Frame:
        """Their party organisations."""
        names = [name for name in LAYERS["assignments"].columns if name != "code"]
        there = [(code, ledger) for code, ledger in self.by_code("ledger") if "form" in ledger]
        return pd.DataFrame(
            [(code, *(ledger.get(name) for name in names)) for code, ledger in there], columns=["code", *names]
        )

    def settlements(self) -> Frame:
        """Those that are settlements."""
        names = ("self_management", "period", "score", "stars")
        both = zip(self.found, self.column("ledger"), strict=True)
        there = [(one, ledger) for one, ledger in both if "settlement" in ledger]
        return pd.DataFrame(
            [
                (one.code, one.households, ledger["settlement"], *(ledger.get(name) for name in names))
                for one, ledger in there
            ],
            columns=["code", "households", "class", *names],
        )

    def ratings(self) -> Frame:
        """The ratings of what is still there."""
        layer = self.unchanged("ratings")
        return layer[layer["code"].isin({*self.code, *(one.community for one in self.found)})]

    def records(self) -> Frame:
        """The rows of tables, where they are about a place."""
        found = rows(self.connection, RECORDS.format(here=self.part.here("community")), self.values)
        placed = [(one.community, record) for one in found for record in one.records]
        placed += [(code, record) for code, records in self.by_code("records") for record in records]
        placed += [(None, record) for record in self.about["exceptions"] if self.part.rest and "gap_id" in record[1]]
        return pd.DataFrame(
            [(table, code, json.dumps(said, ensure_ascii=False)) for code, (table, said) in placed],
            columns=["table", "code", "row"],
        )

    def duty(self) -> Frame:
        """Who is on duty: by the roster, else, of secretaries, by the party table; and the communities' telephones."""
        stay = self.unchanged("duty")
        held = [{"code": code, **said} for code, records in self.by_code("records") for said in on_duty(records)]
        table = pd.concat([stay, pd.DataFrame(held, columns=list(DUTY_COLUMNS))], ignore_index=True)
        rank = {post: number for number, post in enumerate((OFFICE, *POSTS))}
        table = table.assign(full_time=table["full_time"].astype("Int64"), rank=table["post"].map(rank))
        return table.sort_values(["code", "rank", "name", "phone"], kind="stable")

    def party_organisations(self) -> Frame:
        """The organisations, each at the grid that holds it now."""
        layer = self.unchanged("party_organisations")
        holder = {
            said["organisation_id"]: code
            for code, records in reversed(self.by_code("records"))
            for table, said in records
            if table == "party"
        }
        known = layer["code"].isin(self.code) | layer["code"].isna()
        return layer.assign(code=layer["code"].where(known, layer["organisation_id"].map(holder)))

    def premises(self) -> Frame:
        """The premises, each at the grid that it stands on."""
        layer = self.unchanged("premises").drop_duplicates(["name", "kind", "x", "y"])
        grid, place = shapely.STRtree(shapely.points(layer["x"], layer["y"])).query(
            self.polygon, predicate="intersects"
        )
        table = layer.iloc[place].assign(code=np.array(self.code, dtype=object)[grid])
        return table.sort_values(["code", "name", "x", "y"], kind="stable", ignore_index=True)

    def buildings(self) -> Frame:
        """The buildings on the communities; one on a border is on both sides and stands here once."""
        found = rows(self.connection, BUILDINGS.format(here=self.part.here("community")), self.values)
        land = shapely.from_wkb(np.array([one.buildings for one in found], dtype=object))
        point, community = shapely.get_parts(land, return_index=True)
        counts = [count for one in found for count in one.counts]
        table = pd.DataFrame(counts, columns=list(COUNTS))
        place = pd.DataFrame({"x": shapely.get_x(point), "y": shapely.get_y(point), "community": community})
        here = (place.groupby(["x", "y"])["community"].transform("min") == place["community"]).to_numpy()
        return self.drawn(table[here].reset_index(drop=True), point[here])

    def gaps(self) -> Frame:
        """The gaps, exceptions judged as of today."""
        values = {**self.values, **judged(State(self.plan, self.at), self.today)}
        found = rows(self.connection, GAPS.format(here=self.part.here("community", or_nowhere=True)), values)
        land = shapely.from_wkb(np.array([one.land for one in found], dtype=object))
        place = pd.Index(self.code).get_indexer([one.code for one in found])
        land = np.where(shapely.is_missing(land), np.append(self.polygon, None)[place], land)
        table = pd.DataFrame({name: [getattr(one, name) for one in found] for name in ("gap_id", "area_m2", *SAID)})
        details = zip(found, parsed(one.detail for one in found), strict=True)
        table = table.rename(columns={"community": "community_code"}).assign(
            remedy=[one.remedy or KINDS[one.kind].remedy for one in found],
            detail=[
                json.dumps({**detail, "rule": KINDS[one.kind].rule}, ensure_ascii=False) for one, detail in details
            ],
        )
        order = np.lexsort([table["gap_id"].astype(str), -table["severity"].to_numpy(dtype=np.int64)])
        return restated(self.drawn(table, land).iloc[order], self.today)[[*GAP_COLUMNS, "geometry"]]

    def lineage(self) -> Frame:
        """What became of the grids that the plan began with."""
        old, new = differing_grids(self.connection, self.plan, self.at)
        compared = compare(old, new, Buildings.none())
        fate = {one.old.code: one.fate for one in compared.grids if one.old is not None}
        words = {"moved": "same", "retagged": "same"}
        passed = [
            (one.old, one.new, words.get(fate[one.old], fate[one.old]), one.area_share, one.household_share)
            for one in compared.crosswalk
        ]
        stayed = [(code, code, "same", 1.0, 1.0) for code in self.code if code not in {grid.code for grid in new}]
        table = pd.DataFrame(passed + stayed, columns=list(LAYERS["lineage"].columns)).sort_values("old_code")
        place = pd.Index(self.code).get_indexer(table["new_code"])
        return self.drawn(table.reset_index(drop=True), np.append(self.polygon, None)[place])

    def build(self) -> Frame:
        """What the plan says of itself, beside what its build said; counts are of what the caller sees of it now."""
        found = figures(self.connection, State(self.plan, self.at), self.today)
        counts = {name: getattr(found, name) for name in ("grids", "communities", *COUNTS)}
        counts["gaps"] = sum(found.gaps.values()) + found.accepted
        facts = {name: said for name, said in self.about["build"].items() if name not in counts}
        facts |= {name: str(count) for name, count in counts.items() if count is not None}
        facts |= {"plan": self.plan.name, "plan.revision": str(self.at)}
        return pd.DataFrame({"key": list(facts), "value": list(facts.values())})


def on_duty(records: Sequence[Sequence[Any]]) -> list[Texts]:
    """Return who holds which post in a grid."""
    roster = [said for table, said in records if table == "roster"]
    own = [said for table, said in records if table == "party" and said["level"] in OWN_BRANCH and "secretary" in said]
    if own and not any(said["post"] == "branch_secretary" for said in roster):
        roster.append({"post": "branch_secretary", "name": own[0]["secretary"]})
    return roster


def read_plan(
    connection: Connection,
    plan: Plan,
    layers: Collection[str] | None = None,
    *,
    at: int | None = None,
    today: date,
    part: Part = WHOLE,
) -> dict[str, Frame]:
    """Read layers of a plan, as `data.output.read_build` reads those of a build.

    Parameters
    ----------
    layers
        Their names; default: all.
    at
        A revision; default: the latest.
    today
        The day on which exceptions hold or have run out.
    part
        What of them; default: all.
    """
    source = PlanLayers(connection, plan, plan.head if at is None else at, today, part)
    return {name: source.layer(name) for name in (LAYERS if layers is None else layers)}
