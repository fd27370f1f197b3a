"""What things hold, as a hash: the same for the same, another for anything else."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from data.content import code_of_ours, content_of, programs
from geo.grouped import Grouped

TEXTS = ["a", None, "", "bc"]


def frame(**columns: object) -> pd.DataFrame:
    plain = {"text": pd.Series(TEXTS, dtype="str"), "count": pd.array([1, None, 3, 0], dtype="Int64")}
    return pd.DataFrame({**plain, **columns})


DIFFERENT = {
    "nothing": (),
    "None": (None,),
    "text": ("None",),
    "number": (1,),
    "float": (1.0,),
    "flag": (True,),
    "two": ("a", "b"),
    "one of two": (("a", "b"),),
    "array": (np.array([1, 2]),),
    "array of floats": (np.array([1.0, 2.0]),),
    "column": (np.array([[1], [2]]),),
    "texts": (np.array(["1", "2"], dtype=object),),
    "a point": (np.array([shapely.Point(1, 2)], dtype=object),),
    "no point": (np.array([shapely.Point(1, 2), None], dtype=object),),
    "frame": (frame(),),
    "another text": (frame(text=pd.Series(["a", None, "b", "c"], dtype="str")),),
    "text for none": (frame(text=pd.Series(["a", "", "", "bc"], dtype="str")),),
    "zero for none": (frame(count=pd.array([1, 0, 3, 0], dtype="Int64")),),
    "another name": (frame().rename(columns={"text": "word"}),),
    "one row less": (frame()[:3],),
    "lists": (frame(text=[["a"], None, [], ["b"]]),),
    "rows by group": (Grouped.of(np.array([0]), 1),),
    "other rows by group": (Grouped.of(np.array([0, 0]), 1),),
}


def test_different_things_have_different_contents():
    contents = {name: content_of(*things) for name, things in DIFFERENT.items()}
    assert len(set(contents.values())) == len(DIFFERENT)


@pytest.mark.parametrize("name", DIFFERENT)
def test_the_same_has_the_same_content(name: str):
    assert content_of(*DIFFERENT[name]) == content_of(*DIFFERENT[name])


def test_how_a_frame_lies_in_memory_does_not_matter():
    rows = frame()
    chunks = pa.chunked_array([pa.array(TEXTS[:1], pa.large_string()), pa.array(TEXTS[1:], pa.large_string())])
    other = rows.assign(text=pd.Series(pd.array(chunks, dtype=rows["text"].dtype)))
    slices = pd.concat([rows, rows], ignore_index=True)[4:].reset_index(drop=True)
    assert content_of(rows) == content_of(other) == content_of(slices)


def test_land_counts_and_its_system():
    land = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4526")
    moved = land.set_geometry(land.translate(0.001))
    elsewhere = land.set_crs("EPSG:4527", allow_override=True)
    assert len({content_of(one) for one in (land, moved, elsewhere)}) == 3


def test_a_thing_of_which_nobody_said_what_it_holds_is_refused():
    with pytest.raises(TypeError, match="what does a complex hold"):
        content_of(1j)


def test_other_code_of_ours_makes_another_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "one.py").write_text("MOST = 1")
    monkeypatch.setattr("data.content.files", lambda _: tmp_path)
    before = code_of_ours()
    assert code_of_ours() == before
    (tmp_path / "one.py").write_text("MOST = 2")
    assert code_of_ours() != before
    assert len(programs()[-1]) == len(before) == 64
