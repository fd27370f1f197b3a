"""A town comes through the browser: its files, which is which, the build, and a draft that is open."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from data.demo import write_demo
from tests.web.app.desk import Desk

LONG_MS = 600_000
"""A job gives way to everybody who looks at the map: beside other work it takes as long as it takes."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Put the layers of a town into a ZIP, without its layers.toml."""
    folder = write_demo(tmp_path / "town", communities=2, seed=11).parent
    with zipfile.ZipFile(tmp_path / "town.zip", "w") as opened:
        for path in folder.iterdir():
            if path.suffix != ".toml":
                opened.write(path, path.name)
    return tmp_path / "town.zip"


def test_files_become_a_draft_in_the_browser(desk: Callable[..., Desk], archive: Path) -> None:
    page = desk().page
    page.locator(".menu.plans > button").click()
    page.get_by_role("button", name="从文件新建方案…").click()
    place = page.get_by_role("region", name="从文件新建方案")
    place.locator("input[type=file]").set_input_files(archive)
    expect(place.locator(".brought li").filter(has_text="communities.gpkg")).to_contain_text("面 2", timeout=LONG_MS)

    place.get_by_role("button", name="下一步：对应图层").click()
    compounds = place.locator("fieldset").filter(has_text="compounds.shp")
    expect(compounds.get_by_label("这是")).to_have_value("compound")
    expect(compounds.get_by_label("户数", exact=True)).to_have_value("户数")
    communities = place.locator("fieldset").filter(has_text="communities.gpkg")
    code = communities.get_by_label("社区代码")
    code.select_option("")
    expect(place.get_by_text("还有必须指定的列")).to_be_visible()
    code.select_option("代码")

    place.get_by_role("button", name="合成一张网").last.click()
    expect(place.locator(".tile").first).to_contain_text("2 个社区", timeout=LONG_MS)
    expect(place.locator(".units").first).to_contain_text("居民小区")
    place.get_by_label("草案名称").fill("镇里带来的")
    place.get_by_role("button", name="建成草案并打开").click()
    expect(place).to_have_count(0, timeout=LONG_MS)
    expect(page.locator(".plan-title")).to_have_text("镇里带来的")
    expect(page.locator(".chip.status-draft").first).to_be_visible()
