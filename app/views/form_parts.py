"""A long form filled in one part after another: which part it is, and how far one has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


def flat(fieldsets: Any) -> list[str]:
    """The columns of fieldsets in order."""
    return [name for _title, spec in fieldsets or () for name in spec["fields"]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form. `steps` are the words of the whole way, `at` the place of this part among them, from 1 on."""

    number: int
    fieldsets: Sequence[tuple[Any, dict[str, Any]]]
    steps: Sequence[Any]
    at: int
    more: Any = ""  # the words of the button to the next part; empty: this is the last one, with the materials
    back: str = ""  # where the part before stands

    @property
    def columns(self) -> list[str]:
        """The columns of this part."""
        return flat(self.fieldsets)
