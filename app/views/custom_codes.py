"""Words for what custom fields refuse, their definitions and their values; part of words.CODES."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

# code -> (HTTP status, words). Facts are put into the words by name.
CUSTOM: Final[dict[str, tuple[int, Any]]] = {
    # Values.
    "below": (422, _l("At least %(limit)s.")),
    "above": (422, _l("At most %(limit)s.")),
    "not_before": (422, _l("Not before %(limit)s.")),
    "not_after": (422, _l("Not after %(limit)s.")),
    # Definitions.
    "field_code_form": (
        422,
        _l(
            "2 to 30 small letters, digits and single underscores, beginning with a letter, not ending in _from or _to."
        ),
    ),
    "public_unreviewed": (422, _l("What the public reads is reviewed: switch this on, or “Public” off.")),
    "value_range": (422, _l("A whole number from %(low)s to %(high)s.")),
    "bounds_order": (422, _l("This lies below the lower bound.")),
    "options_missing": (422, _l("At least one option must be on offer.")),
    "options_many": (422, _l("At most %(limit)s options.")),
    "option_code_form": (
        422,
        _l("“%(option)s” is no code of an option: up to 30 small letters, digits, dashes and underscores."),
    ),
    "option_words_missing": (422, _l("The option “%(option)s” needs a word in both languages.")),
    "option_twice": (422, _l("The code “%(option)s” stands twice.")),
    "option_in_use": (422, _l("The option “%(option)s” is in use: switch it off instead.")),
    "type_fixed": (422, _l("Values are stored already: the type stays as it is.")),
    "field_in_use": (409, _l("Values are stored: switch the field off instead, then it is hidden and they are kept.")),
    "never_reviewed": (
        422,
        _l("Values are stored already that nobody reviewed. Switch this field off and add another that is reviewed."),
    ),
    "required_hidden": (422, _l("What is required stands in the form: switch this on, or “Required” off.")),
    "fields_many": (422, _l("At most %(limit)s fields.")),
}
