"""The engine's sentences in the other language, where their words are few and their figures many.

The engine writes how each figure comes about in Chinese, and repairs in English. Such a sentence is worded anew piece
by piece, the longest pieces first; ``#`` stands for a number. What no piece covers stays as it is, such as a name.
"""

from __future__ import annotations

from collections.abc import Iterable

_STAFF = (
    ("# 人 = # 户 ÷ #，进一", "# = # households ÷ #, rounded up"),
    ("# 人 = # 人 × # ÷ 10,000，进一", "# = # residents × # ÷ 10,000, rounded up"),
    ("（多于按户数 # 人 = # 户 ÷ #，进一）", " (more than by households: # = # ÷ #, rounded up)"),
    ("# 人：日常管理型网格标准", "#: standard of a routine grid"),
    ("# 人：一般防范型网格标准", "#: standard of a grid for general prevention"),
    ("# 人：重点关注型网格标准", "#: standard of a grid for key attention"),
    ("# 人：集中整治型网格标准", "#: standard of a grid for concentrated rectification"),
    ("# 人：村民小组长任网格长", "#: the leader of the villagers' group is the grid head"),
    (
        "# 人：无人认领，由社区兜底，只设网格长",
        "#: claimed by nobody, held by the community, which names a grid head only",
    ),
    ("# 人：网格有自己的党支部", "#: the grid has a branch of its own"),
    ("# 人：标准不作要求", "#: the standard asks for none"),
    ("；现有全职 # 人", "; # held full-time"),
    ("；现有 # 人", "; # held"),
    ("（兼职 # 人，折合全职 # 人）", " (# of them part-time, # full-time equivalents)"),
    ("，每人不到 # 户", ", fewer than # households each"),
    ("，缺 # 人", ", # short"),
    ("，多 # 人", ", # more"),
)

_PARTY = (
    ("没有登记党员数，按 0 人计：", "nobody counted the members, taken as 0: "),
    ("党员 # 人 ≥ # 人，单独建党支部", "# members ≥ #: a branch of its own"),
    ("党员 # 人 < # 人，设党员先锋服务站", "# members < #: a pioneer service station"),
    ("党员 # 人 < # 人；", "# members < #; "),
    ("可联合的邻格合起来也不到 # 人；", "with the neighbours that could join still fewer than #; "),
    ("并入同社区相邻的网格 # 的党支部，", "joined to the branch of grid # beside it: "),
    (
        "并入同社区隔着公共空间（街道、田地等）的网格 # 的党支部，",
        "joined to the branch of grid # across public space: ",
    ),
    ("同社区没有可联合的邻格，也没有党支部可并入，设党小组", "no neighbour and no branch to join: a party group"),
    ("与同社区相邻的网格 ", "with the grids beside it "),
    ("与同社区隔着公共空间（街道、田地等）的网格 ", "with the grids across public space "),
    ("，合计 ", ", together "),
    (" = # 人 < # 人，合设党小组", " = # < #: one party group"),
    (" = # 人 ≥ # 人，建联合党支部", " = # ≥ #: a joint branch"),
    ("#（# 人）", "# (#)"),
)

_RATINGS = (
    ("# 分 = 加分 # − 扣分 #", "# points = # added − # deducted"),
    ("# 分 =（Q1 # + Q2 #）÷ 2", "# points = (Q1 # + Q2 #) ÷ 2"),
    ("# 分 =（Q3 # + Q4 #）÷ 2", "# points = (Q3 # + Q4 #) ÷ 2"),
    ("# 分 =（H1 # + H2 #）÷ 2", "# points = (H1 # + H2 #) ÷ 2"),
    ("；IV 类 # 个中第 #", "; class IV, of # in place #"),
    ("；III 类 # 个中第 #", "; class III, of # in place #"),
    ("；II 类 # 个中第 #", "; class II, of # in place #"),
    ("；I 类 # 个中第 #", "; class I, of # in place #"),
    ("；五星，", "; five stars, "),
    ("；四星，", "; four stars, "),
    ("；三星，", "; three stars, "),
    ("；不评星，", "; no star, "),
    ("得全年奖励的 #%", "which earn #% of the year's reward"),
    ("不得本期奖励（全年的 #%）", "and not the reward of this period (#% of the year's)"),
)

_GAPS = (
    ("每名网格员 # 户 = # 户 ÷ # 人，多于 # 户", "# households a grid worker = # households ÷ #, more than #"),
    ("# 年社区运转经费 ", "running of the community in #: "),
    ("# 年服务群众专项经费 ", "service to residents in #: "),
    ("# 年网格党支部活动经费 ", "activities of the branch in #: "),
    ("社区运转经费 ", "running of the community: "),
    ("服务群众专项经费 ", "service to residents: "),
    ("网格党支部活动经费 ", "activities of the branch: "),
    ("# 元 < # 元，缺 # 元", "CNY # < #, # missing"),
    ("网格范围内的阵地 # 处", "# premises on the grid"),
    ("最远沿道路步行 # m 内没有", "none within # m along the roads"),
    ("最远步行 # m 内没有", "none within # m on foot"),
    ("最远沿道路步行 ", "the furthest walk along the roads is "),
    ("最远步行 ", "the furthest walk is "),
    ("直线 # m × # = ", "# m straight × # = "),
    ("；# 户中 # 户", "; # of # households"),
    ("；户数不详", "; households unknown"),
    ("业委会、物管会均未成立", "neither an owners' nor a property-management committee"),
    (
        "物业企业没有党组织，也没有派驻党建指导员",
        "the property company has no party organisation, and no instructor was sent to it",
    ),
    ("跨社区，主要在 #", "in several communities, mostly in #"),
    ("# 户", "# households"),
    ("# 公顷", "# ha"),
    ("# 人", "#"),
    ("# 个网格", "# grids"),
    ("、", ", "),
)

_REPAIRS = (
    ("land stays with #", "土地归 #"),
    ("filled by #", "由 # 填补"),
    ("given to #", "划给 #"),
    (": dropped from # feature", "：从 # 个要素中去掉"),
    (": dropped from # features", "：从 # 个要素中去掉"),
    (": arcs of # feature replaced by chords of 4 degrees", "：# 个要素的弧按 4 度的弦代替"),
    (": arcs of # features replaced by chords of 4 degrees", "：# 个要素的弧按 4 度的弦代替"),
    (": longitude and latitude (or easting and northing) exchanged", "：已对调经纬度（或横纵坐标）"),
    (": # area taken as routine", "：# 个片区按日常管理型"),
    (": # areas taken as routine", "：# 个片区按日常管理型"),
    (": read as ", "：按以下编码读取："),
    (": # cell taken as filled in", "：# 个单元格按上一行补齐"),
    (": # cells taken as filled in", "：# 个单元格按上一行补齐"),
    (": # amount taken times 10,000", "：# 个金额乘以 10,000"),
    (": # amounts taken times 10,000", "：# 个金额乘以 10,000"),
    (" is in 万元", "的单位是万元"),
    ("suspected datum ", "坐标系可疑："),
    ("left out: ", "未采用："),
    ("taken with them: ", "已补上："),
    ("compound ", "居民小区 "),
    ("courtyard ", "单位院落 "),
    ("patrol_zone ", "警务巡防区 "),
    ("community ", "社区 "),
)

SWAPPED = {"；# 户中 # 户": (1, 0)}
"""Pieces whose numbers stand in another order in the other language."""

Piece = tuple[str, str, tuple[int, ...] | None]


def longest_first(pieces: Iterable[tuple[str, str]]) -> list[Piece]:
    """Return pieces as (as written, in the other language, the order of the numbers where it differs)."""
    return [(old, new, SWAPPED.get(old)) for old, new in sorted(pieces, key=lambda piece: -len(piece[0]))]


PIECES: dict[str, list[Piece]] = {
    "zh": longest_first(_REPAIRS),
    "en": longest_first(_STAFF + _PARTY + _RATINGS + _GAPS),
}
"""By the language of the reader, in the order in which they are replaced."""
