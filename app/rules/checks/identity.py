"""Checks of a proof of identity by documents, P01..P08 (GD-12, GD-13, GD-15). What others have proven is told to deciders only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.rules.checks import reading
from app.rules.checks.identity_pictures import Pictures
from app.rules.checks.saying import Family, Voice
from app.rules.findings import Evidence, Facts, Finding
from app.rules.identity import HELD, PROVEN
from app.rules.registering import YOUNGEST

IDENTITY: Final = Family()

PICTURES: Final = Pictures(
    {
        "id_front": ("证件人像面", "side with the portrait"),
        "id_back": ("证件背面", "other side of the document"),
        HELD: ("手持证件照", "photo of the person with the document"),
    },
    field=lambda slot: f"files.{slot}",
)


@IDENTITY.check("P01", "证件照片齐全", "Pictures complete", fields="files", law="GD-12", reason="R01")
def complete(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Every side that the kind of document has, and the holder where the division asks for that."""
    yield from PICTURES.missing(say, evidence, facts, unknown=("所需照片清单未知", "the list of pictures is unknown."))


@IDENTITY.check("P02", "照片格式与大小", "Format and size of pictures", fields="files", law="HL-09", reason="R02")
def format_and_size(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Jpg, at most 2 MB each; looked at once more, however the file came in."""
    yield from PICTURES.readable(say, evidence)


@IDENTITY.check("P03", "证件号码与年龄", "Document number and age", fields="id_number", law="GD-12", reason="R03")
def number(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The number is right in itself; whoever is too young to work has no business here."""
    fault, age = facts.get("document_fault"), reading.whole(facts, "age")
    if fault is None:
        yield say.not_checked("id_number", "证件号码未核验", "the document number was not looked at.")
    elif fault:
        yield say.block("id_number", "证件号码有误", "The document number is wrong.")
    if age is not None and age < YOUNGEST:
        yield say.block("id_number", f"年龄{age}岁，未满{YOUNGEST}岁", f"The person is {age}, below {YOUNGEST}.")


@IDENTITY.check(
    "P04", "与注册信息一致", "Agreement with the registration", fields="id_number real_name", law="GD-13", reason="R03"
)
def agrees(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The number is the one claimed at registration; a name that differs may have been a slip, which people compare."""
    claim = facts.get("claim")
    if not isinstance(claim, dict):
        yield say.not_checked("", "注册信息未比对", "what was registered was not compared.")
        return
    if claim.get("number") is False:
        yield say.block(
            "id_number", "证件号码与注册时填写的不一致", "The number differs from the one given at registration."
        )
    if claim.get("name") is False:
        yield say.high(
            "real_name",
            "姓名与注册时填写的不一致，通过后以本次姓名为准",
            "The name differs from the one given at registration; approval puts this one in its place.",
        )


@IDENTITY.check(
    "P05", "证件未被他人认证", "Document not another account's", fields="id_number", law="GD-15", reason="R03"
)
def others(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Proven by another account, or on the list of bans. The sender learns neither."""
    taken, banned = reading.flag(facts, "document_taken"), reading.flag(facts, "document_banned")
    if taken is None:
        yield say.not_checked("id_number", "证件是否已被认证未知", "it is unknown whether the document is proven.")
    elif taken:
        yield say.high(
            "id_number",
            "该证件已由另一账号完成实名，不能通过；请本人找回或合并账号",
            "Another account has proven this document; this cannot be approved. The accounts are to be merged.",
        )
    if banned:
        yield say.high("id_number", "该证件或手机号在禁止名单中", "Document or phone is on the list of bans.")


@IDENTITY.check("P06", "人证一致", "Person and document", fields="files", law="GD-13", reason="R03")
def face(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Document and face are compared by a person; no program decides it, and none is approved unseen with others."""
    if reading.flag(facts, "compared_by_hand"):
        yield say.high(
            "files",
            "请核对：姓名、号码与证件照片一致，证件在有效期内",
            "Please compare: name and number are those of the document, which is still valid.",
        )
    yield from PICTURES.face(say, evidence, HELD, "请核对：手持照中的面容与证件相片为同一人")


@IDENTITY.check("P07", "照片重复使用", "Pictures used more than once", fields="files", law="GD-13", reason="R03")
def reused(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """One picture in two places, or one that came with another account's proof."""
    yield from PICTURES.used_twice(say, evidence)
    words = ("“{}”曾用于另一账号的认证", "The {} came with another account's proof.")
    yield from PICTURES.used_before(say, evidence, facts, fact="pictures_elsewhere", words=words)


@IDENTITY.check("P08", "尚未实名", "Not proven yet", fields="", law="GD-13", reason="R14")
def not_yet(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Whoever has proven the document needs no second proof."""
    level = reading.whole(facts, "identity_level")
    if level is None:
        yield say.not_checked("", "账号实名等级未知", "the level of the account is unknown.")
    elif level >= PROVEN:
        yield say.block("", "账号已完成实名认证，无需再次提交", "The identity of this account is proven already.")
