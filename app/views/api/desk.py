"""The desk for programs: the same engine as the screen, JSON, bearer token only (a cookie is never looked at)."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from flask_babel import get_locale

from app.extensions import db
from app.models.review import ROUND_STATES, ReviewRound
from app.review import decide as verdicts
from app.review import queue, show
from app.review.kinds import KINDS
from app.rules.actor import Actor
from app.views import file_links
from app.views.api.base import Api
from app.views.api.problems import answer, answering, body, query
from app.views.desk_input import key_of, morning_of, verdict_of
from app.views.fields import row_key
from app.views.identity import current

LISTED = (
    "id", "kind", "subject_id", "title", "receipt_no", "round_no", "state", "is_change", "region_code", "version",
    "epoch", "due_at", "submitted_at", "decided_at", "all_green",
)  # fmt: skip


def _public(value: Any) -> Any:
    """The value without what is never shown: the tokens of sealed personal data."""
    if isinstance(value, dict):
        return {name: _public(entry) for name, entry in value.items() if name != "_sealed"}
    return [_public(entry) for entry in value] if isinstance(value, list | tuple) else value


def _shown(actor: Actor, found: ReviewRound) -> Response:
    lang = "en" if str(get_locale()).startswith("en") else "zh"
    shown = _public(show.present(db.session, actor, found, lang))
    ids = [file["file_id"] for side in ("evidence", "base") for file in (shown[side] or {}).get("files") or ()]
    shown["files"] = file_links.links(dict.fromkeys(ids), actor)
    return answer({"round": shown})


def _listed(row: ReviewRound) -> dict[str, Any]:
    return {name: getattr(row, name) for name in LISTED}


class DeskApi(Api):
    """Claim, read, decide. Every answer about a round that is out of scope is 404."""

    resource_name = "desk"
    openapi_spec_tag = "Review desk"

    @expose("/claim", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def claim_next(self) -> Response:
        """Claim the next round
        ---
        post:
          description: The most urgent round that the caller may decide, claimed for some minutes; links to its files last five.
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    kinds: {type: array, items: {type: string}, description: Only these kinds}
          responses:
            200:
              description: The round, claimed
              content: {application/json: {schema: {type: object, properties: {round: {type: object}}}}}
            204:
              description: Nothing is waiting
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            422: {$ref: '#/components/responses/422'}
        """
        fields, actor = body(), current()
        kinds = fields.some("kinds", tuple(KINDS))
        found = queue.claim_next(db.session, actor, kinds or None)
        return _shown(actor, found) if found is not None else Response(status=204)

    @expose("/rounds", methods=["GET"])
    @protect()
    @permission_name("list")
    @answering
    def rounds(self) -> Response:
        """List rounds
        ---
        get:
          description: Rounds of the caller's area by keyset; pass next_cursor on as cursor.
          parameters:
          - {in: query, name: state, schema: {type: string}}
          - {in: query, name: kind, schema: {type: string}}
          - {in: query, name: cursor, schema: {type: string}}
          - {in: query, name: limit, schema: {type: integer, minimum: 1, maximum: 100, default: 50}}
          responses:
            200:
              description: One page
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      rounds: {type: array, items: {type: object}}
                      next_cursor: {type: string, nullable: true}
            422: {$ref: '#/components/responses/422'}
        """
        fields, actor = query(), current()
        page = queue.listing(
            db.session,
            actor,
            state=fields.choice("state", ROUND_STATES) if request.args.get("state") else None,
            kind=fields.choice("kind", tuple(KINDS)) if request.args.get("kind") else None,
            cursor=fields.text("cursor", limit=200) or None,
            limit=min(fields.whole("limit", least=1, default=50), 100),
        )
        return answer({"rounds": [_listed(row) for row in page.rows], "next_cursor": page.next_cursor})

    @expose("/rounds/<int:round_id>", methods=["GET"])
    @protect()
    @permission_name("list")
    @answering
    def round(self, round_id: int) -> Response:
        """Read one round
        ---
        get:
          description: The same object as claim answers, whoever holds it.
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          responses:
            200:
              description: The round
              content: {application/json: {schema: {type: object, properties: {round: {type: object}}}}}
            404: {$ref: '#/components/responses/404'}
        """
        actor = current()
        return _shown(actor, show.get(db.session, actor, row_key(round_id)))

    @expose("/rounds/<int:round_id>/claim", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def claim(self, round_id: int) -> Response:
        """Claim this round
        ---
        post:
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          responses:
            200: {description: The round, claimed}
            404: {$ref: '#/components/responses/404'}
            409: {description: taken or wrong_state}
        """
        actor = current()
        return _shown(actor, queue.claim(db.session, actor, row_key(round_id)))

    @expose("/rounds/<int:round_id>/renew", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def renew(self, round_id: int) -> Response:
        """Keep the claim alive
        ---
        post:
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          responses:
            200: {description: The round with its new lease_until}
            404: {$ref: '#/components/responses/404'}
            409: {description: lease_lost}
        """
        actor = current()
        found = queue.renew(db.session, actor, row_key(round_id))
        return answer({"id": found.id, "lease_until": found.lease_until, "epoch": found.epoch})

    @expose("/rounds/<int:round_id>/release", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def release(self, round_id: int) -> Response:
        """Give the claim back
        ---
        post:
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          responses:
            200: {description: Released}
            404: {$ref: '#/components/responses/404'}
            409: {description: lease_lost}
        """
        queue.release(db.session, current(), row_key(round_id))
        return answer({"id": round_id})

    @expose("/rounds/<int:round_id>/skip", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def skip(self, round_id: int) -> Response:
        """Hide this round from the caller only
        ---
        post:
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          responses:
            200: {description: Skipped}
            404: {$ref: '#/components/responses/404'}
        """
        queue.skip(db.session, current(), row_key(round_id))
        return answer({"id": round_id})

    @expose("/rounds/<int:round_id>/transfer", methods=["POST"])
    @protect()
    @permission_name("transfer")
    @answering
    def transfer(self, round_id: int) -> Response:
        """Hand this round to a colleague
        ---
        post:
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [to, reason]
                  properties:
                    to: {type: integer, description: Account of the colleague}
                    reason: {type: string, maxLength: 300}
          responses:
            200: {description: Handed over}
            404: {$ref: '#/components/responses/404'}
            409: {description: lease_lost or wrong_state}
            422: {$ref: '#/components/responses/422'}
        """
        fields = body()
        to, reason = fields.whole("to", least=1), fields.text("reason", limit=300, required=True)
        queue.transfer(db.session, current(), row_key(round_id), to, reason)
        return answer({"id": round_id})

    @expose("/rounds/<int:round_id>/decide", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def decide(self, round_id: int) -> Response:
        """Decide this round
        ---
        post:
          description: >
            Version, epoch and digest are those of the round that was read. With the header Idempotency-Key a repeated
            request gets the first answer again.
            State "second": the round asks for two people, and the approval waits for that of another.
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          - {in: header, name: Idempotency-Key, schema: {type: string, maxLength: 120}}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [verdict, version, epoch, digest]
                  properties:
                    verdict: {type: string, enum: [approve, return, reject]}
                    version: {type: integer}
                    epoch: {type: integer}
                    digest: {type: string}
                    reason_code: {type: string}
                    reason_codes: {type: array, items: {type: string}}
                    reason_text: {type: string, maxLength: 2000}
                    acknowledged: {type: array, items: {type: string}, description: Red findings verified by hand}
          responses:
            200:
              description: Decided
              content:
                application/json:
                  schema:
                    type: object
                    properties: {id: {type: integer}, state: {type: string}, version: {type: integer}}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            409: {description: 'stale, lease_lost or wrong_state, with what changed'}
            422: {$ref: '#/components/responses/422'}
        """
        key = key_of(request.headers.get("Idempotency-Key", ""))
        sent = verdict_of(body())
        undo_seconds = current_app.config["UNDO_SECONDS"]
        done = verdicts.decide(
            db.session, current(), row_key(round_id), **sent.values(), idempotency_key=key, undo_seconds=undo_seconds
        )
        return answer(done)

    @expose("/rounds/<int:round_id>/undo", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def undo(self, round_id: int) -> Response:
        """Take the caller's own verdict back
        ---
        post:
          description: Within 60 seconds; the notices have not left yet.
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          responses:
            200: {description: The round is open again}
            404: {$ref: '#/components/responses/404'}
            409: {description: Too late or decided by somebody else}
        """
        actor = current()
        return _shown(actor, verdicts.undo(db.session, actor, row_key(round_id), current_app.config["UNDO_SECONDS"]))

    @expose("/rounds/<int:round_id>/ask", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def ask(self, round_id: int) -> Response:
        """Ask the sender; the clock stops
        ---
        post:
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [questions]
                  properties:
                    questions: {type: array, items: {type: string, maxLength: 500}}
          responses:
            200: {description: Asked}
            404: {$ref: '#/components/responses/404'}
            409: {description: lease_lost or wrong_state}
            422: {$ref: '#/components/responses/422'}
        """
        questions = body().words("questions", most=20, limit=500, required=True)
        verdicts.ask(db.session, current(), row_key(round_id), questions)
        return answer({"id": round_id, "state": "need_info"})

    @expose("/rounds/<int:round_id>/hold", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def hold(self, round_id: int) -> Response:
        """Put this round on hold until a day
        ---
        post:
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [until, reason]
                  properties:
                    until: {type: string, format: date}
                    reason: {type: string, maxLength: 300}
          responses:
            200: {description: On hold}
            404: {$ref: '#/components/responses/404'}
            409: {description: lease_lost or wrong_state}
            422: {$ref: '#/components/responses/422'}
        """
        fields = body()
        until, reason = fields.day("until"), fields.text("reason", limit=300, required=True)
        verdicts.hold(db.session, current(), row_key(round_id), morning_of(until), reason)
        return answer({"id": round_id, "state": "held"})

    @expose("/rounds/<int:round_id>/resume", methods=["POST"])
    @protect()
    @permission_name("decide")
    @answering
    def resume(self, round_id: int) -> Response:
        """Take up again a round that is on hold
        ---
        post:
          parameters:
          - {in: path, name: round_id, required: true, schema: {type: integer}}
          responses:
            200: {description: Queued again}
            404: {$ref: '#/components/responses/404'}
            409: {description: wrong_state}
        """
        verdicts.resume(db.session, current(), row_key(round_id))
        return answer({"id": round_id, "state": "queued"})
