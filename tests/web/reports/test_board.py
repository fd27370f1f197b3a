"""The duty board: who is on it, what it takes from the standards, what its code says, and who is not on it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import segno
import shapely

from data.standards_file import read_standards
from geo.errors import InputError
from geo.standards_table import standards_table
from tests.web.reports.built import HOSTILE, MARKUP, demo, hostile, without_tables
from tests.web.reports.test_plan_drawing import points_of
from web.reports.board import READ, grids_in, interval, qr, require_slots, write_boards
from web.reports.board_map import Surroundings
from web.reports.board_words import BOARD_WORDS
from web.reports.wording import pair

CODE = "530102001001001"


def text_of(frames: dict[str, pd.DataFrame], folder: Path, *codes: str, **options) -> str:
    write_boards({name: frames[name] for name in READ}, codes or [CODE], folder / "board.html", **options)
    return (folder / "board.html").read_text("utf-8")


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> str:
    return text_of(demo(), tmp_path_factory.mktemp("board"))


def modules(drawn: str) -> set[tuple[int, int]]:
    """Return the dark modules of a drawn QR code, without its quiet zone of two."""
    root = ElementTree.fromstring(drawn)
    (line,) = [one for one in root.iter("path") if one.get("stroke") == "#000"]
    x, y, dark = 0.0, 0.0, set()
    for letter, figures in re.findall(r"([Mmh])([^Mmh]*)", line.get("d")):
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", figures)]
        if letter == "M":
            x, y = numbers
        elif letter == "m":
            x, y = x + numbers[0], y + numbers[1]
        else:
            dark |= {(int(x) + step - 2, int(y) - 2) for step in range(int(numbers[0]))}
            x += numbers[0]
    return dark


def test_the_board_names_the_grid_its_code_and_where_it_lies(text):
    grid = demo()["grids"].set_index("code").loc[CODE]
    assert f"<h1>{grid['name']}</h1>" in text
    assert "<code><span>530102001001</span><b>001</b></code>" in text
    for place in ("青江区", "青云街道", "桂花社区"):
        assert place in text


def test_every_holder_of_the_posts_on_it_stands_with_the_work_contact(text):
    duty = demo()["duty"]
    shown = ["grid_head", "pioneer", "security_officer", "cleaner", "branch_secretary", "grid_worker"]
    here = duty[(duty["code"] == CODE) & duty["post"].isin(shown)]
    assert len(here) >= 6
    for row in here.itertuples():
        assert row.name in text
        assert row.phone in text
    office = duty[(duty["code"] == CODE[:12])]
    assert set(office["post"]) == {"community_office", "area_cadre"}
    assert all(phone in text for phone in office["phone"])


def test_a_post_that_is_required_and_not_held_is_shown_vacant(tmp_path):
    frames = demo()
    duty = frames["duty"][~((frames["duty"]["code"] == CODE) & (frames["duty"]["post"] == "cleaner"))]
    assert "空缺" not in text_of(frames, tmp_path)
    assert text_of({**frames, "duty": duty}, tmp_path).count("空缺") == 1


def test_without_a_roster_nothing_is_called_vacant(tmp_path):
    text = text_of(without_tables(), tmp_path)
    assert "空缺" not in text
    assert "未公示" in text
    assert "尚未建立" not in text  # nobody said which party organisations and premises there are
    assert "尚未设立" not in text


def test_land_that_nobody_claims_says_so_and_names_the_communitys_people(tmp_path):
    frames = demo()
    code = frames["grids"].query("kind == 'unclaimed'")["code"].iloc[0]
    text = text_of(frames, tmp_path, code)
    assert "由社区兜底负责" in text
    cadres = frames["duty"][(frames["duty"]["code"] == code[:12]) & (frames["duty"]["post"] == "area_cadre")]
    assert all(name in text for name in cadres["name"])


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0.5, "每天 2 次"),
        (1, "每天 1 次"),
        (3, "每 3 天 1 次"),
        (1.5, "每 1.5 天 1 次"),
        (0.25, "每天 4 次"),
        (90, "每 90 天 1 次"),
    ],
)
def test_an_interval_is_said_by_the_day_or_by_days(days, said):
    assert f'<span lang="zh">{said}</span>' in interval(days)


def test_intervals_are_those_of_the_management_type_where_the_grid_lies(tmp_path):
    frames = demo()
    overrides = {"at": {"530102001": {"intervals": {"routine": {"patrol": 6}}}}}
    standards = standards_table(read_standards(overrides=overrides))
    elsewhere = (
        frames["grids"].query("code.str.startswith('530102002') and management_type == 'routine'")["code"].iloc[0]
    )
    assert "每 6 天 1 次" in text_of({**frames, "standards": standards}, tmp_path)
    there = text_of({**frames, "standards": standards}, tmp_path, elsewhere)
    assert "每 6 天 1 次" not in there
    assert "每 3 天 1 次" in there


def test_the_code_says_name_and_code_or_the_link(text, tmp_path):
    name = demo()["grids"].set_index("code").loc[CODE, "name"]
    drawn = re.search(r'<div class="qr">(<svg.*?</svg>)', text, re.S)[1]
    assert drawn == qr(f"{name} {CODE}")
    linked = text_of(demo(), tmp_path, link="https://example.com/{code}")
    assert qr(f"https://example.com/{CODE}") in linked
    assert "https://" not in linked.replace(drawn, "")


def test_the_code_is_drawn_module_by_module():
    content = f"银竹里 {CODE}"
    matrix = segno.make(content, error="m", micro=False).matrix
    expected = {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
    assert modules(qr(content)) == expected


def test_a_link_must_name_the_grid():
    with pytest.raises(InputError, match="names no grid"):
        require_slots("https://example.com/grids")
    require_slots("https://example.com/{code}?name={name}")


def test_several_boards_stand_in_the_order_asked_for(tmp_path):
    codes = demo()["grids"]["code"].iloc[[5, 2, 9]].tolist()
    text = text_of(demo(), tmp_path, *codes)
    shown = ["".join(pair_) for pair_ in re.findall(r"<code><span>(\d+)</span><b>(\d+)</b></code>", text)]
    assert shown == codes


def test_a_community_or_street_means_all_of_its_grids():
    grids = demo()["grids"]
    assert grids_in(grids, CODE[:12]) == sorted(code for code in grids["code"] if code.startswith(CODE[:12]))
    assert len(grids_in(grids, CODE[:9])) > len(grids_in(grids, CODE[:12]))
    with pytest.raises(InputError, match="no such community"):
        grids_in(grids, "99")


def test_nobody_of_another_grid_is_on_the_board(text):
    duty = demo()["duty"]
    own = duty["code"].isin([CODE, CODE[:12]])
    others = set(duty.loc[~own, "phone"].dropna()) - set(duty.loc[own, "phone"])
    assert len(others) > 1000
    assert not any(phone in text for phone in others)


def test_nothing_in_the_page_points_outside(text):
    assert "http://" not in text
    assert "https://" not in text
    assert set(re.findall(r'(?:href|src)="([^"]*)"', text)) == {"data:,"}


def test_names_cannot_become_markup(tmp_path):
    frames = hostile()
    text = text_of(frames, tmp_path, *frames["grids"]["code"].iloc[:6])
    assert HOSTILE not in text
    assert MARKUP not in text
    assert text.count("<script>") == 1


def test_the_map_shows_the_grid_in_its_place():
    frames = demo()
    surroundings = Surroundings.of(frames["grids"], frames["premises"])
    for row in (0, 7, 100):
        root = ElementTree.fromstring(surroundings.drawn(row))
        (own,) = [one for one in root.iter("path") if one.get("class") == "own"]
        outline = np.array(points_of(own.get("d")))
        grid = frames["grids"].geometry.iloc[row]
        west, south, east, north = grid.bounds
        shown = shapely.Polygon(outline) if grid.geom_type == "Polygon" else shapely.MultiPoint(outline)
        left, top, right, bottom = shown.bounds
        assert (right - left) / (bottom - top) == pytest.approx((east - west) / (north - south), rel=0.02)
        assert 0 < left < right < 4000
        label = next(one for one in root.iter("text") if one.get("class") == "own")
        assert label.text == frames["grids"]["code"].iloc[row][-3:]


def test_each_word_is_there_in_both_languages_with_the_same_slots():
    for key, (chinese, english) in BOARD_WORDS.items():
        assert sorted(re.findall(r"\{\w+\}", chinese)) == sorted(re.findall(r"\{\w+\}", english)), key
        assert pair(key) == (chinese, english)


def test_a_grid_that_is_not_there_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(InputError, match="there is no grid 1 in this build"):
        text_of(demo(), tmp_path, "1")
    assert list(tmp_path.iterdir()) == []
