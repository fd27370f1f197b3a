"""What the report and the duty board say beside the words that they share with the map (`web.reports.words`)."""

from __future__ import annotations

_PAGE = {
    "report.title": ("{name} 多网合一报告", "{name}: report on the one grid"),
    "report.as_of": ("例外按 {day} 判断。", "Exceptions judged on {day}."),
    "report.of": (
        "{communities} 个社区、村，{grids} 个网格，{households} 户；社区内每平方米恰好属于一个网格。",
        "{communities} communities and villages, {grids} grids, {households} households; "
        "every square metre inside the communities belongs to exactly one grid.",
    ),
    "report.language": ("English", "中文"),
    "report.print": ("打印", "Print"),
    "report.contents": ("目录", "Contents"),
    "report.sort": ("点表头排序", "click a heading to sort"),
    "report.shown": ("列出 {shown} / {count} 项，其余见工作簿", "{shown} of {count} listed; the workbook has all"),
    "report.total": ("合计", "Total"),
    "report.nothing": ("没有。", "None."),
    "report.program": ("程序", "Program"),
}

_ANSWER = {
    "answer.unheld": ("公顷无人认领", "ha held by nobody"),
    "answer.unheld_more": (
        "{gaps} 处，占辖区 {share}；由社区属地兜底",
        "{gaps} places, {share} of the land; their communities hold them",
    ),
    "answer.contested": ("处多头认领", "places held by several"),
    "answer.contested_more": (
        "{overlaps} 处重叠，{straddles} 个单元跨社区",
        "{overlaps} overlaps, {straddles} units across communities",
    ),
    "answer.unserved": ("个网格有人无服务", "grids held, but not served"),
    "answer.unserved_more": ("共 {grids} 个网格；{gaps} 处缺口", "of {grids}; {gaps} gaps"),
    "answer.short": ("缺编 {count} 人", "{count} people short"),
    "answer.none": ("{count} 个网格没有党组织", "{count} grids without a party organisation"),
    "answer.map": ("各网格最严重的缺口", "The worst gap of each grid"),
    "answer.map_of_communities": (
        "各社区的缺口：每格最严重缺口的平均",
        "Gaps of each community: the mean of its grids' worst",
    ),
    "answer.worst": ("最差的 {count} 个社区", "The {count} worst communities"),
    "answer.points": ("每格 {points} 分", "{points} points a grid"),
    "answer.reason": ("{kind} {count} 处", "{kind}: {count}"),
    "answer.reason_short": ("缺编 {count} 人", "{count} people short"),
    "answer.reason_land": ("无人认领 {area}", "{area} unclaimed"),
    "answer.exceptions": ("已列为例外的 {count} 处不计。", "{count} accepted exceptions are not counted."),
}

_HEADS = {
    "head.division": ("街道 / 区县", "Street, county"),
    "head.community": ("社区", "Community"),
    "head.street": ("街道", "Street"),
    "head.county": ("区县", "County"),
    "head.communities": ("社区", "Communities"),
    "head.grids": ("网格", "Grids"),
    "head.households": ("户数", "Households"),
    "head.population": ("人口", "Population"),
    "head.party_members": ("党员", "Party members"),
    "head.area_ha": ("面积 公顷", "Area, ha"),
    "head.unclaimed_ha": ("无人认领 公顷", "Unclaimed, ha"),
    "head.unheld": ("无人认领", "Unheld"),
    "head.contested": ("多头认领", "Contested"),
    "head.unserved": ("有人无服务", "Unserved"),
    "head.unserved_grids": ("有缺口的网格", "Grids not served"),
    "head.short": ("缺编", "Short"),
    "head.required": ("应配", "Required"),
    "head.held": ("现有", "Held"),
    "head.over": ("多出", "Beyond"),
    "head.full_time": ("折合全职", "Full-time equivalent"),
    "head.without": ("没有党组织", "Without organisation"),
    "head.points": ("每格缺口分", "Points a grid"),
    "head.rank": ("名次", "Rank"),
    "head.worst_kinds": ("主要缺口", "Mostly"),
    "head.kind": ("种类", "Kind"),
    "head.place": ("地点", "Place"),
    "head.about": ("内容", "What"),
    "head.severity": ("严重程度", "Severity"),
    "head.open": ("待处理", "Open"),
    "head.accepted": ("例外", "Exceptions"),
    "head.expired": ("例外到期", "Expired"),
    "head.touched": ("涉及户数", "Households touched"),
    "head.rule": ("规则", "Rule"),
    "head.source": ("出处", "Source"),
    "head.remedy": ("建议", "Remedy"),
    "head.post": ("岗位", "Post"),
    "head.today": ("现在", "Today"),
    "head.proposed": ("建议", "Proposed"),
    "head.reason": ("理由", "Reason"),
    "head.signer": ("签批人", "Signed by"),
    "head.signed": ("签批日期", "Signed on"),
    "head.expires": ("有效期至", "Expires"),
    "head.state": ("状态", "State"),
    "head.class": ("类别", "Class"),
    "head.stars": ("星级", "Stars"),
    "head.score": ("得分", "Points"),
    "head.period": ("考核期", "Period"),
    "head.rank_of": ("类内名次", "Rank in class"),
    "head.settlement": ("小区", "Settlement"),
    "head.what": ("没有评估的内容", "Not evaluated"),
    "head.why": ("原因", "Why"),
    "head.add": ("补什么", "What to add"),
    "head.layer": ("图层或表", "Layer or table"),
    "head.problem": ("问题", "Problem"),
    "head.action": ("处理", "What was done"),
    "head.times": ("次数", "Times"),
    "head.changed": ("改变面积", "Land changed"),
    "head.figure": ("数值", "Figure"),
    "head.unit": ("单位", "Unit"),
    "head.member_count": ("党员数", "Members"),
    "head.level": ("层级", "Level"),
    "head.all": ("小区合计", "Settlements"),
    "head.file": ("文件", "File"),
    "head.what_is_in_it": ("内容", "What is in it"),
    "head.digest": ("校验", "SHA-256"),
    "head.management_type": ("网格类型", "Management type"),
    "head.grid_kind": ("来源类别", "Kind of grid"),
}

_SECTIONS = {
    "section.totals": ("总量", "Totals"),
    "section.worst": ("最差的社区", "The worst communities"),
    "section.three_ledgers": ("三本台账", "The three ledgers"),
    "section.staff": ("岗位：应配、现有、缺编", "Posts: required, held, short"),
    "section.party_coverage": ("党组织覆盖", "Party coverage"),
    "section.stars": ("小区星级", "Star ratings of settlements"),
    "section.not_evaluated": ("没有评估什么，为什么", "What was not evaluated, and why"),
    "section.exceptions": ("例外", "Exceptions"),
    "section.repairs": ("修补与舍弃", "Repairs, and what was left out"),
    "section.notes": ("算法与依据", "Arithmetic and rules"),
    "section.files": ("数据来源", "Sources of the data"),
    "section.land": ("土地与人", "Land and people"),
    "section.by_street": ("按街道", "By street"),
    "section.by_county": ("按区县", "By county"),
    "section.by_post": ("按岗位", "By post"),
    "section.by_kind": ("按种类", "By kind"),
    "section.worst_gaps": ("最严重的 {count} 处", "The worst {count}"),
    "section.of_communities": ("缺编最多的社区", "Communities most short"),
    "section.without": ("没有党组织的网格", "Grids without a party organisation"),
    "section.joint": ("建议的联合党支部", "Joint branches proposed"),
    "section.best": ("各类前三名", "The best three of each class"),
    "section.last": ("各类后三名", "The last three of each class"),
}

_CONTENTS = {
    "nav.answer": ("首页", "Answer"),
    "nav.totals": ("总量", "Totals"),
    "nav.worst": ("最差的社区", "Worst"),
    "nav.three_ledgers": ("三本台账", "Ledgers"),
    "nav.staff": ("岗位", "Posts"),
    "nav.party_coverage": ("党组织", "Party"),
    "nav.stars": ("星级", "Stars"),
    "nav.exceptions": ("例外", "Exceptions"),
    "nav.not_evaluated": ("未评估", "Not evaluated"),
    "nav.repairs": ("修补", "Repairs"),
    "nav.notes": ("算法与依据", "Rules"),
    "nav.files": ("数据来源", "Files"),
}

_MAPS = {
    "map.unheld": ("无人认领与多头认领的土地", "Land that nobody, or several, hold"),
    "map.shortage": ("各网格缺编", "Staffing shortage of each grid"),
    "map.shortage_of_communities": ("各社区缺编：每格平均", "Shortage of each community: mean of its grids"),
    "map.form": ("现在的党组织形式", "Party organisation today"),
    "map.proposed": ("建议的党组织形式", "Party organisation proposed"),
    "map.uncovered": ("没有党组织的网格所占份额", "Share of grids without a party organisation"),
    "map.uncovered_proposed": ("按建议建立以后", "After what is proposed is set up"),
    "map.rating": ("小区星级", "Star rating of settlements"),
    "map.management_type": ("网格类型", "Management type"),
    "map.communities": ("网格太多，按社区画", "Too many grids: drawn by community"),
    "uncovered.none": ("全部有党组织", "All have one"),
    "uncovered.low": ("不到 10 %", "Under 10 %"),
    "uncovered.medium": ("10–30 %", "10–30 %"),
    "uncovered.high": ("30–60 %", "30–60 %"),
    "uncovered.highest": ("60 % 及以上", "60 % and more"),
    "mean.as_required": ("按标准配齐", "As required"),
    "mean.short_1": ("每格缺不到 1 人", "Fewer than 1 short a grid"),
    "mean.short_2": ("每格缺 1–2 人", "1–2 short a grid"),
    "mean.short_3": ("每格缺 2 人及以上", "2 or more short a grid"),
    "severity.with_limits.none": ("没有缺口", "No gap"),
    "severity.with_limits.low": ("0–24 分", "0–24 points"),
    "severity.with_limits.medium": ("25–49 分", "25–49"),
    "severity.with_limits.high": ("50–74 分", "50–74"),
    "severity.with_limits.highest": ("75 分及以上", "75 and more"),
    "legend.marker": ("最差的社区", "The worst communities"),
    "legend.unknown": ("没有数据", "No data"),
    "legend.unheld": ("无人认领的土地", "Land that nobody holds"),
    "legend.contested": ("多头认领的土地", "Land that several hold"),
}

_NOTES = {
    "note.severity": (
        "严重程度（0–100）= 种类权重 + 15 × lg(1 + 涉及户数) + 10 × lg(1 + 公顷)，封顶 100；权重随种类，示例值 [C]。",
        "Severity (0–100) = the kind's weight + 15 × lg(1 + households touched) + 10 × lg(1 + hectares), at most 100; "
        "weights by kind are examples [C].",
    ),
    "note.points": (
        "每格缺口分 = 社区内所有缺口的严重程度之和 ÷ 网格数；例外有效的缺口不计。用来排出先去哪里，不是考核分。",
        "Points a grid = the severities of all gaps of the community ÷ its grids; those with an exception that holds "
        "are left out. It says where to go first; it is no mark.",
    ),
    "note.short": (
        "缺编 = 应配 − 现有，不小于 0，逐个网格、逐个岗位计算；一个网格多出的人不抵另一个网格的缺。"
        "所以上级合计：缺编 = 应配 − 现有 + 个别网格多出。",
        "Short = required − held where positive, else 0, for each grid and post; a surplus in one grid fills no want "
        "in another. So a total is: short = required − held + what single grids have beyond.",
    ),
    "note.full_time": (
        "折合全职：兼职 1 人按标准中的比例折算（示例 0.5）[C]；只作参考，缺编按人数。",
        "Full-time equivalents: who works part-time counts the standard's share (example 0.5) [C]; for information, "
        "shortage counts people.",
    ),
    "note.community_worker": (
        "社区工作者 = 居民人数 × 每万人 18 名 ÷ 10,000，进一 [S1]；现有为社区内全职的网格员、包户干部和下沉社区干部，"
        "一人只计一次。与各网格岗位是同一批人，不加进合计。",
        "Community workers = residents × 18 ÷ 10,000, rounded up [S1]; held are the full-time grid workers, "
        "area cadres and community cadres of the community, each person once. They are the same people, "
        "so they are in no total.",
    ),
    "note.unclaimed": (
        "没有来源单元覆盖的土地，由社区属地兜底（DB11/T 2157-2023 §6.3.4），并列为缺口；"
        "公顷数含已列为例外的，处数不含。",
        "Land that no source unit covers; the community holds it (DB11/T 2157-2023 §6.3.4), and it is a gap. "
        "Hectares include accepted exceptions, the number of places does not.",
    ),
    "note.unserved_grids": (
        "至少有一处“有人无服务”缺口的网格；例外有效的不计。",
        "Grids with at least one gap of the ledger “held, not served”; exceptions that hold are left out.",
    ),
    "note.land": (
        "同一种类的缺口才相加面积；不同种类会是同一块地。",
        "Land is added up within a kind only: several kinds are about the same land.",
    ),
    "note.touched": (
        "涉及户数：按楼栋，没有楼栋则按网格户数和面积份额；同一户会被几处缺口涉及，不跨种类相加。",
        "Households touched: by buildings, else by the grid's households and its share of land; several gaps touch the "
        "same household, so it is not added up over kinds.",
    ),
    "note.party": (
        "党员 3 人及以上单独建支部；1–2 人与同社区邻格联合建支部或设党小组；没有党员设党员先锋服务站 [S3]。",
        "3 members or more: a branch of its own; 1–2: a joint branch or party group with neighbours of the same "
        "community; none: a pioneer service station [S3].",
    ),
    "note.stars": (
        "90 分及以上五星，80–89 四星，70–79 三星，以下不评星；户数 100 及以上 I 类，50–99 II 类，20–49 III 类，"
        "以下 IV 类；只在同类中排名 [S3]。按各小区最近一次考核。",
        "90 points and more: five stars, 80–89 four, 70–79 three, below none; 100 households and more: class I, "
        "50–99 II, 20–49 III, below IV; compared within a class only [S3]. By the latest assessment of each.",
    ),
    "note.sums": ("下级之和等于上级。", "Children add up to their parent."),
    "note.sources": (
        "出处：S0–S4 为本项目所依据的五份文件；P 为已公布的标准或通行做法；C 由各地自定，为示例值。",
        "Sources: S0–S4 the five documents this project was created from; P published standards or practice; "
        "C left to each town, an example value.",
    ),
}

_ABSENT = {
    "not_evaluated.management_type": ("网格类型", "Management types"),
    "not_evaluated.ratings": ("小区星级", "Star ratings"),
    "add.there is no patrol_zone layer": ("加 [layers.patrol_zone]", "Add [layers.patrol_zone]"),
    "add.no layer has households": ("在小区或楼栋图层映射 households", "Map households of compounds or buildings"),
    "add.no layer has population": ("在小区或楼栋图层映射 population", "Map population of compounds or buildings"),
    "add.there is no management_area layer; every grid is routine": (
        "加 [layers.management_area]",
        "Add [layers.management_area]",
    ),
    "add.there is no premises layer": ("加 [layers.premises]", "Add [layers.premises]"),
    "add.there is no facility layer, or nothing in it": ("加 [layers.facility]", "Add [layers.facility]"),
    "add.the facility layer has none of this kind": (
        "这一类如果已经建成，补进服务设施图层",
        "Where there are some, add them to the facility layer",
    ),
    "add.the standards give no distance for this kind": (
        "在标准里给这一类定距离",
        "Give this kind a distance in the standards",
    ),
    "add.there is no roster table": ("加 [tables.roster]", "Add [tables.roster]"),
    "add.there is no party table": ("加 [tables.party]", "Add [tables.party]"),
    "add.there is no funding table": ("加 [tables.funding]", "Add [tables.funding]"),
    "add.there is no scores table": ("加 [tables.scores]", "Add [tables.scores]"),
    "add.no compound says whether it has an owners' committee": (
        "在小区图层映射 owners_committee",
        "Map owners_committee of the compounds",
    ),
    "add.no compound names a property company": (
        "在小区图层映射 property_company",
        "Map property_company of the compounds",
    ),
    "add.no compound says whether its property company has a party organisation": (
        "在小区图层映射 property_party",
        "Map property_party of the compounds",
    ),
    "add.the funding table has no community_running": ("补社区运转经费", "Add the communities' running money"),
    "add.the funding table has no community_service": ("补服务群众专项经费", "Add the money for services"),
    "add.the funding table has no branch_activity": ("补网格党支部活动经费", "Add the branches' money"),
    "add.an older version made the build, which did not keep what this hangs on": ("重新合并", "Build it again"),
    "add.standards": ("补上所缺的数据后重新合并", "Add what is missing and build again"),
    "table.roster": ("岗位表", "Roster"),
    "table.party": ("党组织表", "Party table"),
    "table.funding": ("经费表", "Funding table"),
    "table.scores": ("评分表", "Score sheets"),
    "table.exceptions": ("例外表", "Exceptions"),
    "table.standards": ("标准", "Standards"),
}

_STATES = {
    "sums.of_street": ("✓ {children} 个街道相加 = 合计", "✓ {children} streets add up to the total"),
    "sums.of_county": ("✓ {children} 个区县相加 = 合计", "✓ {children} counties add up to the total"),
    "staff.no_standards": ("没有标准，岗位没有评估。", "There are no standards: posts were not evaluated."),
    "staff.no_roster": (
        "没有岗位表，只算得出应配。在 layers.toml 加 [tables.roster] 后重新合并，就有现有和缺编。",
        "There is no roster, so that only what is required is known. Add [tables.roster] to "
        "layers.toml and build again.",
    ),
    "party.no_table": (
        "没有党组织表。在 layers.toml 加 [tables.party] 后重新合并。",
        "There is no party table. Add [tables.party] to layers.toml and build again.",
    ),
    "stars.no_scores": (
        "没有评分表。在 layers.toml 加 [tables.scores] 后重新合并。",
        "There is no score table. Add [tables.scores] to layers.toml and build again.",
    ),
    "exceptions.none": ("没有例外。", "There are no exceptions."),
    "repairs.none": ("没有改动，也没有舍弃。", "Nothing was changed or left out."),
    "ledger.empty": ("这本台账没有缺口。", "No gap in this ledger."),
    "expired.warning": (
        "{count} 处例外已经到期：请重新签批，或者解决。",
        "{count} exceptions have run out: sign anew, or act.",
    ),
    "evaluated.all": ("全部评估。", "Everything was evaluated."),
    "rating.unknown_class": ("类别不详", "Class unknown"),
    "place.of_community": ("{community}（社区）", "{community} (the community)"),
    "place.unknown": ("不属于任何社区", "In no community"),
}

REPORT_WORDS: dict[str, tuple[str, str]] = {
    **_PAGE,
    **_ANSWER,
    **_HEADS,
    **_SECTIONS,
    **_CONTENTS,
    **_MAPS,
    **_NOTES,
    **_ABSENT,
    **_STATES,
}
"""Words as in `web.reports.words`."""
