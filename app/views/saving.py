"""Adding and changing: read the form, say what is wrong beside it, hand the values to the desk or to the table."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4

from flask import current_app, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.base import Reviewable
from app.review import desk
from app.review.kinds import KINDS
from app.rules.actor import Actor
from app.rules.custom import is_custom
from app.rules.refused import Refused
from app.views import custom_forms, drafts, forms, labels, scope, uploads, words, writing
from app.views.writing import version_of

NAME_LENGTH = 32  # characters of the name of a form


@dataclass(slots=True)
class Work:
    """One form on its way through a request."""

    view: Any
    actor: Actor
    row: Any
    columns: list[str]
    form: Any
    places: list[uploads.SlotField]
    faults: list[tuple[str, str]] = field(default_factory=list)  # (anchor, message) without a field of their own
    conflict: list[tuple[str, str, str]] = field(default_factory=list)
    status: int = 200
    version: str = ""
    draft: str = ""  # what the entries are called in the sender's browser
    stored: bool = False  # the entries are safe, although something else was refused
    sending: str = ""  # names this form, so that it makes one row however often it arrives

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Everything that is wrong, as links to the fields."""
        found = [
            (f.id, words.named(f.label.text, error)) for f in self.form if f.name != "csrf_token" for error in f.errors
        ]
        found += [(p.name, words.named(p.label, error)) for p in self.places for error in p.errors]
        return found + self.faults


def columns_of(view: Any, actor: Actor, row: Any) -> list[str]:
    """The columns of the form for a new row, or over this one. Files have places of their own."""
    idle = {"files", "file", *(view.left_out(row, actor) if row is not None else view.left_out_new(actor))}
    part = view.form_part(row)
    whole = part.columns if part is not None else view.edit_columns if row is not None else view.add_columns
    names = [c for c in whole if c not in idle]
    if part is not None and part.more:
        return names  # custom fields stand with the last part
    return custom_forms.columns(view, names, row)


def places_of(view: Any, row: Any) -> list[uploads.SlotField]:
    """The places for files of the form; of several parts the last one has them."""
    part = view.form_part(row)
    return [] if part is not None and part.more else uploads.fields(view)


def start(view: Any, actor: Actor, row: Any = None, *, fresh: bool = False, only: str = "") -> Work:
    """The form for a new row, or over an existing one. `fresh`: as stored, whatever this request sent.

    `only`: a form of this one column, for a cell of a list. Raises Refused("not_found") where the row has no use for it.
    """
    names = columns_of(view, actor, row)
    if only:
        if only not in names:
            raise Refused("not_found")
        names = [only]
    posted = request.method == "POST" and not fresh
    kind = forms.form_class(view, names, row, request.form if posted else request.args)
    data = forms.initial(view, row, names) if row is not None else view.defaults(actor)
    form = kind(request.form if posted else None, data=data)
    forms.note_stored(form, row)
    places = [] if only or custom_forms.alone(view, row) else places_of(view, row)
    work = Work(view, actor, row, names, form, places, draft="" if only else drafts.key(view, actor, row))
    work.sending = (request.form.get("sending", "") if posted else "") or uuid4().hex
    there = _attached(view, row)
    work.version = (request.form.get("version") if posted else "") or (version_of(row) if row is not None else "")
    if posted:
        uploads.receive(work.places, actor, there)
    else:
        uploads.attached(work.places, there)
    return work


def _attached(view: Any, row: Any) -> list[Any]:
    return KINDS[view.kind].attached(db.session, row) if view.kind and row is not None else []


def submit(work: Work) -> Response | None:
    """Handles a POST. None: something is wrong and the form is to be shown again, with everything typed."""
    if not work.form.validate() or any(place.errors for place in work.places):
        busy = any(place.answer == words.LIMITED for place in work.places)
        work.status = words.LIMITED if busy else 422
        return None
    try:
        return _save_reviewable(work) if work.view.kind else _save_plain(work)
    except Refused as refused:
        db.session.rollback()
        _explain(work, refused)
    except IntegrityError as error:
        db.session.rollback()
        _explain(work, writing.clash(work.view, error))
    except (DataError, StaleDataError) as error:
        db.session.rollback()
        _explain(work, Refused("stale" if isinstance(error, StaleDataError) else "bad_value"))
    return None


def reopened(view: Any, actor: Actor, row: Any, refused: Refused) -> Response:
    """The form over a row whose move was refused, with what is wrong beside its fields."""
    work = start(view, actor, row, fresh=True)
    _explain(work, refused)
    return page(work)


def _content(work: Work) -> dict[str, Any]:
    """What is sent to the desk: content of the kind only."""
    kind = KINDS[work.view.kind]
    editing = work.row is not None
    found = forms.values(work.view, work.form, work.columns, editing=editing)
    known = {*kind.columns, *kind.relations, *(() if editing else kind.extra)}
    content = {name: value for name, value in found.items() if name in known or is_custom(name)}
    if work.places and "files" in kind.relations:
        content["files"] = uploads.sent(work.places, str(content.get("slot") or getattr(work.row, "slot", "") or ""))
    return content


def _save_reviewable(work: Work) -> Response:
    view, key, then = work.view, work.view.kind, request.form.get("then")
    send, part = then == "submit", work.view.form_part(work.row)
    content = _content(work)
    first = True
    if work.row is None:
        view.before_create(work.actor, content)
        subject, first = desk.create_once(db.session, work.actor, key, content, _sending(work))
        said = _("Saved as a draft.")
    else:
        edited = desk.edit(db.session, work.actor, key, _id(work.row), content, _version(work))
        subject, said = edited.subject, _edited_words(edited.kind)
        send = send and edited.kind == "saved"
    work.row, work.version, work.stored = subject, version_of(subject), True
    if send:
        if not view.may("can_submit"):
            raise Refused("not_allowed")
        said = _send_in(work, first=first)
    flash(said, "success")
    to = url_for(f"{view.endpoint}.show", pk=_id(subject))
    if then == "next" and part is not None and part.more:
        to = url_for(f"{view.endpoint}.edit", pk=_id(subject), part=part.number + 1)
    return drafts.saved(redirect(to), work.draft)


def _send_in(work: Work, *, first: bool) -> str:
    """Submits the stored row. A form that arrives twice finds this done, which is as good."""
    row, life = work.row, KINDS[work.view.kind].lifecycle
    try:
        made = desk.submit(db.session, work.actor, work.view.kind, _id(row), row.version)
    except Refused:
        db.session.refresh(row)
        if first or row.status == life.initial:
            raise
        return _("Submitted for review.")
    return _("Submitted for review.") if made is not None else _("Published.")


def _sending(work: Work) -> str:
    """What this sending is called: the form's own name and a seal of what it carries, so that new words make a new row."""
    carried = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    carried += sorted((name, file.filename or "") for name, file in request.files.items(multi=True))
    seal = hmac.new(str(current_app.secret_key).encode(), repr(carried).encode(), sha256).hexdigest()
    return f"form:{work.sending[:NAME_LENGTH]}:{seal}"


def _edited_words(kind: str) -> str:
    if kind == "proposed":
        return _("Your change waits for review. What was approved stays public until then.")
    return _("Changed and queued for review again.") if kind == "resubmitted" else _("Saved.")


def _version(work: Work) -> int:
    return int(work.version) if work.version.isdigit() else -1


def _id(row: Any) -> Any:
    return scope.key_of(row)


def _save_plain(work: Work) -> Response:
    """Reference data: written as it stands, or refused with the field named."""
    view = work.view
    found = forms.values(view, work.form, work.columns, editing=work.row is not None)
    row = writing.write(view, work.actor, work.row, found, work.version, _sending(work))
    flash((view.added_words if work.row is None else "") or _("Saved."), "success")
    return redirect(url_for(f"{view.endpoint}.show", pk=_id(row)))


def _explain(work: Work, refused: Refused) -> None:
    """Puts a refusal where it can be mended: beside its field, and in the summary on top."""
    work.status = words.status_of(refused)
    findings = refused.facts.get("findings") or ()
    for found in findings:
        get = found.get if isinstance(found, dict) else lambda name, one=found: getattr(one, name)
        message = words.finding(found)
        if not forms.blame(work.form, get("field"), message) and not _blame_place(work, str(get("field")), message):
            work.faults.append(("main", message))
    if not findings:
        said = words.say(refused)
        if not forms.blame(work.form, refused.field, said) and not _blame_place(work, refused.field or "", said):
            work.faults.append(("main", said))
    if work.row is not None:
        work.row = scope.fetch(work.view, work.actor, _id(work.row))
    if refused.code == "stale" and work.row is not None:
        work.conflict = forms.differing(work.view, work.form, work.row, work.columns)
        work.version = version_of(work.row)


def _blame_place(work: Work, name: str, message: str) -> bool:
    slot = name.removeprefix("files.")
    for place in work.places:
        if slot in (place.slot, place.name, "files", "file_id", "file"):
            place.errors.append(message)
            return True
    return False


def page(work: Work) -> Response:
    """The form as a page; wrong entries answer 422, a conflict 409."""
    view, row = work.view, work.row
    part = view.form_part(row)
    which = {"part": part.number} if part is not None else {}
    name = "edit" if row is not None else "add"
    target = url_for(f"{view.endpoint}.{name}", **which, **({"pk": _id(row)} if row is not None else {}))
    html = view.render_template(
        view.edit_template,
        work=work,
        sections=_sections(work),
        target=target,
        part=part,
        heading=view.called(row) if row is not None else str(view.add_heading()),
        title=str(view.edit_heading() if row is not None else view.add_heading()),
        submits=_submits(work),
        checks=_checks(work),
        draft=drafts.of(view, work.actor, row, work.columns) if view.kind else None,
        status_words=labels.status(row.status) if isinstance(row, Reviewable) else None,
    )
    answer = make_response(html, work.status)
    return drafts.saved(answer, work.draft) if work.stored else answer


def _checks(work: Work) -> str:
    """Where the form asks what the checks will say; empty where nothing of it is reviewed."""
    view = work.view
    if not view.kind or custom_forms.alone(view, work.row):
        return ""
    part = view.form_part(work.row)
    which = {"part": part.number} if part is not None else {}
    if work.row is None:
        return url_for(f"{view.endpoint}.precheck", **which)
    return url_for(f"{view.endpoint}.precheck_row", pk=_id(work.row), **which)


def _sections(work: Work) -> list[tuple[str, list[Any]]]:
    """Headings with their fields; places for files stand where the view names `files` or `file`, else in the last."""
    view = work.view
    part = view.form_part(work.row)
    whole = view.edit_fieldsets if work.row is not None else view.add_fieldsets
    sets = (part.fieldsets if part is not None else whole) or [
        ("", {"fields": view.edit_columns if work.row is not None else view.add_columns})
    ]
    placed, found = False, []
    for title, spec in sets:
        items: list[Any] = []
        for name in spec["fields"]:
            if name in ("files", "file"):
                items += work.places
                placed = True
            elif name in work.columns:
                items.append(work.form[name])
        found.append((str(title or ""), items))
    if work.places and not placed:
        found[-1][1].extend(work.places)
    return custom_forms.placed(work.view, found, work.form, work.columns)


def _submits(work: Work) -> dict[str, bool]:
    """Which buttons: sending in belongs to reviewable things only, and not to what is live or under review."""
    view, row = work.view, work.row
    if not view.kind:
        return {"save": True, "submit": False, "again": False}
    if custom_forms.alone(view, row):
        return {"save": True, "submit": False, "again": False}
    life = KINDS[view.kind].lifecycle
    here = row.status if row is not None else life.initial
    editable = here in life.editable
    return {"save": editable, "submit": editable and view.may("can_submit"), "again": not editable}


def editable(view: Any, actor: Actor, row: Any) -> bool:
    """Whether this row may be changed now by this person."""
    if not view.kind:
        return view.may("can_edit") and view.may_edit(row, actor)
    kind = KINDS[view.kind]
    life = kind.lifecycle
    open_now = row.status in life.editable | life.revisable or row.status == "pending" or custom_forms.alone(view, row)
    return view.may("can_edit") and open_now and kind.may_send(actor, row)
