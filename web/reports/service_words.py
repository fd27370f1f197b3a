"""Words of what serves the grids, in Chinese and in English: posts, party organisations, premises, rounds, ratings."""

from __future__ import annotations

_POSTS = {
    "post.grid_head": ("网格长", "Grid head"),
    "post.pioneer": ("先锋员", "Pioneer"),
    "post.security_officer": ("治安员", "Security officer"),
    "post.cleaner": ("保洁员", "Cleaner"),
    "post.branch_secretary": ("网格党支部书记", "Branch secretary"),
    "post.grid_worker": ("网格员", "Grid worker"),
    "post.building_head": ("楼栋长", "Building head"),
    "post.unit_head": ("单元长", "Unit head"),
    "post.volunteer": ("志愿者", "Volunteer"),
    "post.area_cadre": ("包户干部", "Area cadre"),
    "post.community_worker": ("社区工作者", "Community worker"),
    "post.all": ("合计", "Together"),
    "shortage.short_3": ("缺 3 人及以上", "3 or more short"),
    "shortage.short_2": ("缺 2 人", "2 short"),
    "shortage.short_1": ("缺 1 人", "1 short"),
    "shortage.as_required": ("按标准配齐", "As required"),
    "shortage.over_1": ("超出标准 1–2 人", "1–2 more"),
    "shortage.over_3": ("超出标准 3 人及以上", "3 or more more"),
    "staff.required": ("应配", "Required"),
    "staff.held": ("现有", "Held"),
    "staff.short": ("缺", "Short"),
    "staff.none": ("没有岗位数据。", "No data on posts."),
    "staff.unknown": ("没有岗位表，现有和缺编不详。", "There is no roster: held and short are unknown."),
    "staff.total": (
        "应配 {required} 人，现有 {held} 人，缺 {short} 人",
        "{required} required, {held} held, {short} short",
    ),
    "staff.why": (
        "各岗位分别计算，不互相抵补；点一行看算法。",
        "Each post by itself; one never stands in for another. Open a row for its arithmetic.",
    ),
    "say.short": ("缺 {count} 人", "{count} short"),
}

_PARTY = {
    "form.branch": ("网格党支部", "Branch of its own"),
    "form.joint_branch": ("联合党支部", "Joint branch"),
    "form.party_group": ("党小组", "Party group"),
    "form.service_station": ("党员先锋服务站", "Pioneer service station"),
    "form.none": ("没有党组织", "None"),
    "party.today": ("现在", "Today"),
    "party.organisation": ("组织", "Organisation"),
    "party.members": ("所辖党员", "Its members"),
    "party.proposed": ("建议", "Proposed"),
    "party.as_today": ("维持现状", "As it is"),
    "party.total": ("{covered} / {count} 个网格有党组织", "{covered} of {count} grids have an organisation"),
    "party.unknown": ("没有党组织表。", "There is no party table."),
}

_RATINGS = {
    "rating.five": ("五星", "Five stars"),
    "rating.four": ("四星", "Four stars"),
    "rating.three": ("三星", "Three stars"),
    "rating.no_star": ("不评星", "No star"),
    "rating.unrated": ("未评定", "Not assessed"),
    "rating.class": ("小区类别", "Settlement class"),
    "rating.of_class": ("{class} 类", "Class {class}"),
    "rating.self_management": ("自治形式", "Self-management"),
    "rating.total": ("{rated} / {count} 个小区已评定", "{rated} of {count} settlements assessed"),
    "self_management.committee": ("自治管理委员会", "Committee"),
    "self_management.executor": ("自治管理执行人", "Executor"),
    "period.Q1": ("{year} 年第一季度", "First quarter of {year}"),
    "period.Q2": ("{year} 年第二季度", "Second quarter of {year}"),
    "period.Q3": ("{year} 年第三季度", "Third quarter of {year}"),
    "period.Q4": ("{year} 年第四季度", "Fourth quarter of {year}"),
    "period.H1": ("{year} 年上半年", "First half of {year}"),
    "period.H2": ("{year} 年下半年", "Second half of {year}"),
    "period.year": ("{year} 年", "{year}"),
    "say.points": ("{points} 分", "{points} points"),
}

_PREMISES = {
    "premises.new_built": ("新建", "New-built"),
    "premises.bought": ("购买", "Bought"),
    "premises.leased": ("租赁", "Leased"),
    "premises.developer_provided": ("开发商提供", "Provided by the developer"),
    "premises.some": ("有", "Yes"),
    "premises.missing": ("没有", "None"),
    "premises.not_needed": ("由社区兜底，不另设", "None needed: the community holds it"),
    "premises.unknown": ("没有网格阵地图层", "Unknown: there is no premises layer"),
    "rounds.patrol": ("巡查", "Patrol"),
    "rounds.visit": ("走访", "Household visit"),
    "rounds.inspection": ("检查", "Inspection"),
    "rounds.every": ("每 {days} 天一次", "every {days} days"),
    "rounds.daily": ("每天一次", "every day"),
    "rounds.often": ("每天 {times} 次", "{times} times a day"),
    "column.premises": ("网格阵地", "Premises"),
    "type.premises": ("网格阵地", "Premises"),
    "overlay.premises": ("网格阵地", "Premises"),
    "facility.党群服务中心": ("党群服务中心", "Party-mass service centre"),
    "facility.便民服务站": ("便民服务站", "Convenience service point"),
    "facility.便民警务站": ("便民警务站", "Police station"),
    "facility.日间照料中心": ("日间照料中心", "Day-care centre for the old"),
    "facility.六点半课堂": ("六点半课堂", "After-school class"),
    "facility.公厕": ("公厕", "Public toilet"),
    "purpose.community_running": ("社区运转经费", "Community running"),
    "purpose.community_service": ("服务群众专项经费", "Service to residents"),
    "purpose.branch_activity": ("网格党支部活动经费", "Branch activities"),
}

_SECTIONS = {
    "section.staffing": ("岗位", "Posts"),
    "section.party": ("党组织", "Party organisation"),
    "section.service": ("阵地与管理", "Premises and rounds"),
    "section.rating": ("星级评定", "Star rating"),
    "fill.shortage": ("岗位缺编", "Staffing shortage"),
    "fill.form": ("党组织覆盖", "Party organisation today"),
    "fill.rating": ("星级评定", "Star rating"),
}

SERVICE_WORDS: dict[str, tuple[str, str]] = {**_POSTS, **_PARTY, **_RATINGS, **_PREMISES, **_SECTIONS}
"""Words as in `web.reports.words`."""
