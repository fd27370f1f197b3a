"""A disk that fills up while planners work: the edit is refused in one line, and nothing that was done is lost."""

from __future__ import annotations

from pathlib import Path

from tests.data.small_disk import run_on_disk

FILLING = """
import json, sys
from pathlib import Path
from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.database.access import Access
from data.database.engine import application_engine
from data.database.schema import upgrade
from data.plans.importing import import_build
from geo.errors import InputError
from tests.data.plans.plans import ask, assert_whole, grids_of, plan_of

place = Path(sys.argv[1])
with running_cluster(place / "d") as url:
    access = Access(url, url.as_user(ADMINISTRATOR), place / "d")
    upgrade(access)
    engine = application_engine(url)
    import_build(engine, Path("BUILD"), "town", by="a")
    code = next(iter(grids_of(engine)))
    ask(engine, "retag", code=code, name="first")
    filler, said = place / "filler", []
    try:
        with filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass
    for number in range(400):
        try:
            ask(engine, "retag", code=code, name="x" * 150 + str(number))
        except InputError as error:
            said.append(str(error))
            break
    done = plan_of(engine).head if not said else None
    filler.unlink()
    engine.dispose()
    head = plan_of(engine).head
    again = ask(engine, "retag", code=code, name="last").revision
    assert_whole(engine)
    print(json.dumps({"said": said, "head": head, "again": again, "done": done}))
    engine.dispose()
"""


def test_a_full_disk_refuses_an_edit_in_one_line_and_loses_none(tmp_path: Path, town_build: Path):
    [told] = run_on_disk(tmp_path, "size=420m", FILLING.replace("BUILD", str(town_build)), users=True)
    [line] = told["said"]
    assert "\n" not in line
    assert "plan town was not changed" in line or "the connection to the database broke" in line
    assert told["head"] >= 1
    assert told["again"] == told["head"] + 1
