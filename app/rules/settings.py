"""What an administrator may set without a developer: each parameter with its type, bounds and where it may differ.

A value is stored as text; `clean` makes the one text of a value, `value_of` reads it. The words stand in
`app/views/settings_words.py`, the rows in the table `parameter` (the nearest division upwards wins).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.rules.refused import Refused

SWITCH, NUMBER, TEXT, LIST = "switch", "number", "text", "list"
ON, OFF = "1", "0"


@dataclass(frozen=True, slots=True)
class Setting:
    """One parameter. `low` and `high` bound a number, the length of a text, or the length of each entry of a list."""

    key: str
    type: str
    default: str
    low: int = 0
    high: int = 0
    most: int = 0  # entries of a list
    divided: bool = True  # a division may have a value of its own


SETTINGS: Final[dict[str, Setting]] = {
    one.key: one
    for one in (
        Setting("allow_name_change", SWITCH, ON),
        Setting("edit_keeps_public", SWITCH, ON),
        Setting("overdue_verification_stops_posting", SWITCH, ON),
        Setting("appeal_asks_photos", SWITCH, ON),
        Setting("appeal_asks_statement", SWITCH, OFF),
        Setting("appeal_days", NUMBER, "30", 7, 180, divided=False),
        Setting("identity_asks_holder", SWITCH, OFF),
        Setting("identity_days", NUMBER, "30", 7, 180, divided=False),
        Setting("posting_valid_days", NUMBER, "180", 30, 365),
        Setting("gig_valid_days", NUMBER, "90", 7, 180),
        Setting("watch_words", LIST, "", 2, 20, 60),
        Setting("service_phone", TEXT, "12333", 0, 40, divided=False),
        Setting("export_rows_at_once", NUMBER, "5000", 0, 20_000, divided=False),
        Setting("export_rows_most", NUMBER, "200000", 1, 1_000_000, divided=False),
        Setting("export_tasks_each", NUMBER, "2", 1, 10, divided=False),
        Setting("export_file_hours", NUMBER, "24", 1, 168, divided=False),
        Setting("password_days", NUMBER, "90", 30, 365, divided=False),
        Setting("unused_days", NUMBER, "90", 30, 365, divided=False),
        Setting("log_days", NUMBER, "1095", 183, 3650, divided=False),
        Setting("unit_user_level", NUMBER, "2", 0, 3, divided=False),
        Setting("codes_each_phone", NUMBER, "10", 1, 50, divided=False),
        Setting("codes_each_address", NUMBER, "200", 5, 10_000, divided=False),
        Setting("quiet_from", NUMBER, "22", 0, 23, divided=False),
        Setting("quiet_until", NUMBER, "8", 0, 23, divided=False),
    )
}


def clean(setting: Setting, text: str) -> str:
    """The text to store. Raises Refused with the field `value`: not_a_choice, not_whole_number, number_between, ..."""
    text = text.replace("\r\n", "\n").strip()
    if "\x00" in text:
        raise Refused("bad_character", field="value")
    return {SWITCH: _switch, NUMBER: _number, TEXT: _text, LIST: _list}[setting.type](setting, text)


def _switch(_setting: Setting, text: str) -> str:
    if text not in (ON, OFF):
        raise Refused("not_a_choice", field="value")
    return text


def _number(setting: Setting, text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("not_whole_number", field="value")
    if not setting.low <= int(text) <= setting.high:
        raise Refused("number_between", field="value", low=setting.low, high=setting.high)
    return str(int(text))


def _text(setting: Setting, text: str) -> str:
    if "\n" in text:
        raise Refused("one_line", field="value")
    if len(text) > setting.high:
        raise Refused("too_long", field="value", limit=setting.high)
    return text


def _list(setting: Setting, text: str) -> str:
    entries = list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
    if len(entries) > setting.most:
        raise Refused("list_most", field="value", limit=setting.most)
    for entry in entries:
        if not setting.low <= len(entry) <= setting.high:
            raise Refused("entry_length", field="value", entry=entry[:20], low=setting.low, high=setting.high)
    return "\n".join(entries)


def number(key: str, stored: str | None) -> int:
    """The number of a parameter; what cannot be one counts as not set."""
    setting = SETTINGS[key]
    try:
        return int(clean(setting, stored if stored is not None else setting.default))
    except Refused:
        return int(setting.default)


def entries(stored: str | None) -> tuple[str, ...]:
    """The entries of a list."""
    return tuple(line for line in (stored or "").split("\n") if line)
