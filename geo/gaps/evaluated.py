"""Which kinds of gap can't be evaluated, because the table or layer that they hang on is not there."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo.facilities import asked_for, kinds_of
from geo.funding import BRANCH_PURPOSE, COMMUNITY_PURPOSES
from geo.sources import Sources

NEED_STANDARDS = (
    *("no_grid_head", "understaffed", "overloaded", "underfunded", "no_self_government", "no_property_party"),
    *("no_branch", "far_from_facility", "oversize", "undersize"),
)
"""Kinds that hold something against the standards."""


def not_evaluated(sources: Sources) -> dict[str, str]:
    """Say which kinds, or parts of a kind ("kind.part"), the sources can't show, and why."""
    reasons = {
        **of_layers(sources),
        **of_facilities(sources),
        **of_tables(sources),
        **of_compounds(sources.units),
    }
    if sources.standards is None:
        reasons |= dict.fromkeys(NEED_STANDARDS, "there are no standards")
    return reasons


def of_layers(sources: Sources) -> Mapping[str, str]:
    """Say what absent layers leave open."""
    reasons = {}
    if not (sources.units["layer"] == "patrol_zone").any():
        reasons["unpatrolled"] = "there is no patrol_zone layer"
    if not counted(sources, "households"):
        reasons |= dict.fromkeys(("oversize", "undersize", "overloaded"), "no layer has households")
    if not counted(sources, "population"):
        reasons["understaffed.community_worker"] = "no layer has population"
    if sources.management_areas is None:
        reasons["management_type"] = "there is no management_area layer; every grid is routine"
    if sources.premises is None:
        reasons["no_premises"] = "there is no premises layer"
    return reasons


def of_facilities(sources: Sources) -> Mapping[str, str]:
    """Say which kinds of facilities nobody recorded, or no standard asks for."""
    if sources.facilities is None or not len(sources.facilities):
        return {"far_from_facility": "there is no facility layer, or nothing in it"}
    if sources.standards is None:
        return {}
    there, asked = set(kinds_of(sources.facilities["kind"], sources.standards)) - {None}, asked_for(sources.standards)
    none = dict.fromkeys(sorted(asked.keys() - there), "the facility layer has none of this kind")
    free = dict.fromkeys(sorted(there - asked.keys()), "the standards give no distance for this kind")
    return {f"far_from_facility.{kind}": reason for kind, reason in {**none, **free}.items()}


def counted(sources: Sources, column: str) -> bool:
    """Tell whether a unit or a building has a count."""
    frames = (sources.units, sources.buildings)
    return any(frame is not None and column in frame and frame[column].notna().any() for frame in frames)


def of_tables(sources: Sources) -> Mapping[str, str]:
    """Say what absent tables leave open."""
    tables = sources.tables
    reasons: dict[str, str] = {}
    if tables is None or tables.roster is None:
        reasons |= dict.fromkeys(("no_grid_head", "understaffed", "overloaded"), "there is no roster table")
    if tables is None or tables.party is None:
        reasons["no_branch"] = "there is no party table"
    if tables is None or tables.funding is None:
        reasons["underfunded"] = "there is no funding table"
    else:
        there = set(tables.funding["purpose"])
        for purpose in (BRANCH_PURPOSE, *COMMUNITY_PURPOSES):
            if purpose not in there:
                reasons[f"underfunded.{purpose}"] = f"the funding table has no {purpose}"
    if tables is None or tables.scores is None:
        reasons["ratings"] = "there is no scores table"
    return reasons


def of_compounds(units: pd.DataFrame) -> Mapping[str, str]:
    """Say what is left open by columns that no compound has a word in."""
    compounds = units[units["layer"] == "compound"]
    reasons = {}
    if compounds["owners_committee"].isna().all():
        reasons["no_self_government"] = "no compound says whether it has an owners' committee"
    if compounds["property_company"].isna().all():
        reasons["no_property_party"] = "no compound names a property company"
    elif compounds["property_party"].isna().all():
        reasons["no_property_party"] = "no compound says whether its property company has a party organisation"
    return reasons
