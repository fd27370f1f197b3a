"""The ledgers: which gap kinds there are, the rule behind each, and what one costs.

Three ledgers (DOMAIN.md): ``unheld`` nobody holds it (无人认领), ``contested`` more than one holds it (多头认领),
``unserved`` held, but not served (有人无服务).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from geo.arrays import Geometries

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

LEDGERS = ("unheld", "contested", "unserved")


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
    "oversize": Kind("unserved", 20, "城市网格 300–500 户", "海口等地通行做法 [P]", "拆分网格"),
    "undersize": Kind("unserved", 5, "城市网格 300–500 户", "海口等地通行做法 [P]", "与同社区相邻网格合并"),
}


def no_gaps(crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return an empty ledger."""
    return gpd.GeoDataFrame({name: pd.Series(dtype="object") for name in COLUMNS}, geometry=[], crs=crs)


def entries(
    kind: str,
    *,
    about: Sequence[str],
    code: NDArray[np.object_],
    community: NDArray[np.object_],
    land: Geometries,
    households: pd.api.extensions.ExtensionArray,
    facts: Sequence[Mapping[str, Any]],
    crs: pyproj.CRS,
    factor: NDArray[np.float64] | None = None,
) -> gpd.GeoDataFrame:
    """Write gaps of one kind into ledger rows.

    Parameters
    ----------
    about
        What each gap is about; with the kind it makes the gap's id, so it must be stable and unique in the kind.
    land
        Polygons in ``crs``, projected, metres.
    households
        Households touched, Int64; missing where unknown.
    facts
        Goes into ``detail`` beside the arithmetic and the rule.
    factor
        How bad this one is beside others of its kind, 1 where not given; multiplies the kind's weight.
    """
    rules = KINDS[kind]
    area = shapely.area(land)
    touched = np.asarray(pd.array(households, dtype="Int64").fillna(0), dtype=np.int64)
    score, arithmetic = severity(rules.weight, area, touched, np.ones(len(land)) if factor is None else factor)
    law = json.dumps({"rule": rules.rule, "source": rules.source}, ensure_ascii=False)[1:]
    detail = [
        f"{json.dumps({**fact, 'arithmetic': words}, ensure_ascii=False)[:-1]}, {law}"
        for fact, words in zip(facts, arithmetic, strict=True)
    ]
    table = pd.DataFrame(
        {
            "gap_id": [f"{kind}:{key}" for key in about],
            "kind": kind,
            "ledger": rules.ledger,
            "severity": score,
            "code": code,
            "community_code": community,
            "area_m2": area,
            "households": pd.array(households, dtype="Int64"),
            "detail": detail,
            "remedy": rules.remedy,
            "state": "open",
            "reason": None,
            "expires": None,
        }
    )
    return gpd.GeoDataFrame(table, geometry=land, crs=crs)


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
        for f, h, a, s in zip(factor, households, hectares, whole, strict=True)
    ]
    return whole, words
