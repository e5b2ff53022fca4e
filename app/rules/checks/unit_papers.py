"""Checks of a unit's papers and of the lists it must not be on: U10..U14, U18 (standards.md 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from app.rules.checks import labels, reading
from app.rules.checks.saying import Family, Voice
from app.rules.findings import Evidence, Facts, Finding
from app.rules.media import PDF_MIME

READABLE_SIDE: Final = 600  # px, the short side of a scan that can be compared with the form
SOON_DAYS: Final = 30

_MATERIALS: Final = (
    (("licence", "approval"), "营业执照（或批准文件）", "business licence (or approval document)"),
    (("handler_id",), "经办人身份证件", "handler's identity document"),
    (("letter",), "加盖公章的授权委托书", "stamped letter of authority"),
)
_SLOTS: Final = {
    "licence": ("营业执照", "business licence"),
    "approval": ("批准文件", "approval document"),
    "handler_id": ("经办人身份证件", "handler's identity document"),
    "letter": ("授权委托书", "letter of authority"),
    "change_proof": ("变更登记证明", "proof of the change"),
    "hr_licence": ("人力资源服务许可证", "human resources licence"),
}
_BROKERAGE: Final = re.compile(r"人力资源|劳务派遣|劳务服务|职业中介|职业介绍|人才中介|人才服务|猎头|家政")
# GB/T 4754-2017: 726 human resources services, 801 household services.
_BROKERAGE_INDUSTRIES: Final = ("726", "801")
_BANNED: Final = {
    "uscc": ("统一社会信用代码", "unit code"),
    "id_number": ("经办人证件号码", "handler's document"),
    "phone": ("联系电话", "contact phone"),
    "device": ("设备", "device"),
}

PAPERS: Final = Family()


PAPERS_ALIKE = 4  # bits of 64


@PAPERS.check(
    "U10",
    "必备材料齐全",
    "Mandatory materials",
    fields="files",
    law="人力资源市场暂行条例第26条",
    reason="R01",
)
def materials(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Licence, handler's identity card, letter of authority. A change rests on those already given (U18)."""
    if reading.part(facts, "approved"):
        return
    given = {reading.text(file, "slot") for file in reading.rows(evidence, "files")}
    for slots, zh, en in _MATERIALS:
        if given.isdisjoint(slots):
            yield say.block(f"files.{slots[0]}", f"缺少材料：{zh}", f"A material is missing: {en}.")


@PAPERS.check(
    "U11",
    "证照图片可读且唯一",
    "Scans readable and unique",
    fields="files",
    law="人力资源市场暂行条例第26条",
    reason="R02",
)
def scans(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Large and sharp enough to read; not another unit's picture, not one file in two slots."""
    files = reading.rows(evidence, "files")
    for file in files:
        yield from _unreadable(say, file)
    seen: dict[str, str] = {}
    for file in files:
        digest, slot = reading.text(file, "sha256"), reading.text(file, "slot")
        if digest and not reading.flag(file, "blank") and seen.setdefault(digest, slot) != slot:
            (first_zh, first_en), (zh, en) = _slot(seen[digest]), _slot(slot)
            yield say.high(
                f"files.{slot}",
                f"“{zh}”与“{first_zh}”上传了同一文件",
                f"The {en} and the {first_en} are one and the same file.",
                reason="R03",
            )
    slots = {str(file.get("file_id")): reading.text(file, "slot") for file in files}
    drawn = {str(file.get("file_id")) for file in files if reading.text(file, "mime") == PDF_MIME}
    for near in reading.rows(facts, "lookalikes"):
        file_id = str(near.get("file_id"))
        # Printed forms look alike by nature: only what is nearly the same sheet counts, of pages drawn by a program the same.
        if (reading.whole(near, "distance") or 0) > (0 if file_id in drawn else PAPERS_ALIKE):
            continue
        if near.get("relation") in ("other_owner", "document") and file_id in slots:
            zh, en = _slot(slots[file_id])
            whose = reading.cut(near.get("title") or "—")
            yield say.high(
                f"files.{slots[file_id]}",
                f"“{zh}”与其他单位的图片高度相似（{whose}）",
                f"The {en} looks like a picture of another unit ({whose}).",
                reason="R03",
            )


@PAPERS.check(
    "U12",
    "证照与委托书有效期",
    "Validity of licence and letter",
    fields="licence_valid_until letter_valid_until",
    law="人力资源市场暂行条例第26条",
    reason="R04",
)
def validity(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Passed, or within 30 days. An empty date is a licence without an end."""
    today = reading.day(facts, "today")
    for field in ("licence_valid_until", "letter_valid_until"):
        until = reading.day(evidence, field)
        if until is None or today is None:
            continue
        if until < today:
            yield say.high(
                field, f"{labels.zh(field)}（{until}）已过期", f"The {labels.en(field)} ({until}) has passed."
            )
        elif until < today + timedelta(days=SOON_DAYS):
            yield say.warn(
                field,
                f"{labels.zh(field)}（{until}）不足{SOON_DAYS}天",
                f"The {labels.en(field)} ({until}) ends in less than {SOON_DAYS} days.",
            )


@PAPERS.check(
    "U13",
    "人力资源服务资质",
    "Licence for recruitment services",
    fields="name intro industry_code account_kind files",
    law="人力资源市场暂行条例第18条",
    reason="R14",
)
def brokerage(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Who places, dispatches or brokers workers needs account kind and licence; public bodies need none."""
    shown = _brokerage_words(evidence, facts)
    kind = reading.text(evidence, "account_kind")
    if not shown or kind == "public":
        return
    licensed = any(reading.text(file, "slot") == "hr_licence" for file in reading.rows(evidence, "files"))
    if kind != "operating":
        yield say.high(
            "account_kind",
            f"{shown[0]}，但招聘账号类型不是经营性招聘服务",
            f"{shown[1]}, but the account is not classed as a commercial recruitment service.",
        )
    elif not licensed:
        yield say.high(
            "files.hr_licence",
            f"{shown[0]}，但未提交人力资源服务许可证（或劳务派遣经营许可证）",
            f"{shown[1]}, but no licence for human resources services or labour dispatch is attached.",
        )


@PAPERS.check("U14", "黑名单与失信名单", "Blacklists", fields="uscc", law="人社厅发〔2025〕60号", reason="R14")
def blacklists(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """An internal ban refuses; an entry in an external register is for the reviewer; no adapter: say so."""
    for ban in reading.rows(facts, "bans"):
        zh, en = _BANNED.get(reading.text(ban, "subject"), ("信息", "entry"))
        shown, why = reading.cut(ban.get("shown") or ""), reading.cut(ban.get("reason") or "")
        yield say.block(
            "uscc",
            f"{zh}{shown}在本平台黑名单中：{why}",
            f"The {en} {shown} is on this platform's blacklist: {why}",
        )
    if not isinstance(facts.get("external_lists"), list | tuple):
        yield say.not_checked(
            "uscc",
            "未接入经营异常、严重违法失信、拖欠农民工工资失信名单",
            "no connection to the external registers of abnormal and dishonest enterprises.",
        )
    for entry in reading.rows(facts, "external_lists"):
        zh, en = (
            reading.cut(entry.get("list_zh") or "失信名单"),
            reading.cut(entry.get("list_en") or "a register of dishonest enterprises"),
        )
        yield say.high(
            "uscc",
            f"单位列入{zh}：{reading.cut(entry.get('detail') or '')}",
            f"The unit is listed in {en}: {reading.cut(entry.get('detail') or '')}",
        )


@PAPERS.check(
    "U18",
    "名称或法定代表人变更证明",
    "Proof of a changed name or representative",
    fields="name legal_rep files",
    law="GD-30；HL-15",
    reason="R01",
)
def change_proof(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """A new name or legal representative needs the registry's proof of the change."""
    approved = reading.part(facts, "approved")
    if any(reading.text(file, "slot") == "change_proof" for file in reading.rows(evidence, "files")):
        return
    for field in ("name", "legal_rep"):
        before, after = reading.text(approved, field), reading.text(evidence, field)
        if field in approved and before.strip() != after.strip():
            yield say.high(
                field,
                f"{labels.zh(field)}由“{reading.cut(before)}”变更为“{reading.cut(after)}”，但未提交变更登记证明",
                f"The {labels.en(field)} changes from “{reading.cut(before)}” to “{reading.cut(after)}” "
                "without proof of the registered change.",
            )


def _unreadable(say: Voice, file: reading.Values) -> Iterator[Finding]:
    slot = reading.text(file, "slot")
    zh, en = _slot(slot)
    width, height = reading.whole(file, "width"), reading.whole(file, "height")
    if width and height and min(width, height) < READABLE_SIDE:
        yield say.warn(
            f"files.{slot}",
            f"“{zh}”图片为{width}×{height}像素，短边不足{READABLE_SIDE}像素",
            f"The {en} has {width} x {height} pixels; its short side should have {READABLE_SIDE}.",
        )
    if reading.flag(file, "blank"):
        yield say.warn(f"files.{slot}", f"“{zh}”图片几乎为单一颜色", f"The picture of the {en} is nearly one colour.")
    if reading.flag(file, "blurred"):
        yield say.warn(f"files.{slot}", f"“{zh}”图片模糊", f"The picture of the {en} is blurred.")


def _brokerage_words(evidence: Evidence, facts: Facts) -> tuple[str, str] | None:
    """What shows the trade, as the beginning of a sentence in both languages."""
    for field in ("name", "intro"):
        found = _BROKERAGE.search(reading.text(evidence, field))
        if found:
            return f"{labels.zh(field)}含“{found.group()}”", f"The {labels.en(field)} holds “{found.group()}”"
    industry = reading.text(evidence, "industry_code")
    named = _BROKERAGE.search(reading.text(facts, "industry_name"))
    if named or industry.lstrip("ABCDEFGHIJKLMNOPQRST").startswith(_BROKERAGE_INDUSTRIES):
        return (
            f"行业（{reading.cut(industry)}）属于人力资源或家政服务",
            f"The industry ({reading.cut(industry)}) is human resources or household services",
        )
    return None


def _slot(slot: str) -> tuple[str, str]:
    return _SLOTS.get(slot, (slot, slot))
