"""What a person can do next who has just come in: answer an invitation, prove who one is (GD-06, GD-13, GD-34)."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import exists, func, select

from app.extensions import db
from app.models.accounts import Person
from app.models.bindings import Binding
from app.models.identity_proofs import IdentityProof
from app.rules.actor import PEOPLE, Actor
from app.rules.identity import PROVEN
from app.views import levels
from app.views.home.parts import Todo

_ON_ITS_WAY = ("draft", "pending", "returned")  # stands among the things to do by itself


def of(actor: Actor) -> list[Todo]:
    """One statement, for persons only: whoever acts for somebody else has proven all that."""
    if actor.role not in PEOPLE:
        return []
    invited = select(func.count()).where(
        Binding.account_id == actor.account_id, Binding.state == "invited", Binding.expires_at > func.now()
    )
    proving = exists().where(IdentityProof.created_by_id == actor.account_id, IdentityProof.status.in_(_ON_ITS_WAY))
    level = select(Person.identity_level).where(Person.account_id == actor.account_id).scalar_subquery()
    row = db.session.execute(select(invited.scalar_subquery(), proving, level)).one()
    found = []
    if row[0]:
        words = ngettext(
            "%(num)d invitation to act for a unit waits for your answer",
            "%(num)d invitations to act for a unit wait for your answer",
            row[0],
        )
        found.append(Todo("user-check", words, url_for("InvitationView.list"), _("Answer")))
    if row[2] is not None and row[2] < PROVEN and not row[1]:
        why = _(
            "Your account is at %(level)s. From L2 on you may register a unit or act for one.",
            level=levels.WORDS[row[2]][0],
        )
        text = _("Prove your name by the identity document")
        found.append(Todo("id", text, url_for("IdentityProofView.add"), _("Prove my identity"), why))
    return found
