"""One appeal for a lost account, waiting on the desk of Fengxian; and a provider of logins that is not switched on."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.gateways import demo_papers
from app.models.accounts import Hat, Person
from app.models.logins import IdentityProvider
from app.review import appeals
from app.review.files import store_picture
from app.rules import demo
from app.rules.actor import Role
from app.rules.hats import is_staff

ADDRESS = "192.0.2.10"  # of the range that is reserved for examples
PHONE = "19900000001"
PAPERS = {"id_front": "居民身份证", "id_hand": "手持证件照"}


def load(session: Session) -> None:
    """Somebody whose account nobody of the tour uses."""
    session.add(
        IdentityProvider(
            code="province", name_zh="省统一身份认证（演示）", name_en="Provincial login (demo)", level=3, active=False,
            issuer="https://id.example.cn", client_id="gongjiu-demo",
        )
    )  # fmt: skip
    person = _somebody(session)
    if person is None:
        return
    content = {
        "party": "person", "wish": "password", "real_name": person.real_name, "document_kind": "resident_id",
        "id_number": person.id_number, "phone": PHONE, "region_code": "310120", "agreed": True,
        "reason": "手机遗失，号码已由他人使用，无法接收验证码（演示）。", "files": _papers(session, person),
    }  # fmt: skip
    appeals.send_in(session, None, content, ADDRESS)


def _somebody(session: Session) -> Any:
    official = [role.value for role in Role if is_staff([role])]
    toured = [name for name, _what in demo.LOGINS]
    stmt = select(Person).join(User, User.id == Person.account_id).where(Person.demo, Person.id_hash.is_not(None))
    staff = select(Hat.account_id).where(Hat.role.in_(official))
    stmt = stmt.where(User.username.not_in(toured), Person.account_id.not_in(staff))
    return session.scalars(stmt.order_by(Person.account_id.desc()).limit(1)).first()


def _papers(session: Session, person: Any) -> list[dict[str, str]]:
    storage, scanner = current_app.extensions["storage"], current_app.extensions["malware"]
    lines = (("姓名", person.real_name), ("号码", person.id_masked), ("用途", "账号申诉（演示）"))
    found = []
    for number, (slot, title) in enumerate(PAPERS.items()):
        drawn = demo_papers.paper(title, lines, 7100 + number)
        stored = store_picture(session, storage, scanner, drawn, f"{slot}.jpg", uploaded_by=None)
        found.append({"slot": slot, "file_id": str(stored.id)})
    return found
