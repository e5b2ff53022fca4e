"""What stands on 我的账号 beside name and document: everything that is one's own, with the way to mend it (HL-11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from app.extensions import db
from app.models.api_keys import ApiKey
from app.models.bindings import Binding
from app.models.consents import Consent
from app.models.logins import IdentityLink
from app.models.messages import NoticeChoice
from app.models.second_factor import RecoveryCode, SecondFactor, SecurityKey
from app.models.sessions import LoginSession
from app.review.consent_words import CONSENTS
from app.review.dispatch_words import CHANNELS
from app.rules.hats import is_staff
from app.views import labels
from app.views.cells import moment
from app.views.identity import may

# Where the place that a hat acts for is mended: attribute of the hat -> screen of its data, screen of its pictures.
_PLACES: Final = (
    ("unit_id", "UnitView", "UnitMediumView"), ("agency_id", "AgencyView", ""), ("school_id", "SchoolView", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of one's own: what it is, how it stands, where it is mended."""

    name: str
    said: str
    url: str = ""
    action: str = ""
    tone: str = ""  # "bad": worth a look


@dataclass(frozen=True, slots=True)
class Worn:
    """One of one's roles."""

    id: int
    role: str
    place: str
    functions: str
    worn: bool
    links: tuple[tuple[str, str], ...] = ()


def counted(account_id: int) -> Any:
    """Everything that is counted, in one statement."""

    def own(model: Any, *more: Any) -> Any:
        return select(func.count()).where(model.account_id == account_id, *more).scalar_subquery()

    def listed(column: Any, *more: Any) -> Any:
        return select(func.array_agg(column.distinct())).where(*more).scalar_subquery()

    live = LoginSession.ended_at.is_(None) & (LoginSession.ends_at > func.now())
    device = select(SecondFactor.confirmed_at).where(SecondFactor.account_id == account_id).scalar_subquery()
    waiting = (Binding.state == "invited") & (Binding.expires_at > func.now())
    agreed = (Consent.account_id == account_id) & Consent.withdrawn_at.is_(None)
    return db.session.execute(
        select(
            own(LoginSession, live).label("logins"), device.label("device"), own(SecurityKey).label("keys"),
            own(RecoveryCode, RecoveryCode.used_at.is_(None)).label("codes"), own(IdentityLink).label("links"),
            own(ApiKey, ApiKey.key_state == "active").label("programs"), own(Binding, waiting).label("invited"),
            listed(Consent.kind, agreed).label("consents"),
            listed(NoticeChoice.channel, NoticeChoice.account_id == account_id).label("channels"),
        )
    ).one()  # fmt: skip


def reached(person: Any, found: Any) -> Iterator[Line]:
    """Telephone, mail, and the ways of messages."""
    phone = person.phone_masked if person is not None and person.phone else _("None")
    yield Line(_("Mobile number"), phone, url_for("MeView.phone") if person is not None else "", _("Change"))
    mail = (
        person.mail_masked
        if person is not None and person.mail
        else _("None: a forgotten password could not be renewed by mail")
    )
    yield Line(_("Reserved mail address"), mail, url_for("MeView.mail") if person is not None else "", _("Change"))
    ways = ", ".join([_("Here"), *(str(CHANNELS[one]) for one in CHANNELS if one in (found.channels or ()))])
    yield Line(_("Messages reach me"), ways, url_for("NoticeChoiceView.index"), _("Choose"))


def safety(found: Any) -> Iterator[Line]:
    """Password, devices, keys, logins."""
    yield Line(_("Password"), "••••••••", url_for("PasswordView.index"), _("Change"))
    device = (
        _("set up %(when)s", when=moment(found.device)) if found.device else _("No device is set up for this account.")
    )
    if found.device:
        device += " · " + ngettext("%(num)d recovery code left", "%(num)d recovery codes left", found.codes)
    yield Line(
        _("Second factor"),
        device,
        url_for("FactorView.index"),
        _("Look after it"),
        "bad" if is_staff([hat.role for hat in g.hats]) and not found.device else "",
    )
    keys = ngettext("%(num)d security key", "%(num)d security keys", found.keys)
    yield Line(_("Security keys"), keys, url_for("FactorView.index"), _("Look after it"))
    linked = ngettext("%(num)d login by somebody else", "%(num)d logins by others", found.links)
    yield Line(_("Linked logins"), linked, url_for("OpenIdView.index"), _("Look after it"))
    if may("can_list", "ApiKeyView"):
        programs = ngettext("%(num)d key in force", "%(num)d keys in force", found.programs)
        yield Line(_("API keys"), programs, url_for("ApiKeyView.list"), _("Look after it"))
    logins = ngettext("%(num)d login is open", "%(num)d logins are open", found.logins)
    yield Line(_("My logins"), logins, url_for("SessionView.list"), _("Look through and end"))


def data(found: Any) -> Iterator[Line]:
    """Consents, the copy, the end."""
    given = _("; ").join(str(CONSENTS[kind]) for kind in CONSENTS if kind in (found.consents or ()))
    yield Line(_("Consents"), given or _("None"), url_for("MyDataView.index"), _("Look through and withdraw"))
    yield Line(
        _("A copy of my data"),
        _("A file with everything that is held of you"),
        url_for("MyDataView.index"),
        _("Get the copy"),
    )
    yield Line(
        _("Close the account"), _("Your data are deleted or made anonymous"), url_for("MyDataView.close"), _("Close it")
    )


def roles() -> list[Worn]:
    """The hats of the account, the one that is worn with what it acts for."""
    return [
        Worn(
            hat.id, str(labels.ROLES[hat.role]), hat.place, _(", ").join(str(labels.GRANTS[one]) for one in sorted(hat.grants)),
            hat.id == g.hat.id, tuple(_places(hat)) if hat.id == g.hat.id else (),
        )
        for hat in g.hats
    ]  # fmt: skip


def _places(hat: Any) -> Iterator[tuple[str, str]]:
    """Data and pictures of the unit, agency or school; a person's own picture."""
    for name, screen, pictures in _PLACES:
        key = getattr(hat, name)
        if key is not None and may("can_show", screen):
            yield _("Basic data"), url_for(f"{screen}.show", pk=key)
            if pictures and may("can_list", pictures):
                yield _("Logo and pictures"), url_for(f"{pictures}.list")
    if may("can_list", "BindingView"):
        yield _("Handlers and their functions"), url_for("BindingView.list")
    if may("can_list", "PersonalMediumView") and may("can_add", "PersonalMediumView"):
        yield _("My picture"), url_for("PersonalMediumView.list")
