"""The whole demo town, made from one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from data.demo.blocks import areas, draw_sides, make_blocks, rings
from data.demo.counts import as_reported, count_units, make_buildings
from data.demo.divisions import group_communities, name_divisions
from data.demo.holders import holders
from data.demo.lattice import CRS, make_lattice
from data.demo.layout import lay_out
from data.demo.lots import make_lots
from data.demo.mess import mess_communities, mess_units
from data.demo.names import work_phones
from data.demo.party import make_party
from data.demo.patrols import make_patrols
from data.demo.seeds import Seeds
from data.demo.services import make_facilities, make_management_areas, make_premises
from data.demo.streets import make_barriers, make_roads
from data.demo.tables import make_exceptions, make_funding, make_roster, make_scores
from data.demo.units import make_units

WOBBLE = 0.07
"""How far a border in the country wanders between two corners, in shares of its length."""
CITIES_OF_A_PROVINCE = 8
ID_PREFIX = {"compound": "XQ", "courtyard": "YL", "patrol_zone": "XL"}


@dataclass(frozen=True, eq=False)
class Town:
    """The layers (in `data.demo.lattice.CRS`) and tables, by the names they have in layers.toml."""

    name: str
    layers: dict[str, gpd.GeoDataFrame]
    tables: dict[str, pd.DataFrame]


def make_town(seeds: Seeds, say: Callable[[str], None]) -> Town:
    """Make a town; ``say`` hears what is being made."""
    say(f"{seeds.communities:,} communities: streets and blocks")
    layout = lay_out(seeds)
    lattice, blocks = make_lattice(layout, seeds), make_blocks(layout)
    sides = draw_sides(lattice, seeds, wobble=WOBBLE)
    group = group_communities(blocks, layout, seeds)
    divisions = name_divisions(blocks, group, layout, seeds)
    say("compounds, courtyards and patrol zones")
    lots = make_lots(blocks, layout, lattice, group, seeds)
    surveyed = make_units(lots, lattice, divisions, seeds)
    units = _numbered(count_units(mess_units(surveyed, lattice, seeds), seeds))
    reported = as_reported(units, seeds)
    patrols = make_patrols(blocks, lattice, sides, group, divisions, seeds)
    zones = _numbered(patrols.zones.assign(layer="patrol_zone"))
    say("buildings, roads, facilities and premises")
    borders = mess_communities(areas(rings(blocks, sides), group, len(divisions)), blocks, group, lattice, seeds)
    roads = make_roads(lattice, sides, lots, seeds)
    divisions = divisions.assign(phone=work_phones(len(divisions), seeds.stage("community telephones")))
    layers = {
        "community": gpd.GeoDataFrame(divisions.astype({"rural": int}), geometry=borders, crs=CRS),
        "compound": reported[reported["layer"] == "compound"],
        "courtyard": reported[reported["layer"] == "courtyard"],
        "patrol_zone": zones,
        "management_area": make_management_areas(blocks, lattice, divisions, seeds),
        "building": make_buildings(units, lattice, seeds),
        "premises": make_premises(units, patrols, lattice, seeds),
        "facility": make_facilities(surveyed, divisions, lattice, seeds),
        "road": roads,
        "barrier": make_barriers(lattice, sides, roads),
    }
    say("rosters, party organisations, money and scores")
    return Town(_name(divisions), layers, _tables(holders(units, zones, patrols, divisions), seeds))


def _tables(grids: pd.DataFrame, seeds: Seeds) -> dict[str, pd.DataFrame]:
    party = make_party(grids, seeds)
    return {
        "roster": make_roster(grids, party, seeds),
        "party": party,
        "funding": make_funding(grids, party, seeds),
        "scores": make_scores(grids, seeds),
        "exceptions": make_exceptions(grids, seeds),
    }


def _numbered(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every unit its ``source_id``, numbered inside its layer in the order of the rows."""
    number = units.groupby("layer").cumcount() + 1
    return units.assign(source_id=units["layer"].map(ID_PREFIX) + number.astype(str).str.zfill(6))


def _name(divisions: pd.DataFrame) -> str:
    """Name the town after its only county, or as a city or province."""
    counties = divisions["county_name"].unique()
    if len(counties) == 1:
        return f"{counties[0]}示范"
    return "示范市" if len(np.unique(divisions["code"].str[:4])) < CITIES_OF_A_PROVINCE else "示范省"
