"""ZIPs that are sent to an upload: bombs, ZIPs that are not whole, names that lead elsewhere."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from data.database.access import Access
from tests.api.doors.uploading import PLANNER, Asking, looked_into, zipped
from tests.api.doors.world import World, peopled


def test_a_zip_puts_nothing_elsewhere(ask: Asking, world: World) -> None:
    ask("PUT", "/files/a.zip", content=zipped({"../../../x.geojson": b"{}", "a/.b.gpkg": b"", "c.exe": b""}))
    assert [file["name"] for file in ask("GET")["files"]] == ["x.geojson"]
    assert not list(world.access.data_dir.parent.glob("x.geojson"))


def test_a_zip_that_swells_is_refused(database: Access, tmp_path: Path) -> None:
    with peopled(database, data_dir=tmp_path, upload_mb=2) as world:
        place = f"/api/uploads/{world.ask(PLANNER, 'POST', '/api/uploads').json()['id']}"
        bomb = zipped({f"{number}.csv": bytes(1_000_000) for number in range(5)})
        assert len(bomb) < 10_000
        refused = world.ask(PLANNER, "PUT", f"{place}/files/bomb.zip", content=bomb)
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_input")
        assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 2_200_000
        large = world.ask(PLANNER, "PUT", f"{place}/files/a.gpkg", content=bytes(2_100_000))
        assert large.status_code == 413


def spoilt(method: int) -> bytes:
    """Make a ZIP whose content was damaged on its way."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.writestr("a.csv", b"code,name\n" * 200)
    content = bytearray(held.getvalue())
    content[48:60] = bytes(byte ^ 0xFF for byte in content[48:60])
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"no zip",
        zipped({"a.csv": b"x"})[:60],
        *map(spoilt, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
    ],
    ids=["none", "half", "stored", "deflated", "bzip2", "lzma"],
)
def test_a_zip_that_is_not_whole_is_refused(ask: Asking, content: bytes) -> None:
    assert "whole ZIP" in ask("PUT", "/files/a.zip", content=content, status=422)["detail"]


def test_a_zip_of_a_hundred_thousand_members_is_refused_before_they_are_listed(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped(dict.fromkeys(map(str, range(100_000)), b""))
    shorter = content[: -22 + 8] + b"\1\0\1\0" + content[-22 + 12 :]  # which says that it has one
    monkeypatch.setattr("data.uploads.unpacking.zipfile.ZipFile", None)  # which would list them
    for one in (content, shorter):
        assert "more than 20,000 files" in ask("PUT", "/files/a.zip", content=one, status=422)["detail"]


def test_a_zip_with_a_list_of_a_gigabyte_is_refused_before_it_is_read(ask: Asking) -> None:
    content = bytearray(zipped({"a.csv": b"x"}))
    content[-22 + 12 : -22 + 16] = (1 << 30).to_bytes(4, "little")
    assert "list of files is too long" in ask("PUT", "/files/a.zip", content=bytes(content), status=422)["detail"]


def test_zips_share_the_number_of_files_of_an_upload(ask: Asking) -> None:
    first, second = (zipped({f"{which}{number}.csv": b"" for number in range(1500)}) for which in "ab")
    ask("PUT", "/files/a.zip", content=first)
    assert len(ask("PUT", "/files/a.zip", content=first)["files"]) == 1500, "files that are replaced are no more"
    assert "may have 2,000 files" in ask("PUT", "/files/b.zip", content=second, status=422)["detail"]
    assert len(ask("GET")["files"]) == 2000


def test_a_zip_with_a_name_that_no_disk_takes_is_refused(ask: Asking) -> None:
    content = zipped({"区" * 100 + ".csv": b"x"})
    assert "too long a name" in ask("PUT", "/files/a.zip", content=content, status=422)["detail"]
    assert ask("GET")["files"] == []


def test_what_was_seen_before_a_zip_broke_is_not_said_of_the_files_after(ask: Asking) -> None:
    ask("PUT", "/files/a.csv", content=b"code,name\n1,a\n")
    assert looked_into(ask)["found"]
    ask("PUT", "/files/b.zip", content=zipped({"a.csv": b"code\n2\n", "区" * 100 + ".csv": b""}), status=422)
    assert ask("GET")["found"] is None
