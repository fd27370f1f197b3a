"""The demo's layers.toml: every option a newcomer may need, with a comment in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.demo.files import LAYER_FILES, TABLE_FILES, Format, LayerFile, TableFile
from data.demo.lattice import CRS

DEMO_MARK = "Demo data: places, names and telephone numbers are invented."
"""The sentence by which a demo's layers.toml is known."""

HEAD = f"""\
# 多网合一的输入：几个来源图层合成一张网。   onegrid build layers.toml -o one_grid.gpkg
# What One Grid builds from. Paths are relative to this file; tables and keys left out take their defaults.
# 示范数据，地名、人名、电话均为虚构。 {DEMO_MARK}
name = "{{name}}"
working_crs = "{{crs}}"    # 计算用的投影坐标系；不写则按社区范围选 CGCS2000 三度带 · optional: chosen from the extent

[merge]                        # 合并规则；以下都是默认值 · all optional, these are the defaults
precedence = ["courtyard", "compound", "patrol_zone"]   # 图层重叠时谁优先 · who wins where layers overlap
same_layer = "smaller"         # 同一图层两个单元重叠时归谁：smaller 面积小的 | larger 大的 | first 编号在前的
sliver_width = 2.0             # 比这更窄的碎条并入相邻网格，米 · thinner pieces go to a neighbour, metres
min_area = 20.0                # 比这更小的碎块同样处理，平方米 · so do smaller ones, square metres
straddle_width = 5.0           # 单元伸出社区界的部分，窄于此按碎条处理，米 · the same for parts beyond the border
"""

TAIL = """
# 标准：覆盖默认标准文件里的值 · overrides of the default standards file; see `onegrid standards show`
# [standards.workers]
# urban_households_per_worker = 250       # 只写要改的 · only what differs
# [standards.at."530102002".size]         # 只在这个街道 · only in this street
# urban_low = { value = 250, source = "街道办〔2026〕3 号" }

# 别处常用的写法 · other things a layer may need:
#   crs = "EPSG:4490"          文件没写坐标系时填；与文件矛盾会报错 · when the file does not say
#   datum = "BD-09"            CGCS2000（默认）| WGS84 | GCJ-02 | BD-09
#   path = ["东.shp", "西.shp"]  几个文件合成一个图层 · several files make one layer
#   layer = "小区"              一个文件里有多个图层时选一个 · which of several layers in a file
#   fields.id 不写时，按要素顺序从 0 编号 · without fields.id, features are numbered from 0
"""


def layers_toml(name: str, paths: Mapping[str, Sequence[str]], form: Format) -> str:
    """Return the text of layers.toml for a town of this name, whose layers are in these files."""
    parts = [HEAD.format(name=name, crs=CRS)]
    parts += [_layer(key, LAYER_FILES[key], files, form) for key, files in paths.items()]
    parts += [_table(key, table) for key, table in TABLE_FILES.items()]
    return "".join([*parts, TAIL])


def _layer(key: str, layer: LayerFile, files: Sequence[str], form: Format) -> str:
    quoted = ", ".join(f'"{path}"' for path in files)
    lines = ["", f"[layers.{key}]", *(f"# {line}" for line in layer.comment)]
    lines.append(f"path = {quoted}" if len(files) == 1 else f"path = [{quoted}]")
    if form == "office":
        lines += [f'layer = "{layer.sublayer}"'] if layer.sublayer else []
        lines += [f'encoding = "{layer.encoding}"'] if layer.encoding else []
    lines += [f'datum = "{layer.datum}"'] if layer.datum else []
    return "\n".join([*lines, _fields(layer.fields), ""])


def _table(key: str, table: TableFile) -> str:
    lines = ["", f"[tables.{key}]", *(f"# {line}" for line in table.comment), f'path = "{table.path}"']
    lines += [f'encoding = "{table.encoding}"'] if table.encoding != "UTF-8" else []
    return "\n".join([*lines, _fields(table.fields), ""])


def _fields(fields: Mapping[str, str]) -> str:
    return "fields = { " + ", ".join(f'{key} = "{column}"' for key, column in fields.items()) + " }"
