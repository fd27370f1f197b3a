"""The map application as it is handed out: whole, compressed, kept by browsers as long as it may be, and guarded."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import web_application
from api.middleware.headers import NOTHING
from api.web_application import POLICY, policy
from data.web_addresses import require_tile_origins
from geo.errors import InputError

SCRIPT = "map-1a2b3c.mjs"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put files where the build leaves them."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>一张网</title>", "utf-8")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / SCRIPT).write_bytes(b"plain")
    (folder / "assets" / f"{SCRIPT}.br").write_bytes(b"by brotli")
    (folder / "assets" / f"{SCRIPT}.gz").write_bytes(b"by gzip")
    (tmp_path / "secret.js").write_text("not for you")
    monkeypatch.setattr(web_application, "BUILT", folder)
    return folder


def test_the_page_is_asked_for_again_each_time_and_sent_again_only_when_it_has_changed(client: TestClient, built: Path):
    first = client.get("/")
    assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "一张网" in first.text
    assert "no-cache" in first.headers["cache-control"]
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == POLICY  # browsers take it over in place of the first one
    (built / "index.html").write_text("<!doctype html><title>newer</title>", "utf-8")
    assert "newer" in client.get("/", headers={"If-None-Match": first.headers["etag"]}).text


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [
        ("gzip, deflate, br, zstd", "br", "by brotli"),
        ("gzip", "gzip", "by gzip"),
        ("br;q=0, gzip;q=0.5", "gzip", "by gzip"),
        ("identity", None, "plain"),
        ("zstd", None, "plain"),
    ],
)
def test_an_asset_comes_as_the_build_compressed_it_and_may_be_kept_for_ever(
    client: TestClient, built: Path, accepted: str, encoding: str | None, content: str
):
    with client.stream("GET", f"/assets/{SCRIPT}", headers={"Accept-Encoding": accepted}) as answer:
        assert b"".join(answer.iter_raw()) == content.encode()
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"].partition(";")[0] == "text/javascript"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-security-policy"] == POLICY  # of the worker, which has that of its own file


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.js",
        f"/assets/{SCRIPT}.br",
        "/assets/..%2F..%2Fsecret.js",
        "/assets/%2e%2e%2findex.html",
        "/assets/",
    ],
)
def test_nothing_else_is_handed_out(client: TestClient, built: Path, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "not for you" not in answer.text
    assert answer.headers["content-security-policy"] == NOTHING


def test_the_policy_lets_no_script_in_that_is_not_a_file_of_ours(client: TestClient, built: Path):
    policy = client.get("/").headers["content-security-policy"]
    said = dict(one.strip().partition(" ")[::2] for one in policy.split(";"))
    assert said["default-src"] == "'none'"
    assert said["script-src"] == said["style-src"] == said["worker-src"] == "'self'"
    assert said["frame-ancestors"] == said["base-uri"] == "'none'"
    assert "unsafe" not in policy


def test_tiles_of_a_base_map_may_come_from_where_the_settings_say_and_nothing_else_changes():
    said = policy(["https://*.tianditu.gov.cn"])
    assert said.count("https://*.tianditu.gov.cn") == 2
    assert "connect-src 'self' https://*.tianditu.gov.cn;" in said
    assert said.replace(" https://*.tianditu.gov.cn", "") == POLICY


@pytest.mark.parametrize("given", ["https://a.cn; script-src *", "*", "https://*", "https://a.cn/tiles", "data:"])
def test_no_more_than_an_origin_gets_into_the_policy(given: str):
    with pytest.raises(InputError, match="no origin of tiles"):
        require_tile_origins(given)


def test_a_checkout_without_a_build_says_so_on_a_page(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(web_application, "BUILT", tmp_path)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "地图应用尚未构建" in answer.text and "was not built" in answer.text
