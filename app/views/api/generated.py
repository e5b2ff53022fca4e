"""The REST API beside a screen, made from the screen's own declaration: same columns, same scope, same moves.

It is not FAB's ModelRestApi: that one keeps filters on the instance shared by all threads, counts whole tables, and
lets a write point to rows outside the caller's scope. Here every path asks what the screen asks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Response, current_app, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect

from app.extensions import db
from app.review import desk
from app.review.canonical import plain
from app.review.kinds import KINDS
from app.rules.refused import Refused
from app.views import cells, file_links, listing, record, saving, scope, writing
from app.views.api import bodies, schemas
from app.views.api.base import Api
from app.views.api.problems import answer, answering, body
from app.views.columns import Info, describe, parse_key
from app.views.fields import LARGEST, Fields
from app.views.identity import current, may

REASON_LIMIT = 300


def api_name(view: type) -> str:
    """Name of the API class beside a view; it is also the name permissions are granted on."""
    return view.__name__.removesuffix("View") + "Api"


def api_of(view: type) -> type[GeneratedApi]:
    """The API class beside a view."""
    return _made(view)


@lru_cache(maxsize=256)
def _made(view: Any) -> type[GeneratedApi]:
    kind = KINDS.get(view.kind)
    acts = list(getattr(view, "acts_by_api", ()))
    moves = [m.name for m in kind.lifecycle.moves if not m.verdict] if kind else acts
    writes = [name for name in ("add", "edit") if _has_form(view, name)]
    if writes and not kind:
        writes.append("delete")
    closed = {"add", "edit", "delete"} - set(writes) | (set() if moves else {"move"})
    return type(
        api_name(view),
        (GeneratedApi,),
        {
            "__doc__": view.__doc__,
            "screen": view,
            "resource_name": view.resource or view.kind or api_name(view).removesuffix("Api").lower(),
            "openapi_spec_tag": view.__name__.removesuffix("View"),
            "exclude_route_methods": closed,
            "base_permissions": [f"can_{name}" for name in ("list", "show", *writes, *moves)],
        },
    )


def _has_form(view: Any, what: str) -> bool:
    return bool(getattr(view, f"{what}_columns", None) or getattr(view, f"{what}_fieldsets", None))


def _json(row: Any, info: Info) -> Any:
    """One value: related rows as id and name, sealed columns masked, codes as codes."""
    value = cells.value_of(row, info)
    if info.kind == "relation":
        return None if value is None else _named(value)
    if info.kind == "many":
        return [_named(entry) for entry in value]
    try:
        return plain(value)
    except TypeError:
        return cells.name_of(value)


def _named(row: Any) -> dict[str, Any]:
    return {"id": plain(scope.key_of(row)), "name": cells.name_of(row)}


def _tag(row: Any) -> str:
    """The ETag of a row: which one, and in which state."""
    return f"{scope.key_of(row)}-{writing.version_of(row)}"


def _keys(info: Info, sent: Any) -> set[Any]:
    """The keys in what was sent for a relation, whether bare, as objects with an id, or as rows."""
    found = set()
    for entry in sent if isinstance(sent, list) else [sent]:
        key = entry.get("id") if isinstance(entry, dict) else entry
        key = scope.key_of(key) if isinstance(key, info.target) else key
        if isinstance(key, str | int) and not isinstance(key, bool) and key != "":
            found.add(parse_key(info.target, str(key)))
    return found


class GeneratedApi(Api):
    """List, record, add, change, delete, move: what the screen can do. Base of the made classes."""

    screen: Any = None

    @property
    def _view(self) -> Any:
        """The registered instance of the screen."""
        return next(v for v in current_app.extensions["appbuilder"].baseviews if type(v) is self.screen)

    def add_api_spec(self, api_spec: Any) -> None:
        """Describes the endpoints; bodies by the columns of the screen."""
        super().add_api_spec(api_spec)
        schemas.fill(api_spec._paths, f"/api/{self.version}/{self.resource_name}/", self._view)

    def _row(self, row: Any, names: list[str]) -> dict[str, Any]:
        found = {"id": plain(scope.key_of(row))} | {n: _json(row, describe(self._view.model, n)) for n in names}
        version = writing.version_of(row)
        return found | ({"version": int(version) if version.isdigit() else version} if version else {})

    def _shown(self) -> list[str]:
        """The columns of the record; of a plain row also what may be written."""
        view = self._view
        more = [] if view.kind else [*view.add_columns, *view.edit_columns]
        return list(dict.fromkeys([*view.show_columns, *more]))

    def _fetch(self, pk: str) -> Any:
        return scope.fetch(self._view, current(), pk)

    def _moves(self, row: Any) -> list[str]:
        """The moves of this row that the caller may make now."""
        if not self._view.kind:
            return [m.name for m in self._view.offered(row)] if hasattr(self._view, "acts_by_api") else []
        name = self.class_permission_name
        return [
            m.name for m in desk.moves(current(), self._view.kind, row) if not m.verdict and may(f"can_{m.name}", name)
        ]

    def _answered(self, row: Any, status: int = 200) -> Response:
        found = {"result": self._row(row, self._shown()), "moves": self._moves(row)}
        response = answer(found | self._files(row), status)
        if writing.version_of(row):
            response.set_etag(_tag(row))
        return response

    def _files(self, row: Any) -> dict[str, Any]:
        """What hangs on the row, each with a link that is good for some minutes."""
        hanging = record.files(self._view, row, current())
        made = file_links.links([file.id for _slot, file in hanging], current())
        pairs = zip(hanging, made, strict=True)
        told = [
            {"slot": slot, "name": file.name, "mime": file.mime, "size": file.size} | link
            for (slot, file), link in pairs
        ]
        return {"files": told} if told else {}

    @expose("/", methods=["GET"])
    @protect()
    @permission_name("list")
    @answering
    def many(self) -> Response:
        """Rows in the caller's scope
        ---
        get:
          description: Filters are f_<column> (ranges f_<column>_from, _to), as on the screen; pages by `after`.
          parameters:
          - {in: query, name: q, schema: {type: string, maxLength: 60}}
          - {in: query, name: sort, schema: {type: string}, description: A column on offer; with a leading - downwards}
          - {in: query, name: size, schema: {type: integer, enum: [20, 50, 100]}}
          - {in: query, name: tab, schema: {type: string}, description: A status}
          - {in: query, name: after, schema: {type: string}, description: next_cursor of the page before}
          responses:
            200:
              description: One page
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      result: {type: array, items: {type: object}}
                      next_cursor: {type: string, nullable: true}
                      count: {type: integer}
                      count_capped: {type: boolean}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
        """
        view, actor = self._view, current()
        page = listing.run(view, listing.ask(view, request.args, actor), actor)
        rows = [self._row(row, view.list_columns) for row in page.rows]
        return answer(
            {"result": rows, "next_cursor": page.next or None, "count": page.total, "count_capped": page.capped}
        )

    @expose("/<pk>", methods=["GET"])
    @protect()
    @permission_name("show")
    @answering
    def show(self, pk: str) -> Response:
        """One row and the moves open to the caller
        ---
        get:
          parameters:
          - {in: path, name: pk, required: true, schema: {type: string}}
          responses:
            200: {description: 'The row, its version as ETag; files, if it has some, with links that are good for five minutes'}
            404: {$ref: '#/components/responses/404'}
        """
        response = self._answered(self._fetch(pk))
        has_links = "files" in response.get_json()
        return response if has_links else response.make_conditional(request)

    @expose("/", methods=["POST"])
    @protect()
    @permission_name("add")
    @answering
    def add(self) -> Response:
        """Add a row; of what is reviewed, a draft
        ---
        post:
          requestBody:
            required: true
            content: {application/json: {schema: {type: object}}}
          responses:
            201: {description: The row}
            403: {$ref: '#/components/responses/403'}
            422: {$ref: '#/components/responses/422'}
        """
        view, actor, content = self._view, current(), body().everything()
        if view.kind:
            self._refuse_strangers(content)
            view.before_create(actor, content)
            return self._answered(desk.create(db.session, actor, view.kind, content), 201)
        return self._answered(writing.write(view, actor, None, bodies.read(view, actor, content)), 201)

    @expose("/<pk>", methods=["PUT"])
    @protect()
    @permission_name("edit")
    @answering
    def edit(self, pk: str) -> Response:
        """Change the content
        ---
        put:
          description: The version that was read stands in If-Match (the ETag) or in the body as `version`.
          parameters:
          - {in: path, name: pk, required: true, schema: {type: string}}
          - {in: header, name: If-Match, schema: {type: string}}
          requestBody:
            required: true
            content: {application/json: {schema: {type: object}}}
          responses:
            200: {description: 'The row; approved content stays as it is until the change is approved'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            409: {description: stale or wrong_state}
            422: {$ref: '#/components/responses/422'}
        """
        view, actor, row, sent = self._view, current(), self._fetch(pk), body()
        content = {name: value for name, value in sent.everything().items() if name != "version"}
        if view.kind:
            self._refuse_strangers(content, row)
            done = desk.edit(db.session, actor, view.kind, row.id, content, self._version(row, sent))
            return self._answered(done.subject)
        if not saving.editable(view, actor, row):
            raise Refused("not_allowed")
        found = bodies.read(view, actor, content, row)
        return self._answered(writing.write(view, actor, row, found, self._seen(row, sent)))

    @expose("/<pk>", methods=["DELETE"])
    @protect()
    @permission_name("delete")
    @answering
    def delete(self, pk: str) -> Response:
        """Delete a row that nothing refers to
        ---
        delete:
          description: What is reviewed is deleted by its move `delete`, which keeps the row for the ledger.
          parameters:
          - {in: path, name: pk, required: true, schema: {type: string}}
          - {in: header, name: If-Match, schema: {type: string}, description: The ETag that was read; optional}
          responses:
            204: {description: It is gone}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            409: {description: in_use or stale}
        """
        row = self._fetch(pk)
        version = None if not request.if_match else self._seen(row, Fields.of_json({}))
        writing.remove(self._view, current(), pk, version)
        return current_app.response_class(status=204)

    @expose("/<pk>/<string:name>", methods=["POST"])
    @protect()
    @permission_name("show")
    @answering
    def move(self, pk: str, name: str) -> Response:
        """Make a move: submit, withdraw, take_down ...
        ---
        post:
          parameters:
          - {in: path, name: pk, required: true, schema: {type: string}}
          - {in: path, name: name, required: true, schema: {type: string}}
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    version: {type: integer}
                    reason: {type: string}
                    values: {type: object}
          responses:
            200: {description: The row after the move}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            409: {description: stale or wrong_state}
            422: {$ref: '#/components/responses/422'}
        """
        actor, row, sent = current(), self._fetch(pk), body()
        if not self._view.kind:
            return self._acted(row, name, sent)
        kind = KINDS[self._view.kind]
        wanted = kind.lifecycle.find(name)
        if wanted.verdict or not may(f"can_{name}", self.class_permission_name):
            raise Refused("not_allowed", move=name)
        version = self._version(row, sent)
        if wanted.opens_round:
            desk.submit(db.session, actor, kind.key, row.id, version)
        else:
            reason, values = sent.text("reason", limit=REASON_LIMIT), sent.part("values")
            desk.move(db.session, actor, kind.key, row.id, name, version=version, reason=reason, values=values or None)
        db.session.refresh(row)
        return self._answered(row)

    def _acted(self, row: Any, name: str, sent: Fields) -> Response:
        """A move of a row that no desk decides on, as from the screen."""
        wanted = self._view.acts_by_api.get(name)
        if wanted is None:
            raise Refused("no_such_move", move=name)
        if not may(f"can_{name}", self.class_permission_name):
            raise Refused("not_allowed", move=name)
        reason = sent.text("reason", limit=REASON_LIMIT)
        if wanted.needs_reason and not reason:
            raise Refused("reason_missing", field="reason")
        done = self._view.perform(row.id, name, None, reason, {})
        db.session.refresh(done)
        return self._answered(done)

    def _refuse_strangers(self, content: dict[str, Any], row: Any = None) -> None:
        """Raises Refused("not_a_choice") for a key that no picker of the screen would offer this caller.

        What stands in the row already may stay, as in the form. Values that are no keys are the desk's to refuse.
        """
        view, actor = self._view, current()
        for name in dict.fromkeys([*view.add_columns, *view.edit_columns]):
            info = describe(view.model, name)
            if info.relation is None or scope.chooser(view, info) is None:
                continue
            sent = name if info.column is None else info.column.key
            keys = _keys(info, content.get(sent))
            there = set() if row is None else _keys(info, getattr(row, sent))
            new = list(keys - there)
            if len(scope.picked(view, info, actor, new)) != len(new):
                raise Refused("not_a_choice", field=sent)

    def _seen(self, row: Any, sent: Fields) -> str:
        """The state of a plain row that the caller read: If-Match, else the body; "" where a row tells no states apart."""
        if not writing.version_of(row):
            return ""
        if request.if_match:
            if not request.if_match.contains(_tag(row)):
                raise Refused("stale")
            return writing.version_of(row)
        return sent.text("version", limit=40, required=True)

    def _version(self, row: Any, sent: Fields) -> int:
        """The version the caller read: If-Match, else the body. Raises Refused("missing") without either."""
        tags = request.if_match.as_set()
        if tags:
            version = next((t.removeprefix(f"{row.id}-") for t in tags if t.startswith(f"{row.id}-")), "")
            if not version.isdigit() or int(version) > LARGEST:
                raise Refused("stale", version=row.version)
            return int(version)
        return sent.whole("version", least=1)
