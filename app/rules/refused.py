"""The one error that crosses layers: a refusal a person can understand and mend."""

from __future__ import annotations


class Refused(Exception):
    """Something may not be done, now or by this person.

    `code` names the reason (words for it live at the edge, in both languages), `field` the form field
    it concerns, `facts` the values to be put into the words. No fact may be personal data or SQL.
    """

    def __init__(self, code: str, field: str | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts = facts

    def __repr__(self) -> str:
        return f"Refused({self.code!r}, field={self.field!r}, {self.facts!r})"
