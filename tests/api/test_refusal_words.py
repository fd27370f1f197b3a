"""What is said of files that somebody brings, and of positions, has words in Chinese: every sentence of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.language import Language
from api.refusal_words import SENTENCES, filled, refusal_in_chinese, refusal_told
from data.plans.reach import require_reached
from geo.errors import InputError

READING = [*Path("data/uploads").glob("*.py"), *Path("data/reading").glob("*.py"), Path("data/layers_file.py")]
WHOSE = [*READING, Path("data/plans/reach.py"), Path("api/routers/uploads.py"), Path("api/uploading.py")]
SAYING = {"InputError", "CRSError", "UnknownUploadError", "UploadBusyError", "NotAllowed", "refuse", "warn", "_warn"}
GENERAL = {"{}: {}", "{}: working_crs {}", "{}: row {}{} {}"}
"""What only passes on another sentence."""
CHINESE = re.compile("[\u4e00-\u9fff]")


def texts_of(node: ast.expr) -> list[str]:
    """Return the texts that an expression may be, ``{}`` for what is put in."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)]
    if isinstance(node, ast.BinOp):
        return [one + other for one in texts_of(node.left) for other in texts_of(node.right)]
    if isinstance(node, ast.IfExp):
        return texts_of(node.body) + texts_of(node.orelse)
    return ["{}"]


def said() -> Iterator[str]:
    """Yield the sentences that the code says of files."""
    for path in WHOSE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in SAYING:
                    yield from (text for text in texts_of(node.args[-1]) if " " in text and text not in GENERAL)
        yield from re.findall(r'(?<=error=")[a-z][^"]+', path.read_text("utf-8"))
        yield from re.findall(r'(?<="error": ")[a-z][^"]+', path.read_text("utf-8"))


@pytest.mark.parametrize("sentence", sorted(set(said())))
def test_every_sentence_about_files_has_words_in_chinese(sentence: str):
    named = iter(f"x{number}" for number in range(20))
    text = re.sub(r"\{\}", lambda _: next(named), sentence)
    told = refusal_in_chinese(text)
    assert CHINESE.search(told) and not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", told), told
    assert refusal_told(text, Language.en) == refusal_told(text, None) == text


@pytest.mark.parametrize(("english", "chinese"), SENTENCES)
def test_a_sentence_in_chinese_names_what_the_other_names(english: str, chinese: str):
    named = [f"<{number}>" for number in range(english.count("{}"))]
    assert sorted(re.findall(r"<\d+>", chinese.format(*named))) == sorted(named)


@given(between=st.lists(st.text("ab:", max_size=3), min_size=1, max_size=4), text=st.text("ab:", max_size=12))
def test_what_fills_a_sentence_is_what_a_pattern_would_find(between: list[str], text: str):
    pattern = re.compile("(.*?)".join(map(re.escape, between)), re.DOTALL)
    found = pattern.fullmatch(text)
    assert filled(between, text) == (None if found is None else list(found.groups()))


@pytest.mark.parametrize("part", [': "', 'feature "', "a.gpkg: row ", ' (mapped as "'])
def test_a_text_made_to_be_gone_through_again_and_again_is_gone_through_once(part: str):
    text = 'a.gpkg: has no layer "' + part * 20_000  # a pattern that goes back would never end
    assert refusal_in_chinese(text).endswith(part)


@pytest.mark.parametrize(
    ("crs", "position", "chinese"),
    [
        (
            4326, (25.0, 102.5),
            "位置 [25, 102.5]：102.5 不是纬度（-90 至 90）；位置应为经度、纬度（度）：两者是否颠倒了？",
        ),
        (
            4326, (34512345, 2767890),
            "位置 [34512345, 2767890]：2767890 不是纬度（-90 至 90）；位置应为经度、纬度（度），"
            "而这些数像是米制坐标：EPSG:4522",
        ),
        (
            4326, (33512345, 2767890),
            "位置 [33512345, 2767890]：2767890 不是纬度（-90 至 90）；位置应为经度、纬度（度），"
            "而这些数像是米制坐标：EPSG:4521（横坐标前的 33 是带号）",
        ),
        (
            4326, (512345, 2767890),
            "位置 [512345, 2767890]：2767890 不是纬度（-90 至 90）；位置应为经度、纬度（度），"
            "而这些数像是米制坐标：EPSG:4534 至 4554 之一，视中央经线而定（横坐标前没有带号）",
        ),
        (4326, (200, 20), "位置 [200, 20]：200 不是经度（-180 至 180）；位置应为经度、纬度（度）"),
    ],
)  # fmt: skip
def test_a_position_that_cannot_be_meant_is_told_in_chinese(crs: int, position: tuple[float, float], chinese: str):
    given, working = pyproj.CRS.from_epsg(crs), pyproj.CRS.from_epsg(4522)
    with pytest.raises(InputError) as refused:
        require_reached([position], given, working)
    assert refusal_in_chinese(str(refused.value)) == chinese
