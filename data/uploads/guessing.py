"""What a layer that somebody brings may be, and which of its fields holds what: by the words that offices use.

A guess saves work and is never acted upon: people see it and say what is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from data.layers_schema import Layers, Tables
from data.reading.vocabulary import plain

NAMES: Mapping[str, tuple[str, ...]] = {
    "community": ("社区", "村界", "居委会", "行政村", "communit", "shequ"),
    "compound": ("小区", "居民区", "compound", "xiaoqu"),
    "courtyard": ("院落", "单位", "courtyard", "danwei"),
    "patrol_zone": ("巡逻", "巡防", "防控", "警务", "patrol"),
    "management_area": ("管理类型", "网格类型", "管理区", "management"),
    "building": ("楼栋", "建筑", "房屋", "building"),
    "premises": ("阵地", "活动场所", "premises"),
    "facility": ("设施", "facilit", "poi"),
    "road": ("道路", "路网", "街巷", "road"),
    "barrier": ("河流", "铁路", "障碍", "barrier", "river", "rail"),
    "roster": ("岗位", "人员", "花名册", "网格员", "roster"),
    "party": ("党组织", "党支部", "party"),
    "funding": ("经费", "资金", "funding"),
    "scores": ("评分", "考核", "星级", "score"),
    "exceptions": ("例外", "保留缺口", "exception"),
}
"""Parts of the names of files and layers, by layer or table of layers.toml; the first that fits counts."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "id", "gid", "fid", "objectid", "序号", "唯一编号"),
    "code": ("社区代码", "区划代码", "统计代码", "代码", "编码", "code", "sqdm", "xzqdm"),
    "name": ("名称", "社区名称", "小区名称", "单位名称", "name", "mc", "nm", "姓名"),
    "street": ("街道代码", "乡镇代码", "street_code", "street"),
    "street_name": ("街道", "街道名称", "乡镇", "street_name"),
    "county_name": ("区县", "区县名称", "县区", "county_name"),
    "rural": ("农村", "城乡", "是否农村", "rural"),
    "phone": ("电话", "联系电话", "工作电话", "值班电话", "phone"),
    "households": ("户数", "总户数", "hu", "households", "hh"),
    "population": ("人口", "人口数", "ren", "population"),
    "party_members": ("党员数", "党员人数", "dy", "party_members"),
    "owners_committee": ("业委会", "业主委员会", "ywh"),
    "property_company": ("物业公司", "物业", "wy"),
    "property_party": ("物业党组织", "wydzz"),
    "type": ("网格类型", "管理类型", "类型", "type"),
    "kind": ("类别", "来源", "种类", "缺口类型", "kind"),
    "grid_code": ("网格编码", "网格代码", "grid_code"),
    "layer": ("图层", "来源图层", "layer"),
    "source_id": ("编号", "来源编号", "source_id"),
    "community": ("社区代码", "community"),
    "post": ("岗位", "职务", "post"),
    "full_time": ("专职", "是否专职", "full_time"),
    "force": ("力量", "force"),
    "organisation": ("所属单位", "单位", "organisation"),
    "organisation_id": ("组织编号", "党组织编号", "organisation_id"),
    "level": ("级别", "层级", "level"),
    "parent_id": ("上级组织", "上级编号", "parent_id"),
    "members": ("党员数", "党员人数", "members"),
    "secretary": ("书记", "secretary"),
    "year": ("年度", "年份", "year"),
    "purpose": ("用途", "purpose"),
    "amount": ("金额", "amount"),
    "period": ("考核期", "周期", "period"),
    "item": ("项目", "item"),
    "points": ("分值", "得分", "points"),
    "reason": ("理由", "reason"),
    "signer": ("签批人", "signer"),
    "signed": ("签批日期", "signed"),
    "expires": ("有效期至", "到期", "expires"),
    "facility": ("设施", "facility"),
    "gap_id": ("缺口编号", "gap_id"),
}
"""What offices call a column, by the key of layers.toml; the usual one first."""

SHAPES: Mapping[str, str] = {
    **dict.fromkeys(("community", "compound", "courtyard", "patrol_zone", "management_area"), "polygon"),
    **dict.fromkeys(("premises", "facility"), "point"),
    **dict.fromkeys(("road", "barrier"), "line"),
    "building": "point or polygon",
    **dict.fromkeys(Tables.model_fields, "none"),
}
"""Which geometry a layer has to have; tables have none."""


def possible(shape: str) -> list[str]:
    """List the layers or tables that something of a shape may be.

    >>> possible("line")
    ['road', 'barrier']
    """
    return [name for name in (*Layers.model_fields, *Tables.model_fields) if shape in SHAPES[name].split(" or ")]


def guessed_layer(shape: str, names: Sequence[str]) -> str | None:
    """Guess which layer or table something is, by the names of file and layer; None: they say nothing.

    >>> guessed_layer("polygon", ["五华区小区边界"]), guessed_layer("polygon", ["a"])
    ('compound', None)
    """
    for layer in possible(shape):
        if any(part in plain(name) for name in names for part in map(plain, NAMES[layer])):
            return layer
    return None


def guessed_fields(layer: str, columns: Sequence[str]) -> dict[str, str]:
    """Guess which column holds what of a layer or table.

    >>> guessed_fields("compound", ["编号", "NAME", "户数", "备注"])
    {'id': '编号', 'name': 'NAME', 'households': '户数'}
    """
    known = {plain(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for key in keys_of(layer):
        column = next((known[word] for word in map(plain, FIELDS.get(key, (key,))) if word in known), None)
        if column is not None and column not in found.values():
            found[key] = column
    return found


def keys_of(layer: str) -> list[str]:
    """List what fields of a layer or table may be mapped as."""
    return list(fields_of(layer).model_fields)


def required_keys(layer: str) -> list[str]:
    """List what has to be mapped."""
    return [key for key, field in fields_of(layer).model_fields.items() if field.is_required()]


def fields_of(layer: str) -> type[BaseModel]:
    """Return the model of a layer's or table's fields."""
    inner = (Layers if layer in Layers.model_fields else Tables).model_fields[layer].annotation
    model = next(one for one in parts_of(inner) if isinstance(one, type) and issubclass(one, BaseModel))
    fields = model.model_fields["fields"].annotation
    assert isinstance(fields, type) and issubclass(fields, BaseModel)
    return fields


def parts_of(annotation: object) -> Iterator[object]:
    """Yield the members of a union, or what is none."""
    yield from getattr(annotation, "__args__", (annotation,))


def hides(text: str) -> bool:
    """Tell whether a sample is better not shown: it has as many digits as an identity card.

    >>> hides("11010519491231002X"), hides("530102001001")
    (True, False)
    """
    return re.search(r"(?<!\d)(\d{15}|\d{17}[\dXx])(?!\d)", text) is not None
