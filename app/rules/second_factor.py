"""The second factor: codes of RFC 6238 from a device, and recovery codes for the day it is lost."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from app.rules.late import late
from app.rules.passwords import READABLE

pyotp = late("pyotp")

STEP: Final = 30  # seconds a code is shown
DRIFT: Final = 1  # steps that the clock of a telephone may be off, either way
RECOVERY: Final = 10  # codes handed out
_LETTERS: Final = "".join(sorted(set(READABLE.lower()) - {"l"}))


def new_secret() -> str:
    """160 random bits in base32, as authenticators want them."""
    return str(pyotp.random_base32())


def address_of(secret: str, username: str, issuer: str) -> str:
    """What the QR code holds."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer))


def code_at(secret: str, moment: float) -> str:
    """The code shown at a moment."""
    return str(pyotp.TOTP(secret).at(int(moment)))


def step_of(secret: str, code: str, moment: float) -> int | None:
    """The time step a code belongs to, or None for a wrong one. Every candidate is compared, in constant time."""
    now, found = int(moment) // STEP, None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step * STEP), code):
            found = step
    return found


def recovery_codes() -> list[str]:
    """Codes such as k7mpx-qr4tw: 49 bits each, good once."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY)]


def tidy(code: str) -> str:
    """What was typed, without blanks and case; a recovery code with its dash."""
    plain = "".join(ch for ch in code.lower() if ch.isascii() and ch.isalnum())[:20]
    return f"{plain[:5]}-{plain[5:]}" if len(plain) == 10 else plain
