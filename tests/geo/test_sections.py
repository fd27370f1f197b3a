"""However communities are put into sections, a build is the same: every layer, every row, every bit of geometry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.build import build
from geo.merge import merge
from geo.result import OneGrid
from geo.scale import workers
from geo.sections import sections_of
from geo.sources import Parameters, Sources
from tests.geo.messy import messy_sources
from tests.geo.plans.test_ledgers import with_exceptions, with_organisations
from tests.geo.tabling import with_invented_tables

AS_OF = date(2026, 6, 1)


def town_of(seed: int, parameters: Parameters) -> tuple[Sources, gpd.GeoDataFrame]:
    """Invent a town with tables and exceptions, and what its grids were before: others, and some of these."""
    plain = with_organisations(with_invented_tables(messy_sources(seed), seed), seed)
    once = build(plain, parameters)
    kept = once.grids[once.grids.index % 3 != 0]
    moved = kept.set_geometry(shapely.transform(kept.geometry.array, lambda xy: xy + 7.0), crs=kept.crs)
    before = pd.concat([kept.iloc[::2], moved.iloc[1::4]], ignore_index=True)
    return with_exceptions(plain, once, seed), before.drop_duplicates("code", ignore_index=True)


def same(one: OneGrid, other: OneGrid) -> None:
    for name, value in vars(one).items():
        there = getattr(other, name)
        if not isinstance(value, pd.DataFrame):
            assert value == there, name
            continue
        assert list(value) == list(there), name
        if isinstance(value, gpd.GeoDataFrame):
            shapes = [np.asarray(frame.geometry.array, dtype=object) for frame in (value, there)]
            assert (shapely.to_wkb(shapes[0]) == shapely.to_wkb(shapes[1])).all(), name
        plain = [
            pd.DataFrame(frame).drop(columns="geometry", errors="ignore").astype(object) for frame in (value, there)
        ]
        pd.testing.assert_frame_equal(*plain, obj=name)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["DB11/T 2157", "CJ/T 349"]))
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_sections_of_any_size_give_the_same_build(seed: int, profile: str):
    parameters = Parameters(code_profile=profile)
    sources, before = town_of(seed, parameters)
    assert len(sources.communities) > 3
    for earlier in ({}, {"previous": before, "used_codes": frozenset(before["code"])}):
        whole = build(sources, parameters, as_of=AS_OF, **earlier)
        for size in (1, 3):
            same(whole, build(sources, parameters, as_of=AS_OF, size=size, **earlier))


def test_sections_worked_on_in_other_processes_give_the_same_build():
    sources, before = town_of(11, Parameters())
    whole = build(sources, Parameters(), as_of=AS_OF, previous=before)
    same(whole, build(sources, Parameters(), as_of=AS_OF, previous=before, size=2, forked=workers(2)))


def test_codes_of_the_profile_before_stand_among_others_whatever_the_sections():
    """A kept code of twenty digits begins with an object class, and so comes before all of fifteen."""
    sources = messy_sources(4)
    old = build(sources, Parameters(code_profile="CJ/T 349")).grids
    few = old[old["community_code"] == old["community_code"].iloc[-1]]
    whole = build(sources, Parameters(), previous=few)
    lengths = whole.grids["code"].str.len().tolist()
    assert sorted(set(lengths)) == [15, 20]
    assert whole.grids["code"].is_monotonic_increasing
    same(whole, build(sources, Parameters(), previous=few, size=1))


def test_in_a_section_of_several_counties_grids_keep_their_land_whatever_their_codes():
    """Codes of both profiles in both counties: old ones of the second come before new ones of the first."""
    sources = messy_sources(4)
    code = sources.communities["code"]
    renamed = code.where(code <= sorted(code)[len(code) // 2], "530103" + code.str[6:])
    sources = replace(sources, communities=sources.communities.assign(code=renamed))
    old = build(sources, Parameters(code_profile="CJ/T 349")).grids
    whole = build(sources, Parameters(), previous=old.groupby("community_code").head(1))
    assert whole.grids["code"].is_monotonic_increasing
    same(whole, build(sources, Parameters(), previous=old.groupby("community_code").head(1), size=1))
    land = whole.faces.dissolve("code", as_index=False).set_index("code").loc[whole.grids["code"]]
    assert shapely.equals(land.geometry.array, whole.grids.geometry.array).all()
    about = whole.gaps[whole.gaps["kind"] == "unclaimed"]
    own = whole.grids.set_index("code").loc[about["code"]]
    assert len(about) > 3
    assert shapely.covers(shapely.buffer(own.geometry.array, 0.01), np.asarray(about.geometry.array)).all()


def test_a_section_that_no_grid_of_the_build_before_reaches_is_all_new():
    """A county that has joined since."""
    town = messy_sources(4)
    town = replace(town, units=town.units[:0])
    grids = build(town, Parameters()).grids
    before = grids[:1]
    whole = build(town, Parameters(), previous=before)
    new = whole.lineage[whole.lineage["relation"] == "new"]
    assert new["new_code"].tolist() == grids["code"][1:].tolist()
    same(whole, build(town, Parameters(), previous=before, size=1))
    away = before.set_geometry(before.geometry.translate(99_000))
    assert build(town, Parameters(), previous=away).lineage["relation"].tolist() == ["new"] * 9 + ["retired"]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_every_community_and_every_unit_is_one_sections_own(size: int):
    mosaic = merge(messy_sources(8), Parameters())
    sections = sections_of(mosaic, size, None)
    assert np.concatenate([section.own for section in sections]).tolist() == list(range(len(mosaic.area)))
    assert sorted(np.concatenate([section.unit for section in sections]).tolist()) == list(range(len(mosaic.units)))
    assert all(np.isin(section.own, section.around).all() for section in sections)
    assert [np.concatenate(section.groups).tolist() for section in sections] == [
        section.own.tolist() for section in sections
    ]
    assert (len(sections) == 1) is (size == 100)


def test_a_section_has_around_it_what_its_units_reach_and_no_more():
    mosaic = merge(messy_sources(8, side=4), Parameters())
    for section in sections_of(mosaic, 1, None):
        units = np.unique(mosaic.met.unit[np.isin(mosaic.met.community, section.own)])
        reached = np.unique(mosaic.met.community[np.isin(mosaic.met.unit, units)])
        assert section.around.tolist() == np.union1d(reached, section.own).tolist()
    assert any(len(section.around) < len(mosaic.area) for section in sections_of(mosaic, 1, None))
    alone = replace(mosaic, met=replace(mosaic.met, community=mosaic.met.community[:0], unit=mosaic.met.unit[:0]))
    assert all(len(section.around) == 1 for section in sections_of(alone, 1, None))
