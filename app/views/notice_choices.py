"""消息设置: which kinds of messages come by SMS or mail too. In the system they always come."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from sqlalchemy import func, update

from app.extensions import db
from app.models.accounts import Person
from app.models.consents import Consent
from app.models.dispatch import CHANNELS
from app.models.messages import KINDS, LATER
from app.review import forwarding, persons
from app.views import dictionary
from app.views.identity import current
from app.views.page import Page


class NoticeChoiceView(Page):
    """One line a kind, one column a channel."""

    route_base = "/my-notices"

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The choices, and their arrival: choosing a channel is the consent to it, leaving it withdraws the consent."""
        me = current().account_id
        if request.method == "POST":
            wanted = [tuple(one.partition(":")[::2]) for one in request.form.getlist("want")[:40]]
            _agree(me, forwarding.choose(db.session, me, wanted))
            db.session.commit()
            flash(_("Your choice was saved."), "success")
            return redirect(url_for("NoticeChoiceView.index"))
        person = db.session.get(Person, me)
        reached = {"sms": person.phone_masked, "mail": person.mail_masked} if person is not None else {}
        return self.render_template(
            "account/notices.html", title=_("Ways messages reach me"), chosen=forwarding.chosen_by(db.session, me),
            kinds=[(kind, dictionary.word("message_kind", kind)) for kind in KINDS], reached=reached, channels=CHANNELS,
            later=LATER,
        )  # fmt: skip


def _agree(me: int, channels: set[str]) -> None:
    for channel in CHANNELS:
        kind = f"{channel}_notices"
        if channel in channels:
            persons.agree(db.session, me, kind)
        else:
            mine = update(Consent).where(Consent.account_id == me, Consent.kind == kind, Consent.withdrawn_at.is_(None))
            db.session.execute(mine.values(withdrawn_at=func.now()).execution_options(synchronize_session=False))
