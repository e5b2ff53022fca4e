"""The administrator's screen of custom fields: what is defined here is on every screen with the next request."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, inspect, select

from app.extensions import db
from app.models import custom_use
from app.models.custom import CustomField, definition_of
from app.rules import defining
from app.rules.actor import Actor
from app.rules.custom import FIELDS_LIMIT, LONGEST, WITH_BOUNDS, WITH_OPTIONS, Definition
from app.rules.refused import Refused
from app.tasks import queue
from app.tasks.queue import Order
from app.views import cells, divisions, settings_words
from app.views.base import SafeView
from app.views.custom_options import OptionsInput

REINDEX = "reindex"
_AT_ONCE = 50  # index runs of one administrator that may wait


def options_in_words(options: Any) -> str:
    """The options as a record shows them."""
    english = str(get_locale()) == "en"
    shown = []
    for one in options or ():
        word = one.get("en" if english else "zh") or one.get("code", "")
        shown.append(_("%(option)s (no longer offered)", option=word) if one.get("off") else word)
    return _("; ").join(shown) or cells.NOTHING


def uses_in_words(field: tuple[str, str]) -> str:
    """In how many rows the field has a value."""
    number = custom_use.count(db.session, *field)
    return ngettext("%(num)d row", "%(num)d rows", number) if number else _("none")


class CustomFieldView(SafeView):
    """自定义字段."""

    datamodel = SQLAInterface(CustomField)
    open_to_all = True
    list_title, thing, add_words = _l("Custom fields"), _l("Custom field"), _l("Add a field")
    empty_words = _l("A field added here stands at once in forms, lists, searches, files and the API.")
    add_template = edit_template = "system/custom_field.html"
    label_columns = {"label": _l("Label"), "uses": _l("Filled in")}
    column_needs = {"label": ("label_zh", "label_en")}
    formatters_columns = {
        "options": options_in_words, "region": settings_words.place, "uses": uses_in_words,
    }  # fmt: skip
    fields: ClassVar[dict[str, type]] = {"options": OptionsInput}
    list_columns = ["label", "entity", "type", "region", "required", "in_list", "in_filter", "public", "active"]
    search_columns = ["entity", "type", "active", "public"]
    search_text = ("label_zh", "label_en", "code")
    order_columns = ["position", "changed_on"]
    base_order = ("entity", "asc")
    identity_columns = ("entity", "type", "code")
    needed_columns = ("options",)
    edit_fieldsets = [
        (_l("Question"), {"fields": ["label_zh", "label_en", "help_zh", "help_en"]}),
        (_l("What is answered"), {"fields": ["type", "options", "max_length", "at_least", "at_most", "required"]}),
        (_l("Place"), {"fields": [
            "region", "section_zh", "section_en", "position", "in_form", "in_list", "in_filter", "in_search"
        ]}),
        (_l("Review and publication"), {"fields": ["reviewed", "public", "active"]}),
    ]  # fmt: skip
    add_fieldsets = [
        (_l("Question"), {"fields": ["entity", "label_zh", "label_en", "help_zh", "help_en", "code"]}),
        *edit_fieldsets[1:3],
        (_l("Review and publication"), {"fields": ["reviewed", "public"]}),
    ]
    show_fieldsets = [
        (_l("Question"), {"fields": ["entity", "code", "label_zh", "label_en", "help_zh", "help_en"]}),
        (
            _l("What is answered"),
            {"fields": ["type", "options", "max_length", "at_least", "at_most", "required", "uses"]},
        ),
        (_l("Place"), {"fields": [*edit_fieldsets[2][1]["fields"], "search_stale"]}),
        edit_fieldsets[3],
    ]
    choices = {"region": divisions.offered}

    def left_out(self, row: Any, actor: Actor) -> tuple[str, ...]:
        """The type of a field with values is fixed."""
        return ("type",) if custom_use.in_use(db.session, row.entity, row.code) else ()

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """What makes no field, and what would break values that are there, is refused."""
        with db.session.no_autoflush:  # what was stored is still needed to compare
            _tidy(row)
            if created:
                row.code = row.code or defining.next_code(row.label_en, _codes(row.entity), least=2)
            now = definition_of(row)
            defining.check(now)
            if created:
                _room(row)
                return
            before = _as_stored(row)
            if custom_use.in_use(db.session, row.entity, row.code):
                _kept(before, now)
                if _searched(before) != _searched(now):
                    row.search_stale = True
                    _reindex(row, actor)

    def before_delete(self, row: Any, actor: Actor) -> None:
        """A field with values is switched off instead."""
        if custom_use.in_use(db.session, row.entity, row.code):
            raise Refused("field_in_use")


def _tidy(row: Any) -> None:
    """What means nothing for the type is dropped."""
    if row.type not in WITH_OPTIONS:
        row.options = []
    if row.type not in LONGEST:
        row.max_length = None
    if row.type not in WITH_BOUNDS:
        row.at_least = row.at_most = ""


def _codes(entity: str) -> set[str]:
    return set(db.session.scalars(select(CustomField.code).where(CustomField.entity == entity)))


def _room(row: Any) -> None:
    there = select(func.count()).where(CustomField.entity == row.entity)
    if db.session.scalar(there) >= FIELDS_LIMIT:
        raise Refused("fields_many", field="entity", limit=FIELDS_LIMIT)


def _as_stored(row: Any) -> Definition:
    """The definition before this request changed it."""
    state = inspect(row)
    before = CustomField(**{
        name: (history.deleted or history.unchanged or (None,))[0]
        for name, history in ((a.key, a.history) for a in state.attrs)
        if name in state.mapper.column_attrs
    })  # fmt: skip
    return definition_of(before)


def _kept(before: Definition, now: Definition) -> None:
    """What would change the meaning of values that are there."""
    if before.type != now.type:
        raise Refused("type_fixed", field="type")
    if now.reviewed and not before.reviewed:
        raise Refused("never_reviewed", field="reviewed")
    for option in before.options:
        gone = now.option(option.code) is None
        if gone and custom_use.option_in_use(db.session, now.entity, now.code, option.code):
            raise Refused("option_in_use", field="options", option=option.zh or option.code)


def _searched(one: Definition) -> tuple[Any, ...]:
    """What decides by which words a row is found."""
    if not (one.active and one.in_search):
        return ()
    return (one.public, one.region, [(option.code, option.zh, option.en) for option in one.options])


def _reindex(row: Any, actor: Actor) -> None:
    """Asks for the words to be made anew; the task joins the transaction that changes the definition."""
    title = _("Search words of “%(field)s”", field=str(row))
    parameters = {"entity": row.entity, "code": row.code}
    queue.enqueue(db.session, actor, Order(REINDEX, title, str(get_locale()), parameters), at_once=_AT_ONCE)
