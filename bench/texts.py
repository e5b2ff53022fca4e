"""Titles and descriptions as people write them, with some words that many use, some that few use, and one nobody uses."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from app.rules.search import tsvector_text

# What is searched for. Of 20,011 texts: `招聘` in 30 %, `保洁` in 1 %, `潜水` in five, `无人` in none.
COMMON, SOME, RARE, NONE = "招聘", "保洁", "潜水", "麒麟"
COMMON_4, SOME_4, RARE_4, APART_4 = (
    "急聘普工",
    "家庭保洁",
    "水下焊接",
    "招聘普洱",
)  # the last: common pairs, never together
TEXTS = 20_011  # a prime: the cycles of texts, divisions and states never fall into step

_PLACES = (
    "天河",
    "番禺",
    "白云",
    "南海",
    "顺德",
    "龙岗",
    "宝安",
    "惠城",
    "端州",
    "香洲",
    "禅城",
    "越秀",
    "曲江",
    "浈江",
)
_JOBS = (
    "普工", "搬运工", "分拣员", "服务员", "洗碗工", "传菜员", "收银员", "促销员", "理货员", "包装工", "装卸工", "保安员", "质检员",
    "水电工", "油漆工", "木工", "瓦工", "电焊工", "绿化工", "快递员", "配送员", "叉车工", "缝纫工", "裁剪工", "会务助理", "录入员",
)  # fmt: skip
_ENDS = (
    "日结",
    "周结",
    "短期",
    "长白班",
    "包午餐",
    "两班轮换",
    "当天可上岗",
    "离地铁近",
    "有宿舍",
    "按件计酬",
    "三天",
    "一周",
)
_MORE = (
    "工作时间八小时，中午休息一小时，现场有专人带领。",
    "按天结算，完工当天付清，提供劳保用品与饮水。",
    "熟手优先，无经验可学，现场统一安排培训半天。",
    "地点靠近公交站，请自备身份证，准时到场签到。",
    "需要搬抬重物，身体健康即可，提供手套与工作服。",
)


@dataclass(frozen=True, slots=True)
class Text:
    """A title with its description, and the search tokens as COPY wants them."""

    title: str
    description: str
    tokens: str


def _title(number: int, random: Random) -> str:
    place, job, end = random.choice(_PLACES), random.choice(_JOBS), random.choice(_ENDS)
    if number < 5:
        return f"{place}{RARE}员 {RARE_4}"
    if number < 25:
        return f"{place}普洱茶庄{job}{end}"
    share = random.random()
    if share < 0.01:
        return f"{place}{SOME_4 if share < 0.004 else SOME + '员'}{end}"
    if share < 0.04:
        return f"{COMMON_4} {place}{end}"
    return f"{place}{COMMON if share < 0.34 else ''}{job}{end}"


def texts(seed: int = 20261120) -> list[Text]:
    """The pool that rows are made of; the same at every run."""
    random = Random(seed)
    found = []
    for number in range(TEXTS):
        title, description = _title(number, random), random.choice(_MORE)
        found.append(Text(title, description, tsvector_text(f"{title} {description}")))
    random.shuffle(found)
    return found
