"""OVERTIME (J15): hours plainly beyond the limits of the law, or no rest. Not 单休 alone, not 加班费.

A working day is eight hours, with overtime eleven at most (劳动法 36, 41); a day of rest a week (38).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.rules.language.match import WINDOW, Finder, cue
from app.rules.language.normal import Span, View

_TWELVE: Final = r"(?:1[2-6]|十[二三四五六])\s?个?\s?(?:小时|h(?![a-z])|钟头)"
_SHARED: Final = (
    r"[^。;!?\n]{0,12}(?:[做上]一[休歇][一二三]|[做上]二[休歇][二三]|[做上]1[休歇][123]|[做上]2[休歇][23]"
    r"|上12休(?:24|36|48)|休(?:24|36|48)|一天一夜休)"
)
_FEW: Final = r"(?:[0-3]|零|一|两|二|三)"

_PLAIN: Final[tuple[Finder, ...]] = (
    cue(
        rf"{_TWELVE}[,、]?[^,。;!?\n]{{0,4}}(?:两|二|2|对|轮|白夜|倒)(?:班|班倒|倒)(?:倒)?"
        rf"|{_TWELVE}(?:工作)?制|{_TWELVE}\s?/\s?(?:天|日|班)|(?:白|夜|晚|早)班\s?[:]?\s?{_TWELVE}"
        rf"|(?:两班倒?|二班倒|2班倒|对班|白夜班)[^。;!?\n]{{0,8}}?{_TWELVE}",
        "=(?:低于|少于|不到|不超过)",
        f"={_SHARED}",
    ),
    cue(
        rf"(?:每天|每日|一天|日均|天天|每班)(?:工作|上班|工时|需|要|约|满|至少|不少于|[:])*\s?{_TWELVE}"
        rf"|(?:工作时间|上班时间|工时|上班|工作)\s?[:为]?\s?(?:每天|每日)?\s?{_TWELVE}",
        "=(?:低于|少于|不到|不超过|不)",
        f"={_SHARED}|(?:内|之内|送达|配送|发货|响应|回复|服务|在线)",
    ),
    cue(
        r"上\s?12\s?(?:个?小时)?\s?休\s?12|12\s?[+上/x*]\s?12\s?(?:倒班|两班)"
        r"|(?<!\d)7\s?[x×*]\s?1[2-6](?!\d)\s?(?:小时)?",
        "",
        "",
    ),
    # 月休2天, 每月只休一天, 全月无休, 上13休1
    cue(
        r"(?:月休(?:息|假)?|月(?:公|轮)休|每个?月(?:只|仅|可|能|共)?(?:休息?|放假?|轮休|公休|调休)"
        rf"|一个月(?:只|仅|可|能)?(?:休息?|放假?)|月放假?)\s?{_FEW}\s?(?:[-~至到]\s?[0-4一二两三四]\s?)?(?:"
        r"天|日)(?!半?带薪)",
        "=[双周]",
        "",
    ),
    cue(
        r"(?:全|整|当|常|每|一个?)(?:月|年)[^,。;!?\n]{0,2}(?:无休|不休|没有休息|无休息|不放假)|(?:没有"
        r"|无)休息(?:日|(?=$|[,。;!、\s]))|做七休零|一周(?:上|工作)(?:七|7)天|每周(?:上|工作)(?:七|7)天|连续(?:上班|工作)(?:[7-9]"
        r"|[1-9]\d|七|八|九|十)天",
        "=(?:中午|午间|门店|商场|营业|客服中心|服务|热线|超市|平台|系统|不会|不)[^,。;!?\n]{0,6}",
        "=的?(?:营业|服务|配送|客服|运营|热线|门店)",
    ),
    cue(
        r"(?:做|上|干|工作)\s?(?:[7-9]|1\d|2\d|30|[七八九]|十[一二三四五六七八九]?"
        r"|二十[一二三四五六七八九]?)\s?天?\s?休\s?(?:[12]|一|二|两)\s?天?(?!4|\d)",
        "",
        "",
    ),
    # 996, 早九晚九六天; 天天加班到深夜
    cue(
        r"(?<![\da-z.:#-])(?:996|997|007|9106|9116|8106)(?![\da-z.-])(?:工作制|制度|模式)?|(?:九九六"
        r"|零零七)(?:工作制|制度)?",
        "=(?:不|非|无|没有|拒绝|告别|远离|抵制|杜绝|反对|编号|型号|no|保时捷|邮编|工号|:\\s?no)[^,。;!?\n]{0,4}",
        "=\\s?(?:元|号|人|名|个|家|%|级|路|弄|型|系列|件|类|\\+)",
    ),
    cue(
        r"(?:天天|每天|每日)(?:都|需|要|固定)?加班(?:[3-9]|三|四|五|六)\s?个?小时|(?:天天|每天|每日|经常"
        r"|长期|固定)(?:都|需|要)?加班(?:到|至)(?:凌晨|深夜|半夜|晚上?(?:1[0-2]|十)|2[2-4]|夜里)"
        r"|连续工作(?:1[2-9]|2\d|3\d|十[二三四五六]|二十四)个?小时",
        None,
        "",
    ),
)

_TIME: Final = r"(\d{1,2}|[一二三四五六七八九十]{1,2})\s?(?:[:.点时]\s?(\d{2}|半)?\s?分?)?"
_DAY: Final = re.compile(
    rf"(?<!\d)(?<!\d[:.])(?P<early>早上?|朝|上午|晨|am)?\s?{_TIME}\s?"
    rf"(?:[-~至到]{{1,3}}\s?(?P<late>晚上?|下午|夜里?|pm|次日)?|[,、/]?\s?(?P<night>晚上?"
    rf"|夜里?))\s?{_TIME}(?![\d:%元万k千百])"
)
_NOT_WORK: Final = re.compile(
    r"(?:营业|门店|商场|超市|卖场|开放|服务时间|接听时间|面试|预约|配送|热线|在线时间|期间|系统|咨询时间)[^。;!?\n]{0,10}$"
)
_SHIFTS: Final = re.compile(
    r"[^。;!?\n]{0,8}(?:轮班|排班|两班|三班|分.{0,2}班|之间|任[选意]|弹性|倒班|期间|内?(?:工作|上班"
    r"|排)?[5678]个?小时|8h|营业)"
)
_ONE_DAY_OFF: Final = re.compile(
    r"单休|[做上]六休一|[做上]6休1|一周休(?:息)?[一1]天|每周休(?:息)?[一1]天|周休[一1]|月休(?:息)?[0-4四]天"
    r"|六天|6天|无休"
)
_TWO_SHIFTS: Final = re.compile(r"[,、(\s]{0,2}(?:[两二2]班倒|对班|白夜班)")
_HALF_SHIFT: Final = re.compile(r"[做上][一二12]休[一二三123]")
_CN_HOUR: Final = {c: n for n, c in enumerate("一二三四五六七八九十", start=1)} | {"十一": 11, "十二": 12}


def _hour(hour: str, minute: str | None) -> float | None:
    whole = int(hour) if hour.isdecimal() else _CN_HOUR.get(hour)
    if whole is None or whole > 24:
        return None
    part = 30 if minute == "半" else int(minute or 0)
    return whole + part / 60 if part < 60 else None


def _length(found: re.Match[str]) -> float | None:
    """Hours from the first time to the second; 朝九晚九 and 早8点-晚8点 count the second after noon."""
    start, end = _hour(found[2], found[3]), _hour(found[6], found[7])
    if start is None or end is None:
        return None
    if (found["late"] or found["night"]) and end <= 12:
        end += 12
    return end - start


def _long_day(view: View) -> Iterator[Span]:
    """9:00-22:00, or twelve hours with a single day of rest a week."""
    for found in _DAY.finditer(view.text):
        exact = ":" in found.group() or "点" in found.group() or bool(found["early"] and found["night"])
        hours = _length(found) if exact else None
        if hours is None or not 12 <= hours <= 17:
            continue
        left = view.text[max(0, found.start() - WINDOW) : found.start()]
        right = view.text[found.end() : found.end() + WINDOW]
        two = hours == 12 and _TWO_SHIFTS.match(right)  # the other twelve hours are the other shift
        if _NOT_WORK.search(left) or (_SHIFTS.match(right) and not two):
            continue
        off = two or _ONE_DAY_OFF.search(left) or _ONE_DAY_OFF.search(right)
        if (hours >= 13 or off) and not (hours < 13 and _HALF_SHIFT.search(left + right)):
            yield found.span()


OVERTIME: Final[tuple[Finder, ...]] = (*_PLAIN, _long_day)
