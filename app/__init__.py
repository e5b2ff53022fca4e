"""公就: the back-office of a public employment service.

The factory is imported late, so that importing `app.rules` never loads Flask.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from app.rules.late import hollow

if TYPE_CHECKING:
    from flask import Flask


def create_app(**overrides: Any) -> Flask:
    """The application; keyword arguments override settings."""
    collecting = gc.isenabled()
    gc.disable()  # nothing made here is ever thrown away; looking for it costs a tenth of the start
    hollow("sqlalchemy_utils", "sqlalchemy_utils.types", "jsonschema")
    try:
        from app.factory import build

        return build(overrides)
    finally:
        if collecting:
            gc.enable()
