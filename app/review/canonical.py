"""One text for one value: canonical JSON and its SHA-256, on which evidence and ledger rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.rules.dates import ZONE


def plain(value: Any) -> Any:
    """The value as JSON holds it: days and moments as ISO text (moments in China's time), decimals as text.

    Raises TypeError for what has no single text: floats, naive moments and unknown types.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise TypeError("a moment without a time zone has no canonical text")
        return value.astimezone(ZONE).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no canonical text for {type(value).__name__}")


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no blanks, characters as they are."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """SHA-256 of the text's UTF-8, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON."""
    return sha256(canonical(value))
