"""The registry's lines of recovery by documents, logins by others, personal codes and merged accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.views.appealing import AppealPage
from app.views.appeals import AppealView
from app.views.entry import Entry, Place
from app.views.openid import IdentityProviderView, OpenIdView
from app.views.places import ACCOUNT, AUD, AUDIT, QUERY, SYS, SYSTEM, L, P, R, T, own

ENTRIES: tuple[Entry, ...] = (
    Entry(
        AppealView,
        {R: "read comment export", L: "read comment export", P: "read submit withdraw", T: "read submit withdraw"},
        (
            Place((R, L), QUERY, _l("Appeals for accounts"), "help"),
            Place((P, T), ACCOUNT, _l("Appeals for accounts"), "help"),
        ),
        api=False,
    ),
    Entry(AppealPage, {}, api=False),
    Entry(
        IdentityProviderView,
        {SYS: "read write export", AUD: "read"},
        (Place((SYS,), SYSTEM, _l("Logins by others"), "id"), Place((AUD,), AUDIT, _l("Logins by others"), "id")),
        api=False,
    ),
)
OWN: tuple[Entry, ...] = (own(OpenIdView, "list", _l("Linked logins"), "id"),)
