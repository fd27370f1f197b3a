"""Sentences that the engine writes into the data, in the other language of the page.

The engine has one language for each: rules, remedies and sources are Chinese, repairs and reasons English. A sentence
that is not here is shown as it stands in the data.
"""

from __future__ import annotations

_GAPS = (
    (
        "每一平方米都有网格认领；无人认领的由社区兜底并列为缺口",
        "Every square metre is claimed by a grid; the community holds what nobody claims, and it is a gap",
    ),
    (
        "每个网格属于且只属于一个社区，社区之间不留空",
        "Every grid belongs to exactly one community, with no hole between",
    ),
    (
        "一处只有一个网格；同一图层的单元、小区与单位院落不得重叠",
        "One place, one grid; units of one layer, and compounds with courtyards, must not overlap",
    ),
    ("一个网格只属于一个社区；单元不跨社区界线", "A grid belongs to one community; no unit crosses its border"),
    ("每个网格都在警务站巡逻防控区内", "Every grid lies in a patrol zone"),
    ("城市网格 300–500 户", "An urban grid has 300–500 households"),
    (
        "明确责任单位：并入相邻网格，或由社区新设网格",
        "Name who holds it: join it to a neighbouring grid, or make it a grid of its own",
    ),
    ("由街道核定社区界线，把空地划入相邻社区", "The street settles the border and gives the hole to a neighbour"),
    ("由两个单位核对界线，在来源图层中改正", "Both units check their border and correct it in the source layer"),
    (
        "核对社区界线，或把单元按社区拆开并各自明确网格长",
        "Check the community border, or split the unit by community, each part with a grid head",
    ),
    ("把这块地方划入最近警务站的巡逻防控区", "Add the place to the zone of the nearest police station"),
    ("拆分网格", "Split the grid"),
    ("与同社区相邻网格合并", "Merge it with a neighbouring grid of the same community"),
    ("S2 多网合一", "S2, many nets into one"),
    ("S2 警务站巡逻防控区", "S2, police patrol zones"),
    ("海口等地通行做法 [P]", "Common practice, for example in Haikou [P]"),
)

_REPAIRS = (
    ("没有图形", "null geometry"),
    ("空图形", "empty geometry"),
    ("不全是面", "not only polygons"),
    ("只保留面", "kept the polygonal parts"),
    ("已修复（make_valid, structure）", "repaired (make_valid, structure)"),
    ("未采用", "rejected"),
)

_REASONS = (
    ("没有警务巡防区图层", "there is no patrol_zone layer"),
    ("没有图层带户数", "no layer has households"),
    (
        "没有管理类型片区图层，全部按日常管理型",
        "there is no management_area layer; every grid is routine",
    ),
)

SENTENCES: dict[str, tuple[str, str]] = {
    **{f"text.{chinese}": (chinese, english) for chinese, english in _GAPS},
    **{f"text.{english}": (chinese, english) for chinese, english in _REPAIRS + _REASONS},
}
"""Words as in `web.reports.words`, by the sentence that stands in the data."""
