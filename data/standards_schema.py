"""What a standards file may say: its tables and keys as models, each value with its unit, its range and its source.

The tables mirror the classes of `geo.standards`; `data.standards_file` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Text = Annotated[str, Field(min_length=1)]
Check = Callable[[Any], Any]


class Entry(BaseModel):
    """A value with its unit and its source."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: Any
    unit: Text
    source: Text


def _entry(unit: str, check: Check) -> Any:
    """Return the type of an entry whose unit is known, so that it need not be written, and whose value is checked."""
    return Annotated[Entry, BeforeValidator(partial(_with_unit, unit)), AfterValidator(partial(_checked, check))]


def _with_unit(unit: str, given: Any) -> Any:
    if not isinstance(given, Mapping):
        raise PydanticCustomError("entry", "must have a value, a unit and a source")
    if given.get("unit", unit) != unit:
        raise PydanticCustomError("unit", 'must be in "{unit}"', {"unit": unit})
    return {"unit": unit, **given}


def _checked(check: Check, entry: Entry) -> Entry:
    check(entry.value)
    return entry


def _number(least: float, most: float, *, whole: bool, value: Any) -> None:
    kind = "a whole number" if whole else "a number"
    fits = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not fits or not least <= value <= most:
        raise PydanticCustomError(
            "range", "must be {kind} from {least} to {most}", {"kind": kind, "least": f"{least:,}", "most": f"{most:,}"}
        )


def _yes_or_no(value: Any) -> None:
    if not isinstance(value, bool):
        raise PydanticCustomError("yes_no", "must be true or false")


def _one_of(allowed: tuple[Any, ...], value: Any) -> None:
    if value not in allowed or type(value) is not type(allowed[0]):
        words = " or ".join(f'"{one}"' if isinstance(one, str) else str(one).lower() for one in allowed)
        raise PydanticCustomError("one_of", "must be {words}", {"words": words})


def _names(value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
        raise PydanticCustomError("names", "must be a list of names")


def count(unit: str, least: int, most: int) -> Any:
    """Return the type of a whole number of a unit, both ends included."""
    return _entry(unit, lambda value: _number(least, most, whole=True, value=value))


def measure(unit: str, least: float, most: float) -> Any:
    """Return the type of a number of a unit, both ends included."""
    return _entry(unit, lambda value: _number(least, most, whole=False, value=value))


def one_of(unit: str, *allowed: Any) -> Any:
    """Return the type of a rule that has only these answers."""
    return _entry(unit, partial(_one_of, allowed))


YesNo = _entry("yes/no", _yes_or_no)
Names = _entry("names", _names)
Posts = count("posts per grid", 0, 100)
Days = measure("days", 0.1, 366)
Households = count("households", 0, 100_000)
Served = count("households per worker", 1, 10_000)
Members = count("party members", 1, 100)
Grids = count("grids", 2, 1_000)
Points = measure("points", 0, 1_000)
Parts = measure("parts", 0, 100)
Money = count("CNY a year", 0, 1_000_000_000)
Metres = count("metres", 10, 100_000)
PerTenThousand = measure("workers per 10,000 residents", 0, 1_000)
FullTime = measure("full-time workers", 0, 1)
Detour = measure("times the straight line", 1, 5)
Holder = one_of("holder", "community")
Always = one_of("yes/no", True)
Profile = one_of("code profile", "DB11/T 2157", "CJ/T 349")


class _Table(BaseModel):
    """A table; ``at_most`` and ``below`` name pairs of keys whose values must be in that order."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    at_most: ClassVar[tuple[tuple[str, str], ...]] = ()
    below: ClassVar[tuple[tuple[str, str], ...]] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        pairs = [*((*pair, "at most") for pair in self.at_most), *((*pair, "below") for pair in self.below)]
        for low, high, relation in pairs:
            lower, upper = getattr(self, low).value, getattr(self, high).value
            if lower > upper or (relation == "below" and lower == upper):
                raise PydanticCustomError("order", "", {"low": low, "high": high, "relation": relation})
        return self


class PostsOfGrid(_Table):
    """The least posts a grid of one management type has."""

    grid_head: Posts
    pioneer: Posts
    security_officer: Posts
    cleaner: Posts
    branch_secretary: Posts
    grid_worker: Posts
    building_head: Posts
    unit_head: Posts
    volunteer: Posts
    area_cadre: Posts


class PostsByType(_Table):
    """Posts by management type."""

    routine: PostsOfGrid
    general_prevention: PostsOfGrid
    key_attention: PostsOfGrid
    concentrated_rectification: PostsOfGrid


class Rounds(_Table):
    """The longest intervals in a grid of one management type."""

    patrol: Days
    visit: Days
    inspection: Days


class RoundsByType(_Table):
    """Intervals by management type."""

    routine: Rounds
    general_prevention: Rounds
    key_attention: Rounds
    concentrated_rectification: Rounds


class Workers(_Table):
    """Rules 2 and 3."""

    at_most = (
        ("urban_households_per_worker", "urban_households_most"),
        ("rural_households_low", "rural_households_high"),
    )
    urban_per_10000: PerTenThousand
    urban_households_per_worker: Served
    urban_households_most: Served
    rural_households_low: Served
    rural_households_high: Served
    part_time_share: FullTime
    rural_group_leader_heads: YesNo


class Size(_Table):
    """Rule 4."""

    at_most = (("urban_low", "urban_high"), ("police_low", "police_high"))
    urban_low: Households
    urban_high: Households
    police_low: Households
    police_high: Households


class Party(_Table):
    """Rule 5."""

    below = (("joint_members", "branch_members"),)
    branch_members: Members
    joint_members: Members
    joint_grids: Grids


class SelfManagement(_Table):
    """Rule 6."""

    committee_households: Households


class Rating(_Table):
    """Rule 7."""

    below = (
        ("class_ii_households", "class_i_households"),
        ("class_iii_households", "class_ii_households"),
        ("four_stars", "five_stars"),
        ("three_stars", "four_stars"),
    )
    class_i_households: Households
    class_ii_households: Households
    class_iii_households: Households
    five_stars: Points
    four_stars: Points
    three_stars: Points
    quarter_share: Parts
    half_year_share: Parts
    year_share: Parts

    @model_validator(mode="after")
    def _shares_something(self) -> Self:
        if not self.quarter_share.value + self.half_year_share.value + self.year_share.value:
            raise PydanticCustomError(
                "shares", "is 0 like the other two shares; one must be more", {"key": "quarter_share"}
            )
        return self


class Funding(_Table):
    """Rule 8."""

    branch: Money
    community_running: Money
    community_service: Money


class OwnersCommittee(_Table):
    """Rule 9, of compounds."""

    required: YesNo
    least_households: Households


class SelfGovernment(_Table):
    """Rule 9, of compounds."""

    owners_committee: OwnersCommittee
    management_committee_counts: YesNo


class PropertyParty(_Table):
    """Rule 9, of property companies."""

    required: YesNo
    instructor_counts: YesNo


class Facility(_Table):
    """Rule 10, of one kind."""

    urban: YesNo
    distance_m: Metres
    rural: YesNo
    rural_distance_m: Metres
    also: Names


class Walking(_Table):
    """Rule 10, of all kinds."""

    detour_factor: Detour


class UnclearHolder(_Table):
    """Rule 11, which is not to be changed."""

    holder: Holder
    is_gap: Always


class CodeRule(_Table):
    """Rule 12."""

    profile: Profile


Kind = Annotated[str, Field(pattern=r'^[^\s."\\][^."\\\x00-\x1f]*$')]
"""The name of a kind of facility: no dots or quotes, which would end it in a key."""


class StandardsToml(_Table):
    """The whole file, but for what differs by place."""

    posts: PostsByType
    intervals: RoundsByType
    workers: Workers
    size: Size
    party: Party
    self_management: SelfManagement
    rating: Rating
    funding: Funding
    self_government: SelfGovernment
    property_party: PropertyParty
    facilities: dict[Kind, Facility]
    walking: Walking
    unclear_holder: UnclearHolder
    codes: CodeRule

    @model_validator(mode="after")
    def _names_one_kind_each(self) -> Self:
        owner: dict[str, str] = {}
        for kind, facility in self.facilities.items():
            for name in dict.fromkeys(one.lower() for one in (kind, *facility.also.value)):
                if name in owner:
                    raise PydanticCustomError(
                        "twice",
                        '"{name}" is a name of {other} too',
                        {"name": name, "other": owner[name], "key": f"facilities.{kind}.also"},
                    )
                owner[name] = kind
        return self
