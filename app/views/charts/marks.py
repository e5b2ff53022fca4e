"""The marks of a drawing: colours, and patterns over those that colour alone would not tell apart."""

from __future__ import annotations

from markupsafe import Markup

PATTERNED = ("c3", "c4")  # marks that carry a pattern besides their colour


def marked(mark: str, box: Markup, tip: str = "") -> Markup:
    """A rectangle at `box` in the colour of its mark, with what it says when pointed at."""
    title = Markup("<title>{}</title>").format(tip) if tip else Markup("")
    found = Markup('<rect class="{}" {}>{}</rect>').format(mark, box, title)
    if mark in PATTERNED:
        found += Markup('<rect class="over" fill="url(#p-{})" {}/>').format(mark, box)
    return found
