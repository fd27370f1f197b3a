"""The ledgers: which gap kinds there are, the rule behind each, and what one costs.

Three ledgers (DOMAIN.md): ``unheld`` nobody holds it (无人认领), ``contested`` more than one holds it (多头认领),
``unserved`` held, but not served (有人无服务).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely
from numpy.typing import NDArray

from geo.arrays import Floats, Geometries, Ints, known_or_zero
from geo.columns import Columns

COLUMNS = (
    "gap_id",
    "kind",
    "ledger",
    "severity",
    "code",
    "community_code",
    "area_m2",
    "households",
    "detail",
    "remedy",
    "state",
    "reason",
    "expires",
)

TEXTS = tuple(name for name in COLUMNS if name not in ("severity", "area_m2", "households"))
"""The columns that hold texts."""

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
"""The type of texts in a frame."""

LEDGERS = ("unheld", "contested", "unserved")

in_json = json.JSONEncoder(ensure_ascii=False).encode
"""Write a value as JSON; made once, as `json.dumps` makes an encoder for every call that asks for other than ASCII."""

APART = "\0"
"""What no JSON has unescaped."""

in_json_apart = json.JSONEncoder(ensure_ascii=False, separators=(APART, ": ")).encode

Facts: TypeAlias = Mapping[str, Sequence[Any] | NDArray[Any]]
"""What the details of some gaps say: by name, a value a gap."""


@dataclass(frozen=True)
class Kind:
    """A kind of gap: its ledger, its weight in the severity, the rule it breaks and where that is written, the
    remedy."""

    ledger: str
    weight: int
    rule: str
    source: str
    remedy: str


KINDS: Mapping[str, Kind] = {
    "unclaimed": Kind(
        "unheld",
        40,
        "每一平方米都有网格认领；无人认领的由社区兜底并列为缺口",
        "DB11/T 2157-2023 §6.3.4 [P]; S2",
        "明确责任单位：并入相邻网格，或由社区新设网格",
    ),
    "no_community": Kind(
        "unheld",
        50,
        "每个网格属于且只属于一个社区，社区之间不留空",
        "DB6101/T 3185-2024 [P]",
        "由街道核定社区界线，把空地划入相邻社区",
    ),
    "overlap": Kind(
        "contested",
        30,
        "一处只有一个网格；同一图层的单元、小区与单位院落不得重叠",
        "S2 多网合一",
        "由两个单位核对界线，在来源图层中改正",
    ),
    "straddle": Kind(
        "contested",
        25,
        "一个网格只属于一个社区；单元不跨社区界线",
        "DB6101/T 3185-2024 [P]",
        "核对社区界线，或把单元按社区拆开并各自明确网格长",
    ),
    "unpatrolled": Kind(
        "unserved",
        20,
        "每个网格都在警务站巡逻防控区内",
        "S2 警务站巡逻防控区",
        "把这块地方划入最近警务站的巡逻防控区",
    ),
    "no_grid_head": Kind("unserved", 35, "每个网格都有一名网格长", "S0", "由社区明确一名网格长；农村由村民小组长担任"),
    "understaffed": Kind("unserved", 20, "岗位按网格类型和户数配齐", "S2, C", "补齐岗位：招录、调配，或由下沉力量兼任"),
    "overloaded": Kind("unserved", 10, "每名网格员联系的户数不超过标准", "C", "增配网格员，或拆分网格"),
    "no_branch": Kind(
        "unserved",
        25,
        "支部建在网格上：每个网格有党支部、联合党支部、党小组或先锋服务站",
        "S3; S2, S0",
        "按党员数建立党组织",
    ),
    "far_from_facility": Kind(
        "unserved", 20, "居民步行到最近一处服务设施不超过标准距离", "S0, S1, C", "就近增设，或开放附近单位的设施"
    ),
    "no_premises": Kind("unserved", 15, "每个网格都有阵地", "S2", "新建、购买、租赁，或由开发商提供一处阵地"),
    "underfunded": Kind("unserved", 15, "经费不低于标准", "S2", "由街道补足经费"),
    "no_self_government": Kind(
        "unserved",
        15,
        "小区成立业主委员会或物业管理委员会",
        "S0",
        "指导成立业主委员会；条件不具备的先组建物业管理委员会",
    ),
    "no_property_party": Kind(
        "unserved", 10, "物业企业有党组织，或派驻党建指导员", "S2", "推动物业企业成立党组织，或派驻党建指导员"
    ),
    "oversize": Kind("unserved", 20, "网格户数在标准范围内", "P", "拆分网格"),
    "undersize": Kind("unserved", 5, "网格户数在标准范围内", "P", "与同社区相邻网格合并"),
}


@dataclass(frozen=True, eq=False)
class Entries:
    """Gaps of one kind as arrays; `ledger_rows` makes the table of several, so that a frame is built once."""

    kind: str
    about: Sequence[str]
    code: NDArray[np.object_]
    community: NDArray[np.object_]
    land: Geometries
    area_m2: Floats
    households: Floats
    """Households touched, nan where unknown."""
    severity: Ints
    detail: Sequence[str]
    """JSON objects."""
    remedy: Sequence[str]

    def __len__(self) -> int:
        return len(self.about)


def entries(
    kind: str,
    *,
    about: Sequence[str],
    code: NDArray[np.object_],
    community: NDArray[np.object_],
    land: Geometries,
    households: pd.api.extensions.ExtensionArray | Floats,
    facts: Facts,
    factor: Floats | None = None,
    source: Sequence[str] | None = None,
    remedy: Sequence[str] | None = None,
) -> Entries:
    """Write gaps of one kind into ledger rows.

    Parameters
    ----------
    about
        What each gap is about; with the kind it makes the gap's id, so it must be stable and unique in the kind.
    code, community
        The grid that each gap is about, None where it is about a community or about no grid; and its community.
    land
        Polygons, projected, metres.
    households
        Households touched: Int64 with missing, or floats with nan, where unknown.
    facts
        Go into ``detail`` before the arithmetic and the rule.
    factor
        How bad each is beside others of its kind, 1 where not given; multiplies the kind's weight.
    source
        Where the value that each breaks is written, as its standard says; the kind's own source where not given.
    remedy
        What to do about each; the kind's own remedy where not given.
    """
    rules = KINDS[kind]
    if not len(about):
        return nothing(kind)
    area = np.asarray(shapely.area(land), dtype=np.float64)
    if not isinstance(households, np.ndarray):
        households = pd.array(households, dtype="Int64").to_numpy(np.float64, na_value=np.nan)
    touched = known_or_zero(households).astype(np.int64)
    score, arithmetic = severity(rules.weight, area, touched, np.ones(len(land)) if factor is None else factor)
    written = {text: text_of(rules.rule, text) for text in set(source or [rules.source])}
    law = [written[text] for text in source] if source is not None else [written[rules.source]] * len(about)
    form = "{" + "".join(f"{in_json(name)}: %s, " for name in facts) + '"arithmetic": "%s", %s'
    detail = [form % row for row in zip(*map(each_in_json, facts.values()), arithmetic, law, strict=True)]
    cure = [rules.remedy] * len(about) if remedy is None else remedy
    return Entries(kind, about, code, community, land, area, households, score, detail, cure)


def nothing(kind: str) -> Entries:
    """Return no gaps of a kind."""
    none, zero = np.empty(0, dtype=object), np.empty(0)
    return Entries(kind, (), none, none, none, zero, zero, np.empty(0, dtype=np.int64), (), ())


def each_in_json(values: Sequence[Any] | NDArray[Any]) -> list[str]:
    """Write values as JSON, all in one go unless one of them is of several parts itself.

    >>> each_in_json(["a, b", None, 2.0]), each_in_json([["a", "b"], [1]])
    (['"a, b"', 'null', '2.0'], ['["a", "b"]', '[1]'])
    """
    written = in_json_apart(list(values))[1:-1].split(APART)
    return written if len(written) == len(values) else list(map(in_json, values))


def text_of(rule: str, source: str) -> str:
    """Write a rule and its source as the end of a JSON object."""
    return in_json({"rule": rule, "source": source})[1:]


def joined(parts: Sequence[Entries]) -> Entries:
    """Put gaps of one kind end to end."""
    parts = [part for part in parts if len(part)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    columns = ("code", "community", "land", "area_m2", "households", "severity")
    return Entries(
        kind=parts[0].kind,
        about=[about for part in parts for about in part.about],
        detail=[text for part in parts for text in part.detail],
        remedy=[text for part in parts for text in part.remedy],
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns},
    )


def ledger_rows(found: Sequence[Entries], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Put gaps of several kinds into one table, worst first; columns as in `COLUMNS`, geometry in ``crs``."""
    return ledger_frame(ledger_columns(found), crs)


def ledger_columns(found: Sequence[Entries]) -> dict[str, NDArray[Any]]:
    """Put gaps of several kinds into columns, worst first: `COLUMNS` and ``geometry``.

    Texts are objects, None where there is none; ``households`` float64, nan where unknown.
    """
    found = [one for one in found if len(one)] or [nothing("unclaimed")]
    size = [len(one) for one in found]
    rules = [KINDS[one.kind] for one in found]
    gap_id = np.array([f"{one.kind}:{key}" for one in found for key in one.about], dtype=object)
    score = np.concatenate([one.severity for one in found])
    columns: dict[str, NDArray[Any]] = {
        "gap_id": gap_id,
        "kind": spread([one.kind for one in found], size),
        "ledger": spread([rule.ledger for rule in rules], size),
        "severity": score,
        "code": np.concatenate([one.code for one in found]),
        "community_code": np.concatenate([one.community for one in found]),
        "area_m2": np.concatenate([one.area_m2 for one in found]),
        "households": np.concatenate([one.households for one in found]),
        "detail": np.array([text for one in found for text in one.detail], dtype=object),
        "remedy": np.array([text for one in found for text in one.remedy], dtype=object),
        "state": spread(["open"], [sum(size)]),
        "reason": np.full(sum(size), None, dtype=object),
        "expires": np.full(sum(size), None, dtype=object),
        "geometry": np.concatenate([one.land for one in found]),
    }
    order = worst_first(gap_id, score)
    return {name: values[order] for name, values in columns.items()}


def worst_first(gap_id: Any, score: Any) -> Ints:
    """Return the order of a ledger: by severity, the worst first, then by id.

    >>> worst_first(["b", "c", "a"], [7, 9, 7]).tolist()
    [1, 2, 0]
    """
    rows = pa.table({"score": np.asarray(score), "gap_id": as_arrow(gap_id)})
    order = pc.sort_indices(rows, [("score", "descending"), ("gap_id", "ascending")])
    return np.asarray(order, dtype=np.int64)


def ledger_frame(columns: Columns, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Make a frame of columns as `ledger_columns` gives them."""
    if not len(columns["gap_id"]):
        return no_gaps(crs)
    unknown = np.isnan(columns["households"])
    known = np.where(unknown, 0, columns["households"]).astype(np.int64)
    table = {
        **columns,
        **{name: as_text(as_arrow(columns[name])) for name in TEXTS},
        "households": pd.arrays.IntegerArray(known, unknown),
        "geometry": gpd.array.GeometryArray(columns["geometry"], crs=crs),
    }
    return gpd.GeoDataFrame(table, geometry="geometry")  # as one dict: half the time of two frames


def as_arrow(texts: Any) -> pa.LargeStringArray:
    """Return texts as Arrow has them; what is missing is null."""
    values = pa.array(texts, pa.large_string(), from_pandas=True)
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def as_text(values: pa.LargeStringArray) -> pd.arrays.ArrowStringArray:
    """Return texts as a frame has them; nothing is copied, and the frame need not find out what they are."""
    return pd.arrays.ArrowStringArray(values, dtype=TEXT)


def spread(values: Sequence[str], size: Sequence[int]) -> NDArray[np.object_]:
    """Repeat each text as often as its kind has gaps."""
    return np.repeat(np.array(values, dtype=object), size)


def no_gaps(crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return an empty ledger."""
    return gpd.GeoDataFrame({name: pd.Series(dtype="object") for name in COLUMNS}, geometry=[], crs=crs)


def severity(
    weight: int, area_m2: NDArray[np.float64], households: NDArray[np.int64], factor: NDArray[np.float64]
) -> tuple[NDArray[np.int64], list[str]]:
    """Weigh gaps from 0 to 100, and write down how.

    A kind's weight, 15 for each power of ten of households, 10 for each power of ten of hectares; capped at 100 [C].

    >>> severity(40, np.array([9e4]), np.array([99]), np.array([1.0]))
    (array([80]), ['40 + 15 × lg(1 + 99 户) + 10 × lg(1 + 9.0 公顷) = 80'])
    """
    hectares = area_m2 / 10_000
    score = weight * factor + 15 * np.log10(1 + households) + 10 * np.log10(1 + hectares)
    whole = np.minimum(np.rint(score), 100).astype(np.int64)
    words = [
        f"{weight}{'' if f == 1 else f' × {f:.2f}'} + 15 × lg(1 + {h} 户) + 10 × lg(1 + {a:.1f} 公顷) = {s}"
        for f, h, a, s in zip(*(column.tolist() for column in (factor, households, hectares, whole)), strict=True)
    ]
    return whole, words
