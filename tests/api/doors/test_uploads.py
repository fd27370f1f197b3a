"""Layers that come through the browser: sent, looked into, mapped, built, made a plan; and what strangers may try."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from data.database.access import Access
from data.demo import write_demo
from data.settings import read_settings
from data.uploads.environment import reading_environment
from data.uploads.folders import every
from data.uploads.jobs import changing, few_at_a_time, one_at_a_time
from data.users.roles import Role
from tests.api.doors.never_stale import beside
from tests.api.doors.uploading import PLANNER, Asking, finished, looked_into, zipped
from tests.api.doors.world import ADMIN, ALL, INSIDE, OUTSIDE, World, peopled
from tests.waiting import until

ELSEWHERE = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small demo town."""
    folder = tmp_path_factory.mktemp("town") / "layers"
    write_demo(folder, communities=3, seed=7)
    return folder


def bring(ask: Asking, town: Path) -> dict[str, Any]:
    """Send all files of a town in a ZIP, folders and all, and have them looked into."""
    files = {f"街道/{path.name}": path.read_bytes() for path in town.iterdir() if path.suffix != ".toml"}
    ask("PUT", "/files/town.zip", content=zipped(files))
    return looked_into(ask)


def test_files_become_a_draft_without_a_command_line(ask: Asking, world: World, town: Path) -> None:
    looked = bring(ask, town)
    assert not looked["unreadable"]
    by_file = {(one["file"], one["layer"]): one for one in looked["found"]}
    written = tomllib.loads((town / "layers.toml").read_text("utf-8"))
    for name, layer in written["layers"].items():
        path = layer["path"] if isinstance(layer["path"], str) else layer["path"][0]
        one = by_file.get((path, layer.get("layer"))) or by_file[path, None]
        assert name in one["may_be"]
        assert one["count"] > 0
        assert set(layer.get("fields", {}).values()) <= {column["name"] for column in one["columns"]}
    assert by_file["communities.gpkg", None]["guess"] == "community"
    drawn = ask("GET", "/outlines/0")
    assert len(drawn["features"]) == looked["found"][0]["count"]

    ask("PUT", "/layers", json=written)
    ask("POST", "/build", status=202, json={})
    job = finished(ask)
    assert job["state"] == "done", job
    assert len(job["result"]["communities"]) == 3
    assert len(ask("GET", "/outlines/grids")["features"]) == job["result"]["grids"]

    ask("POST", "/plan", status=202, json={"name": "带来的"})
    done = finished(ask)
    assert done["result"] == {"plan": "带来的"}, done
    plan = world.ask(PLANNER, "GET", "/api/plans/带来的").json()
    assert (plan["status"], plan["counts"]["grids"]) == ("draft", job["result"]["grids"])
    assert plan["author"] == "planner"


def test_a_layer_that_cannot_be_used_is_refused_by_its_name(ask: Asking, town: Path) -> None:
    bring(ask, town)
    refused = ask("PUT", "/layers", status=422, json={"layers": {"community": {"path": "communities.gpkg"}}})
    assert "fields" in refused["detail"]
    ask("POST", "/build", status=422, json={})
    fields = {"code": "there is none"}
    compound = {"path": "communities.gpkg"}
    ask("PUT", "/layers", json={"layers": {"community": compound | {"fields": fields}, "compound": compound}})
    ask("POST", "/build", status=202, json={})
    job = finished(ask)
    assert job["state"] == "failed"
    assert job["error"].startswith('communities.gpkg: has no field "there is none"')


def test_what_is_wrong_with_files_is_told_in_the_language_of_who_brings_them(ask: Asking, town: Path) -> None:
    chinese = {"Accept-Language": "zh-CN"}
    refused = ask("PUT", "/files/小区.doc", content=b"", headers=chinese, status=422)
    assert refused["detail"].startswith("小区.doc：不支持这种文件；请提供 .shp, ")
    ask("PUT", "/files/坏.geojson", content=b"x")
    bring(ask, town)
    unreadable = [ask("GET", headers={"Accept-Language": language})["unreadable"][0] for language in ("zh", "en")]
    assert [one.partition("geojson")[2][:5] for one in unreadable] == ["：不认识的", ": unk"]
    fields = {"code": "there is none"}
    compound = {"path": "communities.gpkg"}
    ask("PUT", "/layers", json={"layers": {"community": compound | {"fields": fields}, "compound": compound}})
    ask("POST", "/build", status=202, json={})
    finished(ask)
    failed = ask("GET", headers=chinese)["job"]["error"]
    assert failed.startswith("communities.gpkg：没有字段“there is none”（对应 code）；")


@pytest.mark.parametrize("path", ["/etc/passwd", "../upload.json", "..", "layers.toml"])
def test_a_mapping_leads_to_no_file_of_the_server(ask: Asking, town: Path, path: str) -> None:
    bring(ask, town)
    layers = {"community": {"path": path, "fields": {"code": "code"}}, "compound": {"path": path}}
    assert "is no file of this upload" in ask("PUT", "/layers", status=422, json={"layers": layers})["detail"]


@pytest.mark.parametrize(
    "said",
    [
        {"name": [None]}, {"name": "\ud800"}, {"\ud800": {"path": "communities.gpkg"}},
        {"layers": {"\ud800": {"path": "communities.gpkg"}}},
        {"layers": {"community": {"path": ["communities.gpkg", ["b"]]}}},
        {"layers": {"community": {"path": {"a": 1}}}}, {"layers": [1]}, {"tables": {"roster": None}},
    ],
    ids=str,
)  # fmt: skip
def test_a_mapping_that_no_file_can_hold_is_refused(ask: Asking, town: Path, said: Any) -> None:
    ask("PUT", "/files/communities.gpkg", content=(town / "communities.gpkg").read_bytes())
    body = json.dumps(said).encode()
    refused = ask("PUT", "/layers", status=422, content=body, headers={"Content-Type": "application/json"})
    assert refused["code"] == "bad_input"


def test_a_file_leads_to_no_other_file(ask: Asking, town: Path) -> None:
    ask("PUT", "/files/a.geojson", content=ELSEWHERE.format(town / "communities.gpkg").encode())
    looked = looked_into(ask)
    assert looked["found"] == []
    assert looked["unreadable"][0].startswith("a.geojson")
    assert str(town) not in looked["unreadable"][0]


@pytest.mark.parametrize("name", ["..%2Fx.gpkg", ".hidden.gpkg", "a.exe", "a%5Cb.gpkg", "layers.toml"])
def test_a_name_leads_nowhere_else(ask: Asking, name: str) -> None:
    ask("PUT", f"/files/{name}", content=b"x", status=404 if "%2F" in name else 422)


def test_a_build_that_takes_too_long_fails_with_a_word(database: Access, tmp_path: Path, town: Path) -> None:
    with peopled(database, data_dir=tmp_path, upload_cpu_hours=1 / 3600) as world:
        place = f"/api/uploads/{world.ask(PLANNER, 'POST', '/api/uploads').json()['id']}"

        def asked(method: str, path: str = "", **more: Any) -> Any:
            return world.ask(PLANNER, method, f"{place}{path}", **more).json()

        bring(asked, town)
        asked("PUT", "/layers", json=tomllib.loads((town / "layers.toml").read_text("utf-8")))
        asked("POST", "/build", json={})
        job = finished(asked)
        assert (job["state"], "more time of the processor" in job["error"]) == ("failed", True), job


def test_a_job_gets_no_more_memory_than_it_may() -> None:
    taking = "from api.uploading import held_to; held_to(2 << 30, 60); bytearray(1 << 29); print(1); bytearray(3 << 30)"
    ran = subprocess.run([sys.executable, "-c", taking], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr.strip().splitlines()[-1]) == ("1\n", "MemoryError")


def test_two_uploads_at_a_time_are_looked_into(tmp_path: Path) -> None:
    with few_at_a_time(tmp_path), ThreadPoolExecutor(2) as others:
        second, third = (ExitStack() for _ in range(2))
        others.submit(second.enter_context, few_at_a_time(tmp_path)).result(5)
        waiting = others.submit(third.enter_context, few_at_a_time(tmp_path))
        with pytest.raises(TimeoutError):
            waiting.result(0.5)
        second.close()
        waiting.result(5)
        third.close()


def test_two_files_that_come_at_once_share_the_room_of_an_upload(database: Access, tmp_path: Path) -> None:
    with peopled(database, data_dir=tmp_path, upload_mb=2) as world:
        upload = world.ask(PLANNER, "POST", "/api/uploads").json()["id"]
        place = f"/api/uploads/{upload}/files"
        with ThreadPoolExecutor(2) as both:
            asked = [
                both.submit(world.ask, PLANNER, "PUT", f"{place}/{name}.csv", content=slowly(1_400_000))
                for name in "ab"
            ]
        assert sorted(one.result().status_code for one in asked) == [200, 422]
        files = world.ask(PLANNER, "GET", f"/api/uploads/{upload}").json()["files"]
        assert [file["bytes"] for file in files] == [1_400_000]


def test_one_name_that_comes_twice_at_once_is_one_of_the_two(ask: Asking) -> None:
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda byte: ask("PUT", "/files/a.csv", content=slowly(400_000, byte)), (b"a", b"b")))
    (file,) = ask("GET")["files"]
    assert file["bytes"] == 400_000


def slowly(size: int, byte: bytes = b"a") -> Iterator[bytes]:
    """Send a file in ten pieces, so that others come meanwhile."""
    for _ in range(10):
        time.sleep(0.03)
        yield byte * (size // 10)


def test_a_change_waits_for_the_one_before(ask: Asking, world: World) -> None:
    ask("PUT", "/files/a.csv", content=b"a")
    upload = next(every(world.running.settings.data_dir / "uploads"))
    with ThreadPoolExecutor(1) as aside:
        with changing(upload):
            removed = aside.submit(ask, "DELETE", "/files/a.csv")
            time.sleep(0.2)
            assert not removed.done()
        assert removed.result()["files"] == []


def test_what_is_brought_is_read_by_no_other_user_of_the_machine(ask: Asking, world: World) -> None:
    ask("PUT", "/files/a.csv", content=b"a")
    assert next(every(world.running.settings.data_dir / "uploads")).place.stat().st_mode & 0o077 == 0


def test_somebody_elses_upload_is_none(ask: Asking) -> None:
    for who in (ADMIN, (Role.planner, INSIDE)):
        assert ask("GET", who=who, status=404)["code"] == "unknown_upload"
    ask("GET", who=(Role.viewer, ALL), status=403)


def test_land_beyond_the_scope_becomes_no_plan(world: World, town: Path) -> None:
    who = (Role.planner, OUTSIDE)
    place = f"/api/uploads/{world.ask(who, 'POST', '/api/uploads').json()['id']}"

    def ask(method: str, path: str = "", **more: Any) -> Any:
        return world.ask(who, method, f"{place}{path}", **{k: v for k, v in more.items() if k != "status"}).json()

    bring(ask, town)
    ask("PUT", "/layers", json=tomllib.loads((town / "layers.toml").read_text("utf-8")))
    ask("POST", "/build", json={})
    assert finished(ask)["state"] == "done"
    refused = world.ask(who, "POST", f"{place}/plan", json={"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


def test_throwing_an_upload_away_stops_what_is_done_with_it(ask: Asking, world: World, town: Path) -> None:
    bring(ask, town)
    ask("PUT", "/layers", json=tomllib.loads((town / "layers.toml").read_text("utf-8")))
    ask("POST", "/build", status=202, json={})
    assert ask("PUT", "/files/a.csv", content=b"a,b", status=409)["code"] == "upload_busy"
    ask("DELETE", status=204)
    ask("GET", status=404)
    assert not world.running.jobs.running


def test_throwing_an_upload_away_stops_what_another_server_does_with_it(
    ask: Asking, world: World, town: Path, tmp_path: Path
) -> None:
    bring(ask, town)
    ask("PUT", "/layers", json=tomllib.loads((town / "layers.toml").read_text("utf-8")))
    [upload] = every(tmp_path / "uploads")
    with beside(world, data_dir=tmp_path) as other, one_at_a_time(tmp_path / "uploads"):  # it begins, and waits
        ask("POST", "/build", status=202, json={})
        process, asked_at = world.running.jobs.running[upload.id], upload.read("job")["began_at"]
        until(lambda: upload.read("job")["began_at"] != asked_at)  # written by the process itself
        assert other.ask(PLANNER, "DELETE", f"/api/uploads/{upload.id}").status_code == 204
        until(lambda: process.poll() is not None)
        assert process.returncode == -signal.SIGKILL
    assert not upload.place.exists()


def test_a_process_is_told_a_secret_in_place_of_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("postgresql://li:sesame@db/onegrid")
    monkeypatch.setenv("ONEGRID_DATABASE_URL_FILE", str(path))
    settings = read_settings()
    told = reading_environment(settings.reaching(), reaches=True)
    assert read_settings(told).database_url == settings.database_url
    untold = reading_environment(settings.reaching(), reaches=False)
    assert "sesame" not in str(untold) and not [name for name in untold if name.startswith("ONEGRID_")]


def test_nobody_has_uploads_without_end(world: World) -> None:
    begun = [world.ask(PLANNER, "POST", "/api/uploads") for _ in range(11)]
    assert [answer.status_code for answer in begun] == [201] * 10 + [422]
    assert "throw one away" in begun[-1].json()["detail"]


def test_a_layers_toml_in_a_zip_says_which_is_which(ask: Asking, town: Path) -> None:
    written = tomllib.loads((town / "layers.toml").read_text("utf-8"))
    files = {f"street/{path.name}": path.read_bytes() for path in town.iterdir()}
    shown = ask("PUT", "/files/town.zip", content=zipped(files))
    assert shown["mapping"]["layers"].keys() == written["layers"].keys()
    assert shown["mapping"]["layers"]["facility"]["datum"] == "GCJ-02"
    wrong = zipped({"layers.toml": b'[layers.community]\npath = "/etc/passwd"\nfields = { code = "code" }'})
    assert ask("PUT", "/files/wrong.zip", content=wrong)["mapping"] is None
