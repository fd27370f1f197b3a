"""What a report tells: the layers of a build with the figures that several of its parts share, worked out once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.divisions import division_names
from geo.errors import InputError
from geo.gaps.exceptions import ACCEPTED, restated
from geo.gaps.ledger import KINDS
from geo.staffing_totals import roll_up
from geo.standards import Standards
from geo.standards_table import standards_from_table
from geo.summary import by_division, kinds_by_community, worst_communities
from geo.themes import themes

OPTIONAL = (
    *("staffing", "community_staffing", "assignments", "party_organisations", "ratings", "settlements", "standards"),
    *("duty", "premises"),
)
"""Layers that a build may lack; read as tables without rows."""


@dataclass(frozen=True, eq=False)
class Findings:
    """A build as a report sees it; exceptions are judged on the day ``as_of``."""

    frames: Mapping[str, pd.DataFrame]
    as_of: date

    @classmethod
    def of(cls, frames: Mapping[str, pd.DataFrame], as_of: date) -> Findings:
        """Take the layers of a build by name; those of `OPTIONAL` may be absent.

        Raises
        ------
        InputError
            There are no grids, or they have no coordinate system.
        """
        grids = frames["grids"]
        if not len(grids) or grids.crs is None:
            raise InputError("cannot report on a build whose layer grids is empty or has no coordinate system")
        absent = {name: pd.DataFrame() for name in OPTIONAL if name not in frames}
        return cls({**frames, **absent, "gaps": restated(frames["gaps"], as_of)}, as_of)

    @property
    def grids(self) -> gpd.GeoDataFrame:
        """The layer ``grids``."""
        return self.frames["grids"]

    @property
    def gaps(self) -> gpd.GeoDataFrame:
        """The ledger, worst first; ``state`` on the day of the report."""
        return self.frames["gaps"]

    @cached_property
    def counted_gaps(self) -> gpd.GeoDataFrame:
        """The gaps that are no exceptions that hold."""
        return self.gaps[self.gaps["state"] != ACCEPTED]

    @cached_property
    def facts(self) -> dict[str, str]:
        """The table ``build``."""
        table = self.frames["build"]
        return dict(zip(table["key"], table["value"], strict=True))

    @property
    def title(self) -> str:
        """The jurisdiction's name."""
        return self.facts.get("name", "")

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of grids, communities, streets and counties by their codes; what has no name is not there."""
        communities = self.frames["communities"]
        streets = communities[communities["street"].notna() & ~communities["street"].str.fullmatch(r"\d+").fillna(True)]
        by_street = zip(streets["code"].str[:9], streets["street"], strict=True)
        named = communities[communities["name"].notna()]
        grids = self.grids[self.grids["name"].notna()]
        return {
            **dict(by_street),
            **division_names(self.facts),
            **dict(zip(named["code"], named["name"], strict=True)),
            **dict(zip(grids["code"], grids["name"], strict=True)),
        }

    def name(self, code: str | None) -> str:
        """Return the name of a place, its code where it has none."""
        return self.names.get(str(code), str(code))

    @cached_property
    def divisions(self) -> pd.DataFrame:
        """The figures of `geo.summary.by_division`."""
        return by_division(self.frames)

    def level(self, level: str) -> pd.DataFrame:
        """Return the divisions of a level, by code."""
        return self.divisions[self.divisions["level"] == level].reset_index(drop=True)

    @cached_property
    def whole(self) -> Mapping[str, Any]:
        """The figures of the whole jurisdiction."""
        return self.level("all").iloc[0].to_dict()

    @cached_property
    def worst(self) -> pd.DataFrame:
        """The communities, worst first."""
        return worst_communities(self.divisions)

    @cached_property
    def kinds(self) -> pd.DataFrame:
        """What each community misses, by kind, most points first."""
        return kinds_by_community(self.gaps)

    @cached_property
    def themes(self) -> pd.DataFrame:
        """The class of every grid by theme (`geo.themes`)."""
        return themes({name: frame for name, frame in self.frames.items() if len(frame)})

    @cached_property
    def staff(self) -> pd.DataFrame:
        """Staff by division and post (`geo.staffing_totals.roll_up`); without rows where there are no standards."""
        staffing = self.frames["staffing"]
        if staffing.empty:
            return pd.DataFrame(columns=["level", "code", "post"])
        own = self.frames["community_staffing"]
        return roll_up(staffing, own if len(own) else staffing.iloc[:0], self.grids)

    @property
    def has_roster(self) -> bool:
        """Whether anybody said who holds which post."""
        staffing = self.frames["staffing"]
        return len(staffing) > 0 and bool(staffing["held"].notna().any())

    @property
    def has_party(self) -> bool:
        """Whether anybody said which party organisations there are."""
        return len(self.frames["party_organisations"]) > 0

    @cached_property
    def standards(self) -> Standards | None:
        """The standards that the build was held against."""
        table = self.frames["standards"]
        return None if table.empty else standards_from_table(table)

    @cached_property
    def not_evaluated(self) -> dict[str, str]:
        """What could not be evaluated, and why: a kind of gap, or a part of one ("kind.part")."""
        begin = "not_evaluated."
        return {key.removeprefix(begin): why for key, why in self.facts.items() if key.startswith(begin)}

    @property
    def levels_shown(self) -> list[str]:
        """The levels of division that a table is made for: counties where there are several, and streets."""
        return ["county", "street"] if len(self.level("county")) > 1 else ["street"]


def detail_of(gap: Any) -> dict[str, Any]:
    """Return the detail of a gap as an object, empty where it is none."""
    try:
        value = json.loads(gap.detail)
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def about(detail: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what a gap is about beside its place, as the group of its word and the value."""
    for group in ("post", "facility", "purpose"):
        if detail.get(group):
            return group, str(detail[group])
    return None


def kinds_of(ledger: str) -> list[str]:
    """List the kinds of a ledger."""
    return [kind for kind, rule in KINDS.items() if rule.ledger == ledger]
