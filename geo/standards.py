"""The standards: what each grid and community should have, every value with its unit and its source.

A `Standard` holds at one place; `Standards` knows which one holds where, by the code of the community. Nothing here has
a default: values come from a file (`data.standards_file`), so that whoever reads a result can look them up.

Rules are numbered as in the standards file: 1 staffing and management, 2 and 3 workers, 4 size of grids, 5 party
organisations, 6 self-management, 7 rating, 8 funding, 9 owners and property companies, 10 facilities, 11 unclear
holder, 12 codes. Sources are written as the file has them: S0 to S4 the documents the project came from, P published
practice or a published standard, C a choice left to each town.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Ints
from geo.tables import POSTS

MANAGEMENT_TYPES = ("routine", "general_prevention", "key_attention", "concentrated_rectification")
"""日常管理型, 一般防范型, 重点关注型, 集中整治型: set by the street committee for an area, from mild to strict [S2]."""

ROUNDS = ("patrol", "visit", "inspection")
"""What is done at intervals: 巡查 of the grid, 走访 of each household, 检查 of each place that needs it [S2]."""

PREFIX_DIGITS = (2, 4, 6, 9, 12)
"""Digits of the code of a province, city, county, street, community: where a standard may differ."""

Number = TypeVar("Number", int, float)
Answer = TypeVar("Answer", bool, str, tuple[str, ...])


@dataclass(frozen=True)
class Value(Generic[Number]):
    """A figure, what it counts, and where it is written."""

    number: Number
    unit: str
    source: str


@dataclass(frozen=True)
class Choice(Generic[Answer]):
    """A rule that is no figure: yes or no, or a name; what kind of answer it is, and where it is written."""

    answer: Answer
    unit: str
    source: str


@dataclass(frozen=True)
class Workers:
    """Community workers and grid workers (rules 2 and 3).

    ``urban_per_10000``: the least community workers for 10,000 urban residents. ``urban_households_per_worker``: one
    grid worker is required for as many; more than ``urban_households_most`` overload one. In villages one worker serves
    from ``rural_households_low`` to ``rural_households_high`` households. ``part_time_share``: what part of a
    full-time worker one who works part-time counts. ``rural_group_leader_heads``: whether a villager-group leader is
    the grid head.
    """

    urban_per_10000: Value[float]
    urban_households_per_worker: Value[int]
    urban_households_most: Value[int]
    rural_households_low: Value[int]
    rural_households_high: Value[int]
    part_time_share: Value[float]
    rural_group_leader_heads: Choice[bool]


@dataclass(frozen=True)
class Size:
    """Households of an urban grid, and of a police grid; both ends belong to the range (rule 4)."""

    urban_low: Value[int]
    urban_high: Value[int]
    police_low: Value[int]
    police_high: Value[int]


@dataclass(frozen=True)
class Party:
    """From how many members a grid has a branch of its own, and a joint branch or party group (rule 5).

    ``joint_grids``: the most grids that one joint branch covers.
    """

    branch_members: Value[int]
    joint_members: Value[int]
    joint_grids: Value[int]


@dataclass(frozen=True)
class SelfManagement:
    """From how many households a committee manages a settlement; fewer have an executor (rule 6)."""

    committee_households: Value[int]


@dataclass(frozen=True)
class Rating:
    """Classes of settlements by households, stars by points, and how a year's reward is shared out (rule 7).

    Each limit is the least that reaches its class or star; class IV and no star lie below. Reward is paid by the parts
    ``quarter_share`` : ``half_year_share`` : ``year_share``.
    """

    class_i_households: Value[int]
    class_ii_households: Value[int]
    class_iii_households: Value[int]
    five_stars: Value[float]
    four_stars: Value[float]
    three_stars: Value[float]
    quarter_share: Value[float]
    half_year_share: Value[float]
    year_share: Value[float]


@dataclass(frozen=True)
class Funding:
    """The least money a year, in CNY: a grid branch's activities, a community's running and services (rule 8)."""

    branch: Value[int]
    community_running: Value[int]
    community_service: Value[int]


@dataclass(frozen=True)
class OwnersCommittee:
    """Whether a compound must have an owners' committee, and from how many households."""

    required: Choice[bool]
    least_households: Value[int]


@dataclass(frozen=True)
class SelfGovernment:
    """Compounds that govern themselves (rule 9).

    ``management_committee_counts``: whether a property-management committee (物管会) does instead of an owners'
    committee (业委会).
    """

    owners_committee: OwnersCommittee
    management_committee_counts: Choice[bool]


@dataclass(frozen=True)
class PropertyParty:
    """Whether a property company needs a party organisation, and whether an instructor sent to it does (rule 9)."""

    required: Choice[bool]
    instructor_counts: Choice[bool]


@dataclass(frozen=True)
class Facility:
    """How far, on foot, households may live from a kind of facility, where it is required at all (rule 10).

    ``also``: other names of the kind, in tables and layers; one of them English.
    """

    urban: Choice[bool]
    distance_m: Value[int]
    rural: Choice[bool]
    rural_distance_m: Value[int]
    also: Choice[tuple[str, ...]]

    def limit_m(self, *, rural: bool) -> Value[int] | None:
        """Return the walking distance that holds in a village or in a town; None where the kind is not required."""
        if rural:
            return self.rural_distance_m if self.rural.answer else None
        return self.distance_m if self.urban.answer else None


@dataclass(frozen=True)
class Walking:
    """How much longer a way on foot is than the straight line, where no road layer is given (rule 10)."""

    detour_factor: Value[float]


@dataclass(frozen=True)
class UnclearHolder:
    """Who holds a place that nobody holds, and that it is reported as a gap (rule 11); neither may be changed."""

    holder: Choice[str]
    is_gap: Choice[bool]


@dataclass(frozen=True)
class CodeRule:
    """The profile of grid codes where layers.toml names none (rule 12); one for a whole plan."""

    profile: Choice[str]


@dataclass(frozen=True)
class Standard:
    """All rules that hold at one place.

    ``posts``: management type → post → the least posts a grid has; ``intervals``: management type → one of `ROUNDS` →
    the most days from one round to the next; ``facilities``: kind in Chinese → its rule, in the order of the file.
    """

    posts: Mapping[str, Mapping[str, Value[int]]]
    intervals: Mapping[str, Mapping[str, Value[float]]]
    workers: Workers
    size: Size
    party: Party
    self_management: SelfManagement
    rating: Rating
    funding: Funding
    self_government: SelfGovernment
    property_party: PropertyParty
    facilities: Mapping[str, Facility]
    walking: Walking
    unclear_holder: UnclearHolder
    codes: CodeRule

    @cached_property
    def facility_names(self) -> Mapping[str, str]:
        """Map every name of a facility's kind, in small letters, to the kind."""
        return {
            name.lower(): kind for kind, facility in self.facilities.items() for name in (kind, *facility.also.answer)
        }

    @cached_property
    def posts_by_type(self) -> Ints:
        """The posts that a grid of each management type has; shape (types, `geo.tables.POSTS`)."""
        return np.array([[self.posts[name][post].number for post in POSTS] for name in MANAGEMENT_TYPES])

    @cached_property
    def worker_limits(self) -> Ints:
        """Households for one worker, most and fewest households of one, in towns and in villages; shape (2, 3)."""
        workers = self.workers
        urban = (workers.urban_households_per_worker.number, workers.urban_households_most.number, 0)
        high = workers.rural_households_high.number
        return np.array([urban, (high, high, workers.rural_households_low.number)])


@dataclass(frozen=True)
class Standards:
    """Which standard holds where: ``general``, except where ``places`` has the beginning of the community's code.

    Parameters
    ----------
    general
        What holds where nothing else does.
    places
        By code prefix (`PREFIX_DIGITS`), the whole standard that holds there; the longest prefix decides. Each was made
        from the next shorter one, or the general one, and what differs.
    files
        The files that the values came from, each a name and its SHA-256, the default first.
    """

    general: Standard
    places: Mapping[str, Standard]
    files: tuple[tuple[str, str], ...] = ()

    def at(self, code: str) -> Standard:
        """Return the standard that holds at a division, grid or community, by its code."""
        for digits in reversed(PREFIX_DIGITS):
            if len(code) >= digits and code[:digits] in self.places:
                return self.places[code[:digits]]
        return self.general

    def groups(self, codes: NDArray[np.object_]) -> Iterator[tuple[Standard, Ints]]:
        """Share rows out by the standard that holds for each.

        Parameters
        ----------
        codes
            (n,) community codes of 12 digits; grid codes do too.

        Yields
        ------
        tuple
            A standard and the rows where it holds, ascending; no standard twice, none without rows. Every row is in
            exactly one group.
        """
        if not len(codes):
            return
        if not self.places or (codes == codes[0]).all():
            yield self.at(str(codes[0])), np.arange(len(codes))
            return
        number, distinct = pd.factorize(codes, use_na_sentinel=False)
        standards = [self.at(str(code)) for code in distinct]  # as many as communities, not grids
        first: dict[int, int] = {}
        group = np.array([first.setdefault(id(standard), len(first)) for standard in standards])[number]
        order = np.argsort(group, kind="stable")
        bounds = np.searchsorted(group[order], np.arange(len(first) + 1))
        by_id = {id(standard): standard for standard in standards}
        for place, key in enumerate(first):
            yield by_id[key], order[bounds[place] : bounds[place + 1]]


def parts(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value[Any] | Choice[Any]]]:
    """Yield every value of a standard with its path, such as ``("workers", "urban_per_10000")``, in a fixed order."""
    if isinstance(part, (Value, Choice)):
        yield path, part
        return
    inner = part if isinstance(part, Mapping) else {field.name: getattr(part, field.name) for field in fields(part)}
    for name, value in inner.items():
        yield from parts(value, (*path, name))


def assembled(values: Mapping[tuple[str, ...], Value[Any] | Choice[Any]]) -> Standard:
    """Make a standard of its values by path; the inverse of `parts`."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        branch = tree
        for step in path[:-1]:
            branch = branch.setdefault(step, {})
        branch[path[-1]] = value
    standard: Standard = _typed(Standard, tree)
    return standard


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _typed(kind: Any, tree: Any) -> Any:
    """Make of nested dicts what a class of this module, or a mapping to one, says."""
    if get_origin(kind) is Mapping:
        inner = get_args(kind)[1]
        return {name: _typed(inner, part) for name, part in tree.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**{name: _typed(inner, tree[name]) for name, inner in _hints(kind).items()})
    return tree
