"""Icons: one file with all of them, drawn by reference. The page carries a line for each instead of its drawing."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from app.views import assets


@lru_cache(maxsize=1024)
def _drawn(file: str, name: str, css: str) -> Markup:
    return Markup('<svg class="i{}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(
        f" {css}" if css else "", file, name
    )


def icon(name: str, cls: str = "") -> Markup:
    """The icon of this name (scripts/icons.txt) with further classes of the visual kit."""
    return _drawn(assets.address(assets.ICONS), name, cls)
