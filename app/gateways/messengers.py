"""How SMS and mail leave the house: kept in the outbox by default, SMTP for mail, for SMS a provider or a signed HTTP call."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import smtplib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

TIMEOUT: Final = 10.0  # seconds
_LONGEST_REPLY: Final = 64 * 1024


class Undelivered(Exception):
    """It did not leave. `final`: no later try will help. The text names neither the person nor the words."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.why, self.final = why[:200], final


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent. `key` is the same at every try, so that a gateway can leave a repeated one out.

    `params`: what fills the blanks of `template` in `language`, in their order, for gateways that know the words themselves.
    `home`: what fills the blanks of the Chinese one, for gateways that know no other; None where that was not kept.
    """

    key: str
    to: str
    subject: str
    text: str
    template: str = ""
    language: str = ""
    params: tuple[str, ...] = ()
    home: tuple[str, ...] | None = None


class Messenger(Protocol):
    """Something that takes letters out of the house."""

    name: str

    def send(self, letter: Letter) -> None:
        """Sends one. Raises Undelivered."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The embedded default: nothing leaves, everything stands on the outbox screen."""

    name: str = "outbox"

    def send(self, letter: Letter) -> None:
        """It is where it belongs already."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. `security`: "tls" from the first byte, "starttls", or "none" (a relay on the same machine)."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = ""
    name: str = "smtp"

    def send(self, letter: Letter) -> None:
        """One connection for one letter. Raises Undelivered."""
        try:
            mail = _mail(self.sender, letter)
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _said in error.recipients.values()]
            raise Undelivered("recipient refused", final=all(code >= 500 for code in codes)) from None
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"SMTP {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(type(error).__name__) from None
        except ValueError:  # a line break in a header
            raise Undelivered("not a mail", final=True) from None

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server


def _mail(sender: str, letter: Letter) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, letter.to, letter.subject
    mail["Message-ID"] = make_msgid(letter.key, domain=sender.rpartition("@")[2].strip("> ") or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    return mail


@dataclass(frozen=True, slots=True)
class HttpSms:
    """An SMS provider spoken to by a signed HTTP call.

    POST of {"id", "to", "text"}; `X-Signature` is the hex HMAC-SHA256 over method, path, time, nonce and the SHA-256 of the
    body, one a line. 2xx: taken. 4xx other than 408 and 429: never will be. Redirects are not followed.
    """

    url: SplitResult
    key_id: str
    secret: str
    name: str = "http_sms"

    def send(self, letter: Letter) -> None:
        """One call for one letter. Raises Undelivered."""
        body = json.dumps({"id": letter.key, "to": letter.to, "text": letter.text}, ensure_ascii=False).encode()
        path = self.url.path or "/"
        path += f"?{self.url.query}" if self.url.query else ""
        headers = signed(self.secret, "POST", path, body, str(int(time.time())), secrets.token_hex(16))
        headers |= {"Content-Type": "application/json; charset=utf-8", "X-Key-Id": self.key_id}
        make = HTTPSConnection if self.url.scheme == "https" else HTTPConnection
        connection = make(self.url.hostname or "", self.url.port, timeout=TIMEOUT)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read(_LONGEST_REPLY)
        except (OSError, HTTPException) as error:
            raise Undelivered(type(error).__name__) from None
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            final = 400 <= answer.status < 500 and answer.status not in (408, 429)
            raise Undelivered(f"HTTP {answer.status}", final=final)


def signed(secret: str, method: str, path: str, body: bytes, at: str, nonce: str) -> dict[str, str]:
    """The headers that prove who calls and that nothing was changed."""
    lines = "\n".join((method, path, at, nonce, hashlib.sha256(body).hexdigest()))
    signature = hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()
    return {"X-Time": at, "X-Nonce": nonce, "X-Signature": signature}


def from_settings(config: Mapping[str, Any]) -> dict[str, Messenger]:
    """The messenger of each channel. Raises ValueError for an address that cannot be one."""
    return {"sms": _sms(config), "mail": _mailer(config)}


def _mailer(config: Mapping[str, Any]) -> Messenger:
    if not config["SMTP_URL"]:
        return Kept()
    parts = urlsplit(config["SMTP_URL"])
    security = {"smtps": "tls", "smtp": "starttls", "smtp+plain": "none"}.get(parts.scheme)
    if security is None or not parts.hostname or "@" not in config["MAIL_FROM"]:
        raise ValueError("mail needs SMTP_URL=smtps://user:word@host:port (or smtp://) and MAIL_FROM")
    port = parts.port or {"tls": 465, "starttls": 587, "none": 25}[security]
    user, word = unquote(parts.username or ""), unquote(parts.password or "")
    return Smtp(parts.hostname, port, config["MAIL_FROM"], security, user, word)


def _sms(config: Mapping[str, Any]) -> Messenger:
    if not config["SMS_URL"]:
        return Kept()
    parts = urlsplit(config["SMS_URL"])
    if not config["SMS_SECRET"]:
        raise ValueError("SMS_URL needs SMS_SECRET")
    if parts.scheme == "tencent":
        return _tencent(parts, config)
    if not _private(parts):
        raise ValueError("SMS_URL is an https address, or tencent://…")
    return HttpSms(parts, config["SMS_KEY_ID"], config["SMS_SECRET"])


def _private(parts: SplitResult) -> bool:
    """Whether nobody listens on the way."""
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    return bool(parts.hostname) and (parts.scheme == "https" or local)


def _tencent(parts: SplitResult, config: Mapping[str, Any]) -> Messenger:
    """tencent://application?sign=...&region=...; the numbers of the approved texts lie in the file SMS_TEMPLATES."""
    from app.gateways import tencent_sms  # noqa: PLC0415 - an optional extra: only installations with this provider have it

    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    endpoint = options.get("endpoint", tencent_sms.ENDPOINT)
    if not parts.netloc or "sign" not in options or not config["SMS_KEY_ID"] or not _private(urlsplit(endpoint)):
        raise ValueError("Tencent SMS needs SMS_URL=tencent://application?sign=name and SMS_KEY_ID")
    try:
        templates = json.loads(Path(config["SMS_TEMPLATES"]).read_text(encoding="utf-8"))
    except OSError:
        raise ValueError("Tencent SMS needs SMS_TEMPLATES, a file with the numbers of the approved texts") from None
    client = tencent_sms.connected(
        endpoint, options.get("region", tencent_sms.REGION), config["SMS_KEY_ID"], config["SMS_SECRET"]
    )
    return tencent_sms.TencentSms(client, parts.netloc, options["sign"], templates)
