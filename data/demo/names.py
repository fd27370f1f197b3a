"""Names of places and of invented duty-holders. Nobody here exists: people's names say so themselves."""

from __future__ import annotations

from math import lcm

import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


def _pool(first_picks: str, first: str, second: str) -> list[str]:
    """List the picks, then every first character with every second, neighbours in the list differing in both."""
    a, b = first.split(), second.split()
    pairs = [a[(k + k // lcm(len(a), len(b))) % len(a)] + b[k % len(b)] for k in range(len(a) * len(b))]
    return list(dict.fromkeys([*first_picks.split(), *pairs]))


_FAIR = "翠 金 银 碧 玉 紫 青 红 春 秋 明 瑞 福 祥 康 安 和 永 长 新 东 西 南 北 云 锦 龙 凤"
_WATERS = "湖 江 泉 园 苑 华 林 竹 山 河 桥 塘 岭"

STREETS = _pool(
    "青云 滨河 文昌 学府 东华 西山 和平 金江 龙泉 莲花 环城 板桥 大营",
    "永 太 长 新 东 西 南 北 中 大 上 下 云 龙 凤 马 杨 高",
    "安 平 和 兴 宁 庄 关 坝 甸 登 洛 川 城 河 塘",
)
COUNTIES = _pool(
    "青江 明川 云麓 金河 石城 龙泉 翠屏 安宁坪 东川坝 西河",
    "永 太 长 新 双 大 建 云 龙 凤 镇 泸 澄 宣 景 腾",
    "安 平 宁 兴 江 山 源 水 化 城 川 阳 陵 康 泽 沧",
)
COMMUNITIES = _pool("桂花 翠湖 滨江 和平 建设 文化巷 钟楼 书林 五一 友谊 光华 前进 学苑 北门", _FAIR, _WATERS)
VILLAGES = _pool(
    "石桥 柳树 大河埂 李家营 上坝 青树 白龙潭 双井 小村坝 下坝 黄土坡 核桃箐",
    "大 小 上 下 前 后 新 老 双 三 白 黑 红 黄 高 平",
    "营 坝 箐 冲 凹 沟 湾 塘 屯 井 桥 坡 甸 岭 庄 寨",
)
COMPOUNDS = _pool("翡翠 金江 桂苑 锦绣 阳光 翠堤 江岸 香樟 书香 世纪 都市 丽景 怡景 盛世 水岸", _FAIR, _WATERS)
COMPOUND_ENDINGS = _words("花园 小区 家园 苑 公寓 新村 雅居 名邸 小区二期 佳园 里 城 花园一期")
FACTORIES = _words(
    "农机厂 纺织厂 机床厂 化肥厂 水泥厂 卷烟厂 印刷厂 电缆厂 客车厂 制药厂 轴承厂 造纸厂 橡胶厂 玻璃厂 仪表厂 钢铁厂"
)
WORK_UNITS = FACTORIES + _words("铁路 邮电 供销社 地质队 粮食局 水电局 百货公司 勘察院 林业局 公路段")
ENTERPRISES = FACTORIES + _words("食品厂 啤酒厂 物流园 科技园 汽修厂 家具厂 创意园 面粉厂 服装厂 木材厂 电机厂 阀门厂")
FACTORY_ENDINGS = ["宿舍", "家属院", "职工小区"]
ORGANS = _words(
    "人民政府 税务局 公安局 教育局 财政局 自然资源局 人民法院 人民检察院 民政局 水务局 交通运输局 市场监管局 气象局 "
    "统计局 档案馆 文化馆 图书馆 博物馆 体育馆 供电局 住建局 司法局 农业农村局 消防救援大队 少年宫 广播电视台 邮政局"
)
HOSPITALS = _words("人民医院 中医院 妇幼保健院 口腔医院 康复医院 疾控中心 急救中心 骨科医院 眼科医院")
COLLEGES = _words("师范学院 职业技术学院 医学院 党校 电视大学 农业学校 卫生学校 艺术学校 技工学校")
VILLAGE_SEATS = _words("委会 小学 卫生室 文化站 农科站 粮站 水管站")
STREET_NAMES = _words(
    "人民 建设 解放 中山 文化 滨江 青年 光明 和平 新华 东风 环城 朝阳 团结 胜利 迎宾 学府 振兴 白云 龙泉 金江 翠屏"
)
RIVERS = _words("青龙河 金水江 翠江 盘龙川 洗马河 东河 西河 白沙河")

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
INVENTED = ("示例", "样例", "演示", "样本", "范例", "虚构")
"""What stands in place of a given name, so that no duty-holder of the demo can be taken for a person."""


def draw_names(pool: list[str], parent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a name for each row, drawn from ``pool``, no two alike in one parent while the pool lasts.

    Parents take the pool from different places and in different steps; a second round through it appends 二, 三, ….
    """
    parent = np.asarray(parent)
    count = int(parent.max()) + 1 if len(parent) else 0
    rank = rank_in(parent)
    steps = np.array([step for step in range(1, len(pool)) if np.gcd(step, len(pool)) == 1])
    start = rng.integers(0, len(pool), count)
    step = rng.choice(steps, count)
    if count == 1:
        start, step = np.zeros(1, dtype=int), np.ones(1, dtype=int)
    rounds = rank // len(pool)
    names = np.array(pool, dtype=object)[(start[parent] + rank * step[parent]) % len(pool)]
    return names + np.array(["", *"二三四五六七八九"], dtype=object)[np.minimum(rounds, 8)]


def rank_in(group: np.ndarray) -> np.ndarray:
    """Return each row's position among the rows of its group, from 0."""
    order = np.argsort(group, kind="stable")
    ordered = np.asarray(group)[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, dtype=bool)
    starts = np.flatnonzero(first)
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return rank


def invented_people(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return names such as 赵示例, which nobody bears."""
    surname = np.array(list(SURNAMES), dtype=object)[rng.integers(0, len(SURNAMES), count)]
    return surname + np.array(INVENTED, dtype=object)[rng.integers(0, len(INVENTED), count)]


def work_phones(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return work numbers of one exchange that is kept for examples here: 0871-5550 and four digits."""
    digits = np.char.zfill(rng.integers(0, 10_000, count).astype(str), 4)
    return ("0871-5550" + digits.astype(object)) if count else np.empty(0, dtype=object)


def numerals(count: int) -> np.ndarray:
    """Return 一, 二, … for 1 to ``count`` (at most 99).

    >>> numerals(21)[[0, 9, 10, 20]].tolist()
    ['一', '十', '十一', '二十一']
    """
    digits = ["", *"一二三四五六七八九"]
    tens = ["", "十", *(digit + "十" for digit in digits[2:])]
    return np.array([tens[n // 10] + digits[n % 10] for n in range(1, count + 1)], dtype=object)
