"""The check of a unit's name, U07 (standards.md 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.rules.checks import reading
from app.rules.checks.saying import Family, Voice
from app.rules.checks.wording import labelled, quote_en, quote_zh
from app.rules.findings import Evidence, Facts, Finding

# How names of units end: companies, public bodies, associations, individual businesses.
_SUFFIX: Final = re.compile(
    r"(?:公司|集团|厂|店|中心|学校|大学|学院|小学|中学|幼儿园|医院|诊所|事务所|合作社|联社|合伙|企业|代表处|办事处|分部|总部"
    r"|协会|学会|商会|促进会|联合会|研究会|基金会|工会|委员会|法院|检察院|政府|银行|分行|支行|俱乐部|工作室|电视台"
    r"|[局厅委部处所站馆院社行场园户队室吧坊铺屋楼庄城府堂轩阁苑]|超市|市场|餐厅|食堂|药房|公寓|联盟|平台)$"
)
_FORM_TAIL: Final = re.compile(r"[（(](?:有限合伙|普通合伙|特殊普通合伙|个人独资|集团)[）)]$")
_PUNCTUATION: Final = re.compile(r"[!-'*+,./:;<=>?@\[\\\]^_`{|}~，。；：！？、“”‘’《》【】…—￥]")

NAMES: Final = Family()


@NAMES.check("U07", "单位名称规范", "Unit name", fields="name", law="企业名称登记管理规定", reason="R03")
def unit_name(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The full name as on the licence: form, legal suffix, no contact data, nobody else's name."""
    name = reading.text(evidence, "name")
    for zh, en in _name_faults(name):
        yield say.warn("name", f"单位名称“{reading.cut(name)}”{zh}", f"The unit name “{reading.cut(name)}” {en}.")
    for place in labelled(evidence, ("name",), "CONTACT"):
        yield say.warn(
            "name",
            f"{quote_zh(place)}疑似联系方式",
            f"{quote_en(place)} looks like contact data.",
            reason="R13",
            at=place,
        )
    for other in reading.rows(facts, "same_name_units")[:5]:
        known = reading.cut(other.get("title") or name)
        yield say.high(
            "name",
            f"已有同名单位“{known}”（编号{reading.cut(other.get('id', ''))}），请核对是否重复注册或冒用",
            f"Another unit is called “{known}” (number {reading.cut(other.get('id', ''))}); look for a "
            "double registration.",
        )


def _name_faults(name: str) -> Iterator[tuple[str, str]]:
    if not name.strip():
        yield "为空", "is empty"
        return
    if name != name.strip():
        yield "首尾有空格", "begins or ends with a blank"
    if any(c in name for c in "()") and any(c in name for c in "（）"):
        yield "全角与半角括号混用", "mixes full-width and half-width brackets"
    if _PUNCTUATION.search(name):
        yield "含有标点符号", "holds punctuation"
    bare = _FORM_TAIL.sub("", name.strip())
    if not _SUFFIX.search(bare):
        yield (
            "缺少组织形式（如有限公司、厂、店、中心、学校）",
            "has no legal suffix such as 有限公司, 厂, 店, 中心 or 学校",
        )
