"""SMS by a signed HTTP call and mail by SMTP, against small servers of our own on the loopback interface."""

from __future__ import annotations

import hashlib
import hmac
import json
import socketserver
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.gateways.messengers import HttpSms, Kept, Letter, Smtp, Undelivered, from_settings

LETTER = Letter("sms-1", "13800001111", "主题", "【公就】验证码 123456")
NONE = {"SMTP_URL": "", "MAIL_FROM": "", "SMS_URL": "", "SMS_KEY_ID": "", "SMS_SECRET": ""}


class Provider(BaseHTTPRequestHandler):
    """Takes what is signed with the key it knows, and answers what the test asks for."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        lines = "\n".join(
            ("POST", self.path, self.headers["X-Time"], self.headers["X-Nonce"], hashlib.sha256(body).hexdigest())
        )
        right = hmac.new(b"shared", lines.encode(), hashlib.sha256).hexdigest()
        known = hmac.compare_digest(right, self.headers["X-Signature"]) and self.headers["X-Key-Id"] == "gj"
        status = self.server.status if known else 401
        self.server.taken.append((status, json.loads(body)))
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Quiet."""


class MailServer(socketserver.StreamRequestHandler):
    """As much SMTP as one letter needs."""

    def handle(self):
        self.say("220 test")
        while line := self.rfile.readline().strip():
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.say("250 test")
            elif verb == b"RCPT":
                self.say(self.server.on_rcpt)
            elif verb == b"DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    lines.append(part)
                self.server.taken.append(b"".join(lines))
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def say(self, line: str):
        self.wfile.write(f"{line}\r\n".encode())


def serving(server):
    server.taken = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.status = 200
    yield from serving(server)


@pytest.fixture
def mail_server():
    server = socketserver.TCPServer(("127.0.0.1", 0), MailServer)
    server.on_rcpt = "250 fine"
    yield from serving(server)


def sms(server, secret: str) -> HttpSms:
    url = f"http://127.0.0.1:{server.server_address[1]}/v1/send?app=7"
    return from_settings(NONE | {"SMS_URL": url, "SMS_KEY_ID": "gj", "SMS_SECRET": secret})["sms"]


def smtp(server) -> Smtp:
    url = f"smtp+plain://127.0.0.1:{server.server_address[1]}"
    return from_settings(NONE | {"SMTP_URL": url, "MAIL_FROM": "no-reply@jobs.example.cn"})["mail"]


def test_without_settings_nothing_leaves():
    assert from_settings(NONE) == {"sms": Kept(), "mail": Kept()}


@pytest.mark.parametrize(
    "given",
    [
        {"SMS_URL": "http://sms.example.cn/", "SMS_SECRET": "x"},
        {"SMS_URL": "https://sms.example.cn/"},
        {"SMTP_URL": "http://mail.example.cn", "MAIL_FROM": "a@example.cn"},
        {"SMTP_URL": "smtps://mail.example.cn"},
    ],
)
def test_settings_that_would_send_secrets_in_clear_or_from_nobody_are_refused(given):
    with pytest.raises(ValueError):
        from_settings(NONE | given)


def test_an_sms_is_signed_and_taken(provider):
    sms(provider, "shared").send(LETTER)
    assert provider.taken == [(200, {"id": "sms-1", "to": "13800001111", "text": "【公就】验证码 123456"})]


@pytest.mark.parametrize(("status", "final"), [(503, False), (429, False), (400, True), (302, False)])
def test_an_sms_that_is_not_taken_tells_whether_a_later_try_helps(provider, status, final):
    provider.status = status
    with pytest.raises(Undelivered) as caught:
        sms(provider, "shared").send(LETTER)
    assert (caught.value.why, caught.value.final) == (f"HTTP {status}", final)
    assert len(provider.taken) == 1  # a redirect is not followed


def test_a_wrong_secret_is_refused(provider):
    with pytest.raises(Undelivered, match="HTTP 401"):
        sms(provider, "other").send(LETTER)


def test_a_provider_that_is_away_is_tried_later():
    gone = from_settings(NONE | {"SMS_URL": "http://127.0.0.1:9/", "SMS_SECRET": "x"})["sms"]
    with pytest.raises(Undelivered) as caught:
        gone.send(LETTER)
    assert not caught.value.final


def test_a_mail_arrives_whole(mail_server):
    smtp(mail_server).send(Letter("mail-1", "zhang@example.cn", "验证码", "【公就】验证码 123456"))
    mail = message_from_bytes(mail_server.taken[0], policy=policy.default)
    assert (mail["To"], mail["Subject"], mail["From"]) == ("zhang@example.cn", "验证码", "no-reply@jobs.example.cn")
    assert mail.get_content().strip() == "【公就】验证码 123456"


@pytest.mark.parametrize(("answer", "final"), [("550 no such person", True), ("451 later", False)])
def test_a_refused_recipient(mail_server, answer, final):
    mail_server.on_rcpt = answer
    with pytest.raises(Undelivered) as caught:
        smtp(mail_server).send(Letter("mail-1", "zhang@example.cn", "x", "x"))
    assert caught.value.final is final


@pytest.mark.parametrize("field", ["to", "subject"])
def test_a_line_break_makes_no_second_header(mail_server, field):
    values = {"to": "zhang@example.cn", "subject": "x"} | {field: "a@example.cn\r\nBcc: all@example.cn"}
    with pytest.raises(Undelivered) as caught:
        smtp(mail_server).send(Letter("mail-1", text="x", **values))
    assert caught.value.final
    assert mail_server.taken == []


def test_a_server_that_offers_no_encryption_gets_no_letter(mail_server):
    url = f"smtp://127.0.0.1:{mail_server.server_address[1]}"
    strict = from_settings(NONE | {"SMTP_URL": url, "MAIL_FROM": "a@example.cn"})["mail"]
    with pytest.raises(Undelivered):
        strict.send(LETTER)
    assert mail_server.taken == []
