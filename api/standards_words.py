"""What the keys of a standards file are called in Chinese, and which rule each belongs to."""

from __future__ import annotations

from collections.abc import Mapping

RULES: Mapping[str, int] = {
    "posts": 1,
    "intervals": 1,
    "workers.urban_per_10000": 2,
    "workers": 3,
    "size": 4,
    "party": 5,
    "self_management": 6,
    "rating": 7,
    "funding": 8,
    "self_government": 9,
    "property_party": 9,
    "facilities": 10,
    "walking": 10,
    "unclear_holder": 11,
    "codes": 12,
}
"""The rule of each table, or of a key that belongs to another than its table."""

PARTS: Mapping[str, str] = {
    "routine": "日常管理型",
    "general_prevention": "一般防范型",
    "key_attention": "重点关注型",
    "concentrated_rectification": "集中整治型",
    "grid_head": "网格长",
    "pioneer": "先锋员",
    "security_officer": "治安员",
    "cleaner": "保洁员",
    "branch_secretary": "网格党支部书记",
    "grid_worker": "网格员",
    "building_head": "楼栋长",
    "unit_head": "单元长",
    "volunteer": "志愿者",
    "area_cadre": "包户干部",
    "patrol": "巡查间隔",
    "visit": "走访间隔",
    "inspection": "检查间隔",
    "urban": "城镇要求",
    "distance_m": "城镇步行距离",
    "rural": "农村要求",
    "rural_distance_m": "农村步行距离",
    "also": "别名",
}
"""Steps of the keys of posts, intervals and facilities."""

WHOLE: Mapping[str, str] = {
    "workers.urban_per_10000": "每万名城镇居民社区工作者",
    "workers.urban_households_per_worker": "城镇每名网格员户数",
    "workers.urban_households_most": "城镇每名网格员最多户数",
    "workers.rural_households_low": "农村每名网格员最少户数",
    "workers.rural_households_high": "农村每名网格员最多户数",
    "workers.part_time_share": "兼职折合全职",
    "workers.rural_group_leader_heads": "村民小组长即网格长",
    "size.urban_low": "城市网格最少户数",
    "size.urban_high": "城市网格最多户数",
    "size.police_low": "警务网格最少户数",
    "size.police_high": "警务网格最多户数",
    "party.branch_members": "单建党支部党员数",
    "party.joint_members": "联建党支部党员数",
    "party.joint_grids": "联合党支部最多网格数",
    "self_management.committee_households": "设自治管理委员会户数",
    "rating.class_i_households": "一类小区户数",
    "rating.class_ii_households": "二类小区户数",
    "rating.class_iii_households": "三类小区户数",
    "rating.five_stars": "五星分数",
    "rating.four_stars": "四星分数",
    "rating.three_stars": "三星分数",
    "rating.quarter_share": "季度奖励份数",
    "rating.half_year_share": "半年奖励份数",
    "rating.year_share": "全年奖励份数",
    "funding.branch": "网格党支部活动经费",
    "funding.community_running": "社区运转经费",
    "funding.community_service": "服务群众专项经费",
    "self_government.owners_committee.required": "要有业主委员会",
    "self_government.owners_committee.least_households": "设业主委员会起点户数",
    "self_government.management_committee_counts": "物管会可代替业委会",
    "property_party.required": "物业企业要有党组织",
    "property_party.instructor_counts": "派驻党建指导员也算",
    "walking.detour_factor": "绕行系数",
    "unclear_holder.holder": "兜底责任主体",
    "unclear_holder.is_gap": "兜底列为缺口",
    "codes.profile": "网格编码规则",
}


def rule_of(key: str) -> int:
    """Return the number of the rule that a key belongs to.

    >>> rule_of("workers.urban_per_10000"), rule_of("workers.part_time_share")
    (2, 3)
    """
    return RULES.get(key) or RULES[key.split(".", maxsplit=1)[0]]


def rules_of(table: str) -> str:
    """Return the numbers of the rules that a table belongs to.

    >>> rules_of("workers"), rules_of("facilities")
    ('2、3', '10')
    """
    numbers = {number for key, number in RULES.items() if key.partition(".")[0] == table}
    return "、".join(map(str, sorted(numbers)))


def name_of(key: str) -> str:
    """Return what a key is called.

    >>> name_of("posts.routine.grid_head"), name_of("facilities.公厕.distance_m")
    ('日常管理型网格长', '公厕城镇步行距离')
    """
    return WHOLE.get(key) or "".join(PARTS.get(step, step) for step in key.split(".")[1:])


def short_name_of(key: str) -> str:
    """Return what a key is called under the heading of its table.

    >>> short_name_of("posts.routine.grid_head")
    '网格长'
    """
    return WHOLE.get(key) or PARTS[key.rpartition(".")[2]]
