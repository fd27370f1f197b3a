"""The report as a file: offline, in two languages, and every figure what the layers add up to."""

from __future__ import annotations

import base64
import hashlib
import re

import numpy as np
import pandas as pd
import pytest

from geo.errors import InputError
from geo.gaps.ledger import KINDS, LEDGERS
from tests.web.reports.built import DAY, HOSTILE, MARKUP, demo, hostile, without_tables
from tests.web.reports.reading import integer, read
from web.reports import report_ledgers, report_places, report_staffing, wording
from web.reports.report import READ, SECTIONS, report_page, write_report
from web.reports.report_data import Findings

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def page_of(frames: dict[str, pd.DataFrame]) -> str:
    return report_page(Findings.of({name: frames[name] for name in (*READ, "standards")}, DAY), "zh", lambda part: None)


@pytest.fixture(scope="module")
def text() -> str:
    return page_of(demo())


@pytest.fixture(scope="module")
def told(text):
    return read(text)


def counted(gaps: pd.DataFrame) -> pd.DataFrame:
    return gaps[gaps["state"] != "accepted"]


def test_nothing_in_the_page_points_outside(told, text):
    targets = {a.get(name) for _, a in told.tags for name in ("src", "href", "data", "action") if a.get(name)}
    assert {target for target in targets if not target.startswith("#")} == {"data:,"}
    assert "http://" not in text
    assert "https://" not in text
    assert "@import" not in text


def test_every_anchor_leads_somewhere(told):
    ids = [a["id"] for _, a in told.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for _, a in told.tags if (a.get("href") or "").startswith("#")} <= set(ids)


def test_the_policy_allows_the_pages_own_script_and_nothing_else(told):
    policy = next(a["content"] for tag, a in told.tags if tag == "meta" and a.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(told.script.encode()).digest()).decode()
    assert policy == f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"


def test_the_answer_comes_first_then_every_section(told):
    assert told.sections == ["answer", *SECTIONS]


def test_the_three_numbers_are_those_of_the_ledgers(told):
    frames = demo()
    gaps, grids = counted(frames["gaps"]), frames["grids"]
    unclaimed_ha = grids.loc[grids["kind"] == "unclaimed"].area.sum() / 10_000
    unserved = gaps.loc[gaps["ledger"] == "unserved", "code"].dropna().nunique()
    contested = int((gaps["ledger"] == "contested").sum())
    large = [data for data in told.said[None] if re.fullmatch(r"[\d\u202f.]+", data)][:6]
    assert [f"{unclaimed_ha:.1f}", str(contested), str(unserved)] == [one for one in large if len(one) > 1][:3]


def test_totals_by_street_are_sums_of_grids_and_gaps(told):
    table = told.tables["totals"][0]
    frames = demo()
    grids, gaps = frames["grids"], counted(frames["gaps"])
    street = grids["code"].str[:9]
    assert table.column("网格") == grids.groupby(street).size().tolist()
    assert table.column("户数") == grids.groupby(street)["households"].sum().tolist()
    assert np.allclose(table.column("面积 公顷"), grids.area.groupby(street).sum() * 1e0, rtol=1e-9)
    for ledger, head in zip(LEDGERS, ("无人认领", "多头认领", "有人无服务"), strict=True):
        of = gaps[gaps["ledger"] == ledger].groupby(gaps["community_code"].str[:9]).size()
        assert table.column(head) == of.tolist()
    for place, cell in enumerate(table.total[1:-1], start=1):
        assert cell.number == pytest.approx(sum(row[place].number for row in table.rows))


def test_the_shortage_of_every_post_is_required_less_held_plus_what_single_grids_have_beyond(told):
    table = told.tables["staff"][0]
    staff = pd.concat([demo()["staffing"], demo()["community_staffing"]])
    over = (staff["held"] - staff["required"]).clip(lower=0)
    sums = staff.assign(over=over).groupby("post", sort=False)[["required", "held", "over", "short"]].sum()
    listed = [[row[place].number for place in (1, 2, 3, 4)] for row in table.rows]
    assert sorted(listed) == sorted(sums.astype(float).values.tolist())
    for required, held, over, short in listed:
        assert short == required - held + over
    workers = next(row for row in table.rows if row[0].text.startswith("社区工作者"))
    assert table.total[4].number == sum(row[4].number for row in table.rows) - workers[4].number
    assert "缺" in table.total[4].tip
    assert "应配" in table.total[4].tip


def test_streets_and_communities_of_the_staff_tables_add_up_to_the_total(told):
    streets, communities = told.tables["staff"][1:3]
    for place, cell in enumerate(streets.total[1:], start=1):
        assert cell.number == sum(row[place].number or 0 for row in streets.rows)
    by_code = demo()["staffing"].groupby(demo()["staffing"]["code"].str[:12])["short"].sum().sort_values()
    assert communities.column("缺编") == by_code.iloc[::-1].head(20).tolist()


def test_the_worst_communities_are_ranked_by_points_a_grid(told):
    gaps, grids = counted(demo()["gaps"]), demo()["grids"]
    points = gaps.groupby("community_code")["severity"].sum() / grids.groupby("community_code").size()
    listed = told.tables["worst"][0].column("每格缺口分")
    assert np.allclose(listed, points.sort_values(ascending=False))


def test_each_kind_of_gap_stands_with_its_count_by_state(told):
    gaps = demo()["gaps"]
    words = {wording.pair(f"gap.{kind}")[0]: kind for kind in KINDS}
    tables = [table for table in told.tables["three_ledgers"] if "待处理" in table.heads]
    listed = {
        words[row[0].text]: tuple(int(cell.number) for cell in row[1:4]) for table in tables for row in table.rows
    }
    states = (
        gaps.groupby(["kind", "state"]).size().unstack(fill_value=0).reindex(columns=["open", "accepted", "expired"])
    )
    assert listed == {kind: tuple(row) for kind, row in zip(states.index, states.to_numpy().tolist(), strict=True)}


def test_the_arithmetic_of_a_severity_gives_the_severity(told):
    rows = [row for table in told.tables["three_ledgers"] if "严重程度" in table.heads for row in table.rows]
    assert len(rows) > 40
    for row in rows:
        terms = re.fullmatch(
            r"(\d+)(?: × ([\d.]+))? \+ 15 × lg\(1 \+ (\d+) 户\) \+ 10 × lg\(1 \+ ([\d.]+) 公顷\) = (\d+)", row[0].tip
        )
        weight, factor, households, hectares, score = (float(term or 1) for term in terms.groups())
        exact = weight * factor + 15 * np.log10(1 + households) + 10 * np.log10(1 + hectares)
        assert score == row[0].number
        assert abs(min(exact, 100) - score) < 1  # hectares are told to a decimal


def test_party_forms_add_up_to_all_grids(told):
    cross = told.tables["party_coverage"][0]
    forms = demo()["assignments"]
    assert cross.total[1].number == len(forms)
    assert sum(row[1].number for row in cross.rows) == len(forms)
    assert [cell.number for cell in cross.total[2:]] == [
        (forms["proposed_form"] == form).sum() for form in ("branch", "joint_branch", "service_station")
    ]


def test_stars_add_up_to_the_settlements_that_were_assessed(told):
    table = told.tables["stars"][0]
    settlements = demo()["settlements"]
    assert table.total[1].number == len(settlements)
    assert table.total[2].number == settlements["stars"].notna().sum() == sum(cell.number for cell in table.total[3:])


def test_exceptions_stand_with_signer_and_expiry(told):
    (table,) = told.tables["exceptions"]
    gaps = demo()["gaps"]
    assert len(table.rows) == (gaps["state"] != "open").sum()
    place = table.heads.index("有效期至")
    assert [row[place].text for row in table.rows] == sorted(gaps["expires"].dropna())
    assert all(CHINESE.search(row[table.heads.index("签批人")].text) for row in table.rows)


def test_all_is_said_in_both_languages_and_english_has_no_chinese_but_names(told, text):
    assert len(re.findall(r'<t?span lang="zh">', text)) == len(re.findall(r'<t?span lang="en">', text))
    names = {*demo()["communities"]["name"], *demo()["grids"]["name"].dropna(), "青江区示范", "中文"}
    mixed = [data for data in told.said["en"] if CHINESE.search(data) and not any(name in data for name in names)]
    assert mixed == []


def test_no_word_is_missing(monkeypatch):
    missing = set()
    plain = wording.pair

    def pair(key):
        found = plain(key)
        if found == (key.partition(".")[2],) * 2 and CHINESE.search("".join(found)) is None:
            missing.add(key)
        return found

    monkeypatch.setattr(wording, "pair", pair)
    page_of(demo())
    page_of(without_tables())
    assert missing == set()


def test_duty_holders_are_not_in_the_report(text):
    duty = demo()["duty"]
    assert not any(phone in text for phone in duty["phone"].dropna())


def test_names_cannot_become_markup():
    text = page_of(hostile())
    assert HOSTILE not in text
    assert MARKUP not in text
    assert "&lt;/script&gt;" in text
    assert [tag for tag, _ in read(text).tags if tag in ("img", "script")] == ["script"]


def test_without_tables_each_section_says_what_to_add():
    text = page_of(without_tables())
    for table in ("[tables.party]", "[tables.scores]"):
        assert table in text
    assert "没有标准" in text
    told = read(text)
    assert told.sections == ["answer", *SECTIONS]
    (row,) = told.tables["not_evaluated"][0].rows
    assert [cell.text for cell in row] == ["没有党组织", "没有党组织表", "加 [tables.party]"]


def test_a_roster_that_nobody_gave_leaves_what_is_held_and_short_unknown():
    frames = demo()
    unknown = dict.fromkeys(("held", "short"), pd.array([None] * len(frames["staffing"]), dtype="Int64"))
    bare = frames["community_staffing"].iloc[:0]
    told = read(page_of({**frames, "staffing": frames["staffing"].assign(**unknown), "community_staffing": bare}))
    (table,) = told.tables["staff"]
    assert table.total[1].number == frames["staffing"]["required"].sum()
    assert (table.total[2].number, table.total[4].number) == (None, None)
    assert told.tables["totals"][0].total[-3].number is None


def test_long_lists_are_cut_and_say_of_how_many(monkeypatch):
    monkeypatch.setattr(report_ledgers, "GAPS_LISTED", 2)
    monkeypatch.setattr(report_places, "COMMUNITIES_LISTED", 7)
    told = read(page_of(demo()))
    assert len(told.tables["worst"][0].rows) == 7
    said = [data for data in told.said["zh"] if data.startswith("列出")]
    every = len(counted(demo()["gaps"]).query("ledger == 'contested'"))
    assert "列出 7 / 30 项，其余见工作簿" in said
    assert f"列出 2 / {every} 项，其余见工作簿" in said


def test_exceptions_are_judged_on_the_day_of_the_report():
    findings = Findings.of(demo(), DAY)
    later = Findings.of(demo(), replace_year(DAY, 2099))
    assert {"accepted", "expired"} <= set(findings.gaps["state"])
    assert set(later.gaps["state"]) == {"open", "expired"}
    assert later.whole["points"] > findings.whole["points"]


def replace_year(day, year):
    return day.replace(year=year)


def test_without_grids_there_is_no_report(tmp_path):
    with pytest.raises(InputError, match="layer grids is empty"):
        write_report({**demo(), "grids": demo()["grids"].iloc[:0]}, tmp_path / "r.html", as_of=DAY)
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "r.html").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_report(demo(), tmp_path / "r.html", as_of=DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_figures_with_thin_spaces_are_whole_numbers():
    assert integer(wording.count(1_234_567)) == 1_234_567
    assert (wording.count(-12), wording.share(1, 3), wording.hectares(25_000)) == ("−12", "33.3 %", "2.5")


def test_a_city_of_several_counties_adds_up_by_county_and_lists_its_worst_streets(monkeypatch):
    monkeypatch.setattr(report_places, "DIVISIONS_LISTED", 2)
    monkeypatch.setattr(report_staffing, "DIVISIONS_LISTED", 2)
    frames = {name: moved(frame) for name, frame in demo().items()}
    told = read(page_of(frames))
    counties, streets = told.tables["totals"][:2]
    assert [cell.text for row in counties.rows for cell in row[:1]] == ["530102", "530103"]
    assert sum(counties.column("网格")) == len(frames["grids"])
    assert len(streets.rows) == 2
    points = counted(frames["gaps"]).groupby(frames["gaps"]["community_code"].str[:9])["severity"].sum()
    a_grid = points / frames["grids"].groupby(frames["grids"]["code"].str[:9]).size()
    assert np.allclose(streets.column("每格缺口分"), a_grid.sort_values(ascending=False).head(2))
    assert len([data for data in told.said["zh"] if data == "✓ 2 个区县相加 = 合计"]) == 2
    assert len([data for data in told.said["zh"] if data == "列出 2 / 3 项，其余见工作簿"]) >= 2


def moved(frame: pd.DataFrame) -> pd.DataFrame:
    """Move the town 文昌镇 into another county, in every code of a layer."""
    codes = [name for name in ("code", "community_code", "street") if name in frame]
    changed = {name: frame[name].str.replace(r"^530102101", "530103101", regex=True) for name in codes}
    if "key" in frame and (frame["key"] == "name").any():
        return frame[~frame["key"].str.startswith("name of")]
    return frame.assign(**changed)
