"""Standards files: what they may say, and one line with the place and the reason for what they may not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.standards_file import DEFAULT, read_any_standards, read_standards
from geo.errors import InputError
from geo.standards import Standards, parts

SHIPPED = DEFAULT.read_text(encoding="utf-8")


def write(folder: Path, text: str, name: str = "town.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path | None, **options: Any) -> str:
    with pytest.raises(InputError) as refused:
        read_standards(path, **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def line_of(text: str) -> int:
    """Return the line of the shipped file that begins so."""
    return next(n for n, line in enumerate(SHIPPED.splitlines(), 1) if line.startswith(text))


def test_every_shipped_value_is_written_with_its_unit_and_a_source_of_the_list():
    written = entries(tomllib.loads(SHIPPED))
    assert set(written) == {path for path, _ in parts(read_standards().general)}
    for keys, entry in written.items():
        assert set(entry) == {"value", "unit", "source"}, keys
        assert re.match(r"(S[0-4]|P|C)\b", entry["source"]), keys


def entries(tree: dict[str, Any], keys: tuple[str, ...] = ()) -> dict[tuple[str, ...], dict[str, Any]]:
    if "value" in tree:
        return {keys: tree}
    return {path: entry for name, item in tree.items() for path, entry in entries(item, (*keys, name)).items()}


def test_comments_come_in_chinese_first():
    comments = [line for line in SHIPPED.splitlines() if " · " in line]
    assert len(comments) > 40
    for comment in comments:
        chinese, _, english = comment.partition("#")[2].partition(" · ")
        assert re.search("[\u4e00-\u9fff]", chinese), comment
        assert re.search("[a-z]", english), comment


def test_a_copy_of_the_shipped_file_changes_nothing(tmp_path: Path):
    copy = read_standards(write(tmp_path, SHIPPED, "default.toml"))
    assert copy.general == read_standards().general
    assert [name for name, _ in copy.files] == ["default.toml", "default.toml"]


def test_what_a_file_leaves_out_is_as_shipped(tmp_path: Path):
    standards = read_standards(write(tmp_path, "[size]\nurban_low = 250\n"))
    changed = dict(parts(standards.general))
    before = dict(parts(read_standards().general))
    assert [keys for keys in changed if changed[keys] != before[keys]] == [("size", "urban_low")]
    assert (standards.general.size.urban_low.unit, standards.general.size.urban_low.source) == (
        "households", "town.toml",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '[workers]\nurban_per_10000 = { value = 20, source = "区文件" }',
        '[workers.urban_per_10000]\nvalue = 20\nsource = "区文件"\nunit = "workers per 10,000 residents"',
        'workers.urban_per_10000 = { source = "区文件", value = 20 }',
        'workers = { urban_per_10000.value = 20, urban_per_10000.source = "区文件" }',
        '\ufeff[workers]\r\nurban_per_10000.value = 20\r\nurban_per_10000.source = "区文件"\r\n',
    ],
)
def test_a_value_may_be_written_as_toml_allows(tmp_path: Path, text: str):
    value = read_standards(write(tmp_path, text)).general.workers.urban_per_10000
    assert (value.number, value.source) == (20, "区文件")


def test_a_source_alone_may_be_given_and_a_value_alone_never_keeps_the_old_source(tmp_path: Path):
    general = read_standards(write(tmp_path, '[size]\nurban_low.source = "市文件"\nurban_high.value = 500\n')).general
    assert (general.size.urban_low.number, general.size.urban_low.source) == (300, "市文件")
    assert (general.size.urban_high.number, general.size.urban_high.source) == (500, "town.toml")


def test_a_facility_is_changed_by_any_of_its_names_and_a_new_kind_is_added(tmp_path: Path):
    text = "facilities.Public_Toilet.distance_m = 400\nfacilities.'社区警务室'.urban = false\n"
    text += '[facilities."菜市场"]\nurban = true\ndistance_m = 800\nrural = false\nrural_distance_m = 3000\n'
    facilities = read_standards(write(tmp_path, text + 'also = ["market"]')).general.facilities
    assert facilities["公厕"].distance_m.number == 400
    assert not facilities["便民警务站"].urban.answer
    assert facilities["菜市场"].distance_m.source == "town.toml"
    assert list(facilities)[-1] == "菜市场"
    assert len(facilities) == 7


def test_in_one_place_the_later_file_wins_and_else_the_closer_place(tmp_path: Path):
    own = write(tmp_path, '[size]\nurban_low = 200\n[at."530102002".size]\nurban_low = 210\npolice_low = 100\n')
    overrides = {"size": {"urban_low": 220}, "at": {"530102": {"size": {"urban_low": 230}},
                 "530102002": {"size": {"police_low": 110}}}}  # fmt: skip
    standards = read_standards(own, overrides)
    asked = ["110101001001", "530102001001", "530102002001"]
    assert [standards.at(code).size.urban_low.number for code in asked] == [220, 230, 210]
    assert [standards.at(code).size.police_low.number for code in asked] == [150, 150, 110]


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("posts.routine.grid_head", 0, 100),
        ("intervals.key_attention.patrol", 0.1, 366),
        ("workers.urban_per_10000", 0, 1_000),
        ("workers.part_time_share", 0, 1),
        ("walking.detour_factor", 1, 5),
        ("facilities.公厕.distance_m", 10, 100_000),
        ("funding.branch", 0, 1_000_000_000),
        ("rating.quarter_share", 0, 100),
        ("party.joint_grids", 2, 1_000),
        ("self_management.committee_households", 0, 100_000),
    ],
)
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(tmp_path: Path, key: str, low: float, high: float):
    key = key.replace("公厕", '"公厕"')
    step = 0.01 if high in (1, 5, 366) else 1
    for allowed in (low, high):
        read_standards(write(tmp_path, f"{key} = {allowed}"))
    for refused in (low - step, high + step):
        assert f"is {refused}; it must be a" in refusal(write(tmp_path, f"{key} = {refused}"))


UNKNOWN_TABLES = (
    "posts, intervals, workers, size, party, self_management, rating, funding, self_government, property_party, "
    "facilities, walking, unclear_holder, codes"
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[workers]\n\nurban_per_1000 = 3", 'line 3: [workers] unknown key "urban_per_1000"; did you mean'
         ' "urban_per_10000"?'),
        ("a = 1", f'line 1: unknown key "a"; known keys are {UNKNOWN_TABLES}'),
        ("[posts.routin]\ngrid_head = 1", 'line 1: [posts] unknown key "routin"; did you mean "routine"?'),
        ("posts = { routine = {\tgrid_hed = 1 } }", 'line 1: [posts.routine] unknown key "grid_hed"; did you mean'
         ' "grid_head"?'),
        ("[workers.urban_per_10000]\nvalu = 2", 'line 2: [workers.urban_per_10000] unknown key "valu"; did you mean'
         ' "value"?'),
        ("# x\nworkers = 3", "line 2: workers must be a table, not 3"),
        ("[[workers]]\nx = 1", 'line 1: workers must be a table, not [{"x": 1}]'),
        ("[posts]\nroutine = 3", "line 2: [posts] routine must be a table, not 3"),
        ("facilities.x = 3", "line 1: [facilities] x must be a table, not 3"),
        ("[size]\nurban_low = 99.5", "line 2: [size] urban_low is 99.5; it must be a whole number from 0 to 100,000"),
        ("[workers]\nurban_per_10000 = true", "line 2: [workers] urban_per_10000 is true; it must be a number from 0"
         " to 1,000"),
        ("[workers]\nurban_per_10000 = '18'", 'line 2: [workers] urban_per_10000 is "18"; it must be a number from 0'
         " to 1,000"),
        ("[workers]\nurban_per_10000 = nan", "line 2: [workers] urban_per_10000 is NaN; it must be a number from 0 to"
         " 1,000"),
        ("[workers.urban_per_10000]\n\nvalue = -1", "line 3: [workers] urban_per_10000 is -1; it must be a number from"
         " 0 to 1,000"),
        ("[property_party]\nrequired = 1", "line 2: [property_party] required is 1; it must be true or false"),
        ("[size]\nurban_low = { value = 3, unit = '人' }", 'line 2: [size] urban_low is in "人"; it must be in'
         ' "households"'),
        ("[size]\nurban_low = { value = 3, source = '' }", 'line 2: [size.urban_low] urban_low.source is ""; it must'
         " be text"),
        ("[facilities]\n'a.b'.urban = true", 'line 2: [facilities] "a.b": the name of a kind of facility has no dots'
         " and no quotes (and 4 more)"),
        ('[facilities."菜市场"]\nurban = true\nrural = true\ndistance_m = 9\nrural_distance_m = 99',
         'line 4: [facilities."菜市场"] distance_m is 9; it must be a whole number from 10 to 100,000 (and 1 more)'),
        ('[facilities."公厕"]\nalso = ["toilet", "便民服务站"]', 'line 2: [facilities."公厕"] also "便民服务站" is a'
         " name of 便民服务站 too"),
        ("[facilities.public_toilet]\nalso = [3]", "line 2: [facilities.public_toilet] also is [3]; it must be a list"
         " of names"),
        ("[unclear_holder]\nholder = 'street'", 'line 2: [unclear_holder] holder is "street"; it must be "community"'),
        ("[unclear_holder]\nis_gap = false", "line 2: [unclear_holder] is_gap is false; it must be true"),
        ("[codes]\nprofile = 'x'", 'line 2: [codes] profile is "x"; it must be "DB11/T 2157" or "CJ/T 349"'),
        ("at = 3", 'line 1: at must be a table by code, such as [at."530102002".workers], not 3'),
        ("[at.5301020.size]\nurban_low = 1", 'line 1: at "5301020": the beginning of a division\'s code has 2, 4, 6, 9,'
         " 12 digits"),
        ("[at]\n53 = 1", 'line 2: at "53" must be a table, not 1'),
        ("[at.53]\ncodes.profile = 'CJ/T 349'", "line 2: [at.\"53\"] codes can't differ by place: one holds for a"
         " plan"),
        ("[at.53.unclear_holder]\nis_gap = true", "line 1: [at.\"53\"] unclear_holder can't differ by place: one holds"
         " for a plan"),
        ("[at.53]\nsize = {\turban_lo = 3 }", 'line 2: [at."53".size] unknown key "urban_lo"; did you mean'
         ' "urban_low"?'),
        ("x = ", "line 1, at its end: invalid value"),
        ("\n[size\n", "line 2, column 6: expected ']' at the end of a table declaration"),
        ("[size]\n[size]", "line 2, column 6: cannot declare ('size',) twice"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_line_the_key_and_the_reason(tmp_path: Path, text: str, line: str):
    assert refusal(write(tmp_path, text)) == f"town.toml: {line}"


@pytest.mark.parametrize(
    ("key", "value", "words", "other", "limit"),
    [
        ("size.urban_low", 501, "at most", "urban_high", 500),
        ("size.urban_high", 299, "at least", "urban_low", 300),
        ("size.police_low", 501, "at most", "police_high", 500),
        ("workers.urban_households_per_worker", 501, "at most", "urban_households_most", 500),
        ("workers.rural_households_low", 16, "at most", "rural_households_high", 15),
        ("workers.rural_households_high", 4, "at least", "rural_households_low", 5),
        ("party.branch_members", 1, "above", "joint_members", 1),
        ("party.joint_members", 3, "below", "branch_members", 3),
        ("rating.class_i_households", 50, "above", "class_ii_households", 50),
        ("rating.class_ii_households", 20, "above", "class_iii_households", 20),
        ("rating.five_stars", 80, "above", "four_stars", 80),
        ("rating.three_stars", 80, "below", "four_stars", 80),
    ],
)
def test_a_value_that_contradicts_another_is_refused(
    tmp_path: Path, key: str, value: int, words: str, other: str, limit: int
):
    table, name = key.split(".")
    where = f"default.toml: line {line_of(f'{other} = ')}"
    assert refusal(write(tmp_path, f"\n[{table}]\n{name} = {value}")) == (
        f"town.toml: line 3: [{table}] {name} is {value}; it must be {words} {other}, which is {limit} ({where})"
    )


def test_values_that_just_agree_are_taken(tmp_path: Path):
    text = "[size]\nurban_low = 500\n[workers]\nrural_households_low = 15\nurban_households_per_worker = 500\n"
    text += "[party]\nbranch_members = 2\n[rating]\nfive_stars = 80.5\nclass_ii_households = 21\n"
    assert read_standards(write(tmp_path, text)).general.rating.five_stars.number == 80.5


def test_of_two_values_in_one_file_the_second_is_refused(tmp_path: Path):
    assert refusal(write(tmp_path, "[size]\nurban_low = 600\nurban_high = 550")) == (
        "town.toml: line 3: [size] urban_high is 550; it must be at least urban_low, which is 600 (line 2)"
    )


def test_values_may_contradict_each_other_at_one_place_only(tmp_path: Path):
    text = '[size]\nurban_low = 400\n[at."530102".size]\nurban_high = 350'
    assert refusal(write(tmp_path, text)) == (
        'town.toml: line 4: [at."530102".size] urban_high is 350; it must be at least urban_low, which is 400 (line 2)'
    )


def test_some_reward_must_be_shared_out(tmp_path: Path):
    text = "[rating]\nhalf_year_share = 0\nyear_share = 0"
    read_standards(write(tmp_path, text))
    assert refusal(write(tmp_path, text + "\nquarter_share = 0")) == (
        "town.toml: line 4: [rating] quarter_share is 0 like the other two shares; one must be more"
    )


def test_what_layers_toml_overrides_is_refused_with_its_line_there(tmp_path: Path):
    text = 'name = "x"\n[standards]\nsize.urban_low = 1\n[standards.at."53".size]\nurban_low = { value = 600 }\n'
    layers = write(tmp_path, text, "layers.toml")
    assert refusal(None, overrides=tomllib.loads(text)["standards"], overrides_file=layers) == (
        'layers.toml: line 5: [standards.at."53".size] urban_low is 600; it must be at most urban_high, which is 500 '
        f"(default.toml: line {line_of('urban_high = ')})"
    )


def test_overrides_need_no_file():
    assert refusal(None, overrides={"size": {"urban_low": -1}}) == (
        "[standards]: [size] urban_low is -1; it must be a whole number from 0 to 100,000"
    )


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path):
    missing = tmp_path / "missing.toml"
    assert refusal(missing) == f"{missing}: no such file; give the path of a standards file"
    assert refusal(tmp_path) == f"{tmp_path}: is a folder; give the path of the standards file in it"
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes("# 标准".encode("gbk"))
    assert refusal(gbk) == "gbk.toml: is not UTF-8; save it as UTF-8"


def test_a_layers_toml_is_read_for_its_overrides(tmp_path: Path):
    text = '[layers.community]\npath = "x.gpkg"\n[standards.size]\nurban_low = 200\n'
    standards = read_any_standards(write(tmp_path, text, "layers.toml"))
    assert standards.general.size.urban_low.number == 200
    plain = read_any_standards(write(tmp_path, "[layers]", "layers.toml"))
    assert plain.general == read_standards().general
    with pytest.raises(InputError, match=r"layers\.toml: line 1: standards must be a table, not 3"):
        read_any_standards(write(tmp_path, "standards = 3\n[layers]", "layers.toml"))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1_000) | st.floats() | st.text('a公."\n', max_size=3) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "unit", "a\nb", "53"]), inner)
    ),
    max_leaves=4,
)
PATHS = [("at",), ("at", "53"), *(keys[:end] for keys, _ in parts(read_standards().general) for end in (1, 2, 3, 4))]
SUFFIXES = [(), ("value",), ("source",), ("unit",)]


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(SUFFIXES), ANYTHING), max_size=3), st.booleans())
def test_whatever_is_written_is_taken_or_refused_in_one_line(changes: list[Any], at_a_place: bool):
    tree: dict[str, Any] = {}
    for keys, suffix, value in changes:
        branch = tree
        for step in (*(("at", "530102") if at_a_place else ()), *keys, *suffix)[:-1]:
            branch = branch[step] if isinstance(branch.get(step), dict) else branch.setdefault(step, {})
            if not isinstance(branch, dict):
                return
        branch[(*keys, *suffix)[-1]] = value
    try:
        read_standards(None, tree)
    except InputError as refused:
        assert "\n" not in str(refused)


def test_the_files_are_named_with_their_hashes(tmp_path: Path):
    standards: Standards = read_standards(write(tmp_path, ""))
    # SHA-256 of nothing, as sha256sum /dev/null prints it
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert standards.files[1] == ("town.toml", empty)
