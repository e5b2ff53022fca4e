"""Where uploaded files lie: a local folder by default, S3-compatible storage for more than one machine.

A key is made here and is random: it tells nothing, is never built from a file name, and one that does not look like a
key is never turned into a path. Objects are written once and never changed.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from urllib.parse import parse_qs, urlsplit

_KEY: Final = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,5}")
_SUFFIX: Final = re.compile(r"[a-z0-9]{1,5}")
_IN_MEMORY: Final = 8 * 1024 * 1024
_S3_MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class ObjectMissing(LookupError):
    """There is no object of this key, or the text is no key at all."""


class Storage(Protocol):
    """Objects under random keys."""

    def put(self, source: bytes | BinaryIO, suffix: str) -> str:
        """Stores all of the source durably and answers the new key. Raises ValueError for a suffix like "../x"."""

    def open(self, key: str) -> BinaryIO:
        """A seekable stream for reading, to be closed by the caller. Raises ObjectMissing."""

    def delete(self, key: str) -> None:
        """Removes the object; one that is gone already is no error. Raises ObjectMissing for what is no key."""

    def exists(self, key: str) -> bool:
        """Whether the object is there; False for what is no key."""


class LocalStorage:
    """Objects in a folder, spread over 65,536 sub-folders by the first four digits of the key."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def put(self, source: bytes | BinaryIO, suffix: str) -> str:
        """Written aside, flushed to the disk, then moved into place: a crash leaves no half object under a key."""
        key = new_key(suffix)
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(_stream(source), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, target)
        except BaseException:
            os.unlink(aside)
            raise
        _sync_folder(target.parent)
        return key

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        return is_key(key) and self._path(key).is_file()

    def _path(self, key: str) -> Path:
        _require_key(key)
        return self._root / key[:2] / key[2:4] / key


class S3Storage:
    """Objects in a bucket, through a client with boto3's put_object, get_object, head_object and delete_object."""

    def __init__(self, bucket: str, client: Any, prefix: str = "") -> None:
        self._bucket = bucket
        self._client = client
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def put(self, source: bytes | BinaryIO, suffix: str) -> str:
        key = new_key(suffix)
        self._client.put_object(**self._at(key), Body=_stream(source))
        return key

    def open(self, key: str) -> BinaryIO:
        """Fetched into memory, or into a temporary file above 8 MB: range requests need to seek."""
        where = self._at(key)
        try:
            body = self._client.get_object(**where)["Body"]
        except self._client.exceptions.ClientError as error:
            raise _missing_or(error, key) from error
        fetched = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
        try:
            shutil.copyfileobj(body, fetched)
        except BaseException:
            fetched.close()
            raise
        finally:
            body.close()
        fetched.seek(0)
        return fetched  # type: ignore[return-value]  # a BinaryIO in all but name

    def delete(self, key: str) -> None:
        self._client.delete_object(**self._at(key))

    def exists(self, key: str) -> bool:
        if not is_key(key):
            return False
        try:
            self._client.head_object(**self._at(key))
        except self._client.exceptions.ClientError as error:
            missing = _missing_or(error, key)
            if isinstance(missing, ObjectMissing):
                return False
            raise
        return True

    def _at(self, key: str) -> dict[str, str]:
        _require_key(key)
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{key}"}


def from_settings(url: str, local_root: Path) -> Storage:
    """Empty: the local folder; s3://bucket/prefix?endpoint=https://...&region=...: a bucket.

    Credentials come from the environment as boto3 reads them. Raises ValueError for another url.
    """
    if not url:
        return LocalStorage(local_root)
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError("the object storage is named by s3://bucket/prefix")
    import boto3  # noqa: PLC0415 - an optional extra: only installations with a bucket have it

    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    client = boto3.client("s3", endpoint_url=options.get("endpoint"), region_name=options.get("region"))
    return S3Storage(parts.netloc, client, parts.path)


def new_key(suffix: str) -> str:
    """A fresh random key, 128 bits. `suffix` is the extension by content, without its dot."""
    if not _SUFFIX.fullmatch(suffix):
        raise ValueError("a suffix is 1 to 5 small letters or digits")
    return f"{secrets.token_hex(16)}.{suffix}"


def is_key(text: str) -> bool:
    """Whether a text has the form of a key."""
    return _KEY.fullmatch(text) is not None


def _require_key(text: str) -> None:
    if not is_key(text):
        raise ObjectMissing("not a key")


def _missing_or(error: Any, key: str) -> Exception:
    """ObjectMissing for the store's "no such key", else the error itself."""
    code = error.response.get("Error", {}).get("Code")
    return ObjectMissing(key) if code in _S3_MISSING else error


def _stream(source: bytes | BinaryIO) -> BinaryIO:
    return BytesIO(source) if isinstance(source, bytes) else source


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself durable; Windows cannot open a folder and does not need to."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
