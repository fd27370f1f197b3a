"""How the layers of a build look in a GIS: one table of styles, written as QML (`data.qml`) and SLD (`data.sld`).

Solid is what is there, hatch what is missing, so that a gap is seen in a grey print too; the directions of the hatches
tell the ledgers apart without colour. Colours and words are those of the map in the browser (`web.reports`; a test
holds them together), chosen to stay apart for colour-blind readers. Party red is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

INK, GREY, PAPER = "#20252b", "#5f6670", "#f4f1ea"
CASING_MM = 0.5
"""How much wider than its outline the paper under it is."""
LABEL_SCALE = 20_000
"""Labels from this scale on (1:20,000 is about zoom 15)."""
COMMUNITY_LABEL_SCALE = 160_000
"""Names of communities from this scale on (about zoom 12)."""


@dataclass(frozen=True)
class Look:
    """A way to draw polygons: fill, hatch lines at angles in degrees, outline with an optional dash pattern in mm.

    Of lines there is the outline alone, of points a dot of ``fill`` with the outline round it. ``casing`` puts a line
    of paper under the outline, ``mark`` a dot into the polygon, so that a small one is seen.
    """

    fill: str = ""
    hatch: Sequence[int] = ()
    line: str = INK
    width_mm: float = 0.26
    dash_mm: Sequence[float] = ()
    casing: bool = False
    mark: bool = False


@dataclass(frozen=True)
class Style:
    """A named style of a layer: value of ``column`` → (legend, look); the value "" stands for all others."""

    layer: str
    name: str
    description: str
    column: str
    looks: Mapping[str, tuple[str, Look]]
    default: bool = True
    label: str = ""
    """An expression of QGIS."""
    label_scale: int = LABEL_SCALE
    draws: Literal["fill", "line", "marker"] = "fill"
    """What the layer holds: polygons, lines or points."""


def grid_look(fill: str, *hatch: int) -> Look:
    """Draw a grid: a 1 px border that reads over any fill."""
    return Look(fill, hatch, line=INK if fill else GREY, casing=True)


def face_look(fill: str, *hatch: int) -> Look:
    """Draw a face: a hair line, as there are many."""
    return Look(fill, hatch, line=GREY, width_mm=0.13)


def gap_look(ink: str, *hatch: int) -> Look:
    """Draw what is missing: hatch, outline and a mark in one ink."""
    return Look("", hatch, line=ink, width_mm=0.35, mark=True)


SHORT_NUMBER = 'right("code", 3)'
NUMBER_AND_SHORTAGE = """right("code", 3) || if("short" > 0, '\\n缺 ' || "short" || ' 人', '')"""

STYLES: Sequence[Style] = (
    Style(
        "grids",
        "网格来源 kind",
        "网格按来源分类，标注网格短号。Grids by kind, with their short number.",
        "kind",
        {
            "residential": ("居民小区网格 Residential", grid_look("#f2d8a2")),
            "institutional": ("单位院落网格 Institutional", grid_look("#a3c3e3")),
            "patrol": ("公共空间网格 Public space (patrol)", grid_look("#d5e4ca")),
            "unclaimed": ("无人认领网格 Unclaimed", grid_look("", 45)),
        },
        label=SHORT_NUMBER,
    ),
    Style(
        "grids",
        "网格类型 management type",
        "网格按管理类型分级。Grids by management type, four steps of one ramp.",
        "management_type",
        {
            "routine": ("日常管理型 Routine", grid_look("#fdf0d8")),
            "general_prevention": ("一般防范型 General prevention", grid_look("#f0b55f")),
            "key_attention": ("重点关注型 Key attention", grid_look("#bf6420")),
            "concentrated_rectification": ("集中整治型 Concentrated rectification", grid_look("#6b2a0c")),
            "": ("未定 Not set", grid_look("")),
        },
        default=False,
        label=SHORT_NUMBER,
    ),
    Style(
        "grid_overlays",
        "岗位缺编 staffing shortage",
        "网格按岗位缺编分级，配齐居中，标注缺几人。Grids by people short of, or beyond, what is required.",
        "shortage",
        {
            "short_3": ("缺 3 人及以上 3 or more short", grid_look("#9c4a06")),
            "short_2": ("缺 2 人 2 short", grid_look("#e6a04c")),
            "short_1": ("缺 1 人 1 short", grid_look("#f7dcae")),
            "as_required": ("按标准配齐 As required", grid_look("#f6f3ec")),
            "over_1": ("超出标准 1–2 人 1–2 more", grid_look("#a9cbe8")),
            "over_3": ("超出标准 3 人及以上 3 or more more", grid_look("#4d86bd")),
            "": ("不详 Unknown", grid_look("")),
        },
        label=NUMBER_AND_SHORTAGE,
    ),
    Style(
        "grid_overlays",
        "党组织覆盖 party organisation",
        "网格现有的党组织形式。Grids by the party organisation that covers them today.",
        "form",
        {
            "branch": ("网格党支部 Branch of its own", grid_look("#f0c662")),
            "joint_branch": ("联合党支部 Joint branch", grid_look("#c6d690")),
            "party_group": ("党小组 Party group", grid_look("#86bccd")),
            "service_station": ("党员先锋服务站 Pioneer service station", grid_look("#e2d7ed")),
            "none": ("没有党组织 None", grid_look("", 45)),
            "": ("不详 Unknown", grid_look("")),
        },
        default=False,
        label=SHORT_NUMBER,
    ),
    Style(
        "grid_overlays",
        "缺口严重程度 gap severity",
        "网格按最严重的缺口分级，例外不计。Grids by their worst gap; accepted exceptions do not count.",
        "severity",
        {
            "none": ("没有缺口 No gap", grid_look("#f6f3ec")),
            "low": ("轻微 Low", grid_look("#d5dde6")),
            "medium": ("中等 Medium", grid_look("#9db2c8")),
            "high": ("严重 High", grid_look("#557a9c")),
            "highest": ("最严重 Highest", grid_look("#1c3a58")),
        },
        default=False,
        label=SHORT_NUMBER,
    ),
    Style(
        "grid_overlays",
        "星级评定 star rating",
        "小区最近一次考核的星级。Settlements by the stars of their latest assessment.",
        "rating",
        {
            "five": ("五星 Five stars", grid_look("#7d5a00")),
            "four": ("四星 Four stars", grid_look("#d3a83f")),
            "three": ("三星 Three stars", grid_look("#f0dfae")),
            "no_star": ("不评星 No star", grid_look("", 45)),
            "": ("未评定 Not assessed", grid_look("#f6f3ec")),
        },
        default=False,
        label=SHORT_NUMBER,
    ),
    Style(
        "faces",
        "归属规则 rule",
        "面按归属规则分类。Faces by the rule that decided who holds them.",
        "rule",
        {
            "sole": ("独家认领 Sole claimant", face_look("#ebe6da")),
            "precedence": ("按图层优先 Layer precedence", face_look("#92b9de")),
            "same_layer": ("同层取舍 Same-layer rule", face_look("#8a5fb0")),
            "sliver": ("碎片归并 Sliver joined", face_look("#f3c24c")),
            "fallback": ("属地兜底 Community fallback", face_look("", 45)),
            "override": ("规划员裁定 Planner's decision", face_look("#3f8f6b")),
        },
    ),
    Style(
        "units",
        "来源图层 source layer",
        "来源单元按图层描边。Source units outlined by layer.",
        "layer",
        {
            "compound": ("居民小区 Residential compound", Look(line="#8a4b08", width_mm=0.35)),
            "courtyard": ("单位院落 Institutional courtyard", Look(line="#0b4f8a", width_mm=0.35, dash_mm=(2, 0.8))),
            "patrol_zone": (
                "警务巡防区 Police patrol zone",
                Look(line="#2c6a33", width_mm=0.5, dash_mm=(3, 1, 0.5, 1)),
            ),
        },
    ),
    Style(
        "gaps",
        "覆盖缺口台账 ledger",
        "覆盖缺口按台账分类，线纹表示缺失。Coverage gaps by ledger; hatch is what is missing.",
        "ledger",
        {
            "unheld": ("无人认领缺口 Nobody holds it", gap_look("#a64b00", 45)),
            "contested": ("多头认领 Several hold it", gap_look("#5e3c99", 45, 135)),
            "unserved": ("有人无服务 Held, not served", gap_look("#00695c", 0)),
        },
    ),
    # Streets have no polygons of their own (`street` is their code), so that their border, 3 px, is not drawn here:
    # it would take a dissolve, which the map in the browser does.
    Style(
        "communities",
        "社区边界 community",
        "社区边界，标注名称，不填色。Community borders with their names, over any other layer.",
        "code",
        {"": ("社区、村 Community or village", Look(width_mm=0.52, casing=True))},
        label='"name"',
        label_scale=COMMUNITY_LABEL_SCALE,
    ),
    Style(
        "buildings",
        "楼栋 buildings",
        "有户数的楼栋。Buildings, where households are counted.",
        "households",
        {"": ("楼栋 Building", Look(GREY, line=PAPER, width_mm=0.1))},
        draws="marker",
    ),
    Style(
        "facilities",
        "服务设施 facilities",
        "服务设施，标注类别。Facilities with their kind.",
        "name",
        {"": ("服务设施 Facility", Look("#00695c", line=PAPER, width_mm=0.2))},
        label='"kind"',
        draws="marker",
    ),
    Style(
        "roads",
        "道路 roads",
        "步行距离所沿的道路。Roads that walking distances follow.",
        "name",
        {"": ("道路 Road", Look(line=GREY, width_mm=0.35))},
        draws="line",
    ),
    Style(
        "repairs",
        "几何修复 repairs",
        "被修复或被拒绝的几何。Geometries that were repaired or rejected.",
        "action",
        {
            "rejected": ("已拒绝 Rejected", gap_look("#5e3c99", 45, 135)),
            "": ("已修复 Repaired", Look("", (135,), line=GREY, mark=True)),
        },
    ),
    Style(
        "lineage",
        "沿革 lineage",
        "与上一版网格的关系。What became of the former grids.",
        "relation",
        {
            "same": ("沿用 Same", Look("#ebe6da", line=GREY)),
            "split": ("拆分 Split", Look("#92b9de")),
            "merged": ("合并 Merged", Look("#f3c24c")),
            "new": ("新增 New", Look("#3f8f6b")),
            "retired": ("撤销 Retired", Look("", (45,), line="#a64b00")),
        },
    ),
)


def styles_of(layer: str) -> list[Style]:
    """List the styles of a layer, the default first; none for a layer that has no look of its own.

    >>> [style.default for style in styles_of("grids")]
    [True, False]
    """
    return [style for style in STYLES if style.layer == layer]
