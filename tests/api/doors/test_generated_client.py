"""Models that a program draws from the OpenAPI description, and reads what the server answers with."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import TypeAdapter

from data.database.access import Access
from data.users.roles import Role
from tests.api.doors.world import INSIDE, NAME, World, peopled
from tests.databases import database_like

PLANNER = (Role.planner, INSIDE)
PLAN = f"/api/plans/{NAME}"


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


@pytest.fixture(scope="module")
def models(world: World, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Draw models from the description, as another program's author would."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_bytes(world.client.get("/api/openapi.json").content)
    subprocess.run(
        [
            sys.executable, "-m", "datamodel_code_generator", "--input", folder / "openapi.json", "--input-file-type",
            "openapi", "--output", folder / "models.py", "--output-model-type", "pydantic_v2.BaseModel",
            "--target-python-version", "3.11", "--disable-timestamp",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return loaded(folder / "models.py")


def loaded(file: Path) -> ModuleType:
    """Load a module of a file."""
    spec = importlib.util.spec_from_file_location("models", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["models"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name, path",
    [
        ("PlanPage", "/api/plans"), ("PlanShown", PLAN), ("Summary", f"{PLAN}/summary"), ("GapPage", f"{PLAN}/gaps"),
        ("LogPage", f"{PLAN}/edits"), ("Differences", f"{PLAN}/compare/{NAME}"), ("Lineage", f"{PLAN}/lineage"),
        ("FeedPage", "/api/changes?since=0"), ("Collections", "/ogc/collections"), ("Landing", "/ogc"),
        ("Problem", "/api/plans/nobody"),
    ],
)  # fmt: skip
def test_models_drawn_from_the_description_read_every_answer(world: World, models: ModuleType, name: str, path: str):
    answer = world.ask(PLANNER, "GET", path).json()
    read = TypeAdapter(getattr(models, name)).validate_python(answer)
    again = read.model_dump(mode="json", by_alias=True)
    assert {key for key, value in answer.items() if value is not None} <= set(again)


def test_an_edit_written_by_the_models_is_tried(world: World, models: ModuleType):
    edit = models.LockRequest(verb="lock", code=world.code, locked=True, base_revision=0)
    answer = world.ask(
        PLANNER, "POST", f"{PLAN}/edits?dry_run=true", json=edit.model_dump(mode="json", exclude_none=True)
    )
    assert answer.status_code == 200, answer.text
    assert models.Outcome.model_validate(answer.json()).modified == [world.code]
