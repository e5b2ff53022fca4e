"""PLACEHOLDER (J01): masking or filler where a condition, a duty, the pay or a term should stand.

Not: a masked name, contact or part of a slogan, a line of stars between two sections, stars as bullets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.rules.language.match import WINDOW, Finder, cue
from app.rules.language.normal import Span, View

_MASK: Final = re.compile(r"(?<!\*)\*{3,15}(?!\*)|(?<![a-z.])[x×]{3,6}(?![a-z.x×*])")
_CLAUSE: Final = re.compile(r"[,。;!?\n]|(?<=[^\d])\d{1,2}[、.)](?!\d)")
_CONTACT_OR_NAME: Final = re.compile(
    r"(?:微信|电话|手机|qq|邮箱|联系方式|联系人|联系|号码?|热线|座机|投递至|有意者)[^,。;!?\n]{0,12}$"
    r"|(?:^|[\s:,(、])[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏"
    r"潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳史唐"
    r"费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏"
    r"成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季"
    r"麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸"
    r"左石崔吉钮龚程嵇邢裴陆荣翁闫唐]$"
)
_PERSON_AFTER: Final = re.compile(r"\s?(?:先生|女士|小姐|老师|经理|主管|总(?!监)|收|:?\s?\d{6,})")
_SLOGAN: Final = re.compile(
    r"品牌|企业|公司|集团|团队|行业|中国|全国|全球|世界|国内|知名|领先|著名|梦想|人生|未来|平台|我们|三八"
    r"|妇女|国际|五一|十一|打造|荣获|成立|上市|^节"
)
_WISH: Final = re.compile(
    r"(?:限|仅限|不能|不得|须|必须|需要?|要求|为|是|招|性别|年龄|学历|专业|户籍|户口|住\S{0,4}|可做?|做"
    r"|接受|欢迎|优先|薪资|工资|底薪|待遇|时间|期限|经验|职责|条件|内容|合同|现为)[:]?\s?$"
)
_PREFERRED: Final = re.compile(
    r"\s?(?:者|的|人员|生)?(?:优先|优选|为佳|更佳|佳|均可|不限|亦可|也可|勿扰|勿投|除外|也?有加分|加分"
    r"|以[上下]|学历|专业|工作经验)"
)
_HEADING: Final = re.compile(r"\*{3,15}\s?[^\s*,。;]{1,12}\s?\*{3,15}")  # ***岗位职责***
_EDGE: Final = r"[\s.,。、;:!?~*_=+#()\[\]【】<>|/\\-]*"
_HEADED: Final = (
    r"(?:(?:岗位|职位|工作|任职)(?:职责|描述|内容|要求|资格|条件|说明)|职责|要求|描述|薪资(?:待遇)?|工资|待遇)"
)
_MISSING: Final = (
    r"(?:暂无|无|没有|(?:具体|详细|详情|薪资|工资)?(?:情况|内容|事宜)?(?:请|可|详?见|来)?(?:面议|面谈|详谈)"
    r"|待(?:定|补充|填写?|完善|更新|编辑|录入|确认)|略|同上|同标题|见附件|如题|详见附件"
    r"|te?st(?:ing)?(?:\s?te?st)*\d*|(?:测试){1,4}(?:职位|数据|岗位|内容|一下|用)?\d*|示例|null|none|n/?a"
    r"|undefined|(?:asdf)+\w{0,6}|qwer\w{0,6}|aaa+|abc|xxx+|123\d*|lorem ipsum.{0,400})"
)
_FILLER: Final = re.compile(
    rf"{_EDGE}(?:{_HEADED}\s?:?\s?)?{_MISSING}{_EDGE}|[\s\d.、:]*{_HEADED}(?:[\s:]{{1,3}}{_HEADED}){{0,3}}[\s:]*"
)
_EMPTY_ITEM: Final = (
    r"(?:职责|要求|描述|内容|条件|资格|薪资|工资|待遇|福利|时间|地点|期限)\s?[:]\s?"
    r"(?:暂无|待(?:定|补充|填写|完善|更新)|略|同上|xxx+|test(?:ing)?|测试)(?=$|[\s,。;、)])"
    r"|(?:职责|描述|工作内容)\s?:\s?(?:无|面[议谈])(?=$|[\s,。;、)])"
)


def _masked(view: View) -> Iterator[Span]:
    """Runs of stars (or xxx) that stand for a condition, a duty or a term."""
    headings = {edge for heading in _HEADING.finditer(view.text) for edge in heading.span()}
    for run in _MASK.finditer(view.text):
        if run.start() in headings or run.end() in headings:
            continue
        left, right = _around(view.text, run.start(), run.end())
        before = view.text[max(0, run.start() - WINDOW) : run.start()]
        if _CONTACT_OR_NAME.search(before) or _PERSON_AFTER.match(right):
            continue
        wished = _WISH.search(left) or _PREFERRED.match(right)
        if wished or (run.group().startswith("*") and _stands_alone(run, left, right)):
            yield run.span()


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """What of the same clause stands left and right of a run."""
    left = text[max(0, start - WINDOW) : start]
    cuts = list(_CLAUSE.finditer(left))
    right = text[end : end + WINDOW]
    stop = _CLAUSE.search(right)
    return left[cuts[-1].end() if cuts else 0 :], right[: stop.start()] if stop else right


def _stands_alone(run: re.Match[str], left: str, right: str) -> bool:
    """Neither part of a slogan nor a rule between two sections: a long run with space on both sides is a r"
    "ule."""
    rule = len(run.group()) > 6 and not left[-1:].strip() and not right[:1].strip()
    return not rule and not _SLOGAN.search(left) and not _SLOGAN.search(right[:6])


def _filler(view: View) -> Iterator[Span]:
    """The whole text is a filler, or has no letter or figure, or is one character over and over."""
    text = view.text.strip()
    if not text:
        return
    empty = not any(c.isalnum() for c in text) or (len(text) >= 3 and len(set(text)) == 1)
    if empty or _FILLER.fullmatch(text):
        yield view.text.index(text[0]), len(view.text.rstrip())


IN_TEXT: Final[tuple[Finder, ...]] = (
    _masked,
    cue(_EMPTY_ITEM, "", ""),
    cue(
        r"请(?:在此|在这里)?(?:填写|输入)(?:职位|岗位|工作|公司)?(?:描述|职责|要求|内容|信息|名称)"
        r"|此处(?:填写|输入)|待填写",
        "",
        "",
    ),
)
WHOLE: Final[tuple[Finder, ...]] = (_filler,)
