"""Ledgers taken from finished pieces: whatever changed, the layer has the bytes of one from nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.ledger_shelf import SUFFIX, LedgerShelf
from data.standards_file import read_standards
from geo.build import build
from geo.drawing_up import Group
from geo.sections import COMMUNITIES_A_SECTION, Memory
from geo.sources import Parameters, Sources
from tests.geo.messy import messy_sources
from tests.geo.plans.test_ledgers import with_exceptions, with_organisations
from tests.geo.tabling import with_invented_tables

SEED, SIDE = 4, 3
TODAY, LATER = date(2026, 6, 1), date(2026, 12, 1)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The communities whose ledgers were drawn up."""
    codes: list[str] = []
    draw = Group.drawn
    monkeypatch.setattr(
        Group, "drawn", lambda group: codes.extend([] if group.codes is None else group.codes) or draw(group)
    )
    return codes


@pytest.fixture(scope="module")
def town() -> Sources:
    """A messy town with tables, roads, facilities, and exceptions of all forms."""
    plain = with_organisations(with_invented_tables(messy_sources(SEED, side=SIDE), SEED), SEED)
    sources = with_exceptions(plain, build(plain, Parameters()), SEED)
    assert sources.roads is not None
    return sources


@pytest.fixture(scope="module")
def kept(town: Sources, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished pieces of the town's ledgers."""
    folder = tmp_path_factory.mktemp("kept")
    layer(town, folder / "shelf", folder)
    return folder


class Ledgers(Memory):
    """A store whose ledgers are on a shelf."""

    def __init__(self, shelf: LedgerShelf) -> None:
        self.ledger = shelf.keep


def layer(sources: Sources, folder: Path, kept: Path | None, as_of: date = TODAY) -> bytes:
    """Build, and return the bytes of the layer of gaps; each community a group, but where nothing is kept."""
    shelf, size = LedgerShelf(folder, kept), COMMUNITIES_A_SECTION if kept is None else 1
    ledger = build(sources, Parameters(), as_of=as_of, store=Ledgers(shelf), size=size).gaps
    shelf.write(ledger, folder.with_suffix(".parquet"))
    return folder.with_suffix(".parquet").read_bytes()


def moved(frame: gpd.GeoDataFrame, row: int, metres: float) -> gpd.GeoDataFrame:
    shapes = np.asarray(frame.geometry.array, dtype=object).copy()
    shapes[row] = shapely.transform(shapes[row], lambda xy: xy + metres)
    return frame.set_geometry(shapes, crs=frame.crs)


def told(frame: pd.DataFrame, row: int, **values: object) -> pd.DataFrame:
    """Have a row say something else."""
    return frame.assign(**{
        name: [value if place == row else old for place, old in enumerate(frame[name])]
        for name, value in values.items()
    }).astype(frame.dtypes.to_dict())  # fmt: skip


def with_company(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Have the smallest compound looked after by another company."""
    compounds = units.geometry.area.where(units["layer"] == "compound")
    return told(units, int(compounds.argmin()), property_company="乙物业")


def table(sources: Sources, name: str, rows: pd.DataFrame) -> Sources:
    return replace(sources, tables=replace(sources.tables, **{name: rows.reset_index(drop=True)}))


CHANGES: dict[str, Callable[[Sources], Sources]] = {
    "a unit moved": lambda town: replace(town, units=moved(town.units, 5, 3.0)),
    "a unit gone": lambda town: replace(town, units=town.units.drop(index=7).reset_index(drop=True)),
    "a unit's households": lambda town: replace(town, units=told(town.units, 2, households=4321)),
    "a unit's company": lambda town: replace(town, units=with_company(town.units)),
    "a community moved": lambda town: replace(town, communities=moved(town.communities, 4, 1.5)),
    "a community became a village": lambda town: replace(town, communities=told(town.communities, 1, rural=True)),
    "a premise moved": lambda town: replace(town, premises=moved(town.premises, 0, 400.0)),
    "a facility moved": lambda town: replace(town, facilities=moved(town.facilities, 0, 150.0)),
    "facilities without a kind": lambda town: replace(town, facilities=town.facilities.assign(kind=None)),
    "no facilities": lambda town: replace(town, facilities=None),
    "facilities emptied": lambda town: replace(town, facilities=town.facilities[:0]),
    "premises emptied": lambda town: replace(town, premises=town.premises[:0]),
    "a road gone": lambda town: replace(town, roads=town.roads.drop(index=0).reset_index(drop=True)),
    "no roads": lambda town: replace(town, roads=None),
    "a management area moved": lambda town: replace(town, management_areas=moved(town.management_areas, 0, 90.0)),
    "posts vacant": lambda town: table(town, "roster", town.tables.roster[40:]),
    "money": lambda town: table(town, "funding", told(town.tables.funding, 9, amount=999_999.0, year=2027)),
    "branches gone": lambda town: table(town, "party", town.tables.party[25:]),
    "exceptions gone": lambda town: table(town, "exceptions", town.tables.exceptions[::2]),
    "exceptions in another order": lambda town: table(town, "exceptions", town.tables.exceptions[::-1]),
    "a standard": lambda town: replace(
        town, standards=read_standards(overrides={"facilities": {"公厕": {"distance_m": 90}}})
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changed_the_ledger_is_that_of_a_build_from_nothing(town, kept, tmp_path, change):
    other = change(town)
    assert layer(other, tmp_path / "kept", kept) == layer(other, tmp_path / "anew", None)


def test_on_another_day_exceptions_have_run_out_though_nothing_else_changed(town, tmp_path, drawn):
    town = table(town, "exceptions", town.tables.exceptions[:5])
    layer(town, tmp_path / "before", tmp_path)
    drawn.clear()
    late = layer(town, tmp_path / "late", tmp_path, LATER)
    assert 0 < len(drawn) < SIDE**2
    assert late == layer(town, tmp_path / "anew", None, LATER) != layer(town, tmp_path / "today", None)


def test_a_ledger_of_which_nothing_changed_is_not_drawn_up_again(town, kept, tmp_path, drawn):
    again = layer(town, tmp_path / "kept", kept)
    assert drawn == []
    assert again == layer(town, tmp_path / "anew", None)


def test_what_one_unit_changes_is_drawn_up_again_where_it_lies_alone(town, tmp_path, drawn):
    layer(town, tmp_path / "before", tmp_path)
    drawn.clear()
    layer(replace(town, units=with_company(town.units)), tmp_path / "after", tmp_path)
    assert 1 <= len(drawn) < SIDE**2


@pytest.mark.parametrize("layer_name", ["roads", "buildings", "premises"])
def test_what_lies_far_away_does_not_have_a_ledger_drawn_up_again(town, tmp_path, drawn, layer_name: str):
    """A copy of a road, … 100 km from there."""
    town = replace(town, buildings=town.premises.assign(households=pd.array([8] * len(town.premises), dtype="Int64")))
    layer(town, tmp_path / "before", tmp_path)
    drawn.clear()
    there = getattr(town, layer_name)
    more = moved(pd.concat([there, there[:1]], ignore_index=True), len(there), 100_000.0)
    layer(replace(town, **{layer_name: more}), tmp_path / "after", tmp_path)
    assert drawn == []


def test_a_damaged_ledger_is_drawn_up_anew(town, tmp_path, drawn):
    one = layer(town, tmp_path / "first", tmp_path)
    whole, cut, *_ = sorted(tmp_path.glob(f"*{SUFFIX}"))
    cut.write_bytes(cut.read_bytes()[:-100])
    whole.with_suffix(".used").unlink()
    drawn.clear()
    assert layer(town, tmp_path / "again", tmp_path) == one
    assert len(drawn) == 2
