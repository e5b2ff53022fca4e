"""Checks of an appeal for an account, A01..A10 (standards.md 3.5). What others have stored is told to deciders only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.rules.appeals import UNIT
from app.rules.checks import reading
from app.rules.checks.identity_pictures import Pictures
from app.rules.checks.saying import Family, Voice
from app.rules.findings import Evidence, Facts, Finding

APPEALS: Final = Family()
SHORTEST_REASON: Final = 5  # characters
MANY: Final = 3  # appeals in 30 days

PICTURES: Final = Pictures(
    {
        "id_front": ("身份证正面", "front of the identity card"),
        "id_hand": ("手持证件照", "person holding the document"),
        "seal_licence": ("加盖公章的营业执照", "stamped business licence"),
        "seal_letter": ("加盖公章的授权委托书", "stamped letter of authorisation"),
        "statement": ("加盖公章的书面说明", "stamped written statement"),
    },
    field=lambda _slot: "files",
)
_PARTS: Final = {
    "name": ("姓名", "name"),
    "id_number": ("证件号码", "document number"),
    "unit_name": ("单位名称", "unit name"),
    "uscc": ("统一社会信用代码", "credit code"),
}


@APPEALS.check(
    "A01", "必需材料", "Materials that must be there", fields="files party", law="GD-22；HL-06", reason="R01"
)
def complete(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Every place that the division asks for is filled; a unit names itself."""
    yield from PICTURES.missing(say, evidence, facts, unknown=("所需材料清单未知", "the list of materials is unknown."))
    if not isinstance(facts.get("required"), list | tuple):
        return
    if evidence.get("party") == UNIT:
        for field, (zh, en) in (("unit_name", _PARTS["unit_name"]), ("uscc", _PARTS["uscc"])):
            if not reading.filled(evidence, field):
                yield say.block(field, f"请填写{zh}", f"The {en} is missing.")


@APPEALS.check("A02", "图片格式与大小", "Format and size of pictures", fields="files", law="HL-09", reason="R12")
def format_and_size(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Jpg, at most 2 MB each; looked at once more, however the file came in."""
    yield from PICTURES.readable(say, evidence)


@APPEALS.check("A03", "图片重复使用", "Pictures used more than once", fields="files", law="GD-22", reason="R03")
def reused(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """One picture in two places, or one that came with another appeal or belongs to another account."""
    yield from PICTURES.used_twice(say, evidence)
    words = ("“{}”与其他申诉或账号的图片相同或相近", "The {} is like a picture of another appeal or account.")
    yield from PICTURES.used_before(say, evidence, facts, fact="seen_elsewhere", words=words)


@APPEALS.check(
    "A04", "与登记信息一致", "Agreement with what is registered", fields="real_name id_number unit_name uscc",
    law="GD-22；HL-06", reason="R03",
)  # fmt: skip
def agrees(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Whether an account is meant at all, and what differs; the applicant never learns either."""
    match = facts.get("match")
    if not isinstance(match, dict):
        yield say.not_checked("", "登记信息未比对", "what is registered was not compared.")
        return
    if not match.get("found"):
        yield say.high(
            "",
            "没有与所填信息相符的账号，不能通过",
            "No account fits what was entered; this cannot be approved.",
        )
    for part, (zh, en) in _PARTS.items():
        if match.get(part) is False:
            yield say.high("", f"{zh}与登记的不一致", f"The {en} differs from what is registered.")
    if match.get("claimed"):
        yield say.high(
            "id_number",
            "证件号码仅为注册时填写，尚未核验；通过即视为凭材料核验",
            "The document number was only claimed at registration; to approve is to prove it by these papers.",
        )
    if match.get("region") is False:
        yield say.high(
            "region_code",
            "账号所在地区与申诉选择的地区不同，请转办或核实",
            "The account belongs to another division than the one chosen: please transfer or verify.",
        )
    if match.get("staff"):
        yield say.high(
            "",
            "这是工作人员账号，应由系统管理员当面核验后重置，不能通过",
            "This is an account of the staff: an administrator resets it after seeing the person; it cannot be approved.",
        )


@APPEALS.check(
    "A05", "人工核对事项", "What a person must compare", fields="reason files", law="HL-07；HL-08", reason="R06"
)
def by_hand(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Seal, statement and face: each is ticked by the reviewer, no program decides it."""
    there = PICTURES.there(evidence)
    reason = reading.text(evidence, "reason").strip()
    if len(reason) < SHORTEST_REASON:
        yield say.block("reason", "申诉原因过短，请说明经过", "The reason is too short: please say what happened.")
    if there & {"seal_licence", "seal_letter", "statement"}:
        yield say.high(
            "files",
            "请核对：公章中的单位名称与营业执照一致",
            "Please compare: the unit name in the seal is that of the licence.",
            reason="R05",
        )
    if "statement" in there:
        yield say.high(
            "reason",
            "请核对：书面说明中的原因与页面填写的原因一致",
            "Please compare: the statement gives the same reason as the page.",
        )
    yield from PICTURES.face(say, evidence, "id_hand", "请核对：手持证件照中的面容与证件相片为同一人")


@APPEALS.check("A06", "手机号与来源", "Telephone and origin", fields="phone", law="GD-18", reason="R03")
def origin(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """A new telephone that belongs to somebody else, above all to the staff; from where, and how often.

    An address of the bureau is no reason to refuse a verdict: people at the terminals of a service hall share it.
    """
    if reading.flag(facts, "phone_staff"):
        yield say.high("phone", "新手机号属于工作人员，请核实申诉人身份", "The new phone belongs to one of the staff.")
    if reading.flag(facts, "address_staff"):
        yield say.high(
            "",
            "申诉来自工作人员当日使用过的网络地址，请确认并非工作人员代为提交",
            "The appeal came from an address at which staff worked that day: please make sure that none of them sent it in.",
        )
    elsewhere = reading.flag(facts, "phone_elsewhere")
    if elsewhere is None:
        yield say.not_checked("phone", "手机号是否已被使用未知", "it is unknown whether the phone is in use.")
    elif elsewhere:
        yield say.warn(
            "phone",
            "新手机号已登记在另一账号；通过后只发送链接，不改写该账号的手机号",
            "The new phone belongs to another account; on approval it gets the link, but does not replace the old one.",
        )
    for key, zh, en in (
        ("phone_appeals", "该手机号", "this phone"),
        ("address_appeals", "该网络地址", "this address"),
    ):
        count = reading.whole(facts, key) or 0
        if count >= MANY:
            yield say.high(
                "phone", f"{zh}30天内提交了{count}次申诉", f"From {en} there were {count} appeals in 30 days."
            )


@APPEALS.check("A07", "既往申诉", "Earlier appeals", fields="", law="GD-18")
def earlier(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """What was decided on this identity before, and how long ago."""
    before = facts.get("earlier")
    if not isinstance(before, list):
        yield say.not_checked("", "既往申诉未知", "earlier appeals are unknown.")
        return
    for one in before:
        days, state = reading.whole(one, "days") or 0, reading.text(one, "status")
        zh = {"approved": "通过", "rejected": "未通过", "revoked": "通过后被撤销"}.get(state, "未办结")
        when = (f"{days}天前", f"{days} days ago") if days else ("今天", "today")
        yield say.info("", f"{when[0]}有一次申诉：{zh}", f"An appeal {when[1]}: {state}.")


@APPEALS.check("A08", "账号状态与争议", "State of the account, disputes", fields="", law="GD-18", reason="R03")
def standing(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """An account that is switched off, or that two people ask for at the same time."""
    state = facts.get("account")
    if not isinstance(state, dict):
        yield say.not_checked("", "账号状态未知", "the state of the account is unknown.")
        return
    if state.get("active") is False:
        yield say.high("", "账号已停用", "The account is switched off.")
    if state.get("banned"):
        yield say.high("", "该证件或手机号在禁止名单中", "Document or phone is on the list of bans.")
    rivals = reading.whole(state, "rivals") or 0
    if rivals:
        yield say.high(
            "",
            f"另有{rivals}件申诉指向同一账号，可能存在争议",
            f"The same account is asked for by {rivals} other open appeals.",
        )


@APPEALS.check("A09", "办理时限", "Time limit", fields="", law="GD-18")
def clock(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Working days of the official calendar."""
    days = reading.whole(facts, "working_days")
    if days:
        yield say.info("", f"应在{days}个工作日内办结", f"To be decided within {days} working days.")


@APPEALS.check("A10", "通过后的处理", "What approval does", fields="", law="GD-20")
def rule(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """No password is sent: said to whoever decides."""
    if not reading.flag(facts, "hands_over"):
        return
    yield say.info(
        "",
        "通过后向新手机号发送一次性链接，结束该账号的全部登录，并告知原联系方式；任何消息都不含密码",
        "On approval a one-time link goes to the new phone, all logins end, the old channels are told; no message holds a password.",
    )
