"""Encryption of single fields, and blind indexes to look them up by (design.md section 7; 8.1.4.8 of GB/T 22239).

A token is `v1:kid:nonce:ciphertext`, AES-256-GCM. The additional data (table and column, perhaps the row) is not in
the token: a value moved to another column does not open. Random nonces of 96 bits allow 2**32 values per key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION: Final = "v1"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_KID: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")


class VaultError(Exception):
    """A value cannot be opened. The text of the error never holds the value."""


class UnknownKey(VaultError):
    """The token names a key that is not in the keyring."""


class Tampered(VaultError):
    """The token is malformed, was changed, or belongs to another column."""


class Vault:
    """A keyring: old keys open, the current one seals, and separate keys make blind indexes.

    Of the index keys the first makes them; the older ones find what was made before (`blinds`).

    Raises ValueError for a key that is not 32 bytes, a bad key id, or a current id that is not in the ring.
    """

    def __init__(
        self, keys: Mapping[str, bytes], current: str, index_key: bytes, old_index_keys: Sequence[bytes] = ()
    ) -> None:
        if current not in keys:
            raise ValueError("the current key is not in the keyring")
        if any(not _KID.fullmatch(kid) for kid in keys):
            raise ValueError("a key id is 1 to 32 letters, digits, dots, hyphens or underscores")
        index_keys = (index_key, *old_index_keys)
        if any(len(key) != _KEY_BYTES for key in (*keys.values(), *index_keys)):
            raise ValueError("every key has 32 bytes")
        if set(index_keys) & set(keys.values()) or len(set(index_keys)) != len(index_keys):
            raise ValueError("every index key must be a key of its own")
        self._ciphers = {kid: AESGCM(key) for kid, key in keys.items()}
        self._current = current
        self._index_keys = index_keys

    def __repr__(self) -> str:
        return f"Vault(current={self._current!r}, keys={sorted(self._ciphers)})"

    def seal(self, plain: str, aad: str) -> str:
        """The token of a value. The same value gives another token each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, plain.encode(), _bound(self._current, aad))
        return ":".join((_VERSION, self._current, _text(nonce), _text(sealed)))

    def open(self, token: str, aad: str) -> str:
        """The value of a token. Raises UnknownKey or Tampered."""
        kid, nonce, sealed = _parts(token)
        cipher = self._ciphers.get(kid)
        if cipher is None:
            raise UnknownKey(kid)
        try:
            return cipher.decrypt(nonce, sealed, _bound(kid, aad)).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: a nonce or tag of impossible length
            raise Tampered from error

    def needs_reseal(self, token: str) -> bool:
        """Whether the token was sealed with an older key: a rotation job opens and seals it again."""
        return _parts(token)[0] != self._current

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._current

    def blind(self, value: str, purpose: str) -> str:
        """Keyed digest for equality look-ups, 64 hex digits; `purpose` (the column) keeps equal values apart.

        The caller gives the canonical form of the value. It does not change with a rotation of the sealing keys.
        To look something up ask for any of `blinds`; what is stored is this one.
        """
        return _digest(self._index_keys[0], value, purpose)

    def blinds(self, value: str, purpose: str) -> tuple[str, ...]:
        """The digests under every index key, the current one first: what is stored may be older than the key."""
        return tuple(_digest(key, value, purpose) for key in self._index_keys)

    def mark(self, value: str, purpose: str) -> str:
        """A keyed digest that stays as it is over rotations, for what cannot be made anew: always of the oldest index key."""
        return _digest(self._index_keys[-1], value, purpose)


def _digest(key: bytes, value: str, purpose: str) -> str:
    return hmac.new(key, f"{len(purpose)}:{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


def key_id(token: str) -> str:
    """The id of the key that sealed a token. Raises Tampered for what is none."""
    return _parts(token)[0]


def new_key() -> str:
    """A fresh key, in the form the settings take."""
    return _text(secrets.token_bytes(_KEY_BYTES))


def from_settings(keys: str, index_key: str) -> Vault:
    """A keyring from "kid:key,oldkid:key" (the first one is current) and the index keys "key,oldkey", all in base64url.

    Raises ValueError, without naming a key, where the text is not of this form.
    """
    pairs = [entry.strip().partition(":") for entry in keys.split(",") if entry.strip()]
    if not pairs:
        raise ValueError("no sealing key is configured")
    ring = {kid: _key(text) for kid, _, text in pairs}
    if len(ring) != len(pairs):
        raise ValueError("two keys bear the same id")
    index_keys = [_key(text) for text in index_key.split(",")]
    return Vault(ring, pairs[0][0], index_keys[0], index_keys[1:])


def from_file(path: Path) -> Vault:
    """The embedded default: a keyring in a file only its owner may read, made on first use.

    Two lines, the sealing keys and the index key as `from_settings` takes them. Losing the file loses the data
    sealed with it.
    """
    if not path.exists():
        _make(path)
    lines = path.read_text(encoding="ascii").split()
    if len(lines) != 2:
        raise ValueError("the key file has two lines")
    return from_settings(*lines)


def _make(path: Path) -> None:
    """Writes aside and links: of two processes that start together the first wins and both read its keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"k1:{new_key()}\n{new_key()}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()


def _bound(kid: str, aad: str) -> bytes:
    """The additional data: version and key id cannot be exchanged either."""
    return f"{_VERSION}:{kid}:{aad}".encode()


def _parts(token: str) -> tuple[str, bytes, bytes]:
    parts = token.split(":")
    if len(parts) != 4 or parts[0] != _VERSION:
        raise Tampered
    try:
        return parts[1], _bytes(parts[2]), _bytes(parts[3])
    except ValueError as error:
        raise Tampered from error


def _key(text: str) -> bytes:
    try:
        return _bytes(text.strip())
    except ValueError:
        raise ValueError("a key is 32 bytes in base64url") from None


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Strict: one text per value, so that a token cannot be altered without being noticed."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64url") from error
    if _text(data) != text.rstrip("="):
        raise ValueError("not canonical base64url")
    return data
