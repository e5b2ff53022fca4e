"""SMS through the provider's own library, against a small server that checks the signature as the provider describes it."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.gateways.messengers import Letter, Undelivered, from_settings

LETTER = Letter("sms-1", "13800001111", "主题", "【公就】验证码 123456", "code", "zh", ("123456", "5"))
NONE = {"SMTP_URL": "", "MAIL_FROM": "", "SMS_TEMPLATES": ""}


def proof(secret: str, day: str, said: bytes) -> str:
    """TC3-HMAC-SHA256 of the string to sign."""
    key = f"TC3{secret}".encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


class Provider(BaseHTTPRequestHandler):
    """Takes what is signed with the key it knows, and answers what the test asks for."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.headers["X-TC-Action"], self.headers["X-TC-Version"], json.loads(body)))
        answer = (
            self.server.answer
            if self.signed(body)
            else {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "x"}}
        )
        sent = json.dumps({"Response": answer | {"RequestId": "r"}}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def signed(self, body: bytes) -> bool:
        """Whether the caller holds the secret of the key it names."""
        credential, names, signature = (
            one.partition("=")[2] for one in self.headers["Authorization"].split(" ", 1)[1].split(", ")
        )
        _key, _slash, scope = credential.partition("/")
        heads = "".join(f"{name}:{self.headers[name].lower()}\n" for name in names.split(";"))
        asked = "\n".join(("POST", "/", "", heads, names, hashlib.sha256(body).hexdigest()))
        said = "\n".join(
            ("TC3-HMAC-SHA256", self.headers["X-TC-Timestamp"], scope, hashlib.sha256(asked.encode()).hexdigest())
        )
        right = proof("shared", scope.split("/")[0], said.encode())
        return credential.startswith("gj/") and hmac.compare_digest(right, signature)

    def log_message(self, *_args):
        """Quiet."""


@pytest.fixture
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.taken, server.status, server.answer = [], 200, {"SendStatusSet": [{"Code": "Ok"}]}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sms(provider, tmp_path):
    return made(f"http://127.0.0.1:{provider.server_address[1]}", tmp_path)


def made(endpoint: str, folder, shared: str = "shared"):
    numbers = folder / "sms.json"
    numbers.write_text(json.dumps({"code": {"zh": "7001"}}), encoding="utf-8")
    url = f"tencent://1400006666?sign=公就&endpoint={endpoint}"
    given = {"SMS_URL": url, "SMS_KEY_ID": "gj", "SMS_SECRET": shared, "SMS_TEMPLATES": str(numbers)}
    return from_settings(NONE | given)["sms"]


def test_the_approved_text_is_named_and_its_blanks_are_filled(provider, sms):
    sms.send(LETTER)
    ((action, version, body),) = provider.taken
    assert (action, version) == ("SendSms", "2021-01-11")
    assert body == {
        "PhoneNumberSet": ["+8613800001111"], "SmsSdkAppId": "1400006666", "SignName": "公就", "TemplateId": "7001",
        "TemplateParamSet": ["123456", "5"], "SessionContext": "sms-1",
    }  # fmt: skip


def test_a_text_that_is_not_approved_yet_never_leaves(provider, sms):
    for letter in (
        Letter("1", "13800001111", "x", "y", "link", "zh"),
        Letter("1", "13800001111", "x", "y", "code", "en"),
    ):
        with pytest.raises(Undelivered, match="no template") as caught:
            sms.send(letter)
        assert not caught.value.final
    assert provider.taken == []


def test_a_text_that_is_approved_in_chinese_alone_leaves_in_chinese(provider, sms):
    sms.send(Letter("1", "13800001111", "x", "y", "code", "en", ("5", "123456"), ("123456", "5")))
    ((_action, _version, body),) = provider.taken
    assert (body["TemplateId"], body["TemplateParamSet"]) == ("7001", ["123456", "5"])


@pytest.mark.parametrize(
    ("code", "final"),
    [
        ("FailedOperation.PhoneNumberInBlacklist", True),
        ("InvalidParameterValue.IncorrectPhoneNumber", True),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", False),
        ("FailedOperation.SignatureIncorrectOrUnapproved", False),
    ],
)
def test_a_refused_number_is_final_and_everything_else_is_tried_again(provider, sms, code, final):
    provider.answer = {"SendStatusSet": [{"Code": code}]}
    with pytest.raises(Undelivered) as caught:
        sms.send(LETTER)
    assert (caught.value.why, caught.value.final) == (code, final)
    assert len(provider.taken) == 1


@pytest.mark.parametrize(
    "answer", [{"SendStatusSet": []}, {"Error": {"Code": "InternalError", "Message": "13800001111"}}]
)
def test_an_answer_without_a_word_about_the_number_is_no_success(provider, sms, answer):
    provider.answer = answer
    with pytest.raises(Undelivered) as caught:
        sms.send(LETTER)
    assert "138" not in caught.value.why
    assert not caught.value.final


def test_a_wrong_secret_is_refused(provider, tmp_path):
    stranger = made(f"http://127.0.0.1:{provider.server_address[1]}", tmp_path, "other")
    with pytest.raises(Undelivered, match=r"AuthFailure\.SignatureFailure"):
        stranger.send(LETTER)


def test_a_provider_that_is_away_or_broken_is_tried_later(provider, sms, tmp_path):
    provider.status = 502
    for one in (sms, made("http://127.0.0.1:9", tmp_path)):
        with pytest.raises(Undelivered) as caught:
            one.send(LETTER)
        assert not caught.value.final


@pytest.mark.parametrize("endpoint", ["http://sms.example.cn", "ftp://127.0.0.1"])
def test_nothing_is_sent_in_clear(endpoint, tmp_path):
    with pytest.raises(ValueError, match="Tencent SMS needs"):
        made(endpoint, tmp_path)


def test_without_the_numbers_of_the_texts_nothing_begins():
    given = {
        "SMS_URL": "tencent://1400006666?sign=x",
        "SMS_KEY_ID": "gj",
        "SMS_SECRET": "s",
        "SMS_TEMPLATES": "/nothing",
    }
    with pytest.raises(ValueError, match="SMS_TEMPLATES"):
        from_settings(NONE | given)
