"""Password rules: TJ-11 is the floor; staff need more (standards.md 2.4)."""

from __future__ import annotations

import re
import secrets

COMMON = frozenset(
    [
        "password",
        "passw0rd",
        "qwerty123",
        "abc12345",
        "admin123",
        "iloveyou1",
        "woaini1314",
        "a1234567",
        "1q2w3e4r",
        "qwe123456",
        "12345678a",
    ]
)

# Without letters and digits that are taken for each other when read aloud or copied by hand.
READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def password_fault(password: str, username: str = "") -> str | None:
    """Code of what is wrong with a person's password (at least 8 characters with a letter and a digit), or None."""
    if len(password) < 8:
        return "password_short"
    if len(password) > 128:
        return "password_long"
    if not re.search(r"[A-Za-z]", password) or not re.search(r"\d", password):
        return "password_letter_digit"
    if password.lower() in COMMON:
        return "password_common"
    if len(username) > 3 and username.lower() in password.lower():
        return "password_has_name"
    return None


def staff_password_fault(password: str, username: str = "") -> str | None:
    """The same for staff: at least 10 characters, three of four classes."""
    if len(password) < 10:
        return "password_staff_short"
    classes = [r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"]
    if sum(bool(re.search(c, password)) for c in classes) < 3:
        return "password_classes"
    return password_fault(password, username)


def one_time_password() -> str:
    """A random password for handing over, such as Kd7m-Qx4p-Tn9w: 70 bits, good for staff, to be changed at once."""
    while True:
        word = "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(3))
        if staff_password_fault(word) is None:
            return word
