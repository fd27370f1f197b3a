from __future__ import annotations

import base64
import hashlib
import json
from html.parser import HTMLParser

import pandas as pd
import pytest

import geo.describe
from geo.errors import InputError
from tests.web.reports.town import HOLDER, HOSTILE, PHONE, SECRETARY, SIGNER, communities, frames
from web.reports import contents
from web.reports.map import write_map


class Reader(HTMLParser):
    """Collects what an HTML parser sees: tags with attributes, and the text of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.title = self.inside = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts.append((self.tags[-1][1], data))
        if self.inside == "title":
            self.title += data


def read(file) -> Reader:
    reader = Reader()
    reader.feed(file.read_text("utf-8"))
    return reader


def test_nothing_in_the_page_points_outside(map_file):
    targets = [a.get(name) for _, a in read(map_file).tags for name in ("src", "href", "data", "action") if a.get(name)]
    assert targets == ["data:,", "#search"]
    assert "url(images" not in map_file.read_text("utf-8")
    assert "sourceMappingURL" not in map_file.read_text("utf-8")


def test_the_policy_allows_the_pages_own_script_and_nothing_else(map_file):
    page = read(map_file)
    policy = next(a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv"))
    (own,) = [text for attributes, text in page.scripts if "type" not in attributes]
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert policy == f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"


def test_the_licence_of_leaflet_goes_with_it(map_file):
    text = map_file.read_text("utf-8")
    assert "BSD 2-Clause License" in text
    assert "Copyright (c) 2010-2023, Volodymyr Agafonkin" in text


def test_the_data_are_one_json_value_that_no_markup_breaks(map_file):
    (data,) = [text for attributes, text in read(map_file).scripts if attributes.get("type") == "application/json"]
    assert HOSTILE in json.loads(data)["grids"]["name"]["values"]


def test_no_person_and_no_telephone_comes_into_a_map(map_file):
    given = "".join(frame.to_csv() for frame in frames().values())
    text = map_file.read_text("utf-8")
    for person in (SECRETARY, HOLDER, SIGNER, PHONE):
        assert person in given
        assert person not in text
    assert "江南里党支部" in text  # what is no person does


def test_the_title_is_the_jurisdictions_name_unless_given(map_file, tmp_path):
    assert read(map_file).title == "鼓楼试点"
    write_map(frames(), tmp_path / "m.html", title="<b>A & B</b>")
    assert read(tmp_path / "m.html").title == "<b>A & B</b>"


def test_the_same_build_gives_the_same_bytes(map_file, tmp_path):
    write_map(frames(), tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == map_file.read_bytes()


def test_the_grids_alone_make_a_map(tmp_path):
    write_map({"grids": frames()["grids"]}, tmp_path / "m.html")
    assert read(tmp_path / "m.html").title == "一张网"


def test_communities_without_a_table_go_by_the_name_of_their_unclaimed_land():
    assert geo.describe.UNCLAIMED_NAME == contents.UNCLAIMED_NAME
    names = contents.community_names(frames())
    assert names.to_dict() == {"320106001001": "上元社区"}
    table = pd.DataFrame({"code": ["320106001001"], "name": ["下元社区"]})
    assert contents.community_names({**frames(), "communities": table}).to_dict() == {"320106001001": "下元社区"}


def test_a_community_goes_by_its_name_in_the_layer_communities(tmp_path):
    write_map({**frames(), "communities": communities()}, tmp_path / "m.html")
    (data,) = [text for attributes, text in read(tmp_path / "m.html").scripts if "type" in attributes]
    told = json.loads(data)["communities"]
    assert told["code"] == communities()["code"].to_list()
    assert told["name"]["values"] == ["下元社区", "石桥村"]


def test_each_layer_is_announced(tmp_path):
    told: list[str] = []
    write_map(frames(), tmp_path / "m.html", progress=told.append)
    assert told[0] == "grids"
    assert set(told) >= {"grids", "gaps", "staffing", "party", "ratings", "premises", "build"}


def test_without_grids_there_is_no_map(tmp_path):
    with pytest.raises(InputError, match="the layer grids is empty"):
        write_map({"grids": frames()["grids"].iloc[:0]}, tmp_path / "m.html")
    assert list(tmp_path.iterdir()) == []


def test_a_map_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="cannot write the map"):
        write_map(frames(), tmp_path / "no such folder" / "m.html")
    (tmp_path / "m.html").mkdir()
    with pytest.raises(InputError, match="cannot write the map"):
        write_map(frames(), tmp_path / "m.html")
    assert [path.name for path in tmp_path.iterdir()] == ["m.html"]
