"""Which file each layer and table of the demo goes to, and what its columns are called there.

The formats, encodings, coordinate systems and column names are as mixed as an office's; `data.demo.settings` writes the
layers.toml that names them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Format = Literal["office", "geoparquet"]

GEOGRAPHIC = "EPSG:4490"
"""CGCS2000, longitude and latitude."""


@dataclass(frozen=True)
class LayerFile:
    """Where a layer is written in the ``office`` format.

    Parameters
    ----------
    path
        One file, or several among which the layer's rows are divided (see `data.demo.writing`).
    fields
        What the mapped columns are called, by the key of layers.toml.
    extra
        Columns that the file has besides, which layers.toml does not map.
    crs
        The file's coordinate system; None for a file that does not say (EPSG:4326 by its format).
    sublayer, encoding, datum
        As in layers.toml, where the layer has them.
    comment
        Lines above the layer in layers.toml, in Chinese and in English.
    """

    path: tuple[str, ...]
    comment: tuple[str, ...]
    fields: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)
    crs: str = GEOGRAPHIC
    sublayer: str | None = None
    encoding: str | None = None
    datum: str | None = None

    def columns(self) -> dict[str, str]:
        """Return every column: what it is called in the town, and in the file."""
        renamed = {"id": "source_id"}
        return {renamed.get(key, key): name for key, name in (self.fields | self.extra).items()}


@dataclass(frozen=True)
class TableFile:
    """Where a table is written, in CSV, and how its columns are headed."""

    path: str
    comment: tuple[str, ...]
    fields: dict[str, str]
    encoding: Literal["UTF-8", "GBK"] = "UTF-8"


_COUNTS = {"households": "户数", "population": "人口", "party_members": "党员数"}

LAYER_FILES = {
    "community": LayerFile(
        ("communities.gpkg",),
        (
            "社区、村边界：必需。code 是 1–12 位统计用区划代码，不足 12 位左补零；rural = 1 为村",
            "Communities and villages: required. code: 1–12 digits, left-padded with zeros; rural: 1 for a village",
            "phone：社区对外电话，写在网格公示牌上 · the community's own telephone, for the duty board",
        ),
        {
            **{"code": "代码", "name": "名称", "street": "街道代码", "rural": "是否农村", "phone": "社区电话"},
            **{"street_name": "街道名称", "county_name": "区县名称"},
        },
        sublayer="communities",
    ),
    "compound": LayerFile(
        ("compounds.shp",),
        (
            "居民小区、村民小组。Shapefile 没有 .cpg，文字是 GBK，所以写明 encoding",
            "Residential compounds and villagers' groups. The Shapefile has no .cpg and its text is GBK, so say so",
            "owners_committee：业委会/物管会；property_company：物业公司；property_party：物业公司党组织或党建指导员；空白即没有",
        ),
        {"id": "编号", "name": "名称"}
        | _COUNTS
        | {"owners_committee": "业委会", "property_company": "物业公司", "property_party": "物业党建"},
        encoding="GBK",
    ),
    "courtyard": LayerFile(
        ("courtyards.gpkg",),
        (
            "单位院落：机关、企事业单位、学校、医院、公园等",
            "Courtyards: organs, enterprises, schools, hospitals, parks",
        ),
        {"id": "编号", "name": "名称"} | _COUNTS,
        {"kind": "类别"},
        sublayer="courtyards",
    ),
    "patrol_zone": LayerFile(
        ("patrol_zones.geojson",),
        ("警务站巡逻防控区", "Police patrol zones"),
        {"id": "编号", "name": "名称"},
    ),
    "management_area": LayerFile(
        ("management_areas.gpkg",),
        (
            "街道党工委划定的网格类型：routine 日常管理、general_prevention 一般防范、key_attention 重点关注、",
            "concentrated_rectification 集中整治；没划到的地方是 routine。这个图层是投影坐标（CGCS2000 三度带）",
            "Management types set by the street committee, by area; routine elsewhere. In a projected CGCS2000 zone",
        ),
        {"name": "名称", "type": "网格类型"},
        crs="EPSG:4522",
        sublayer="management_areas",
    ),
    "building": LayerFile(
        ("buildings.gpkg",),
        (
            "楼栋：把小区的户数分到网格；小区自己没有户数时，用楼栋的",
            "Buildings: apportion a compound's counts, and give the counts of one that has none itself",
        ),
        {"name": "名称"} | _COUNTS,
        sublayer="buildings",
    ),
    "premises": LayerFile(
        ("premises.geojson",),
        (
            "网格阵地：new_built 新建、bought 购买、leased 租赁、developer_provided 开发商提供",
            "Premises a grid works from",
        ),
        {"name": "名称", "kind": "来源"},
    ),
    "facility": LayerFile(
        ("facilities.geojson", "public_toilets.geojson"),
        (
            "服务设施。取自网络地图，是 GCJ-02 坐标，读入时转换；两个文件合成一个图层",
            "Facilities. Taken from a web map, hence GCJ-02, converted at reading; a list joins several files",
        ),
        {"name": "名称", "kind": "类别"},
        crs="EPSG:4326",
        datum="GCJ-02",
    ),
    "road": LayerFile(
        ("base_map.gpkg",),
        ("道路：量步行距离、作底图", "Roads: for walking distances and as a base map"),
        {"name": "名称"},
        {"kind": "等级", "width_m": "宽度"},
        sublayer="roads",
    ),
    "barrier": LayerFile(
        ("base_map.gpkg",),
        ("网格不宜跨越的线：河流、铁路、主干道", "Lines a grid should not cross: rivers, railways, arterial roads"),
        {"name": "名称"},
        {"kind": "类别", "width_m": "宽度"},
        sublayer="barriers",
    ),
}

_KEY = {"layer": "图层", "source_id": "编号", "community": "社区代码"}

TABLE_FILES = {
    "roster": TableFile(
        "网格岗位.csv",
        (
            "岗位：谁在哪个网格。按 来源图层 + 编号（巡逻防控区再加社区代码）对应，也可以用 grid_code 列写网格编码",
            "Who holds which post. Keyed by source layer + id (and community, for a patrol zone); or map grid_code",
        ),
        _KEY
        | {"post": "岗位", "name": "姓名", "phone": "工作电话"}
        | {"full_time": "专职", "force": "力量", "organisation": "所属单位"},
    ),
    "party": TableFile(
        "党组织.csv",
        (
            "城市：街道党工委→社区党组织→网格党支部→楼栋党小组→党员中心户",
            "农村：镇党委→村党组织→村民小组党支部→党员联系户；联合党支部覆盖几个网格就有几行",
            "Party organisations as a tree; a joint branch has one row for each grid it covers",
        ),
        {
            "organisation_id": "组织编号",
            "name": "名称",
            "level": "级别",
            "parent_id": "上级组织",
            "members": "党员数",
            "secretary": "书记",
        }
        | _KEY,
    ),
    "funding": TableFile(
        "经费.csv",
        ("经费：按网格或社区", "Money by grid or community, in CNY a year"),
        _KEY | {"year": "年度", "purpose": "用途", "amount": "金额"},
    ),
    "scores": TableFile(
        "评分.csv",
        ("星级评定的评分表，加分为正、扣分为负。这个文件是 GBK", "Score sheets; deductions are negative. In GBK"),
        _KEY | {"period": "考核期", "item": "项目", "points": "分值"},
        encoding="GBK",
    ),
    "exceptions": TableFile(
        "例外.csv",
        ("经批准保留的缺口：理由、签批人、有效期", "Gaps accepted as exceptions: reason, signer, expiry"),
        {"kind": "缺口类型"}
        | _KEY
        | {"reason": "理由", "signer": "签批人", "signed": "签批日期", "expires": "有效期至"},
    ),
}
