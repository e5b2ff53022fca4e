"""AGE (J10): a limit, range or preference for the applicant's age.

Not: 年满18周岁 alone (the law asks for it), the age of a company, a pupil or a customer, years of work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.rules.language.match import Cue, Finder, cue
from app.rules.language.normal import Span, View

_SUI: Final = r"(?:\s?周\s?岁|\s?岁|\s?歲|\s?\(周?岁\))"
_TO: Final = r"\s?(?:[-~至到一]|--|---|~~|- -)\s?"
_N: Final = r"(?<!\d)(?:1[4-9]|[2-7]\d)(?!\d)"
_CN: Final = r"[一二三四五六七]?十[一二三四五六七八九]?"
_BOUND: Final = (
    r"(?:以\s?[下内里上前]|之[下内前]|及以[下上]|左右|上下|之间|封顶|为[限宜佳]|[前内](?!台|勤|端|容|部|务"
    r"|衣|科))"
)
_NOTE: Final = r"\s?(?:\([^()\n]{1,12}\)\s?)?"

# Whose age it is when not the applicant's: the team's, the customer's, the pupil's, the firm's.
_OTHERS: Final = (
    r"(?:平均年龄|平均|客户|用户|顾客|客群|人群|会员|学员|学生|儿童|幼儿|孩子|少年|宝宝|宝贝|消费者|受众"
    r"|粉丝|玩家|观众|患者|老人|群体"
    r"|服务对象|照顾|照料|护理|陪护|面向|针对|服务于|专注于?|团队|同事|成员|伙伴|员工中|员工平均|公司员工"
    r"|公司|企业|品牌|成立|创立|历史"
    r"|工龄|法定)"
    r"[^,。;!?\n\d]{0,10}"
)
_PUPILS: Final = (
    r"\s?的?\s?(?:(?:适龄|中小|青)?(?:学生的?(?:升学|学业|学习|规划|教学|辅导|课程|教育|心理|家长)|儿童|幼儿|婴|少儿|少年|孩子|宝宝|宝贝|学员|小朋友|学生家长)"
    r"|(?:大学生|学生|女性|男性)?(?:用户|客户|客群|人群|会员|受众|消费|玩家|粉丝|观众|患者|群体|市场|都市"
    r"|退休|老人|老年|长者|长辈|高龄))(?![^,。;!?\n]{0,6}(?:老师|教师|教练|顾问|护士))"
)
_NOT_LIMIT: Final = r"=(?:\s?的?(?:不限|无要求|不要求))"


def _range(pattern: str) -> Cue:
    return cue(pattern, "=" + _OTHERS, "=" + _PUPILS)


_GROWN: Final = re.compile(rf"(?:年?满|已满|须满|大于|不[小低]于)?\s?1[68]{_SUI}?{_NOTE}(?:(?:及|或|含|\(含\))?以上)?$")


class _Limit:
    """35周岁以下, 不超过40岁, 年满20岁; but 18 or 16 as the lower bound is only what the law says."""

    def __init__(self, inner: Cue) -> None:
        self._inner = inner

    def __call__(self, view: View) -> Iterator[Span]:
        for start, end in self._inner(view):
            if not _GROWN.search(view.text[start:end]):
                yield start, end


_LED: Final = (
    r"(?:年龄|岁数|年纪)(?:的?(?:要求|范围|限制|条件|阶段|区间|界限|上限|下限|段|层))?\s?[:为是]?\s?(?:均"
    r"|一般|控制|限)?在?"
)

AGE: Final[tuple[Finder, ...]] = (
    # 25-35岁, 18周岁至45周岁, 22-28 years old
    _range(rf"{_N}{_SUI}?{_NOTE}{_TO}{_N}{_NOTE}(?:多|几)?(?:{_SUI}|\s?years?)(?:{_NOTE}{_BOUND})?"),
    _range(rf"{_CN}{_SUI}?{_TO}{_CN}{_SUI}(?:{_BOUND})?"),
    # 35周岁(含)以下, 三十岁左右, 20多岁
    _Limit(_range(rf"{_N}\s?[多几]?{_SUI}{_NOTE}{_BOUND}")),
    _Limit(_range(rf"{_CN}[多几]?{_SUI}{_NOTE}{_BOUND}")),
    _range(rf"(?:{_N}|[二三四五]十)\s?[多几]{_SUI}"),
    # 不超过40岁, 未满35周岁, 限35岁
    _Limit(
        _range(
            r"(?:不得?超过?|不能超过|不[大高]于|小于|低于|[未不]满|最[大高小]|至多|上限|超过|大于|高于"
            r"|年?满|限|仅限|只招|放宽[至到])"
            rf"\s?{_N}{_SUI}{_NOTE}{_BOUND}?"
        )
    ),
    # 年龄:22-35, 年龄在26-32之间, 年龄45以下, 年龄不超过40
    _range(rf"{_LED}[^,。;!?\n\d]{{0,6}}?{_N}{_SUI}?{_NOTE}{_TO}{_N}{_NOTE}{_SUI}?(?:{_BOUND})?"),
    _Limit(
        _range(
            rf"{_LED}\s?(?:不得?超过?|不能超过|不要超过|不[大高]于|小于|低于|[未不]满|最[大高小]|至多|超过"
            r"|大于|高于|须|需|要)?"
            rf"\s?{_N}(?!\s?(?:[-~]\s?\d|\.\d|[%名人个位年k元天]|小时)){_SUI}?{_NOTE}(?:{_BOUND})?"
        )
    ),
    _Limit(_range(rf"{_LED}\s?(?:不超过|不大于|未满|须|在)?{_CN}{_SUI}?{_NOTE}(?:{_BOUND})?")),
    # 男50女45, 女性20-35, 限35以下, 45以下优先: numbers without 岁 beside a sex or as a whole clause
    _range(
        rf"[男女](?:性|士|生|的)?[,:、\s]?(?P<hit>{_N}{_TO}{_N}"
        rf"(?!\s?(?:[\d.:点%]|cm|公|厘|k|千|元|万|名|人|个|位|号|斤|kg|天|月|年|期)){_SUI}?(?:{_BOUND})?)"
    ),
    cue(
        r"男\D{0,2}[2-6]\d(?!\d)(?:周?岁)?[^,。;\n\d名人位个]{0,4}[,/、 ]?女\D{0,2}[2-6]\d(?!\s?(?:\d|名|人"
        r"|位|个|%|kg|斤|公))",
        "",
        "",
    ),
    cue(r"(?:[男女](?:性|士|生|的)?|限|岁数|年纪)[,:\s]?[2-6]\d(?!\d)\s?(?:以[下内])", "", ""),
    cue(r"(?:^|(?<=[,。;:!、\n )]))[2-6]\d\s?周?岁?以[下内](?:者?优先)?(?=$|[,。;!、\n )])", "", ""),
    cue(
        rf"(?:^|(?<=[,。;:!、\n )求要需须限男女性士生]))(?:[2-6]\d){_SUI}(?=$|[,。;!、\n )]|者?优先|为佳"
        r"|的?(?:可|勿|请))",
        "=" + _OTHERS,
        "=" + _PUPILS,
    ),
    # 男女不限,18-45; 18-45,性别不限; 周岁18-40
    cue(
        rf"(?:男女|性别)(?:不限|均可|皆可)[,;、\s]\s?(?P<hit>{_N}{_TO}{_N})(?=$|[,。;!、\n )])",
        "",
        "",
    ),
    cue(
        rf"周岁\s?:?\s?{_N}{_TO}{_N}(?=$|[,。;!、\n )])",
        "",
        "",
    ),
    cue(rf"(?:^|(?<=[,。;:!、\n ])){_N}{_TO}{_N}(?=[,;、\s]\s?(?:男女|性别)(?:不限|均可|皆可))", "", ""),
    # 90后优先, 招95后, 00后均可投递
    cue(
        r"(?<!\d)(?:[5-9][05]|0[05]|[五六七八九零][零五])\s?(?:、\s?[0-9]{2})?\s?后(?:们|者|人员|人|女生"
        r"|男生|小伙伴|年轻人)?"
        r"(?:优先|优选|为佳|更?佳|均可|皆可|亦可|也可|可投|来投|速来|为主优先|看过来|的你)",
        "",
        "",
    ),
    cue(
        r"(?:限|仅限|招聘?|要求|只要|只招|欢迎|适合|诚聘|需要?|希望|期待"
        r"|优先(?:考虑|录用)?|最好)(?:你|您|广大|各位)?(?:们|的)?(?:是|为)?\s?:?\s?(?<!\d)(?:[5-9][05]"
        r"|0[05]|[五六七八九零][零五])\s?后(?!端|台|勤|的?(?:市场|用户|客户|消费|人群|群体|粉丝|流量|父母|妈妈|爸爸|家长|学员))",
        "",
        "",
    ),
    # 1985年以后出生, 出生日期在1990年1月1日后
    cue(
        r"(?:19[4-9]\d|20[01]\d|(?<!\d)[5-90]\d(?=年))\s?年?(?:\d{1,2}月)?(?:\d{1,2}[日号])?\s?(?:\(含\))?"
        r"(?:及其?)?(?:以[后前]|之[后前]|后|前)\s?出生",
        "",
        "",
    ),
    cue(
        r"出生(?:日期|年份|年月|时间)?[^,。;\n\d]{0,6}(?:19[4-9]\d"
        r"|20[01]\d)\s?年?[^,。;\n]{0,8}?(?:以?之?[后前]|[-~至到])",
        "",
        "",
    ),
    # 年轻者优先, 要求年轻, 青年优先, 年龄大勿扰
    cue(
        r"(?:年轻(?:人|者|化|女性|男性|女士|男士|的?[女男]生|的)?|青年|中青年|中年|年纪轻|年龄小"
        r"|年龄偏[小大]|年龄[小大]的?|大龄|超龄|退休(?:人员|阿姨|大爷|大叔|返聘)?)(?:人员|者)?"
        r"(?:优先|优选|为佳|更佳|最佳|勿扰|勿投|除外|免谈)",
    ),
    cue(
        r"(?:要求|限|招聘?|须|需|必须|只要|只招|仅限)(?:比较|有|是)?年轻(?!有为|的?(?:团队|氛围|平台|心态"
        r"|心|梦想|勇气|活力))",
    ),
    cue(r"年轻力壮|年富力强", "(?:团队|我们|一支|一群)[^,。;]{0,6}"),
    # English postings
    cue(
        r"(?<![a-z])(?:under|below|over|above|younger than)\s?(?:the age of\s?)?[2-6]\d\s?(?:years?\s?(?:ol"
        r"d|of age)|(?=$|[,.;\n]))",
        "",
        "",
    ),
    cue(
        r"(?<![a-z])aged?\s?(?:range|limit|requirement|group)?\s?[:]?\s?(?:between|from|under|below|within"
        r"|over)?\s?[1-6]\d(?!\d)",
        "=(?:average|company|clients?|customers?|pupils?|students?|children)[^.,;]{0,12}",
        "",
    ),
    cue(
        r"(?<!\d)[2-6]\d(?:\s?(?:-|~|to)\s?[2-6]\d)?\s?years?\s?(?:old|of age)",
        "=(?:company|firm|brand|business|over|more than)[^.,;]{0,14}",
        r"=\s?(?:company|firm|brand|business|group)",
    ),
)
