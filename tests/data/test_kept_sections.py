"""Sections taken from finished pieces: whatever changed, every layer has the bytes of one from nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.build_layers import LAYERS
from data.kept_folder import KeptFolder
from data.kept_parts import KeptParts
from data.kept_results import KeptResults
from data.output import begun_build, read_build
from data.standards_file import read_standards
from geo import numbering, telling
from geo.build import build
from geo.running import each_time, in_order
from geo.sections import COMMUNITIES_A_SECTION
from geo.sources import Parameters, Sources
from geo.telling import SAID
from tests.geo.messy import messy_sources
from tests.geo.plans.test_ledgers import with_exceptions, with_organisations
from tests.geo.tabling import with_invented_tables

SEED, SIDE = 4, 3
FEW = 3
"""Communities a section: a row of the town."""

OF_SECTIONS = ("grids", "faces", "communities", "units", "gaps", *SAID)
TODAY, LATER = date(2026, 6, 1), date(2026, 12, 1)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The communities of the sections that were numbered, and of those that were told of."""
    codes: dict[str, list[str]] = {"numbered": [], "told": []}
    for module, name in ((numbering, "numbered"), (telling, "told")):
        work = getattr(module, name)

        def noted(about, section, *rest, name=name, work=work):
            codes[name] += about.mosaic.communities["code"].iloc[section.own].tolist()
            return work(about, section, *rest)

        monkeypatch.setattr(module, name, noted)
    return codes


@pytest.fixture(scope="module")
def town() -> Sources:
    """A messy town with tables, roads, facilities, and exceptions of all forms."""
    plain = with_organisations(with_invented_tables(messy_sources(SEED, side=SIDE), SEED), SEED)
    sources = with_exceptions(plain, build(plain, Parameters()), SEED)
    assert sources.roads is not None
    homes = pd.array([8] * len(sources.premises), dtype="Int64")
    return replace(sources, buildings=sources.premises.assign(households=homes))


@pytest.fixture(scope="module")
def before(town: Sources) -> gpd.GeoDataFrame:
    """What the town's grids were: some of these, and some that lay elsewhere."""
    grids = build(town, Parameters()).grids
    return pd.concat([grids[::2], moved(grids[1::3], 0, 9.0)], ignore_index=True)


@pytest.fixture(scope="module")
def kept(town: Sources, before: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished pieces of the town."""
    folder = tmp_path_factory.mktemp("kept")
    layers(town, folder / "out", folder / "pieces", previous=before)
    return folder / "pieces"


@pytest.fixture(scope="module")
def unchanged(kept: Path) -> dict[str, str]:
    """The hash of each layer of the town."""
    return hashes(kept.parent / "out")


def hashes(out: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def layers(
    sources: Sources, out: Path, pieces: Path | None, as_of: date = TODAY, size: int = FEW, **how: Any
) -> dict[str, str]:
    """Build, and return the hash of each layer's file; where nothing is kept, in one section."""
    folder, size = (KeptFolder(pieces), size) if pieces else (None, COMMUNITIES_A_SECTION)
    with begun_build(out, kept=folder) as file:
        once = KeptResults(folder) if folder else each_time
        run = KeptParts(folder, in_order) if folder else file.parts(in_order)
        told = {"run": run, "once": once, "store": file, "size": size, "final": file.begin, "as_of": as_of}
        file.finish(build(sources, Parameters(), **told, **how), facts={})
    if folder:
        folder.forget_others()
    return hashes(out)


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
    "a building moved": lambda town: replace(town, buildings=moved(town.buildings, 1, 70.0)),
    "a building's households": lambda town: replace(town, buildings=told(town.buildings, 6, households=90)),
    "a road gone": lambda town: replace(town, roads=town.roads.drop(index=2).reset_index(drop=True)),
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
def test_whatever_changed_every_layer_is_that_of_a_build_from_nothing(town, before, kept, unchanged, tmp_path, change):
    other, pieces = change(town), shutil.copytree(kept, tmp_path / "pieces")
    again = layers(other, tmp_path / "kept", pieces, previous=before)
    assert again == layers(other, tmp_path / "anew", None, previous=before)
    assert len(again) == len(LAYERS)
    assert any(again[f"{name}.parquet"] != unchanged[f"{name}.parquet"] for name in OF_SECTIONS)


def test_on_another_day_exceptions_have_run_out_though_nothing_else_changed(town, tmp_path, made):
    town = table(town, "exceptions", town.tables.exceptions[:5])
    layers(town, tmp_path / "before", tmp_path / "pieces", size=1)
    made["numbered"].clear(), made["told"].clear()
    late = layers(town, tmp_path / "late", tmp_path / "pieces", LATER, size=1)
    assert made["numbered"] == []
    assert 0 < len(made["told"]) < SIDE**2
    assert late == layers(town, tmp_path / "anew", None, LATER)
    assert late["gaps.parquet"] != layers(town, tmp_path / "today", None)["gaps.parquet"]


def test_of_a_section_of_which_nothing_changed_nothing_is_made_again(town, before, kept, tmp_path, made):
    again = layers(town, tmp_path / "again", shutil.copytree(kept, tmp_path / "pieces"), previous=before)
    assert made == {"numbered": [], "told": []}
    assert {path.name for path in (tmp_path / "pieces").iterdir()} == {path.name for path in kept.iterdir()}
    assert again == layers(town, tmp_path / "anew", None, previous=before)


def test_a_build_that_carries_on_the_codes_of_the_last_tells_nothing_again(town, tmp_path, made):
    """Its sections are numbered anew, with old grids around them; what comes out is the same."""
    layers(town, tmp_path / "first", tmp_path / "pieces")
    made["told"].clear()
    grids = read_build(tmp_path / "first", ["grids"])["grids"]
    layers(town, tmp_path / "second", tmp_path / "pieces", previous=grids, used_codes=frozenset(grids["code"]))
    assert made["told"] == []


def test_what_one_unit_changes_is_made_again_where_it_lies_alone(town, tmp_path, made):
    layers(town, tmp_path / "before", tmp_path / "pieces", size=1)
    made["numbered"].clear(), made["told"].clear()
    layers(replace(town, units=with_company(town.units)), tmp_path / "after", tmp_path / "pieces", size=1)
    assert 1 <= len(made["told"]) < SIDE**2
    assert set(made["numbered"]) <= set(made["told"])


@pytest.mark.parametrize("layer_name", ["roads", "buildings", "premises"])
def test_what_lies_far_away_does_not_have_a_section_made_again(town, tmp_path, made, layer_name: str):
    """A copy of a road, … 100 km from there."""
    layers(town, tmp_path / "before", tmp_path / "pieces")
    made["numbered"].clear(), made["told"].clear()
    there = getattr(town, layer_name)
    more = moved(pd.concat([there, there[:1]], ignore_index=True), len(there), 100_000.0)
    layers(replace(town, **{layer_name: more}), tmp_path / "after", tmp_path / "pieces")
    assert made == {"numbered": [], "told": []}


@pytest.mark.parametrize("suffix", [".numbered", ".told", ".faces", ".duty", ".ledger", ".npz"])
def test_a_section_of_which_a_piece_is_damaged_is_made_anew(town, before, kept, tmp_path, made, suffix: str):
    pieces = shutil.copytree(kept, tmp_path / "pieces")
    one, other, *more = sorted(path for path in pieces.iterdir() if path.suffix == suffix)
    one.write_bytes(one.read_bytes()[:-100])
    other.unlink()
    if suffix != ".npz":  # which says so itself when it is loaded, with a build's refusal
        bent = bytearray(more[0].read_bytes())
        bent[len(bent) // 2] ^= 1
        more[0].write_bytes(bent)
    again = layers(town, tmp_path / "again", pieces, previous=before)
    assert again == layers(town, tmp_path / "anew", None, previous=before)
