"""Requests of every kind to a running server, as its OpenAPI description allows and as it does not; alone and in turn;
by somebody of every role and scope, and by nobody.

    python -m tests.api.doors.knocking --requests 20000 --seed 1      a long run

What is asked for is taken from the plan for the greater part, so that requests get further in than a refusal. Nothing
that comes back may be a defect, or other than described.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, product
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import Failure
from schemathesis.schemas import BaseSchema

from api.building import build_files
from api.console import Stages
from data.database.access import Access
from data.database.engine import application_engine
from data.demo.writing import write_demo
from data.plans.importing import import_build
from data.users.accounts import add_account
from data.users.credentials import Kind, issue
from data.users.roles import Role
from data.users.transactions import Transactions
from tests.api.doors.served import Served, served
from tests.api.doors.world import ALL, NAME, OUTSIDE
from tests.databases import database_like, shared_cluster

CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error, schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
]  # fmt: skip
NOTHING = [HealthCheck(check) for check in HealthCheck]
ADMINISTRATOR, NOBODY, PART = Role.admin.value, "nobody", "530102001001"
"""Who may do everything; who says no name; and a scope that is a community of the plan."""
BRANCH = "a branch"
REVISIONS = st.sampled_from([0, 1, 2, 3, 10, 10**6])
STEPS, AT_A_TIME = 8, 3


@dataclass(frozen=True)
class Known:
    """What there is to ask for."""

    plans: tuple[str, ...]
    codes: tuple[str, ...]
    gaps: tuple[str, ...]
    rings: tuple[tuple[str, list[list[float]]], ...]
    """Codes of grids with their outer rings."""


class Door:
    """A running server, and the bearer tokens of everybody; ``headers`` are those of an administrator."""

    def __init__(self, server: Served, tokens: Mapping[str, str]) -> None:
        self.server = server
        self.url = server.url
        self.everybody = {who: {"Authorization": f"Bearer {token}"} for who, token in tokens.items()}
        self.headers = self.everybody[ADMINISTRATOR]
        self.askers = [*self.everybody, *[ADMINISTRATOR] * len(self.everybody), NOBODY]
        """Who asks, half the time one who may do everything, so that requests get further in than a refusal."""
        self.asked: Counter[str] = Counter()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.wrong: dict[tuple[str, int, str], str] = {}
        """What came back that should not: the first of each operation, status and kind of fault."""

    def known(self) -> Known:
        """Ask what there is, and make a branch to be redrawn."""
        with httpx2.Client(base_url=f"{self.url}/api", headers=self.headers, timeout=30) as client:
            client.post("/plans", json={"name": BRANCH, "from": NAME}).raise_for_status()
            grids = client.get(f"/plans/{NAME}/grids", params={"limit": 100}).json()["features"]
            gaps = client.get(f"/plans/{NAME}/gaps", params={"limit": 100}).json()["items"]
        return Known(
            (NAME, BRANCH, BRANCH),
            tuple(grid["properties"]["code"] for grid in grids),
            tuple(gap["gap_id"] for gap in gaps),
            tuple((grid["properties"]["code"], first_ring(grid["geometry"])) for grid in grids),
        )

    def headers_of(self, who: str) -> dict[str, str]:
        """Return with what somebody asks."""
        self.asked[who] += 1
        return self.everybody.get(who, {})

    def judge(self, case: Any, response: Any, who: str) -> None:
        """Hold an answer to somebody against the description."""
        faults: list[Exception] = list(self.unlike(case.operation, response))
        try:
            case.validate_response(response, checks=CHECKS, headers=self.everybody.get(who, {}))
        except* Failure as group:
            faults.extend(group.exceptions)
        for fault in faults:
            found = (case.operation.label, response.status_code, type(fault).__name__)
            self.wrong.setdefault(found, f"{who}: {case.as_curl_command()}\n{fault}")

    def unlike(self, operation: Any, response: Any) -> Iterator[jsonschema_rs.ValidationError]:
        """Yield in what an answer in JSON is not as described.

        This is no work for schemathesis, which takes the ``prefixItems`` of a nested tuple for ``items``.
        """
        document = operation.schema.raw_schema
        told = document["paths"][operation.path][operation.method.lower()]["responses"]
        content = told.get(str(response.status_code), {}).get("content", {})
        kind = response.headers.get("content-type", [""])[0].partition(";")[0] if response.content else ""
        schema = content.get(kind, {}).get("schema", {})
        if kind.endswith("json") and schema.get("format") != "binary":
            whole = {"components": document["components"], **schema}
            yield from jsonschema_rs.Draft202012Validator(whole).iter_errors(response.json())

    def described(self) -> BaseSchema:
        """Read the description, and have what is generated from it ask for what there is."""
        schema = schemathesis.openapi.from_url(f"{self.url}/api/openapi.json")
        modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
        schema.config.generation.update(modes=modes)
        known = self.known()

        @schema.hook
        def flatmap_path_parameters(context: Any, path_parameters: Any) -> Any:
            return substituted(path_parameters, known)

        @schema.hook
        def flatmap_body(context: Any, body: Any) -> Any:
            return substituted(body, known)

        @schema.hook
        def after_call(context: Any, case: Any, response: Any) -> None:
            self.answers[case.operation.label, response.status_code] += 1

        return schema


def first_ring(geometry: dict[str, Any]) -> list[list[float]]:
    """Return the outer ring of a polygon, or of the first of several."""
    polygon = geometry["coordinates"] if geometry["type"] == "Polygon" else geometry["coordinates"][0]
    return polygon[0]


def substituted(given: Any, known: Known) -> st.SearchStrategy[Any]:
    """Put what there is in the place of what was generated, or leave it as it is."""
    if not isinstance(given, dict):
        return st.just(given)
    plans, codes, gaps = (st.sampled_from(each) for each in (known.plans, known.codes, known.gaps))
    there = {"plan": plans, "other": plans, "from": plans, "code": codes, "gap_id": gaps, "base_revision": REVISIONS}
    put = st.fixed_dictionaries({key: there.get(key, st.just(value)) for key, value in given.items()})
    return st.one_of(edits(known) if "verb" in given else put, put, st.just(given))


def edits(known: Known) -> st.SearchStrategy[dict[str, Any]]:
    """Draw edits of grids that there are; some can be done."""
    codes = st.sampled_from(known.codes)
    some, points = st.lists(codes, min_size=1, max_size=3), st.sampled_from(known.rings).flatmap(vertex)
    turns = st.lists(points, min_size=3, max_size=8).map(lambda ring: [*ring, ring[0]])
    asked = [
        st.sampled_from(known.rings).flatmap(chord),
        st.fixed_dictionaries({"verb": st.just("merge"), "codes": some, "keep": codes}),
        st.fixed_dictionaries({"verb": st.just("reshape"), "codes": some, "line": st.lists(points, min_size=2)}),
        st.fixed_dictionaries({"verb": st.just("move_vertex"), "from": points, "to": points}),
        st.fixed_dictionaries({"verb": st.just("delete_vertex"), "at": points}),
        st.fixed_dictionaries({"verb": st.just("carve"), "polygon": turns, "name": st.text(max_size=20)}),
        st.fixed_dictionaries({"verb": st.just("reassign"), "places": st.lists(points, min_size=1), "to": codes}),
        st.fixed_dictionaries({"verb": st.just("retag"), "code": codes, "name": st.text(max_size=20)}),
        st.fixed_dictionaries({"verb": st.just("lock"), "code": codes, "locked": st.booleans()}),
    ]
    return st.tuples(st.one_of(asked), REVISIONS).map(lambda drawn: {**drawn[0], "base_revision": drawn[1]})


def vertex(grid: tuple[str, list[list[float]]]) -> st.SearchStrategy[list[float]]:
    """Draw a vertex of a grid."""
    return st.sampled_from(grid[1])


def chord(grid: tuple[str, list[list[float]]]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a split of a grid, by a line through two of its vertices."""
    code, ring = grid

    def beyond(start: list[float], end: list[float]) -> list[list[float]]:
        dx, dy = (end[0] - start[0]) / 5, (end[1] - start[1]) / 5
        return [[start[0] - dx, start[1] - dy], [end[0] + dx, end[1] + dy]]

    line = st.builds(beyond, st.sampled_from(ring), st.sampled_from(ring))
    return st.fixed_dictionaries({"verb": st.just("split"), "code": st.just(code), "line": line})


def knock(door: Door, requests: int, number: int) -> None:
    """Send so many requests, a half each by itself and a half in turn, of which one takes up what another answered."""
    schema = door.described()
    operations = [found.ok() for found in schema.get_all_operations()]
    options: dict[str, Any] = {
        "deadline": None, "phases": [Phase.generate], "suppress_health_check": NOTHING, "database": None,
    }  # fmt: skip

    @settings(max_examples=requests // 2, **options)
    @given(st.data())
    def alone(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(operations))
        mode = data.draw(st.sampled_from(list(schemathesis.GenerationMode)))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        who = data.draw(st.sampled_from(door.askers))
        door.judge(case, case.call(headers=door.headers_of(who)), who)

    turn = cycle(sorted(set(door.askers)))

    class InTurn(schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.who = next(turn)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": door.headers_of(self.who)}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            door.judge(case, response, self.who)

    seed(number)(alone)()
    for start in range(requests // 2 // STEPS // AT_A_TIME):
        machine = settings(max_examples=AT_A_TIME, stateful_step_count=STEPS, **options)
        with suppress(Flaky):  # the server remembers, so that what is done twice may end differently
            run_state_machine_as_test(seed(number + start)(InTurn), settings=machine)


@contextmanager
def opened_door(access: Access, *arguments: str) -> Iterator[Door]:
    """Serve a database of plans in a process of its own; at the end no line of its log may tell of a defect."""
    transactions = Transactions(access.application)
    with transactions.working(None) as connection:
        tokens = {}
        for role, scope in product(Role, (ALL, PART, OUTSIDE)):
            who = f"{role.value} {scope}".strip()
            identity = add_account(connection, who, role, scope).identity
            tokens[who] = issue(connection, Kind.token, identity, timedelta(hours=12)).secret
    transactions.in_threads.dispose()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), *arguments, **addresses_of(access), ONEGRID_LOG_LEVEL="error") as server,
    ):
        yield Door(server, tokens)
        _, _, log = server.stop()
        assert [line for line in log if line["level"] == "error"] == []


def addresses_of(access: Access) -> dict[str, str]:
    """Return the settings by which a server reaches a database."""
    urls = {"DATABASE_URL": access.application, "DATABASE_ADMIN_URL": access.administrator}
    return {f"ONEGRID_{name}": url.text for name, url in urls.items()}


def main() -> None:
    """Knock for long at the door of a small town."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        shared_cluster(Path(folder)) as pattern,
        database_like(pattern) as access,
    ):
        layers = write_demo(Path(folder) / "town", communities=4)
        out = Path(folder) / "grid.gpkg"
        build_files(layers, out, previous=None, workers=1, scheduler=None, stage=Stages(quiet=True))
        engine = application_engine(access.application)
        import_build(engine, out, NAME, by="importer")
        engine.dispose()
        with opened_door(access) as door:
            knock(door, asked.requests, asked.seed)
    for (label, status), count in sorted(door.answers.items()):
        print(f"{count:7} {status} {label}")
    print(", ".join(f"{count} by {who}" for who, count in sorted(door.asked.items())))
    for found, told in door.wrong.items():
        print(*found, told, sep="\n", end="\n\n")
    sys.exit(bool(door.wrong))


if __name__ == "__main__":
    main()
