"""Security keys (WebAuthn) as an alternative to the codes of a device: bound to this site, so that no other one can ask for them.

They stand beside a device, never instead of the first one: recovery and reset stay what they are. A challenge belongs to one
login, is good once and for some minutes.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

from flask import g, request
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models.second_factor import KeyChallenge, SecurityKey
from app.rules.late import late
from app.rules.refused import Refused
from app.views import second_factor, sessions

webauthn = late("webauthn")

MOST: Final = 5  # keys of one account
LASTS: Final = dt.timedelta(minutes=5)
_LONGEST: Final = 20_000  # characters of what a browser sends


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def site() -> str:
    """The name keys are bound to: that of this site; "" where it is reached by a number, which no key takes."""
    host = request.host.rpartition(":")[0] if ":" in request.host and not request.host.endswith("]") else request.host
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host.lower()
    return ""


def of_account(account_id: int) -> list[SecurityKey]:
    """The keys of an account that this site may ask for."""
    mine = select(SecurityKey).where(SecurityKey.account_id == account_id, SecurityKey.site == site())
    return list(db.session.scalars(mine.order_by(SecurityKey.id)))


def _descriptors(keys: list[SecurityKey]) -> list[Any]:
    made = webauthn.helpers.structs.PublicKeyCredentialDescriptor
    return [made(id=_bytes(key.credential_id)) for key in keys]


def _keep(challenge: bytes) -> None:
    values = {"challenge": _text(challenge), "ends_at": func.now() + LASTS}
    row = insert(KeyChallenge).values(login_id=g.login.id, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["login_id"], set_=values))
    db.session.commit()


def _challenge() -> bytes:
    """The challenge of this login, which is used up. Raises Refused("security_key_wrong")."""
    mine = delete(KeyChallenge).where(KeyChallenge.login_id == g.login.id, KeyChallenge.ends_at > func.now())
    found = db.session.execute(
        mine.returning(KeyChallenge.challenge).execution_options(synchronize_session=False)
    ).scalar()
    db.session.commit()
    if found is None:
        raise Refused("security_key_wrong", field="credential")
    return _bytes(found)


def creation(user: User) -> str:
    """What the browser needs to make a key, as JSON."""
    made = webauthn.generate_registration_options(
        rp_id=site(), rp_name=second_factor.ISSUER, user_name=user.username, user_id=str(user.id).encode(),
        user_display_name=user.username, exclude_credentials=_descriptors(of_account(user.id)),
    )  # fmt: skip
    _keep(made.challenge)
    return str(webauthn.options_to_json(made))


def asking(account_id: int) -> str:
    """What the browser needs to have a key sign, as JSON; "" for an account without one."""
    keys = of_account(account_id) if site() else []
    if not keys:
        return ""
    made = webauthn.generate_authentication_options(rp_id=site(), allow_credentials=_descriptors(keys))
    _keep(made.challenge)
    return str(webauthn.options_to_json(made))


def add(user: User, name: str, credential: str) -> None:
    """Takes a new key. Raises Refused: missing, keys_most, security_key_wrong."""
    if not name:
        raise Refused("missing", field="name")
    challenge = _challenge()
    if len(of_account(user.id)) >= MOST:
        raise Refused("keys_most", field="name", limit=MOST)
    try:
        seen = webauthn.verify_registration_response(
            credential=credential[:_LONGEST],
            expected_challenge=challenge,
            expected_rp_id=site(),
            expected_origin=_origin(),
        )
    except (webauthn.helpers.exceptions.WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused("security_key_wrong", field="credential") from error
    key = SecurityKey(
        account_id=user.id, name=name, credential_id=_text(seen.credential_id), public_key=_text(seen.credential_public_key),
        sign_count=seen.sign_count, site=site(),
    )  # fmt: skip
    db.session.add(key)
    db.session.flush()
    second_factor.tell(user.id, "factor_set", f"key:{key.id}")
    sessions.note(user.username, "factor_set", user.id)


def prove(user: User, credential: str) -> None:
    """A signature of one of the account's keys over the challenge of this login.

    Raises Refused: too_many, security_key_wrong; failures count towards the lockout.
    """
    sessions.refuse_if_locked(user.username)
    try:
        _signed(user, credential[:_LONGEST])
    except Refused:
        sessions.note(user.username, "wrong_code", user.id)
        raise


def _signed(user: User, credential: str) -> None:
    challenge = _challenge()
    try:
        sent = webauthn.helpers.parse_authentication_credential_json(credential)
        key = next(k for k in of_account(user.id) if k.credential_id == _text(sent.raw_id))
        seen = webauthn.verify_authentication_response(
            credential=sent, expected_challenge=challenge, expected_rp_id=key.site, expected_origin=_origin(),
            credential_public_key=_bytes(key.public_key), credential_current_sign_count=key.sign_count,
        )  # fmt: skip
    except (
        webauthn.helpers.exceptions.WebAuthnException,
        StopIteration,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
    ) as error:
        raise Refused("security_key_wrong", field="credential") from error
    newer = or_(SecurityKey.sign_count < seen.new_sign_count, SecurityKey.sign_count == 0)
    stmt = update(SecurityKey).where(SecurityKey.id == key.id, newer)
    done: Any = db.session.execute(
        stmt.values(sign_count=seen.new_sign_count, last_used_at=func.now()).execution_options(
            synchronize_session=False
        )
    )
    db.session.commit()
    if done.rowcount != 1:  # the counter went back: there are two of this key
        raise Refused("security_key_wrong", field="credential")


def remove(account_id: int, key_id: int) -> None:
    """Takes one key away. Raises Refused("not_found")."""
    mine = delete(SecurityKey).where(SecurityKey.account_id == account_id, SecurityKey.id == key_id)
    done: Any = db.session.execute(mine.execution_options(synchronize_session=False))
    if done.rowcount != 1:
        raise Refused("not_found")
    second_factor.tell(account_id, "factor_removed_key", str(key_id))
    db.session.commit()


def _origin() -> str:
    return request.host_url.rstrip("/")
