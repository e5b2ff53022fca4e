"""The public API: approved, current content without personal data, no login. CORS stays closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from flask import Response, request
from flask_appbuilder.api import expose

from app.extensions import db
from app.models.gigs import GigOffer, GigWanted
from app.models.positions import Posting
from app.models.units import Unit
from app.rules.refused import Refused
from app.views import dictionary, public_content
from app.views.api.base import Api
from app.views.api.problems import answer, answering, query
from app.views.cells import moment
from app.views.public_content import PAGE, PAGE_LIMIT, QUERY_LIMIT, Search, Values

MAX_AGE = 60  # seconds; what is taken down is gone from every cache a minute later


def _word(dict_code: str, code: object) -> Values | None:
    return {"code": code, "name": dictionary.word(dict_code, code)} if code else None


def _region(row: Any) -> Values:
    return {"code": row.region.code, "name": row.region.full_name}


def _unit_card(unit: Unit | None) -> Values | None:
    return None if unit is None else {"id": unit.id, "name": unit.name, "verified": unit.status == "approved"}


def _when(value: dt.datetime | None) -> str | None:
    return None if value is None else moment(value)


def posting_values(row: Posting) -> Values:
    """A posting as everybody may read it."""
    pay = {"min": row.pay_min, "max": row.pay_max, "negotiable": row.pay_negotiable, "text": row.pay_text}
    return {
        "id": row.id,
        "title": row.title,
        "unit": _unit_card(row.unit),
        "occupation": str(row.occupation) if row.occupation else None,
        "headcount": row.headcount,
        "education": _word("education", row.education),
        "experience": _word("experience", row.experience),
        "region": _region(row),
        "address": row.address,
        "pay": pay | {"unit": "CNY/month"},
        "benefits": row.benefits,
        "board_lodging": _word("board_lodging", row.board_lodging),
        "description": row.description,
        "requirements": row.requirements,
        "valid_until": row.valid_until,
        "published_at": _when(row.published_at),
        "custom": public_content.more_facts(row),
    }


def gig_values(kind: str, row: GigOffer | GigWanted) -> Values:
    """A gig post as everybody may read it: never the number, and of a private poster not the name."""
    values: Values = {
        "id": row.id,
        "kind": kind,
        "type": _word("gig_type", row.type_code),
        "title": row.title,
        "start_at": _when(row.start_at),
        "headcount": row.headcount,
        "region": _region(row),
        "address": row.address,
        "mode": _word("work_mode", row.mode),
        "own_tools": row.own_tools,
        "description": row.description,
        "valid_until": row.valid_until,
        "published_at": _when(row.published_at),
        "custom": public_content.more_facts(row),
    }
    return values | (_offer_values(row) if isinstance(row, GigOffer) else _wanted_values(row))


def _offer_values(row: GigOffer) -> Values:
    amount = {"amount": row.pay_amount, "unit": _word("pay_unit", row.pay_unit)}
    return {
        "unit": _unit_card(row.unit),
        "pay": amount | {"quantity": row.quantity, "quantity_unit": _word("quantity_unit", row.quantity_unit)},
        "requirements": row.requirements,
    }


def _wanted_values(row: GigWanted) -> Values:
    return {
        "pay": {"amount": row.expected_pay, "unit": _word("pay_unit", row.pay_unit)},
        "settlement": _word("settlement", row.settlement),
        "expected_time": row.expected_time,
    }


def unit_values(unit: Unit) -> Values:
    """A unit as everybody may read it: no contact person, no number, no sole trader's name."""
    values: Values = {
        "id": unit.id,
        "name": unit.name,
        "uscc": unit.uscc,
        "nature": _word("unit_nature", unit.nature),
        "industry": unit.industry.name if unit.industry else None,
        "region": _region(unit) if unit.region else None,
        "address": unit.address,
        "founded_on": unit.founded_on,
        "staff_count": unit.staff_count,
        "size_class": _word("unit_size", unit.size_class),
        "ownership": _word("ownership", unit.ownership),
        "website": unit.website,
        "intro": unit.intro,
        "custom": public_content.more_facts(unit),
    }
    if unit.nature != public_content.SOLE_TRADER:
        values["legal_rep"] = unit.legal_rep
    return values


def _asked() -> Search:
    """The page asked for. Raises Refused with the field named."""
    fields = query()
    return Search(
        words=fields.text("q", limit=QUERY_LIMIT),
        region=_region_code(fields.text("region", limit=6)),
        cursor=fields.whole("cursor", least=1, default=0) or None,
        limit=min(fields.whole("limit", least=1, default=PAGE), PAGE_LIMIT),
    )


def _wishes() -> Values:
    """Pay, education, board and lodging. Raises Refused with the field named."""
    fields = query()
    found: Values = {name: fields.whole(name, least=0) for name in ("pay_from", "pay_to") if request.args.get(name)}
    for name in ("education", "board_lodging"):
        if request.args.get(name):
            found[name] = fields.choice(name, tuple(code for code, _word in dictionary.choices(name)))
    return found


def _region_code(text: str) -> str:
    if text and not (len(text) == 6 and text.isascii() and text.isdigit()):
        raise Refused("bad_value", field="region")
    return text


def _cached(body: Values) -> Response:
    """The answer with its tag; a client that has it already gets 304. Words follow the reader's language."""
    response = answer(body)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    response.vary.update(("Accept-Language", "Cookie"))
    response.add_etag()
    return response.make_conditional(request)


class PublicApi(Api):
    """What the portal shows, for programs."""

    resource_name = "public"
    openapi_spec_tag = "Public content"

    @expose("/postings", methods=["GET"])
    @answering
    def postings(self) -> Response:
        """Public postings, newest first
        ---
        get:
          description: Approved postings that are valid today. Page on with `cursor`.
          parameters:
          - {in: query, name: q, schema: {type: string, maxLength: 60}, description: Words in title, unit or duties}
          - {in: query, name: region, schema: {type: string, pattern: '^[0-9]{6}$'}, description: GB/T 2260 code}
          - {in: query, name: pay_from, schema: {type: integer, minimum: 0}, description: Yuan a month at least}
          - {in: query, name: pay_to, schema: {type: integer, minimum: 0}, description: Yuan a month at most}
          - {in: query, name: education, schema: {type: string}, description: What somebody has; no posting that asks for more}
          - {in: query, name: board_lodging, schema: {type: string}, description: What somebody needs}
          - {in: query, name: cursor, schema: {type: integer}}
          - {in: query, name: limit, schema: {type: integer, minimum: 1, maximum: 50, default: 20}}
          responses:
            200:
              description: One page
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      postings: {type: array, items: {type: object}}
                      next_cursor: {type: integer, nullable: true}
            304:
              description: Nothing has changed since the ETag sent
            422:
              $ref: '#/components/responses/422'
        """
        stmt = public_content.public_postings(public_content.today())
        page = public_content.page(db.session, stmt, Posting, replace(_asked(), **_wishes()))
        return _cached({"postings": [posting_values(row) for row in page.rows], "next_cursor": page.next_cursor})

    @expose("/postings/<int:key>", methods=["GET"])
    @answering
    def posting(self, key: int) -> Response:
        """One public posting
        ---
        get:
          description: 404 as soon as it is taken down, expired, or its unit is frozen.
          parameters:
          - {in: path, name: key, required: true, schema: {type: integer}}
          responses:
            200:
              description: The posting with its unit's approved pictures
              content:
                application/json:
                  schema: {type: object}
            404:
              $ref: '#/components/responses/404'
        """
        stmt = public_content.public_postings(public_content.today())
        row = public_content.one(db.session, stmt, Posting, key)
        return _cached(posting_values(row) | {"pictures": public_content.unit_pictures(db.session, row.unit_id)})

    @expose("/gigs", methods=["GET"])
    @answering
    def gigs(self) -> Response:
        """Public gig posts of one kind, newest first
        ---
        get:
          description: Hiring (offer, the default) or looking for work (wanted).
          parameters:
          - {in: query, name: kind, schema: {type: string, enum: [offer, wanted], default: offer}}
          - {in: query, name: q, schema: {type: string, maxLength: 60}}
          - {in: query, name: region, schema: {type: string, pattern: '^[0-9]{6}$'}}
          - {in: query, name: cursor, schema: {type: integer}}
          - {in: query, name: limit, schema: {type: integer, minimum: 1, maximum: 50, default: 20}}
          responses:
            200:
              description: One page
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      gigs: {type: array, items: {type: object}}
                      next_cursor: {type: integer, nullable: true}
            422:
              $ref: '#/components/responses/422'
        """
        kind = self._kind()
        stmt = public_content.public_gigs(kind, public_content.today())
        page = public_content.page(db.session, stmt, public_content.GIGS[kind], _asked())
        return _cached({"gigs": [gig_values(kind, row) for row in page.rows], "next_cursor": page.next_cursor})

    @expose("/gigs/<int:key>", methods=["GET"])
    @answering
    def gig(self, key: int) -> Response:
        """One public gig post
        ---
        get:
          parameters:
          - {in: path, name: key, required: true, schema: {type: integer}}
          - {in: query, name: kind, schema: {type: string, enum: [offer, wanted], default: offer}}
          responses:
            200:
              description: The post
              content:
                application/json:
                  schema: {type: object}
            404:
              $ref: '#/components/responses/404'
        """
        kind = self._kind()
        stmt = public_content.public_gigs(kind, public_content.today())
        row = public_content.one(db.session, stmt, public_content.GIGS[kind], key)
        pictures = public_content.gig_pictures(db.session, row.id) if kind == "offer" else []
        return _cached(gig_values(kind, row) | {"pictures": pictures})

    @expose("/units/<int:key>", methods=["GET"])
    @answering
    def unit(self, key: int) -> Response:
        """One approved unit
        ---
        get:
          description: Approved data only; a waiting change is not shown. 404 for units that are not approved or frozen.
          parameters:
          - {in: path, name: key, required: true, schema: {type: integer}}
          responses:
            200:
              description: The unit with its approved pictures
              content:
                application/json:
                  schema: {type: object}
            404:
              $ref: '#/components/responses/404'
        """
        unit = public_content.public_unit(db.session, key)
        return _cached(unit_values(unit) | {"pictures": public_content.unit_pictures(db.session, unit.id)})

    def _kind(self) -> str:
        return query().choice("kind", tuple(public_content.GIGS)) if request.args.get("kind") else "offer"
