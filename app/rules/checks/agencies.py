"""Checks of an agency's entry, Z01..Z08, and of an employer's certification, E01..E03 (standards.md 3.7; ZX-06, ZX-26..30)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from app.rules.agencies import COMMERCIAL, MATERIALS, PROOF_DAYS
from app.rules.checks import applicants, reading
from app.rules.checks.saying import Family, Voice
from app.rules.codes import uscc_fault
from app.rules.findings import Evidence, Facts, Finding

SOON_DAYS: Final = 30
_DOTS: Final = re.compile("[.•・‧∙·]")
_LICENCE: Final = re.compile(r"[\u4e00-\u9fffA-Za-z0-9()（）〔〕\[\]第号-]{6,40}")
_SLOTS: Final = {
    "approval": ("设立批准文件", "approval document"),
    "letter": ("授权委托书", "letter of authority"),
    "handler_id": ("经办人身份证件", "handler's identity document"),
    "holder_photo": ("手持身份证的人像照片", "photo of the person with the identity card"),
    "licence": ("营业执照", "business licence"),
    "hr_licence": ("人力资源服务许可证", "human resources service licence"),
}

ENTRY: Final = Family()
CERTIFICATION: Final = Family()


def _commercial(evidence: Evidence) -> bool:
    return reading.text(evidence, "agency_kind") == COMMERCIAL


@ENTRY.check("Z01", "经办人已实名", "Applicant's name proven", fields="", law="ZX-29", reason="R14")
def entry_person(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Whoever acts for an agency is a real-named person."""
    yield from applicants.proven(say, facts, "经办人")


@ENTRY.check("Z02", "材料齐全", "Materials complete", fields="files", law="ZX-28；ZX-30", reason="R01")
def entry_materials(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """By the kind of the agency: three for a public one, four for a commercial one."""
    slots = MATERIALS.get(reading.text(evidence, "agency_kind"), ())
    yield from applicants.complete(say, evidence, slots, _SLOTS)


@ENTRY.check(
    "Z03", "许可证编号与期限", "Licence number and dates", fields="licence_no licence_valid_from licence_valid_until",
    law="人力资源市场暂行条例第18条", reason="R04",
)  # fmt: skip
def entry_licence(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """A commercial agency needs a licence in force; one given by a public agency is looked at as well."""
    number, today = reading.text(evidence, "licence_no").strip(), reading.day(facts, "today")
    since, until = reading.day(evidence, "licence_valid_from"), reading.day(evidence, "licence_valid_until")
    if _commercial(evidence):
        for name, there in (("licence_no", number), ("licence_valid_from", since), ("licence_valid_until", until)):
            if not there:
                yield say.block(name, "请填写人力资源服务许可证信息", "The licence is not filled in.", reason="R01")
    if number and not _LICENCE.fullmatch(number):
        yield say.warn(
            "licence_no", f"许可证编号“{reading.cut(number)}”形式异常", f"Unusual number: {reading.cut(number)}."
        )
    if since and until and since >= until:
        yield say.block("licence_valid_until", "许可证截止日应晚于起始日", "The licence ends before it begins.")
    if today and until and until < today:
        yield say.block("licence_valid_until", "许可证已过期", "The licence has expired.")
    elif today and until and until <= today + timedelta(days=SOON_DAYS):
        yield say.warn("licence_valid_until", f"许可证将于{until}到期", f"The licence ends on {until}.")


@ENTRY.check(
    "Z04", "服务范围含网络招聘", "Online recruitment in the scope", fields="service_scope",
    law="网络招聘服务管理规定第9条", reason="R14",
)  # fmt: skip
def entry_scope(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Recruiting on line must stand in the licence of a commercial agency."""
    if _commercial(evidence) and "网络招聘" not in reading.text(evidence, "service_scope"):
        yield say.high("service_scope", "服务范围未见“网络招聘”", "“网络招聘” is not in the scope of services.")


@ENTRY.check("Z05", "机构未重复入驻", "Agency not there yet", fields="name uscc", law="ZX-29", reason="R07")
def entry_once(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """One agency, one entry; the credit code is well-formed."""
    code = reading.text(evidence, "uscc")
    if code and uscc_fault(code):
        yield say.block("uscc", "统一社会信用代码有误", "The credit code is wrong.", reason="R03")
    elif not code and _commercial(evidence):
        yield say.block("uscc", "请填写统一社会信用代码", "The credit code is missing.", reason="R01")
    if reading.flag(facts, "agency_taken"):
        yield say.block("name", "该机构已入驻平台", "This agency is on the platform already.")


@ENTRY.check(
    "Z06",
    "手持证件照片已单独同意",
    "Consent to the photo",
    fields="photo_consent",
    law="个人信息保护法第29条",
    reason="R01",
)
def entry_consent(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The photo with the document is sensitive: it needs a consent of its own (table (b) row 36)."""
    given = {reading.text(file, "slot") for file in reading.rows(evidence, "files")}
    if "holder_photo" in given and not reading.flag(evidence, "photo_consent"):
        yield say.block("photo_consent", "请单独同意使用手持证件照片", "Please consent to the use of the photo.")


@ENTRY.check("Z07", "人社部门推荐", "Recommended by the bureau", fields="", law="ZX-27", reason="R14")
def entry_recommended(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Commercial agencies are recommended by the bureau of their place before they are decided on."""
    if _commercial(evidence) and not reading.flag(evidence, "recommended"):
        yield say.block(
            "", "市场化职介须先由当地人社部门推荐：请先“申请推荐”",
            "A commercial agency is recommended by the local bureau first: ask for the recommendation.",
        )  # fmt: skip


@ENTRY.check("Z08", "不在禁止名单", "Not banned", fields="", law="人社厅发〔2025〕60号", reason="R14")
def entry_allowed(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Whoever may register no unit enters with no agency either."""
    yield from applicants.barred(say, facts)


@CERTIFICATION.check("E01", "实名认证", "Person proven", fields="", law="ZX-06", reason="R14")
def proof_person(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The first proof: the person's name."""
    yield from applicants.proven(say, facts, "经办人")


@CERTIFICATION.check("E02", "企业认证", "Enterprise proven", fields="unit", law="ZX-06", reason="R14")
def proof_unit(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The second: the unit is approved, and its verification not overdue."""
    unit = {**reading.part(evidence, "unit"), **reading.part(facts, "unit")}
    due, today = reading.day(unit, "reverify_due"), reading.day(facts, "today")
    if unit.get("status") != "approved":
        yield say.block("unit", "单位尚未通过审核或已被冻结", "The unit is not approved, or is frozen.")
    if due and today and due < today:
        yield say.warn("unit", f"单位复核已于{due}逾期", f"The unit's re-verification has been overdue since {due}.")


@CERTIFICATION.check(
    "E03",
    "在职认证",
    "Employment proven",
    fields="files employed_since title proof_name proof_date",
    law="ZX-06",
    reason="R01",
)
def proof_employment(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The third: a fresh paper in the person's name that says since when the person works there, and as what.

    Name and day are typed as the paper says; that it says so is for whoever decides to compare.
    """
    given = {reading.text(file, "slot") for file in reading.rows(evidence, "files")}
    if "employment_proof" not in given:
        yield say.block("files.employment_proof", "缺少材料：在职证明", "A material is missing: proof of employment.")
    since, today = reading.day(evidence, "employed_since"), reading.day(facts, "today")
    told = reading.cut(reading.text(evidence, "employed_since"))
    if since is None and told:
        yield say.block("employed_since", f"入职日期“{told}”不正确", f"Nobody was employed on “{told}”.", reason="R03")
    elif since is None:
        yield say.block("employed_since", "请填写入职日期", "Since when is missing.")
    elif today and since > today:
        yield say.block(
            "employed_since", "入职日期不能晚于今天", "The employment cannot begin in the future.", reason="R03"
        )
    yield from _proof_name(say, evidence)
    yield from _proof_date(say, reading.day(evidence, "proof_date"), today)


def _proof_name(say: Voice, evidence: Evidence) -> Iterator[Finding]:
    shown, person = reading.text(evidence, "proof_name").strip(), reading.text(evidence, "applicant").strip()
    if not shown:
        yield say.block("proof_name", "请填写在职证明上的姓名", "The name on the proof is missing.")
    elif not person:
        yield say.not_checked("proof_name", "申请人姓名未知", "the applicant's name is unknown.")
    elif _bare(shown) != _bare(person):
        yield say.block(
            "proof_name",
            "在职证明上的姓名与申请人实名不一致",
            "The name on the proof is not that of the applicant.",
            reason="R03",
        )


def _proof_date(say: Voice, issued: date | None, today: date | None) -> Iterator[Finding]:
    if issued is None:
        yield say.block("proof_date", "请填写在职证明的出具日期", "The day on which the proof was issued is missing.")
    elif today and issued > today:
        yield say.block("proof_date", "出具日期不能晚于今天", "The proof cannot be issued in the future.", reason="R03")
    elif today and (today - issued).days >= PROOF_DAYS:
        days = (today - issued).days
        yield say.block(
            "proof_date", f"在职证明已出具{days}天，须在{PROOF_DAYS}天以内，请重新开具",
            f"The proof was issued {days} days ago; less than {PROOF_DAYS} are accepted.", reason="R03",
        )  # fmt: skip


def _bare(name: str) -> str:
    """Without blanks, and with one kind of dot between the parts of a name."""
    return _DOTS.sub("·", "".join(name.split()))
