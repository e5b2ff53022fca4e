"""What a line of the registry is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.rules.actor import Role


@dataclass(frozen=True)
class Place:
    """Where some roles find the screen: group and label of the side menu, in the order of the lines."""

    roles: tuple[Role, ...]
    group: Any
    label: Any
    icon: str
    query: str = ""
    endpoint: str = ""


@dataclass(frozen=True)
class Entry:
    """One screen."""

    view: type
    grants: dict[Role, str]
    places: tuple[Place, ...] = ()
    api: bool = True  # a generated REST API beside the screen
