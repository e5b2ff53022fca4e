"""Who asks: a lead and eight reviewers of a province, a system administrator, and thousands who post gigs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.security import generate_password_hash

PASSWORD = "Gongjiu-2026-bench"
PROVINCE = "440000"
REVIEWERS = 8
POSTERS = 2_003
FIRST_POSTER = 1_000  # their keys follow from here


@dataclass(frozen=True, slots=True)
class Person:
    """An account: user name, key, role, division."""

    name: str
    key: int
    role: str
    region: str | None


LEAD = Person("bench-lead", 101, "lead", PROVINCE)
ADMIN = Person("bench-admin", 102, "sysadmin", None)
DESK = [Person(f"bench-reviewer-{n}", 110 + n, "reviewer", PROVINCE) for n in range(REVIEWERS)]


def load(connection: Any) -> None:
    """Writes the accounts; people with a role can log in, posters cannot."""
    password = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")  # quick on purpose: thrown away with the data
    with connection.cursor() as cursor:
        for one in (LEAD, ADMIN, *DESK):
            cursor.execute(
                "INSERT INTO ab_user (id, first_name, last_name, username, password, active, email)"
                " VALUES (%s, '测', '试', %s, %s, true, %s)",
                (one.key, one.name, password, f"{one.name}@example.cn"),
            )
            cursor.execute(
                "INSERT INTO person (account_id, real_name, document_kind, identity_level, demo)"
                " VALUES (%s, '测试', 'resident_id', 0, false)",
                (one.key,),
            )
            cursor.execute(
                "INSERT INTO hat (account_id, role, region_code, is_default, active) VALUES (%s, %s, %s, true, true)",
                (one.key, one.role, one.region),
            )
        cursor.execute(
            "INSERT INTO ab_user (id, first_name, last_name, username, active, email)"
            " SELECT n, '三', '张', 'poster-' || n, true, 'poster-' || n || '@example.cn'"
            " FROM generate_series(%s::int, %s::int) n",
            (FIRST_POSTER, FIRST_POSTER + POSTERS - 1),
        )
