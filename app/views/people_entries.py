"""The lines of the registry about persons: how they come in, what leaves to them, and what belongs to an account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.views import dispatches, messages
from app.views.accounts_own import PasswordView
from app.views.arriving import ChoiceView
from app.views.captcha import CaptchaView
from app.views.entry import Entry, Place
from app.views.factor_pages import FactorView, SecondFactorView
from app.views.me import MeView
from app.views.my_data import MyDataView
from app.views.notice_choices import NoticeChoiceView
from app.views.online import SessionView
from app.views.places import EVERYONE, OP, PLATFORM, SYS, SYSTEM, own
from app.views.registering import RegisterView
from app.views.signing_by_code import CodeLoginView

OUTGOING: tuple[Entry, ...] = (
    Entry(messages.OutboxView, {SYS: "read export"}, (Place((SYS,), SYSTEM, _l("Outbox"), "send"),), api=False),
    Entry(
        dispatches.DispatchView,
        {SYS: "read send_again", OP: "read send_again"},
        (Place((SYS,), SYSTEM, _l("SMS and mail"), "mail"), Place((OP,), PLATFORM, _l("SMS and mail"), "send")),
        api=False,
    ),
)
ENTRANCE: tuple[Entry, ...] = tuple(Entry(view, {}, api=False) for view in (RegisterView, CaptchaView, CodeLoginView))
ACCOUNTS: tuple[Entry, ...] = (
    own(MeView, "list", _l("My account"), "user-circle"),
    own(MyDataView, "list", _l("My data"), "database"),
    own(NoticeChoiceView, "list", _l("Ways messages reach me"), "mail"),
    Entry(ChoiceView, dict.fromkeys(EVERYONE, "list"), api=False),
    own(PasswordView, "list", _l("Change password"), "key"),
    own(FactorView, "list", _l("Second factor"), "shield-check"),
    Entry(SecondFactorView, {}, api=False),
    own(SessionView, "read end", _l("My logins"), "login"),
)
