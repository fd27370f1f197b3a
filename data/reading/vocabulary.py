"""The words of a town's tables and what the engine calls them: Chinese as offices write it, or the engine's own words.

Written forms differ: full width or half width, spaces, quotation marks, upper case. `plain` makes them one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_IGNORED = re.compile(r"""[\s"'“”‘’「」_-]""")

_LAYERS = {
    "compound": ("居民小区", "小区", "住宅小区", "村民小组"),
    "courtyard": ("单位院落", "院落", "单位"),
    "patrol_zone": ("巡逻防控区", "警务站巡逻防控区", "巡防区", "警务巡防区", "防控区"),
    "community": ("社区", "村", "嘎查", "社区(村)", "村(社区)"),
}
_POSTS = {
    "grid_head": ("网格长",),
    "pioneer": ("先锋员", "党员先锋员"),
    "security_officer": ("治安员", "治安管理员"),
    "cleaner": ("保洁员", "保洁"),
    "branch_secretary": ("网格党支部书记", "党支部书记", "支部书记", "网格书记"),
    "grid_worker": ("网格员", "专职网格员", "兼职网格员", "专兼职网格员"),
    "building_head": ("楼栋长", "楼长", "楼门长"),
    "unit_head": ("单元长",),
    "volunteer": ("志愿者", "志愿服务者"),
    "area_cadre": ("包户干部", "包片干部", "社区分片包户干部", "分片包户干部", "片长"),
}
_FORCES = {
    "cadre_sinks": ("社区干部下沉", "干部下沉", "下沉干部"),
    "partner_adopts": ("共建单位认领", "共建单位", "单位认领"),
    "member_serves": ("在职党员服务", "在职党员", "党员服务"),
    "police_guards": ("民警驻格", "民警", "警员驻格"),
    "team": ("1+X队伍", "1+X"),
    "other": ("其他", "物业环卫", "物业", "专兼职网格员", "网格员"),
}
_LEVELS = {
    "street_committee": ("街道党工委", "街道工委"),
    "town_committee": ("镇党委", "乡党委", "乡镇党委", "苏木党委"),
    "community_organisation": ("社区党组织", "社区党委", "社区党总支", "社区党支部"),
    "village_organisation": ("村党组织", "村党委", "村党总支", "村党支部", "嘎查党组织", "嘎查党支部", "嘎查党总支"),
    "grid_branch": ("网格党支部", "小区党支部"),
    "villager_group_branch": ("村民小组党支部",),
    "joint_branch": ("联合党支部", "网格联合党支部"),
    "party_group": ("党小组", "网格党小组"),
    "service_station": ("先锋服务站", "党员先锋服务站", "党员服务站"),
    "building_group": ("楼栋党小组",),
    "centre_household": ("党员中心户",),
    "contact_household": ("党员联系户",),
}
_PURPOSES = {
    "community_running": ("社区运转经费", "运转经费", "社区工作经费"),
    "community_service": ("服务群众专项经费", "服务群众经费", "服务群众专项资金", "惠民资金"),
    "branch_activity": ("党支部活动经费", "网格党支部活动经费", "支部活动经费", "活动经费"),
}
_KINDS = {
    "unclaimed": ("无人认领", "无来源单元认领", "未认领"),
    "no_community": ("社区之间的空地",),
    "overlap": ("重叠认领", "重叠"),
    "straddle": ("跨社区单元", "跨社区"),
    "unpatrolled": ("无巡逻覆盖", "无巡逻"),
    "no_grid_head": ("没有网格长", "无网格长"),
    "understaffed": ("缺编",),
    "overloaded": ("人均户数超负荷", "超负荷"),
    "no_branch": ("没有党组织", "无党组织"),
    "no_premises": ("没有网格阵地", "无网格阵地", "无阵地"),
    "far_from_facility": ("离服务设施太远", "距设施过远"),
    "underfunded": ("经费不足",),
    "no_self_government": ("没有业委会或物管会", "无业委会"),
    "no_property_party": ("物业没有党组织", "无物业党组织"),
    "oversize": ("户数过多",),
    "undersize": ("户数过少",),
}
_FLAGS = {
    "yes": ("是", "有", "专职", "全职", "√", "✓", "1", "true", "y", "t"),
    "no": ("否", "无", "兼职", "×", "0", "false", "n", "f"),
}

VOCABULARIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "layer": _LAYERS,
    "post": _POSTS,
    "force": _FORCES,
    "level": _LEVELS,
    "purpose": _PURPOSES,
    "kind": _KINDS,
    "full_time": _FLAGS,
}
"""By column: the engine's word, and what towns write for it, the usual one first."""


def plain(text: str) -> str:
    """Return a word without what makes no difference: width, spaces, quotation marks, hyphens, case.

    >>> plain(" “１＋Ｘ”队伍"), plain("Grid_Head")
    ('1+x队伍', 'gridhead')
    """
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).lower()


def word_of(column: str, text: str) -> str | None:
    """Return the engine's word for what is written in a column, None for a word that is not known."""
    return _LOOKUPS[column].get(plain(text))


def known_words(column: str) -> str:
    """List the words that a column may hold, Chinese and the engine's, for a message."""
    return ", ".join(f"{words[0]} ({known})" for known, words in VOCABULARIES[column].items())


def _lookup(vocabulary: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    return {plain(word): known for known, words in vocabulary.items() for word in (known, *words)}


_LOOKUPS = {column: _lookup(vocabulary) for column, vocabulary in VOCABULARIES.items()}
