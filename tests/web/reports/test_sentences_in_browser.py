"""Every sentence that the engine writes of a town is read in either language."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from data.output import read_build
from tests.api.running import onegrid
from tests.web.reports.conftest import Opened
from web.reports.contents import READ
from web.reports.map import write_map

CHINESE = re.compile(r"[\u4e00-\u9fff，；：（）、]+")


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> dict[str, pd.DataFrame]:
    """Build the demo town, in which every kind of gap is found."""
    folder = tmp_path_factory.mktemp("town")
    for arguments in (["demo", "in", "--communities", "30"], ["build", "in/layers.toml", "-o", "grid.gpkg"]):
        ended = onegrid(*arguments, cwd=folder)
        assert ended.status == 0, ended.err
    out = folder / "grid.gpkg"
    return read_build(out, READ)


@pytest.fixture(scope="module")
def view(browser, town, tmp_path_factory):
    file = tmp_path_factory.mktemp("map") / "map.html"
    write_map(town, file)
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    opened = Opened(context.new_page())
    opened.open(file)
    yield opened
    context.close()


def told(view: Opened, texts: list[str], language: str) -> dict[str, str]:
    """Have the page word sentences in a language."""
    script = "([texts, language]) => { oneGrid.text.speak(language); return texts.map(oneGrid.text.told); }"
    return dict(zip(texts, view.page.evaluate(script, [texts, language]), strict=True))


def distinct(*columns: pd.Series) -> list[str]:
    return sorted({str(text) for column in columns for text in column.dropna()})


def test_what_the_engine_says_in_chinese_is_read_in_english(view, town):
    detail = [json.loads(text) for text in town["gaps"]["detail"]]
    said = pd.DataFrame(detail).reindex(columns=["figure", "arithmetic", "rule", "source"])
    texts = distinct(
        town["staffing"]["arithmetic"],
        town["assignments"]["reason"],
        town["ratings"]["arithmetic"],
        town["gaps"]["remedy"],
        town["units"]["note"],
        *(said[name] for name in said),
    )
    assert len(texts) > 1500
    left = {text: english for text, english in told(view, texts, "en").items() if CHINESE.search(english)}
    assert left == {}


def test_repairs_and_what_was_not_evaluated_are_read_in_chinese(view, town):
    build = town["build"]
    idle = build[build["key"].str.startswith("not_evaluated.")]["value"]
    texts = distinct(town["repairs"]["problem"], town["repairs"]["action"], idle)
    left = {text: chinese for text, chinese in told(view, texts, "zh").items() if not CHINESE.search(chinese)}
    assert left == {}


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("2 人 = 430 户 ÷ 300，进一；现有 1 人，缺 1 人", "2 = 430 households ÷ 300, rounded up; 1 held, 1 short"),
        (
            "最远沿道路步行 1,008 m > 500 m；478 户中 123 户",
            "The furthest walk along the roads is 1,008 m > 500 m; 123 of 478 households",
        ),
        (
            "党员 2 人 < 3 人；与同社区相邻的网格 530102001003002（1 人），合计 2 + 1 = 3 人 ≥ 3 人，建联合党支部",
            "2 members < 3; with the grids beside it 530102001003002 (1), together 2 + 1 = 3 ≥ 3: a joint branch",
        ),
        (
            "20 × 2.00 + 15 × lg(1 + 478 户) + 10 × lg(1 + 2.3 公顷) = 85",
            "20 × 2.00 + 15 × lg(1 + 478 households) + 10 × lg(1 + 2.3 ha) = 85",
        ),
    ],
)
def test_figures_stay_with_what_they_count(view, chinese, english):
    assert told(view, [chinese], "en") == {chinese: english}


def test_the_ledgers_of_a_town_list_every_gap_in_the_order_of_the_build(view, town):
    gaps = town["gaps"]
    for ledger in ("unheld", "contested", "unserved"):
        script = f"oneGrid.model.gaps.ofLedger('{ledger}').map((row) => oneGrid.model.gaps.gap_id(row))"
        those = gaps[gaps["ledger"] == ledger]
        expected = [*those[those["state"] != "accepted"]["gap_id"], *those[those["state"] == "accepted"]["gap_id"]]
        assert view.page.evaluate(script) == expected
    severities = gaps["severity"].to_numpy()
    assert (severities[:-1] >= severities[1:]).all()


def test_the_figures_of_a_town_come_into_the_page_as_they_are_in_the_build(view, town):
    grids, staffing = town["grids"], town["staffing"]
    shown = view.page.evaluate(
        "({ area: oneGrid.model.grids.area_m2, short: oneGrid.model.grids.short,"
        " details: Array.from({ length: oneGrid.model.gaps.count }, (_, row) => oneGrid.model.gaps.detail(row)) })"
    )
    assert [round(area, 2) for area in shown["area"]] == pytest.approx(grids["area_m2"], abs=0.01)
    by_grid = staffing.groupby("code")["short"].sum().reindex(grids["code"])
    assert shown["short"] == by_grid.tolist()
    expected = [{**json.loads(text)} for text in town["gaps"]["detail"]]
    named = {"signer"}  # who signed an exception stays in the build
    assert [{k: v for k, v in one.items() if k not in named} for one in shown["details"]] == [
        {k: v for k, v in one.items() if k not in named} for one in expected
    ]
