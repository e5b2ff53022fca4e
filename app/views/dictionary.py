"""The data dictionary (字典管理) as words in the reader's language, kept in memory until it changes."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from sqlalchemy import select

from app.extensions import db
from app.models import stamps
from app.models.custom import field_named
from app.models.reference import DictItem
from app.rules.custom import PREFIX, Option, is_custom
from app.views.labels import OWNED

Items = dict[str, dict[str, tuple[str, str, bool]]]  # dictionary -> code -> (Chinese, English, offered)


def _read(session: Any) -> Items:
    columns = (DictItem.dict_code, DictItem.code, DictItem.name_zh, DictItem.name_en, DictItem.active)
    found: Items = {}
    for code, item, zh, en, active in session.execute(select(*columns).order_by(DictItem.sort, DictItem.id)):
        found.setdefault(code, {})[item] = (zh, en, active)
    return found


_kept = stamps.Kept(_read)


def _items() -> Items:
    return _kept.of(db.session)


def _english() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "en"


def _options(dict_code: str) -> dict[str, Option]:
    """The options of a custom field, whose dictionary is called x_<entity>.<code>."""
    entity, _dot, code = dict_code.removeprefix(PREFIX).partition(".")
    one = field_named(db.session, entity, PREFIX + code)
    return {option.code: option for option in one.options} if one is not None else {}


def word(dict_code: str, code: object) -> str:
    """The word of one value; a value that left the dictionary shows itself."""
    if code in (None, ""):
        return ""
    if dict_code in OWNED:
        return str(OWNED[dict_code].get(str(code), code))
    if is_custom(dict_code):
        option = _options(dict_code).get(str(code))
        return str(code) if option is None else option.label(_english())
    item = _items().get(dict_code, {}).get(str(code))
    return str(code) if item is None else item[1 if _english() else 0]


def choices(dict_code: str, keep: object = None) -> list[tuple[str, str]]:
    """Values on offer, in order; `keep` stays on offer although it was switched off meanwhile."""
    if dict_code in OWNED:
        return [(str(code), str(name)) for code, name in OWNED[dict_code].items()]
    if is_custom(dict_code):
        kept = keep if isinstance(keep, (list, tuple)) else (keep,)
        options = _options(dict_code).values()
        return [(one.code, one.label(_english())) for one in options if not one.off or one.code in kept]
    place = 1 if _english() else 0
    items = _items().get(dict_code, {})
    return [(code, item[place]) for code, item in items.items() if item[2] or code == keep]
