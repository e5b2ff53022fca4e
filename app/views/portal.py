"""The public portal: postings, gigs and units as everybody reads them. No login, no scripts needed, phone first."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask import Response, current_app, g, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _

from app.extensions import db
from app.models.positions import Posting
from app.rules.gigs import AGREEMENT_VERSION
from app.rules.positions import PAY_STEPS
from app.views import agency_content, dictionary, public_content
from app.views.page import Page
from app.views.public_content import QUERY_LIMIT, Search

TABS = ("postings", "offer", "wanted")
OPENINGS = 20  # postings listed on a unit's page
MAX_AGE = 60  # seconds
_PAY = re.compile(r"([0-9]{0,7})-([0-9]{0,7})", re.ASCII)
_BULLET = re.compile(r"^(?:[0-9]{1,2}\s*[、.．)）:：](?![0-9])|[（(][0-9]{1,2}[)）]|[-•·●*◆■]+)\s*")


def pay_words(row: Posting) -> tuple[str, str]:
    """Monthly pay of a posting as amount and unit; a pay that was written otherwise stays as written."""
    if row.pay_min and row.pay_max:
        return (f"{row.pay_min:,}–{row.pay_max:,}" if row.pay_min != row.pay_max else f"{row.pay_min:,}"), _(
            "CNY a month"
        )
    if row.pay_min or row.pay_max:
        text = _("from %(pay)s", pay=f"{row.pay_min:,}") if row.pay_min else _("up to %(pay)s", pay=f"{row.pay_max:,}")
        return text, _("CNY a month")
    return row.pay_text or _("Pay negotiable"), ""


def amount_words(amount: Decimal) -> str:
    """An amount of yuan without idle decimals."""
    return f"{amount:,.2f}".removesuffix(".00")


def _asked() -> Search:
    """The page asked for; what makes no sense is as if it were not there."""
    cursor, region = request.args.get("cursor", ""), request.args.get("region", "")
    good = cursor.isascii() and cursor.isdigit() and len(cursor) < 19
    pay = _PAY.fullmatch(request.args.get("pay", ""))
    low, high = (int(one) if one else None for one in pay.groups()) if pay else (None, None)
    return Search(
        words=request.args.get("q", "").replace("\x00", "").strip()[:QUERY_LIMIT],
        region=region if len(region) == 6 and region.isascii() and region.isdigit() else "",
        pay_from=low,
        pay_to=high,
        education=_offered("education"),
        board_lodging=_offered("board_lodging"),
        cursor=int(cursor) or None if good else None,
    )


def _offered(name: str) -> str:
    """The value asked for, if the dictionary of that name offers it."""
    asked = request.args.get(name, "")
    return asked if any(code == asked for code, _word in dictionary.choices(name)) else ""


def pay_key(asked: Search) -> str:
    """The pay asked for as it stands in the address."""
    ends = (asked.pay_from, asked.pay_to)
    return "" if ends == (None, None) else "-".join("" if one is None else str(one) for one in ends)


def pay_choices(asked: Search) -> list[tuple[str, str]]:
    """Steps of monthly pay to choose from; what came by the address stands among them."""
    ends = [*zip((None, *PAY_STEPS), (*PAY_STEPS, None), strict=True)]
    own = (asked.pay_from, asked.pay_to)
    if own not in ends and own != (None, None):
        ends.append(own)
    return [(pay_key(Search(pay_from=low, pay_to=high)), _range(low, high)) for low, high in ends]


def _range(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return _("%(low)s–%(high)s a month", low=f"{low:,}", high=f"{high:,}")
    return _("up to %(pay)s a month", pay=f"{high:,}") if low is None else _("from %(pay)s a month", pay=f"{low:,}")


class PortalView(Page):
    """What an approved thing looks like outside."""

    route_base = "/portal"
    default_view = "index"
    open_to_anybody = frozenset({"index", "posting", "gig", "unit", "school", "agencies", "agency", "agreement"})

    def _cached(self, template: str, **values: Any) -> Response:
        """The page with its tag; browsers may keep it for a minute."""
        html = self.render_template(
            template, dictionary=dictionary, pay_words=pay_words, amount_words=amount_words, **values
        )
        response = current_app.make_response(html)
        response.headers["Cache-Control"] = f"private, max-age={MAX_AGE}"
        response.add_etag()
        return response.make_conditional(request)

    @expose("/")
    def index(self) -> Response:
        """Search postings or gigs by words and division; postings by pay, education, board and lodging too."""
        kind = request.args.get("kind", "")
        tab, asked, day = kind if kind in TABS else TABS[0], _asked(), public_content.today()
        stmt = public_content.public_postings(day) if tab == "postings" else public_content.public_gigs(tab, day)
        model = Posting if tab == "postings" else public_content.GIGS[tab]
        above = public_content.regions_above(db.session, asked.region) if asked.region else []
        return self._cached(
            "portal/list.html",
            tab=tab,
            asked=asked,
            pay=(pay_key(asked), pay_choices(asked)),
            page=public_content.page(db.session, stmt, model, asked),
            above=above,
            below=public_content.regions_below(db.session, asked.region if above else ""),
            address=lambda **more: url_for("PortalView.index", **_query(tab, asked) | more),
        )

    @expose("/postings/<int:key>")
    def posting(self, key: int) -> Response:
        """One posting."""
        day = public_content.today()
        row = public_content.one(db.session, public_content.public_postings(day), Posting, key)
        return self._cached(
            "portal/posting.html",
            row=row,
            pictures=public_content.unit_pictures(db.session, row.unit_id),
            near=public_content.near(db.session, row, day),
            above=public_content.regions_above(db.session, row.region_code),
            paragraphs=paragraphs,
            place=place,
        )

    @expose("/gigs/<int:key>")
    def gig(self, key: int) -> Response:
        """One gig post; hiring unless ?kind=wanted."""
        kind = "wanted" if request.args.get("kind") == "wanted" else "offer"
        stmt = public_content.public_gigs(kind, public_content.today())
        row = public_content.one(db.session, stmt, public_content.GIGS[kind], key)
        return self._cached(
            "portal/gig.html",
            row=row,
            kind=kind,
            phone=row.phone if g.get("actor") and row.phone_public else "",
            pictures=public_content.gig_pictures(db.session, row.id) if kind == "offer" else [],
            above=public_content.regions_above(db.session, row.region_code),
            paragraphs=paragraphs,
            place=place,
        )

    @expose("/schools/<string:code>")
    def school(self, code: str) -> Response:
        """What units have sent to one school (HL-22)."""
        school, asked = public_content.public_school(db.session, code[:10]), _asked()
        stmt = public_content.for_school(school, public_content.today())
        return self._cached(
            "portal/school.html",
            school=school,
            asked=asked,
            page=public_content.page(db.session, stmt, Posting, asked),
            address=lambda **more: url_for(
                "PortalView.school", code=school.code, **({"q": asked.words} if asked.words else {}), **more
            ),
        )

    @expose("/agencies")
    def agencies(self) -> Response:
        """Agencies at work, by name and division (ZX-32)."""
        asked = _asked()
        above = public_content.regions_above(db.session, asked.region) if asked.region else []
        given = {"q": asked.words, "region": asked.region}
        return self._cached(
            "portal/agencies.html",
            asked=asked,
            page=agency_content.page(db.session, asked, public_content.today()),
            above=above,
            below=public_content.regions_below(db.session, asked.region if above else ""),
            address=lambda **more: url_for("PortalView.agencies", **{k: v for k, v in given.items() if v} | more),
        )

    @expose("/agencies/<int:key>")
    def agency(self, key: int) -> Response:
        """One agency: what it says of itself, and what it has posted (ZX-31)."""
        day = public_content.today()
        row = agency_content.one(db.session, key, day)
        found = agency_content.openings(db.session, row.id, day, OPENINGS)
        return self._cached("portal/agency.html", row=row, openings=found, paragraphs=paragraphs)

    @expose("/agreement")
    def agreement(self) -> Response:
        """The agreement that is ticked before a gig is posted (TJ-33), in the version that is stored with the post."""
        return self._cached("portal/agreement.html", version=AGREEMENT_VERSION)

    @expose("/units/<int:key>")
    def unit(self, key: int) -> Response:
        """One approved unit with its postings."""
        unit = public_content.public_unit(db.session, key)
        return self._cached(
            "portal/unit.html",
            unit=unit,
            sole_trader=unit.nature == public_content.SOLE_TRADER,
            pictures=public_content.unit_pictures(db.session, unit.id),
            openings=public_content.unit_openings(db.session, unit.id, public_content.today(), OPENINGS),
            paragraphs=paragraphs,
            place=place,
        )


def _query(tab: str, asked: Search) -> dict[str, Any]:
    """The address of the present search without its place in the list."""
    values = {
        "kind": tab if tab != TABS[0] else "", "q": asked.words, "region": asked.region, "pay": pay_key(asked),
        "education": asked.education, "board_lodging": asked.board_lodging,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}


def paragraphs(text: str | None) -> list[str]:
    """The lines of a text that hold something, without numbers and bullets of their own: the page has its own."""
    lines = [_BULLET.sub("", line.strip()).strip() for line in (text or "").splitlines()]
    return [line for line in lines if line]


def place(row: Any) -> str:
    """Where the work is; an address that names its division does not name it twice."""
    division, address = row.region.full_name, row.address or ""
    return address if address.startswith(division) else f"{division} {address}".strip()
