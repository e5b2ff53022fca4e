"""The registry's lines of recovery by documents, logins by others, personal codes and merged accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.views.appealing import AppealPage
from app.views.appeals import AppealView
from app.views.entry import Entry, Place
from app.views.identity_proofs import IdentityProofView
from app.views.merges import AccountMergeView
from app.views.my_code import MyCodeView, ScanView
from app.views.openid import IdentityProviderView, OpenIdView
from app.views.places import (
    ACCOUNT,
    AUD,
    AUDIT,
    CAMPUS,
    OP,
    PLATFORM,
    QUERY,
    SEC,
    SYS,
    SYSTEM,
    WORK,
    A,
    H,
    L,
    O,
    P,
    R,
    S,
    T,
    own,
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        AppealView,
        {
            **dict.fromkeys((R, L), "read revoke comment export"),
            **dict.fromkeys((P, T), "read submit withdraw"),
        },
        (
            Place((R, L), QUERY, _l("Appeals for accounts"), "help"),
            Place((P, T), ACCOUNT, _l("Appeals for accounts"), "help"),
        ),
        api=False,
    ),
    Entry(AppealPage, {}, api=False),
    Entry(
        IdentityProofView,
        {
            **dict.fromkeys((R, L), "read comment export unmask"),
            **dict.fromkeys((P, T), "read write submit withdraw"),
        },
        (
            Place((R, L), QUERY, _l("Real-name by documents"), "id"),
            Place((P, T), ACCOUNT, _l("Real-name by documents"), "id"),
        ),
        api=False,
    ),
    Entry(
        IdentityProviderView,
        {SYS: "read write export", AUD: "read"},
        (Place((SYS,), SYSTEM, _l("Logins by others"), "id"), Place((AUD,), AUDIT, _l("Logins by others"), "id")),
        api=False,
    ),
    Entry(
        AccountMergeView,
        {**dict.fromkeys((SYS, SEC), "read add merge decline"), AUD: "read export"},
        tuple(Place(r, g, _l("Merged accounts"), "users") for r, g in (((SYS, SEC), SYSTEM), ((AUD,), AUDIT))),
        api=False,
    ),
    Entry(
        ScanView,
        dict.fromkeys((R, L, S, OP), "list"),
        (
            Place((R, L), WORK, _l("Read a personal code"), "qrcode"),
            Place((S,), CAMPUS, _l("Read a personal code"), "qrcode"),
            Place((OP,), PLATFORM, _l("Read a personal code"), "qrcode"),
        ),
        api=False,
    ),
)
OWN: tuple[Entry, ...] = (
    own(OpenIdView, "list", _l("Linked logins"), "id"),
    Entry(
        MyCodeView,
        dict.fromkeys((P, T, O, H, A), "list"),
        (Place((P, T, O, H, A), ACCOUNT, _l("My QR code"), "qrcode"),),
        api=False,
    ),
)
