"""The data dictionary (字典管理): words are renamed, ordered, added and switched off; codes never change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_appbuilder import Model, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, inspect, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.extensions import db
from app.models import shipped
from app.models.reference import DictItem
from app.rules import reference as rules
from app.rules.actor import Actor
from app.rules.lifecycle import move
from app.rules.refused import Refused
from app.views import labels, settings_words
from app.views.acting import ActingView
from app.views.setting_inputs import ChoiceInput

STEP: Final = 10  # between two places of the order


def uses(dict_code: str, code: str) -> int:
    """How many rows of all tables hold this word."""
    found = 0
    for mapper in Model.registry.mappers:
        for column in mapper.local_table.columns:
            if column.info.get("dict") == dict_code:
                held = column.any(code) if isinstance(column.type, ARRAY) else column == code
                found += db.session.scalar(select(func.count()).select_from(mapper.local_table).where(held)) or 0
    return found


class DictItemView(ActingView):
    """The words of the dictionaries."""

    datamodel = SQLAInterface(DictItem)
    imports = ("dictionary",)
    open_to_all = on_ledger = True
    list_title, thing = _l("Data dictionary"), _l("Dictionary word")
    list_columns = ["dict_code", "code", "name_zh", "name_en", "sort", "active"]
    list_template = "system/dictionary.html"
    search_columns = ["dict_code", "code", "name_zh", "name_en", "active"]
    order_columns = ["dict_code", "sort"]
    base_order = ("dict_code", "asc")
    description_columns = {
        "code": _l("Small letters, digits and underscores; can never be changed"),
        "sort": _l("Smaller numbers stand first"),
        "active": _l("Switched off, it is no longer offered; rows that have it keep it"),
    }
    add_columns = list_columns
    edit_columns = inline_columns = ["name_zh", "name_en", "sort", "active"]
    show_columns = [*list_columns, "changed_on"]
    acts = {"up": move("up", "any", "", "keeper"), "down": move("down", "any", "", "keeper")}

    def own_fields(self, row: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Only dictionaries that can take another word."""
        pairs = [(code, word) for code, word in labels.DICTIONARIES.items() if code in rules.OPEN]
        wanted = str(given.get("dict_code") or "")
        return {"dict_code": ChoiceInput(self.label("dict_code"), pairs=pairs, default=wanted)}

    def state_of(self, row: Any) -> str:
        """Every word can be moved."""
        return "any"

    def act(self, row: Any, name: str, actor: Actor, reason: str) -> None:
        """Changes places with the neighbour of the same dictionary."""
        stmt = select(DictItem).where(DictItem.dict_code == row.dict_code).order_by(DictItem.sort, DictItem.id)
        words = list(db.session.scalars(stmt.with_for_update()))
        here = words.index(row)
        there = here + (-1 if name == "up" else 1)
        if not 0 <= there < len(words):
            raise Refused("no_further")
        words[here], words[there] = words[there], words[here]
        for place, word in enumerate(words, 1):
            word.sort = place * STEP

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """A code as everywhere, in a dictionary that can take it; what the program needs stays on offer."""
        rules.closed_fault({c.key: getattr(row, c.key) for c in inspect(DictItem).columns}, created=created)

    def before_delete(self, row: Any, actor: Actor) -> None:
        """A word that came with the release would come back; one that rows hold is switched off instead."""
        if any(one["dict"] == row.dict_code and one["code"] == row.code for one in shipped.rows("dictionary")):
            raise Refused("word_shipped")
        held = uses(row.dict_code, row.code)
        if held:
            raise Refused("word_in_use", count=held)

    @expose("/types", methods=["GET"])
    @has_access
    @permission_name("list")
    def types(self) -> str:
        """All dictionaries: what they are called, how many words they have."""
        on = func.count().filter(DictItem.active)
        counts = db.session.execute(select(DictItem.dict_code, func.count(), on).group_by(DictItem.dict_code))
        known = {code: (every, active) for code, every, active in counts}
        lines = [
            (code, settings_words.dictionary_name(code), *known.get(code, (0, 0)), code in rules.OPEN)
            for code in sorted({*labels.DICTIONARIES, *known})
        ]
        return self.render_template("system/dictionaries.html", title=self.list_title, lines=lines)
