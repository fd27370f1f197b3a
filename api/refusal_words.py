"""What is refused of files that somebody brings, and of where an edit is drawn, and said of them, in Chinese.

Each sentence stands here as the code writes it, ``{}`` for what it names: files, fields, figures. A test finds every
sentence of `data.uploads`, `data.reading` and `data.plans.reach` here. What a sentence names may be a sentence too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from api.language import Language

SENTENCES = (
    # uploads
    (
        "this upload would become too large; bring fewer or smaller files",
        "上传的内容超出上限；请减少文件，或换小一些的文件",
    ),
    ("there is nothing to draw", "没有可以画的图形"),
    ("it was not said yet which layer is which", "还没有说明哪个文件是哪个图层"),
    ("say first which layer is which", "请先说明哪个文件是哪个图层"),
    ("there is no build yet; build first", "还没有生成结果；请先生成"),
    ("the layers reach beyond {}, which is all that you may change", "图层超出了 {}：您只能改动这一范围"),
    ("an upload may have {} files; remove some", "一次上传最多 {} 个文件；请移除一些"),
    ("{}: an upload may have {} files; bring fewer, or remove some", "{}：一次上传最多 {} 个文件；请减少，或移除一些"),
    (
        "the files take more time of the processor than there is for them; bring fewer or smaller ones",
        "处理这些文件的时间超出上限；请减少文件，或换小一些的文件",
    ),
    (
        "the files take more memory than there is; bring fewer or smaller ones",
        "处理这些文件所需的内存超出上限；请减少文件，或换小一些的文件",
    ),
    (
        "this went wrong in a way that it should not; the log of the upload has it",
        "程序出错，本不应如此；详情在这次上传的日志里",
    ),
    ("this was interrupted; start it again", "处理中断了；请重新开始"),
    ("you have {} uploads; throw one away first", "您已有 {} 次上传；请先丢弃一次"),
    (
        "there is no such upload; it may have become a plan, or be older than a week",
        "没有这次上传；它可能已成为方案，或已超过一周",
    ),
    ("{} is no name of a file; give it a plain one, without folders", "{} 不能作文件名；请用不带文件夹的普通名称"),
    ("{}: files of this kind are not read; bring {}, or a ZIP of them", "{}：不支持这种文件；请提供 {}，或它们的 ZIP"),
    ("{}: there is no such file in this upload", "{}：这次上传里没有这个文件"),
    ("this upload is being worked on; wait for it, or throw it away", "这次上传正在处理；请等它完成，或丢弃它"),
    ("this upload was thrown away", "这次上传已被丢弃"),
    ("this upload is still being changed; try again", "这次上传还在变动；请再试"),
    (
        "what was done with this upload last does not end; try again, or throw it away",
        "这次上传的上一步没有结束；请再试，或丢弃它",
    ),
    ("{}: holds no rows; bring the right file", "{}：没有数据行；请换对的文件"),
    (
        "{}: its text is neither UTF-8 nor GBK; save it as one of these",
        "{}：文字既不是 UTF-8 也不是 GBK；请另存为其中一种",
    ),
    (
        "layers.toml can't hold this: a list has a null in it, or a text half a character",
        "layers.toml 写不下这些内容：列表里有空值，或文字里有半个字符",
    ),
    ("[{}.{}] path: {} is no file of this upload", "[{}.{}] path：{} 不是这次上传的文件"),
    ("{}: its list of files is too long; make a smaller ZIP", "{}：文件清单太长；请分成小一些的 ZIP"),
    ("{}: can't be unpacked; is it a whole ZIP?", "{}：解不开；ZIP 是否完整？"),
    ("{}: is encrypted; make a ZIP without a password", "{}：已加密；请提供不带密码的 ZIP"),
    ("{}: holds {} twice; make a ZIP for each", "{}：含有两个 {}；请分装在两个 ZIP 里"),
    ("{}: {}… is too long a name; give the file a shorter one", "{}：名称 {}… 太长；请改短"),
    (
        "{}: more comes out of it than an upload may have; bring fewer files at once",
        "{}：解开后超出一次上传的上限；请分几次上传",
    ),
    ("{}: holds more than {} files; make a smaller ZIP", "{}：文件多于 {} 个；请分成小一些的 ZIP"),
    # layers.toml
    (
        "{}: [merge] precedence leaves out {}; name every source layer of the file once",
        "{}：[merge] precedence 缺 {}；每个来源图层写一次",
    ),
    ("{}: [layers] has no source layer; add at least one of {}", "{}：没有来源图层；请至少加上 {} 之一"),
    (
        '{}: [merge] same_layer = "first" needs ids, and [layers.{}] maps none; add fields.id, or take "smaller" or '
        '"larger"',
        "{}：same_layer = first 需要编号，而 [layers.{}] 没有对应编号字段；请加上，或改用 smaller、larger",
    ),
    ("{}: no such file{}; correct the path of [{}]{}", "{}：没有这个文件{}；请更正 [{}] 的路径{}"),
    (
        "{}: no such file; correct the path of [{}]: Windows' {} is {} under WSL",
        "{}：没有这个文件；请更正 [{}] 的路径：Windows 的 {} 在 WSL 下是 {}",
    ),
    # layers
    (
        '{}: datum = "{}" of [layers.{}] moves it away from where it fits{}: {}; write datum = "{}" if that is what it '
        "comes in",
        "{0}：按 [layers.{2}] 的坐标基准 {1}，它偏离了吻合的位置{3}：{4}；如果实为 {5}，请这样写明",
    ),
    (
        '{}: seems to come in {}{}: {}; if so, add datum = "{}" to [layers.{}], else datum = "{}" to settle it',
        "{0}：看来是 {1} 坐标{2}：{3}；若是，请为 [layers.{5}] 写明 {4}，否则写明 {6}",
    ),
    (
        '{}: {} "{}" is given twice, at {} and {} (rows counted from 0){}; make each {} of [layers.{}] unique',
        "{0}：{1} “{2}” 重复，见 {3} 和 {4}（行从 0 数起）{5}；[layers.{7}] 的 {6} 不得重复",
    ),
    ('{}: {} has {} in field "{}" (mapped as {}); {}', "{0}：{1} 的字段“{3}”（对应 {4}）是 {2}；{5}"),
    (
        '{}: feature {} (counted from 0) has no id in field "{}"; give every feature one, or leave fields.id out',
        "{}：第 {} 个要素（从 0 数起）的字段“{}”没有编号；请补全，或不对应编号",
    ),
    ("{}: {} has {}; a community code is 1 to 12 digits", "{}：{} 的编码是 {}；社区编码为 1 至 12 位数字"),
    ('{}: field "{}" (mapped as {}) holds yes and no, not counts', "{}：字段“{}”（对应 {}）是是非，不是数量"),
    (
        "{}: {} is {}, but [layers.{}] takes {}; convert it or leave it out",
        "{}：{} 是 {}，而 [layers.{}] 要 {}；请转换或去掉",
    ),
    ("{}: {} is {}, but [layers.{}] takes {}; give the right file", "{}：{} 是 {}，而 [layers.{}] 要 {}；请换对的文件"),
    (
        "{}: {} has a coordinate that is not a finite number; redraw it or leave it out",
        "{}：{} 有坐标不是有限的数；请重画或去掉",
    ),
    (
        "{}: {} is drawn in a way that can't be read (curves in a collection, a TIN?); convert it to polygons",
        "{}：{} 的图形读不了（集合里的曲线、TIN？）；请转成面",
    ),
    ("{}: is Parquet without a geometry column; write it as GeoParquet", "{}：Parquet 里没有图形列；请写成 GeoParquet"),
    (
        '{}: field "{}" (mapped as {}) looks like identity-card numbers; '
        "One Grid keeps no residents' data: map another field",
        "{}：字段“{}”（对应 {}）像是身份证号；本系统不存居民信息：请对应别的字段",
    ),
    (
        "{}: does not say how its text is encoded, and it is neither UTF-8 nor GBK; add encoding to its layer",
        "{}：没有写明文字编码，而且既不是 UTF-8 也不是 GBK；请写明编码",
    ),
    ("{}: holds no layer with geometry; give {}", "{}：没有带图形的图层；请提供 {}"),
    ("{}: holds several layers, {}; choose one with layer = …", "{}：有几个图层：{}；请选一个"),
    ("{}: holds no geometry; give {}", "{}：没有图形；请提供 {}"),
    ('{}: has no layer "{}"; its layers are {}', "{}：没有图层“{}”；有 {}"),
    ("{}: unknown format; give {}", "{}：不认识的格式；请提供 {}"),
    ("{}: can't be read: {}", "{}：读不了：{}"),
    ('{}: has no field "{}" (mapped as {}); {}its fields are {}', "{}：没有字段“{}”（对应 {}）；{}现有字段：{}"),
    ('did you mean "{}"? ', "是不是“{}”？"),
    ("{}: its text is not {}; correct encoding in layers.toml", "{}：文字不是 {} 编码；请更正编码"),
    (
        '{}: is not UTF-8, as GeoJSON must be; add encoding = "GBK" to its layer if that is what it is',
        "{}：不是 GeoJSON 应有的 UTF-8；若是 GBK，请写明编码",
    ),
    (
        "{}: {} has a corner at ({}, {}), which {} does not reach; redraw it or leave it out",
        "{}：{} 有一点在 ({}, {})，{} 到不了那里；请重画或去掉",
    ),
    (
        "{}: its nearest feature lies {} from the communities; check crs and datum of [layers.{}] and of "
        "[layers.community]",
        "{}：最近的要素离社区也有 {}；请核对 [layers.{}] 和社区图层的坐标系与坐标基准",
    ),
    (
        '{}: does not say its CRS; add crs = "EPSG:…" to [layers.{}]',
        "{}：没有写明坐标系；请为 [layers.{}] 写明，如 EPSG:4490",
    ),
    (
        "{}: its crs member names no CRS that is known; remove it and give crs instead",
        "{}：crs 成员里的坐标系不认识；请删去并另外写明",
    ),
    (
        "{}: says it is in {}, but crs of [layers.{}] says {}; remove crs, or correct the file",
        "{}：文件写明是 {}，而 [layers.{}] 写的是 {}；请删去后者，或更正文件",
    ),
    ("{}: positions come over from {} to {} m only", "{}：从 {} 换算来的位置只准到 {} 米"),
    (
        "{}: holds no {}, only null, empty or flat ones; give the right file",
        "{}：没有可用的图形（{}），全是空的或没有面积的；请换对的文件",
    ),
    (
        "{}: no fields.id in {}: features are numbered from 0 in the order of the file; "
        "these numbers{} change when the file does; map the column of the id",
        "{}：{} 没有对应编号：要素按文件里的次序从 0 编号；文件一变，编号{}就变；请对应编号字段",
    ),
    ("{}: working_crs {}", "{}：working_crs {}"),
    (
        "{}: holds no features; give the right file, or remove [layers.{}]",
        "{}：没有要素；请换对的文件，或去掉 [layers.{}]",
    ),
    (
        '{}: does not say (or says wrongly) how its text is encoded; read as {}; add encoding = "{}" to [layers.{}] to '
        "settle it",
        "{0}：没有写明（或写错了）文字编码；按 {1} 读取；请为 [layers.{3}] 写明编码 {2}",
    ),
    (
        '{}: [standards.at."{}"]: no community\'s code begins so; it changes nothing',
        "{}：[standards.at.“{}”]：没有这样开头的社区编码；不起作用",
    ),
    # tables
    (
        "{}: row {} stands in a circle of {}, each the parent of the one before: {}; correct a parent",
        "{}：第 {} 行在一个 {} 级的循环里，互为上级：{}；请更正上级",
    ),
    (
        '{}: row {}{} names the parent "{}", which is no organisation of the table; add it, or correct the id',
        "{}：第 {} 行{}的上级“{}”不在表里；请补上，或更正编号",
    ),
    (
        '{}: row {} gives organisation "{}" the {} "{}", but {} the {} "{}"; '
        "make them agree, or give each organisation an id of its own",
        "{}：第 {} 行写组织“{}”的 {} 是“{}”，而 {} 写 {} 是“{}”；请改一致，或各用各的编号",
    ),
    ("{}: row {} (and {} more) {}", "{}：第 {} 行（另有 {} 行）{}"),
    (
        "{}: changed while it was read; build again when nobody writes to it",
        "{}：读取时文件被改动；请在没有人写入时重新构建",
    ),
    (
        "{}: row {} (line {}) can't be read as CSV: {}; "
        "put a cell that holds a separator, a quotation mark or a line break in quotation marks",
        "{}：第 {} 行（文件第 {} 行）不合 CSV 的写法：{}；含分隔符、引号或换行的单元格请加引号",
    ),
    (
        "{}: row {} has {} cells, and the header {}; put a cell that holds a separator in quotation marks",
        "{}：第 {} 行有 {} 个单元格，而表头有 {} 个；含分隔符的单元格请加引号",
    ),
    ("{}: row {} {}", "{}：第 {} 行{}"),
    ('has "{}" in {}; {}', "的{1}是“{0}”；{2}"),
    ("has nothing in {}; fill it in, or remove the row", "的{}是空的；请填写，或删去这一行"),
    ("has {} in {}; correct the formula", "的{1}是 {0}；请更正公式"),
    (
        "has a number of more than 15 digits in {}, of which a spreadsheet keeps 15; make the column text, and fill it "
        "in again",
        "的{}是超过 15 位的数字，而表格只保留 15 位；请把这一列设为文本并重新填写",
    ),
    ("names no gap; fill in the kind of gap, or its gap_id", "没有写明缺口；请填写缺口种类或编号"),
    ("expires before it was signed; correct {} or {}", "到期早于签批；请更正 {} 或 {}"),
    ('field "{}" (mapped as {})', "字段“{}”（对应 {}）"),
    ("feature {} (and {} more)", "要素 {}（另有 {} 个）"),
    ("feature {}", "要素 {}"),
    ("a count is a whole number from 0 to {}", "数量是 0 至 {} 的整数"),
    ("write a date as 2026-03-15, 2026/3/15 or 2026年3月15日", "日期请写成 2026-03-15、2026/3/15 或 2026年3月15日"),
    ("write the number alone", "请只写数字"),
    ("{}: its text is neither UTF-8 nor GBK; add encoding to its table", "{}：文字既不是 UTF-8 也不是 GBK；请写明编码"),
    ("{}: is neither CSV nor XLSX; {}", "{}：既不是 CSV 也不是 XLSX；{}"),
    (
        "it is an old or encrypted Excel file: save it as .xlsx without a password, or as CSV",
        "是旧版或加密的 Excel 文件：请另存为不带密码的 .xlsx，或 CSV",
    ),
    ("it looks like an Excel file: name it .xlsx", "像是 Excel 文件：请把后缀改为 .xlsx"),
    ("save it as .xlsx or .csv", "请另存为 .xlsx 或 .csv"),
    (
        "{}: [tables.{}] has a sheet, but no XLSX file; remove sheet",
        "{}：[tables.{}] 写了工作表，却没有 XLSX 文件；请去掉",
    ),
    ("{}: holds no rows; give the right file", "{}：没有数据行；请换对的文件"),
    (
        '{}: does not say how its text is encoded; read as {}; add encoding = "{}" to [tables.{}] to settle it',
        "{0}：没有写明文字编码；按 {1} 读取；请为 [tables.{3}] 写明编码 {2}",
    ),
    (
        '{}: has several fields "{}" (mapped as {}); rename the others',
        "{}：有几个字段都叫“{}”（对应 {}）；请给其余的改名",
    ),
    (
        "{}: has cells far apart, up to {}; remove those that are not of the table",
        "{}：单元格相隔太远，直到 {}；请删去不属于表的",
    ),
    ("{}: holds several sheets, {}; choose one with sheet = …", "{}：有几个工作表：{}；请选一个"),
    ("{}: can't be read as an XLSX file: {}", "{}：不能作为 XLSX 读取：{}"),
    ('{}: has no sheet "{}"; its sheets are {}', "{}：没有工作表“{}”；有 {}"),
    ("{}: {}; save its sheet as CSV, which may be larger", "{}：{}；请把工作表另存为 CSV，CSV 可以更大"),
    ("unpacks to more than {} MB", "解开后超过 {} MB"),
    ("has more than {} cells, with those that are formatted or merged", "单元格多于 {} 个（含只设了格式的和合并的）"),
    # positions of an edit
    (
        "position [{}, {}] is far from the plan; positions are longitude, latitude in degrees: are the two swapped?",
        "位置 [{}, {}] 离方案很远；位置应为经度、纬度（度）：两者是否颠倒了？",
    ),
    (
        "position [{}, {}]: {} is no latitude (-90 to 90); positions are longitude, latitude in degrees{}",
        "位置 [{}, {}]：{} 不是纬度（-90 至 90）；位置应为经度、纬度（度）{}",
    ),
    (
        "position [{}, {}]: {} is no longitude (-180 to 180); positions are longitude, latitude in degrees{}",
        "位置 [{}, {}]：{} 不是经度（-180 至 180）；位置应为经度、纬度（度）{}",
    ),
    (": are the two swapped?", "：两者是否颠倒了？"),
    (", and these look like metres of {}", "，而这些数像是米制坐标：{}"),
    ("EPSG:{} ({} in front of the easting is its zone number)", "EPSG:{}（横坐标前的 {} 是带号）"),
    (
        "one of EPSG:{} to {}, by its central meridian (the easting has no zone number in front)",
        "EPSG:{} 至 {} 之一，视中央经线而定（横坐标前没有带号）",
    ),
    (
        "position [{}, {}] is far from the plan; positions are x, y of {}, and these look like longitude, latitude",
        "位置 [{}, {}] 离方案很远；位置应为 {} 的 x、y，而这些数像是经度、纬度",
    ),
    (
        "position [{}, {}] is far from the plan; positions are x, y of {}, east before north: are the two swapped?",
        "位置 [{}, {}] 离方案很远；位置应为 {} 的 x、y，先东后北：两者是否颠倒了？",
    ),
    (
        "position [{}, {}] is beyond the reach of {}, of which positions are x, y",
        "位置 [{}, {}] 超出 {} 的范围；位置应为它的 x、y",
    ),
    ("position [{}, {}] is too far away for {}, the CRS of the plan", "位置 [{}, {}] 太远，{}（方案的坐标系）到不了"),
)
"""In English, as they are written, and in Chinese; ``{2}`` where the order differs: what was named third."""
OF_A_ROW = "{}: row "


DEEPEST = 4
"""How many sentences stand within one another; what looks like more is somebody's own words."""


@cache
def patterns() -> list[tuple[list[str], str]]:
    """Return the sentences by what stands between their slots, those about rows first, and those with most words."""
    longest = sorted(SENTENCES, key=lambda one: (not one[0].startswith(OF_A_ROW), -len(one[0].replace("{}", ""))))
    return [(english.split("{}"), chinese) for english, chinese in longest]


def filled(between: Sequence[str], text: str) -> list[str] | None:
    """Return what fills the slots of a sentence, each as little as may be; None: it is another sentence.

    Without going back, since texts hold what callers wrote: where a word is found first leaves most room for the next.

    >>> filled(["", ": has ", " rows"], "a.csv: has 3 rows"), filled(["", ": has ", " rows"], "a.csv: has 3")
    (['a.csv', '3'], None)
    """
    start, end = len(between[0]), len(text) - len(between[-1])
    if len(between) == 1:
        return [] if text == between[0] else None
    if start > end or not text.startswith(between[0]) or not text.endswith(between[-1]):
        return None
    slots = []
    for word in between[1:-1]:
        found = text.find(word, start, end)
        if found < 0:
            return None
        slots.append(text[start:found])
        start = found + len(word)
    return [*slots, text[start:end]]


@lru_cache(maxsize=1 << 12)
def refusal_in_chinese(text: str, deepest: int = DEEPEST) -> str:
    """Return what is said of files in Chinese; a sentence that is not here as it stands.

    >>> refusal_in_chinese("小区.doc: files of this kind are not read; bring .shp, or a ZIP of them")
    '小区.doc：不支持这种文件；请提供 .shp，或它们的 ZIP'
    >>> refusal_in_chinese('a.csv: row 3 has nothing in field "姓名" (mapped as name); fill it in, or remove the row')
    'a.csv：第 3 行的字段“姓名”（对应 name）是空的；请填写，或删去这一行'
    """
    for between, chinese in patterns() if deepest else ():
        slots = filled(between, text)
        if slots is not None:
            return chinese.format(*(refusal_in_chinese(each, deepest - 1) for each in slots))
    return text


def refusal_told(text: str, language: Language | None) -> str:
    """Tell what is said of files in a language."""
    return refusal_in_chinese(text) if language == Language.zh else text
