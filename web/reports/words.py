"""What the reports say, in Chinese and in English: the office's own words for kinds, ledgers, rules, columns, buttons.

A key is a group and the value that stands in the data, so that a value is worded by ``f"{group}.{value}"``. Slots in
braces are filled by whoever uses the word.
"""

from __future__ import annotations

from typing import Literal

from web.reports.sentences import SENTENCES
from web.reports.service_words import SERVICE_WORDS

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")

LEDGER_KINDS = {
    "unheld": ("unclaimed", "no_community"),
    "contested": ("overlap", "straddle"),
    "unserved": (
        *("unpatrolled", "no_grid_head", "understaffed", "overloaded", "no_branch", "no_premises", "far_from_facility"),
        *("underfunded", "no_self_government", "no_property_party", "oversize", "undersize"),
    ),
}
"""The gap kinds of each ledger (docs/architecture.md, "Coverage gaps")."""

_LAYERS = {
    "layer.compound": ("居民小区", "Residential compound"),
    "layer.courtyard": ("单位院落", "Institutional courtyard"),
    "layer.patrol_zone": ("警务巡防区", "Police patrol zone"),
    "layer.community": ("社区", "Community"),
    "layer.management_area": ("管理类型片区", "Management area"),
    "layer.building": ("楼栋", "Building"),
    "layer.premises": ("网格阵地", "Premises"),
    "layer.facility": ("服务设施", "Facility"),
    "layer.road": ("道路", "Road"),
    "layer.barrier": ("阻隔线", "Barrier"),
    "layer.roster": ("岗位表", "Roster"),
    "layer.party": ("党组织表", "Party table"),
    "layer.funding": ("经费表", "Funding table"),
    "layer.scores": ("评分表", "Score sheets"),
    "layer.exceptions": ("例外表", "Exceptions table"),
}

_GRIDS = {
    "kind.residential": ("居民小区网格", "Residential"),
    "kind.institutional": ("单位院落网格", "Institutional"),
    "kind.patrol": ("公共空间网格", "Public space (patrol)"),
    "kind.unclaimed": ("无人认领网格", "Unclaimed"),
    "management_type.routine": ("日常管理型", "Routine"),
    "management_type.general_prevention": ("一般防范型", "General prevention"),
    "management_type.key_attention": ("重点关注型", "Key attention"),
    "management_type.concentrated_rectification": ("集中整治型", "Concentrated rectification"),
    "severity.none": ("没有缺口", "No gap"),
    "severity.low": ("轻微", "Low"),
    "severity.medium": ("中等", "Medium"),
    "severity.high": ("严重", "High"),
    "severity.highest": ("最严重", "Highest"),
    "households.nobody": ("无住户或不详", "None or unknown"),
    "households.under_150": ("150 户以下", "Under 150"),
    "households.under_300": ("150–299 户", "150–299"),
    "households.under_501": ("300–500 户（常规规模）", "300–500 (common size)"),
    "households.over_500": ("500 户以上", "Over 500"),
    "plain.grid": ("网格", "Grid"),
}

_RULES = {
    "rule.sole": ("独家认领", "Sole claimant"),
    "rule.precedence": ("按图层优先", "Layer precedence"),
    "rule.same_layer": ("同层取舍", "Same-layer rule"),
    "rule.sliver": ("碎片归并", "Sliver joined"),
    "rule.fallback": ("属地兜底", "Community fallback"),
    "rule.override": ("规划员裁定", "Planner's decision"),
    "rule_why.sole": ("只有一个来源单元覆盖这块地。", "Only one source unit covers this land."),
    "rule_why.precedence": (
        "几个图层都覆盖这块地，归优先级高的图层。",
        "Several layers cover this land; the layer that precedes takes it.",
    ),
    "rule_why.same_layer": (
        "同一图层有几个单元覆盖这块地，按同层规则取舍。",
        "Several units of one layer cover this land; the same-layer rule decides.",
    ),
    "rule_why.sliver": (
        "太窄或太小，并入共用边界最长的邻格。",
        "Too thin or too small; joined to the neighbour that shares most border.",
    ),
    "rule_why.fallback": (
        "没有来源单元覆盖，由社区属地兜底（DB11/T 2157-2023 §6.3.4），并记为缺口。",
        "No source unit covers it; the community holds it (DB11/T 2157-2023 §6.3.4), and it is reported as a gap.",
    ),
    "rule_why.override": ("由规划员人工裁定。", "Decided by a planner."),
}

_LEDGERS = {
    "ledger.unheld": ("无人认领", "Nobody holds it"),
    "ledger.contested": ("多头认领", "Several hold it"),
    "ledger.unserved": ("有人无服务", "Held, not served"),
    "gap.unclaimed": ("无人认领", "Unclaimed land"),
    "gap.no_community": ("社区之间的空地", "Hole between communities"),
    "gap.overlap": ("重叠认领", "Overlapping claims"),
    "gap.straddle": ("跨社区单元", "Unit across communities"),
    "gap.unpatrolled": ("无巡逻覆盖", "Not patrolled"),
    "gap.no_grid_head": ("没有网格长", "No grid head"),
    "gap.understaffed": ("缺编", "Understaffed"),
    "gap.overloaded": ("人均户数超负荷", "Too many households a worker"),
    "gap.no_branch": ("没有党组织", "No party organisation"),
    "gap.no_premises": ("没有网格阵地", "No premises"),
    "gap.far_from_facility": ("离服务设施太远", "Far from a facility"),
    "gap.underfunded": ("经费不足", "Underfunded"),
    "gap.no_self_government": ("没有业委会或物管会", "No owners' or property committee"),
    "gap.no_property_party": ("物业没有党组织", "Property company without party body"),
    "gap.oversize": ("户数过多", "Too many households"),
    "gap.undersize": ("户数过少", "Too few households"),
    "state.open": ("待处理", "Open"),
    "state.accepted": ("已列为例外", "Accepted as exception"),
    "state.expired": ("例外已到期", "Exception expired"),
    "state.closed": ("已关闭", "Closed"),
}

_UNITS = {
    "status.kept": ("全部划得", "Kept"),
    "status.trimmed": ("部分划得", "Trimmed"),
    "status.superseded": ("被取代", "Superseded"),
    "status.outside": ("在辖区外", "Outside"),
    "status.rejected": ("未采用", "Rejected"),
    "status_why.outside": (
        "不在任何社区内，没有落到网格上；请核对坐标或辖区范围。",
        "It lies in no community, so that it is on no grid; check its coordinates, or the jurisdiction.",
    ),
    "status_why.rejected": (
        "没有可用的图形，没有落到网格上；请补画后重新合并。",
        "It has no usable geometry, so that it is on no grid; draw it and merge anew.",
    ),
    "status_why.superseded": (
        "全部土地归了别的单元；户数随土地归入占地最多的网格。",
        "Other units took all its land; its households went to the grid with most of it.",
    ),
    "relation.same": ("沿用", "continues"),
    "relation.split": ("由其拆分", "split from"),
    "relation.merged": ("由其合并", "merged from"),
    "relation.new": ("新设", "new"),
    "relation.retired": ("撤销", "retired"),
}

_COLUMNS = {
    "column.code": ("编码", "Code"),
    "column.community": ("社区", "Community"),
    "column.street": ("街道", "Street"),
    "column.kind": ("来源类别", "Kind"),
    "column.management_type": ("网格类型", "Management type"),
    "column.source": ("来源单元", "Source unit"),
    "column.patrol_zone": ("所属巡防区", "Patrol zone"),
    "column.households": ("户数", "Households"),
    "column.population": ("人口", "Population"),
    "column.party_members": ("党员", "Party members"),
    "column.area": ("面积", "Area"),
    "column.parts": ("地块", "Parts"),
    "column.grids": ("网格", "Grids"),
    "column.grid": ("网格", "Grid"),
    "column.ledger": ("台账", "Ledger"),
    "column.severity": ("严重程度", "Severity"),
    "column.arithmetic": ("算法", "Arithmetic"),
    "column.rule": ("依据", "Rule"),
    "column.source_of_rule": ("出处", "Source"),
    "column.remedy": ("建议", "Remedy"),
    "column.state": ("状态", "State"),
    "column.reason": ("理由", "Reason"),
    "column.expires": ("到期", "Expires"),
    "column.gap_id": ("缺口编号", "Gap id"),
    "column.units": ("涉及单元", "Units concerned"),
    "column.claimed": ("来源面积", "Claimed"),
    "column.granted": ("划得面积", "Granted"),
    "column.status": ("去向", "Outcome"),
    "column.note": ("说明", "Note"),
    "column.problem": ("问题", "Problem"),
    "column.action": ("处理", "Repair"),
    "column.changed": ("改变面积", "Area changed"),
    "column.layer": ("图层", "Layer"),
}

_PAGE = {
    "page.title": ("一张网", "One Grid"),
    "page.skip": ("跳到搜索", "Skip to search"),
    "page.map": ("网格地图，可用方向键移动，加减键缩放", "Map of grids; arrow keys move it, plus and minus zoom"),
    "page.search": ("搜索编码、名称、社区、缺口", "Code, name, community, gap"),
    "page.no_results": ("没有找到“{query}”", "Nothing found for “{query}”"),
    "page.more_results": ("还有 {count} 个结果，请多输几个字", "{count} more; type on to narrow"),
    "page.language": ("English", "中文"),
    "page.print": ("打印", "Print"),
    "page.home": ("全图", "Whole map"),
    "page.rail": ("收起或展开侧栏", "Hide or show the panel"),
    "page.zoom_in": ("放大", "Zoom in"),
    "page.zoom_out": ("缩小", "Zoom out"),
    "page.close": ("关闭", "Close"),
    "page.back": ("返回", "Back"),
    "page.copy": ("复制编码", "Copy code"),
    "page.copied": ("已复制", "Copied"),
    "page.zoom_to": ("定位", "Zoom to"),
    "page.north": ("北", "N"),
    "page.legend": ("图层与图例", "Layers and legend"),
    "page.legend_on_paper": ("图例", "Legend"),
    "page.ledgers": ("缺口台账", "Gap ledgers"),
    "page.details": ("详情", "Details"),
    "page.fill": ("填色", "Fill"),
    "page.in_view": ("视野内 {count} 个网格", "{count} grids in view"),
    "page.nothing_selected": (
        "点一个网格，看它归谁、为什么归它、缺什么。",
        "Click a grid to read who holds it, why, and what it misses.",
    ),
    "page.more": ("再显示 {count} 条", "Show {count} more"),
    "page.all_kinds": ("全部", "All"),
    "page.kind": ("缺口种类", "Kind of gap"),
    "page.listed": ("清单", "list"),
    "page.themes_of_grids": ("网格", "Grids"),
    "page.themes_of_service": ("服务与缺口", "Service and gaps"),
    "page.themes_of_land": ("土地", "Land"),
    "page.severity_steps": ("线纹越深越严重", "The darker the hatch, the worse"),
    "page.sources": (
        "S0–S4：本项目所依据的五份文件；P：已公布的标准或通行做法；C：由各地自定，为示例值。",
        "S0–S4: the five documents this project was created from; P: published standards or practice; "
        "C: left to each town, an example value.",
    ),
    "page.no_gaps": ("这本台账没有缺口。", "No gap in this ledger."),
    "page.not_evaluated": ("未评估“{kind}”：{reason}。", "“{kind}” was not evaluated: {reason}."),
    "page.here_too": ("此处还有", "Also here"),
    "page.faces_left_out": (
        "面太多（{count} 个），未画出；点网格可读裁定依据。",
        "Too many faces to draw ({count}); click a grid to read what decided.",
    ),
    "page.date": ("数据日期 {date}", "Data of {date}"),
    "page.no_grids": ("没有网格。", "No grids."),
    "page.list": ("、", ", "),
    "page.colon": ("：", ": "),
}

_THEMES = {
    "fill.kind": ("来源类别", "Kind of grid"),
    "fill.management_type": ("网格类型", "Management type"),
    "fill.severity": ("缺口严重程度", "Gap severity"),
    "fill.households": ("户数", "Households"),
    "fill.rule": ("裁定依据（面）", "Deciding rule (faces)"),
    "fill.plain": ("不填色", "Plain"),
    "overlay.gaps_unheld": ("无人认领缺口", "Gaps: nobody holds it"),
    "overlay.gaps_contested": ("多头认领缺口", "Gaps: several hold it"),
    "overlay.zones_astride": ("跨社区的巡防区", "Zones across communities"),
    "overlay.gaps_unserved": ("有人无服务缺口", "Gaps: held, not served"),
    "hatch.contested": ("小区、院落", "Compounds, courtyards"),
    "hatch.zones_overlap": ("巡防区之间", "Between patrol zones"),
    "overlay.units_compound": ("小区轮廓", "Compounds"),
    "overlay.units_courtyard": ("院落轮廓", "Courtyards"),
    "overlay.units_patrol_zone": ("巡区轮廓", "Patrol zones"),
    "overlay.borders": ("边界", "Borders"),
    "overlay.repairs": ("修补", "Repairs"),
    "overlay.labels": ("注记", "Labels"),
    "border.street": ("街道界", "Street"),
    "border.community": ("社区界", "Community"),
    "border.grid": ("网格界", "Grid"),
}

_FIGURES = {
    "figure.grids": ("网格", "Grids"),
    "figure.communities": ("社区", "Communities"),
    "figure.area": ("辖区面积", "Area"),
    "figure.unclaimed": ("无人认领面积", "Unclaimed area"),
    "figure.households": ("户数", "Households"),
    "figure.unplaced": ("单元未落图", "Not placed"),
    "figure.repairs": ("修补", "Repairs"),
    "figure_why.grids": (
        "社区内每平方米恰好属于一个网格，每个网格只在一个社区内。",
        "Every square metre inside the communities belongs to exactly one grid; every grid lies in one community.",
    ),
    "figure_why.communities": ("有网格的社区数；各街道如下。", "Communities that hold grids; by street below."),
    "figure_why.area": ("全部网格面积之和。", "The sum of all grid areas."),
    "figure_why.unclaimed": (
        "没有来源单元覆盖、由社区属地兜底的网格面积之和，占辖区 {share}。",
        "The area of grids that no source unit covers and the community holds, {share} of the whole.",
    ),
    "figure_why.households": (
        "各网格户数之和 = 来源单元 {units} 户 − 未落图单元 {lost} 户。",
        "The sum over all grids = {units} of the source units − {lost} of units that are not placed.",
    ),
    "figure_why.households_of_grids": ("各网格户数之和。", "The sum over all grids."),
    "figure_why.unplaced": (
        "{count} 个来源单元没有落到网格上，合计 {households} 户，不计入网格户数。",
        "{count} source units are on no grid; their {households} households are not among those of the grids.",
    ),
    "figure_why.repairs": (
        "读入和合并时改动或舍弃的图形和表格行；{without} 处没有位置。",
        "Geometries and table rows that were changed or left out; {without} of them have no place.",
    ),
}

_SENTENCES = {
    "say.grids": ("{count} 个网格", "{count} grids"),
    "say.count": ("{count} 个", "{count}"),
    "say.gaps": ("{count} 处缺口", "{count} gaps"),
    "say.by_id": ("{layer} 编号 {id}", "{layer} no. {id}"),
    "say.versus": (" × ", " × "),
    "say.about": ("{kind} · {what}", "{kind}: {what}"),
    "say.table_row": ("{file} 第 {row} 行", "{file}, row {row}"),
    "gap_about.understaffed": ("缺{what}", "Too few: {what}"),
    "gap_about.far_from_facility": ("离{what}太远", "Far from: {what}"),
    "gap_about.underfunded": ("{what}不足", "Underfunded: {what}"),
    "gap_about.straddle": ("{what} 跨社区", "{what}, across communities"),
    "say.no_gaps": ("没有缺口", "No gap"),
    "say.street": ("街道 {code}", "Street {code}"),
    "say.community": ("社区 {code}", "Community {code}"),
    "say.households": ("{count} 户", "{count} households"),
    "say.claimed_by": ("{claimants} 认领", "Claimed by {claimants}"),
    "say.unclaimed_of": ("{community} 无人认领", "{community}, unclaimed"),
    "say.claimed_by_none": ("没有来源单元认领", "Claimed by no source unit"),
    "say.and_more": ("等 {count} 个", "and {count} in all"),
    "say.granted_share": ("原 {claimed}，划得 {granted}（{share}）", "{granted} of {claimed} granted ({share})"),
    "say.area_share": ("面积 {share}", "{share} of the area"),
    "say.household_share": ("户数 {share}", "{share} of the households"),
    "say.of_old": ("原网格 {code}", "former grid {code}"),
    "say.no_old": ("没有前身", "no predecessor"),
    "say.shown_of": ("已列 {shown} / {count}", "{shown} of {count} listed"),
    "section.numbers": ("规模", "Size"),
    "section.gaps": ("缺口", "Gaps"),
    "section.faces": ("每块地归谁、为什么", "Who claims each piece, and why"),
    "section.lineage": ("编码沿革", "Lineage of the code"),
    "section.unit": ("来源单元去向", "What became of the source unit"),
    "section.grids": ("网格", "Grids"),
    "section.units": ("未落图的单元", "Units not placed"),
    "section.repairs": ("修补清单", "All repairs"),
    "section.communities": ("社区", "Communities"),
    "section.streets": ("街道", "Streets"),
}

_DETAILS = {
    "detail.figure": ("实际", "Found"),
    "detail.share": ("占比", "Share"),
    "detail.limit": ("限值", "Limit"),
    "detail.company": ("物业公司", "Property company"),
    "detail.facility": ("设施", "Facility"),
    "detail.purpose": ("用途", "Purpose"),
    "detail.post": ("岗位", "Post"),
    "detail.proposed_form": ("建议", "Proposed"),
    "detail.signed": ("签批日期", "Signed on"),
    "detail.home": ("主要所在社区", "Home community"),
    "detail.nearest_community": ("最近的社区", "Nearest community"),
}

_TYPES = {
    "type.grid": ("网格", "Grid"),
    "type.community": ("社区", "Community"),
    "type.gap": ("缺口", "Gap"),
    "type.repair": ("修补", "Repair"),
    "type.unit": ("来源单元", "Source unit"),
    "type.figure": ("数字", "Figure"),
}

WORDS: dict[str, tuple[str, str]] = {
    **_LAYERS,
    **_GRIDS,
    **_RULES,
    **_LEDGERS,
    **_UNITS,
    **_COLUMNS,
    **_PAGE,
    **_THEMES,
    **_FIGURES,
    **_SENTENCES,
    **_DETAILS,
    **SERVICE_WORDS,
    **SENTENCES,
    **_TYPES,
}
"""Every word by its key, in the order of `LANGUAGES`."""


def word(key: str, language: Language) -> str:
    """Return the word of a key; a key that has none is worded by its last part, as it stands in the data.

    >>> word("ledger.contested", "zh"), word("gap.something_new", "en")
    ('多头认领', 'something_new')
    """
    if key in WORDS:
        return WORDS[key][LANGUAGES.index(language)]
    return key.partition(".")[2]
