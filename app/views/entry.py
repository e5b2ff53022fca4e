"""What a line of the registry is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    # For hats whose functions are granted one by one (app/rules/hats.py): any of these opens the screen. A screen of a
    # reviewable kind that names its function needs no line here.
    functions: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
