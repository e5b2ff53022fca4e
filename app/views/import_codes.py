"""Words for why an import refuses a file as a whole; part of the one catalogue of refusals (words.CODES)."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

# code -> (HTTP status, words). Facts are put into the words by name.
FILE: Final[dict[str, tuple[int, Any]]] = {
    "import_empty": (422, _l("The file holds no rows.")),
    "import_format": (422, _l("This is neither CSV nor xlsx. Save the list as .xlsx without a password, or as CSV.")),
    "import_encoding": (
        422,
        _l("The text is neither UTF-8 nor GB18030, or is damaged (line %(line)s). Save the file as CSV UTF-8."),
    ),
    "import_broken": (422, _l("The file is broken from line %(line)s on: a quotation mark is missing or too many.")),
    "import_damaged": (422, _l("The workbook is damaged and cannot be read.")),
    "import_missing_column": (422, _l("The file lacks these columns: %(columns)s.")),
    "import_repeated_column": (422, _l("These columns appear more than once: %(columns)s.")),
    "import_unknown_column": (422, _l("The file has no column %(column)s.")),
    "import_unknown_field": (422, _l("There is no field %(column)s to import into.")),
    "import_unknown_region": (422, _l("%(region)s is no division of today.")),
    "import_too_many_columns": (422, _l("The file has %(columns)s columns; at most %(limit)s are read.")),
    "import_too_many_rows": (422, _l("The file has %(rows)s rows; at most %(limit)s are read at once.")),
    "import_too_large": (422, _l("The file has %(size)s MB; at most %(limit)s MB are read.")),
    "import_running": (409, _l("This list is being imported just now.")),
    "pay_unreadable": (
        422,
        _l("This pay cannot be read: %(text)s. Write it like 4-8千/月, 100元/天 or 面议."),
    ),
    "pay_reversed": (422, _l("The lower end of the pay is above the upper: %(text)s.")),
    "pay_too_high": (422, _l("The pay is more than %(limit)s yuan a month. Check the unit.")),
    "import_chosen_twice": (422, _l("Two columns of the file are chosen for one field: %(columns)s.")),
    "import_unknown_entity": (404, _l("There is no such import.")),
    "import_agree": (422, _l("To send the posts in at once, accept the platform agreement; or leave them as drafts.")),
    "import_too_late": (409, _l("This import has ended meanwhile.")),
    "import_out_of_range": (422, _l("The value must lie between %(low)s and %(high)s.")),
    # What rows are refused for, in lists and on forms alike.
    "code_form": (422, _l("This is no code of this kind. Write it like %(form)s.")),
    "level_form": (422, _l("By its code this belongs to level %(level)s.")),
    "date_order": (422, _l("The last day lies before the first.")),
    "phone_form": (422, _l("This is no telephone number: 11 digits, or a land line with its area code.")),
    "document_blank": (422, _l("The number holds blanks.")),
    "document_old_number": (422, _l("Numbers of 15 digits are no longer valid; please enter the 18 digits.")),
    "document_length": (422, _l("The number has 18 characters.")),
    "document_alphabet": (422, _l("Digits only; the last character may be X.")),
    "document_kind": (422, _l("This number belongs to another kind of document.")),
    "document_region": (422, _l("The first digits are no division.")),
    "document_birth_date": (422, _l("The date of birth in the number is not possible.")),
    "document_check_char": (422, _l("The last character does not fit the others: please look for a typing error.")),
    "document_pattern": (422, _l("The number does not have the form of this document.")),
    "too_young_to_graduate": (
        422,
        _l("By the document number the student would be younger than %(age)s when graduating."),
    ),
    "student_twice": (422, _l("The student with number %(number)s has this document number already.")),
    "student_elsewhere": (422, _l("Somebody with this document number is on the roster of another school.")),
    "field_elsewhere": (422, _l("Rows of this division do not have the field.")),
    "row_deleted": (409, _l("A row with this number was deleted earlier; give it another number.")),
    "row_clash": (409, _l("Another record already has what must be unique here.")),
    "row_points_nowhere": (422, _l("It refers to something that is not there.")),
}
