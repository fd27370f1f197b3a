"""Sentences that the engine writes into the data, in the other language of the page.

The engine has one language for each: rules, remedies and sources are Chinese, repairs and reasons English. A sentence
that is not here is shown as it stands in the data.
"""

from __future__ import annotations

_FACILITIES = (
    ("党群服务中心", "party-mass service centre"),
    ("便民服务站", "convenience service point"),
    ("便民警务站", "police station"),
    ("日间照料中心", "day-care centre for the old"),
    ("六点半课堂", "after-school class"),
    ("公厕", "public toilet"),
)
"""The kinds of the shipped standards, as remedies name them."""


def article_of(name: str) -> str:
    """Return the indefinite article that an English name takes."""
    return "an" if name[0] in "aeiou" else "a"


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
    ("网格户数在标准范围内", "The households of a grid lie in the range of the standard"),
    ("每个网格都有一名网格长", "Every grid has a grid head"),
    ("岗位按网格类型和户数配齐", "Posts are filled as the management type and the households ask"),
    ("每名网格员联系的户数不超过标准", "A grid worker serves no more households than the standard has"),
    ("每个网格都有阵地", "Every grid has premises"),
    ("经费不低于标准", "Money is not below the floor"),
    ("小区成立业主委员会或物业管理委员会", "A compound has an owners' or a property-management committee"),
    ("物业企业有党组织，或派驻党建指导员", "A property company has a party organisation, or an instructor sent to it"),
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
    (
        "由社区明确一名网格长；农村由村民小组长担任",
        "The community names a grid head; in a village it is the leader of the villagers' group",
    ),
    ("补齐岗位：招录、调配，或由下沉力量兼任", "Fill the posts: recruit, transfer, or take sinking forces"),
    ("增配网格员，或拆分网格", "Add grid workers, or split the grid"),
    ("新建、购买、租赁，或由开发商提供一处阵地", "Build, buy or lease premises, or have the developer provide them"),
    ("由街道补足经费", "The street makes up the money"),
    (
        "指导成立业主委员会；条件不具备的先组建物业管理委员会",
        "Guide the owners to a committee; until they can, form a property-management committee",
    ),
    (
        "推动物业企业成立党组织，或派驻党建指导员",
        "Have the property company form a party organisation, or send it an instructor",
    ),
    (
        "支部建在网格上：每个网格有党支部、联合党支部、党小组或先锋服务站",
        "Branches stand on grids: each has a branch, a joint branch, a party group or a pioneer service station",
    ),
    ("按党员数建立党组织", "Set up the organisation that the number of members asks for"),
    ("单独建立网格党支部", "Set up a grid branch of its own"),
    ("与邻格建立联合党支部，或并入邻格党支部", "Set up a joint branch with neighbours, or join a neighbour's branch"),
    ("建立党小组", "Set up a party group"),
    ("设立党员先锋服务站", "Set up a pioneer service station"),
    (
        "居民步行到最近一处服务设施不超过标准距离",
        "On foot, households are no further from a facility of each kind than the standard has",
    ),
    ("就近增设，或开放附近单位的设施", "Add one nearby, or open that of an institution nearby"),
    *(
        (
            f"就近增设{kind}，或开放附近单位的设施",
            f"Add {article_of(name)} {name} nearby, or open that of an institution nearby",
        )
        for kind, name in _FACILITIES
    ),
    ("S2 多网合一", "S2, many nets into one"),
    ("S2 警务站巡逻防控区", "S2, police patrol zones"),
    ("P 海口", "P, Haikou"),
    ("P 海口等地每格 300–500 户, C", "P, 300–500 households a grid in Haikou and elsewhere, C"),
)

_REPAIRS = (
    ("没有图形", "null geometry"),
    ("空图形", "empty geometry"),
    ("没有面积", "no area"),
    ("不全是面", "not only polygons"),
    ("只保留面", "kept the polygonal parts"),
    ("自相交", "self-intersection"),
    ("边线自相交", "ring self-intersection"),
    ("洞在外圈之外", "hole lies outside shell"),
    ("洞套着洞", "holes are nested"),
    ("面套着面", "nested shells"),
    ("内部不连通", "interior is disconnected"),
    ("点太少", "too few points in geometry component"),
    ("环重复", "duplicate rings"),
    ("已修复（make_valid, structure）", "repaired (make_valid, structure)"),
    ("未采用", "rejected"),
    ("未采用", "left out"),
    ("与别的社区重叠", "overlaps another community"),
    ("社区之间的缝隙，窄于碎条宽度", "hole narrower than the sliver width"),
    ("碎条", "sliver cut off"),
    ("带 Z 或 M 值", "Z or M values"),
    ("曲线", "curves"),
    ("环未闭合", "unclosed ring"),
    ("已闭合", "closed"),
    ("坐标轴颠倒", "swapped axes"),
    ("没有写明管理类型", "no management type"),
    ("没有写明文字编码", "text encoding not stated"),
    ("合并单元格", "merged cells"),
    ("岗位空缺", "nobody holds the post"),
    ("找不到对应的网格", "matches no grid"),
    ("没有写明网格", "names no grid"),
    ("找不到这个缺口", "matches no gap"),
    ("不是小区的评分", "rates no settlement"),
    ("没有写明网格", "is about no grid"),
    ("编号丢了前面的零", "id without its leading zeros"),
    ("已补上", "taken with them"),
    ("上级不在表中", "its parent is not in the table"),
    ("按最上级处理", "taken as the top"),
)

_REASONS = (
    ("没有警务巡防区图层", "there is no patrol_zone layer"),
    ("没有图层带户数", "no layer has households"),
    ("没有图层带人口", "no layer has population"),
    ("没有网格阵地图层", "there is no premises layer"),
    ("没有岗位表", "there is no roster table"),
    ("没有党组织表", "there is no party table"),
    ("没有服务设施图层，或者图层是空的", "there is no facility layer, or nothing in it"),
    ("服务设施图层里没有这一类", "the facility layer has none of this kind"),
    ("标准没有规定这一类的距离", "the standards give no distance for this kind"),
    ("没有经费表", "there is no funding table"),
    ("没有评分表", "there is no scores table"),
    ("经费表里没有网格党支部活动经费", "the funding table has no branch_activity"),
    ("经费表里没有社区运转经费", "the funding table has no community_running"),
    ("经费表里没有服务群众专项经费", "the funding table has no community_service"),
    ("没有小区写明有没有业委会", "no compound says whether it has an owners' committee"),
    ("没有小区写明物业公司", "no compound names a property company"),
    (
        "没有小区写明物业公司有没有党组织",
        "no compound says whether its property company has a party organisation",
    ),
    ("没有标准", "there are no standards"),
    (
        "合并结果出自旧版本，没有保存这一项的依据",
        "an older version made the build, which did not keep what this hangs on",
    ),
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
