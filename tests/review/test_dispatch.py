"""SMS and mail leave at least once, are tried again ever later, and keep no secret; codes and links are good once."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select, text, update

from app.gateways.messengers import Kept, Letter, Undelivered
from app.models.dispatch import Dispatch, OneTimeCode, OneTimeLink
from app.models.reference import Parameter
from app.review import codes, dispatch, links
from app.review.dispatch_words import URGENT, WORDS, blanks, registered
from app.rules.dates import ZONE
from app.rules.refused import Refused
from tests.review.samples import account

PHONE = "13800001111"
HOME = "192.0.2.7"


class Gateway:
    """Takes letters, or fails as it is told."""

    name = "outbox"

    def __init__(self, *faults: Undelivered | None) -> None:
        self.faults, self.taken = list(faults), []

    def send(self, letter: Letter) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.taken.append(letter)


def both(gateway) -> dict:
    return {"sms": gateway, "mail": gateway}


def rows(session) -> list[Dispatch]:
    session.expire_all()
    return list(session.scalars(select(Dispatch).order_by(Dispatch.id)))


def newest_code(session) -> str:
    return re.search(r"\d{6}", rows(session)[-1].text)[0]


def later(session, seconds: int) -> None:
    """As if the codes so far had been made that long ago."""
    ago = timedelta(seconds=seconds)
    values = {"made_at": OneTimeCode.made_at - ago, "expires_at": OneTimeCode.expires_at - ago}
    session.execute(update(OneTimeCode).values(**values).execution_options(synchronize_session=False))
    session.commit()


def refusal(call, *args) -> str:
    with pytest.raises(Refused) as caught:
        call(*args)
    return caught.value.code


# -- letters ---------------------------------------------------------------------------------------------------------


def test_what_is_sent_leaves_once_and_keeps_no_code(session):
    dispatch.send(session, "sms", PHONE, "code", {"code": "123456", "minutes": "5"})
    gateway = Gateway()
    assert dispatch.deliver(session, both(gateway)) == 1
    assert dispatch.deliver(session, both(gateway)) == 0
    assert "123456" in gateway.taken[0].text
    (row,) = rows(session)
    assert (row.state, row.tries, row.text) == ("sent", 1, None)
    assert "123456" not in row.blanked
    assert row.sent_on is not None


def test_in_the_database_neither_target_nor_text_can_be_read(session):
    dispatch.send(session, "sms", PHONE, "code", {"code": "123456", "minutes": "5"})
    stored = session.execute(text("SELECT target || text || blanked || subject FROM dispatch")).scalar_one()
    assert PHONE not in stored and "123456" not in stored


def test_a_gateway_that_knows_the_words_is_given_what_fills_them(session):
    """Like the text it is sealed, and gone once it has left."""
    gateway = Gateway(Undelivered("away"))
    dispatch.send(session, "sms", PHONE, "code", {"code": "123456", "minutes": "5"})
    session.commit()
    raw = session.execute(text("SELECT params FROM dispatch")).scalar_one()
    assert raw and "123456" not in raw
    now = datetime.now(ZONE)
    dispatch.deliver(session, both(gateway), now=now)
    dispatch.deliver(session, both(gateway), now=now + timedelta(minutes=2))
    (letter,) = gateway.taken
    assert (letter.template, letter.language, letter.params) == ("code", "zh", ("123456", "5"))
    assert rows(session)[0].params is None


def test_the_blanks_of_a_text_are_numbered_as_they_are_filled(app):
    for template in WORDS:
        for language in ("zh", "en"):
            with force_locale(language):
                said, names = registered(template), blanks(template)
            assert [int(n) for n in dict.fromkeys(re.findall(r"{(\d+)}", said))] == list(range(1, len(names) + 1))
            assert "%" not in said
            assert not said.startswith(("[", "【"))


def test_the_command_names_every_text_in_both_languages(app):
    said = app.test_cli_runner().invoke(args=["sms-texts"]).output.splitlines()
    assert [one.split(":")[0] for one in said] == [f"{template}.{lang}" for template in WORDS for lang in ("zh", "en")]
    assert "code.zh: 验证码 {1}" in said[0]


def test_failures_are_tried_again_ever_later_until_given_up(session):
    dispatch.send(session, "sms", PHONE, "password_changed", {"account": "a", "phone": "12333"})
    gateway = Gateway(*[Undelivered("HTTP 503")] * dispatch.MOST_TRIES)
    now, waits = datetime.now(ZONE), []
    for _turn in range(dispatch.MOST_TRIES):
        dispatch.deliver(session, both(gateway), now=now)
        (row,) = rows(session)
        waits.append((row.next_try - now).total_seconds())
        assert dispatch.deliver(session, both(gateway), now=now) == 0
        now = row.next_try
    assert waits == [30.0 * 2**n for n in range(dispatch.MOST_TRIES)]
    assert (row.state, row.error, gateway.taken) == ("dead", "HTTP 503", [])
    assert dispatch.again(session, row)
    session.commit()
    assert dispatch.deliver(session, both(gateway), now=now + timedelta(days=1)) == 1


def test_a_final_refusal_is_not_tried_again(session):
    dispatch.send(session, "mail", "a@example.cn", "password_changed", {"account": "a", "phone": "12333"})
    gateway = Gateway(Undelivered("recipient refused", final=True))
    dispatch.deliver(session, both(gateway))
    assert (rows(session)[0].state, rows(session)[0].tries) == ("dead", 1)


def test_one_bad_letter_holds_up_no_other(session):
    for phone in (PHONE, "13800002222"):
        dispatch.send(session, "sms", phone, "password_changed", {"account": "a", "phone": "12333"})
    gateway = Gateway(Undelivered("HTTP 503"))
    assert dispatch.deliver(session, both(gateway)) == 1
    assert [letter.to for letter in gateway.taken] == ["13800002222"]


def test_a_gateway_that_breaks_in_a_way_of_its_own_holds_up_no_other(session, caplog):
    """It is tried again, and given up in the end, like every other; the log says where, and nothing of what it said."""
    for phone in (PHONE, "13800002222"):
        dispatch.send(session, "sms", phone, "password_changed", {"account": "a", "phone": "12333"})
    gateway = Gateway(RuntimeError("13800001111 and all that it says"))
    assert dispatch.deliver(session, both(gateway)) == 1
    bad, good = sorted(rows(session), key=lambda row: row.id)
    assert (bad.state, bad.error, bad.tries, good.state) == ("failed", "RuntimeError", 1, "sent")
    assert "RuntimeError" in caplog.text
    assert "in send" in caplog.text
    assert PHONE not in caplog.text


def test_a_code_whose_time_is_over_does_not_leave(session):
    dispatch.send(session, "sms", PHONE, "code", {"code": "123456", "minutes": "5"}, minutes=5)
    gateway = Gateway()
    dispatch.deliver(session, both(gateway), now=datetime.now(ZONE) + timedelta(minutes=6))
    (row,) = rows(session)
    assert (row.state, row.error, row.text, gateway.taken) == ("dead", "too late", None, [])
    assert not dispatch.again(session, row)


def test_the_same_key_is_queued_once(session):
    for _turn in range(2):
        dispatch.send(session, "sms", PHONE, "account_name", {"account": "a"}, dedupe="appeal:7")
    assert len(rows(session)) == 1


@pytest.mark.parametrize(
    ("channel", "to"),
    [("mail", ""), ("mail", "a@example.cn\r\nBcc: b@example.cn"), ("mail", "a@example.cn\n"), ("mail", "a@example.cn, b@example.cn"),
     ("mail", "a@example.cn;b@example.cn"), ("mail", "Bank <a@example.cn>"), ("mail", "a@example.cn\x85Bcc:b@example.cn"),
     ("mail", "a@example.cn\u2028"), ("mail", "a\x00@example.cn"), ("mail", "no address"), ("mail", "a@b@c"),
     ("mail", f"{'a' * 250}@example.cn"), ("mail", '"a b"@example.cn'), ("sms", ""), ("sms", "138\n0000"), ("sms", "13800001111,13800002222"),
     ("sms", "13800001111\n"), ("sms", "+8613800001111 "), ("sms", "１３８００００１１１１"), ("sms", "138" * 9), ("sms", "a@example.cn")],
)  # fmt: skip
def test_what_is_not_one_address_is_no_target(session, channel, to):
    with pytest.raises(ValueError):
        dispatch.send(session, channel, to, "account_name", {"account": "a"})
    assert rows(session) == []


@pytest.mark.parametrize(("channel", "to"), [("mail", "陈.x+1@例子.中国"), ("sms", "+8613800001111"), ("sms", "12333")])
def test_what_is_one_address_is_a_target(channel, to):
    assert dispatch.is_target(channel, to)


def test_a_fact_brings_no_line_with_it(session):
    dispatch.send(session, "mail", "a@example.cn", "account_name", {"account": "a\r\nBcc: b@example.cn"})
    assert "\n" not in rows(session)[0].text


def test_at_night_what_can_wait_waits_and_codes_do_not(session):
    hour = datetime.now(ZONE).hour
    for key, value in (("quiet_from", hour), ("quiet_until", (hour + 2) % 24)):
        session.execute(update(Parameter).where(Parameter.key == key).values(value=str(value)))
    session.commit()
    dispatch.send(session, "sms", PHONE, "account_name", {"account": "a"})
    dispatch.send(session, "sms", PHONE, "code", {"code": "123456", "minutes": "5"})
    gateway = Gateway()
    assert dispatch.deliver(session, both(gateway)) == 1
    assert "123456" in gateway.taken[0].text


def test_every_urgent_template_exists_and_none_has_room_for_a_password():
    assert set(WORDS) >= URGENT
    assert not [name for name, words in WORDS.items() if re.search(r"%\((password|word)\)s", str(words[1]))]


# -- codes -----------------------------------------------------------------------------------------------------------


def test_a_code_is_good_once_for_its_purpose_and_target(session):
    codes.issue(session, "register", PHONE, HOME)
    code = newest_code(session)
    for purpose, target in (("login", PHONE), ("register", "13800002222")):
        assert refusal(codes.check, session, purpose, target, code) == "code_refused"
    codes.check(session, "register", PHONE, f" {code} ")
    assert refusal(codes.check, session, "register", PHONE, code) == "code_refused"


def test_after_five_tries_the_right_code_is_refused_too(session):
    codes.issue(session, "login", PHONE, HOME)
    code = newest_code(session)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _turn in range(codes.MOST_TRIES):
        assert refusal(codes.check, session, "login", PHONE, wrong) == "code_refused"
        session.rollback()  # what callers do: the try counts all the same
    assert refusal(codes.check, session, "login", PHONE, code) == "code_refused"


@pytest.mark.slow  # a thousand guesses, each counted and committed
def test_a_thousand_guesses_reach_five(session):
    codes.issue(session, "login", PHONE, HOME)
    for guess in range(1000):
        with pytest.raises(Refused):
            codes.check(session, "login", PHONE, f"x{guess}")
    assert session.scalar(select(OneTimeCode.tries)) == codes.MOST_TRIES


def test_a_code_is_over_after_five_minutes(session):
    codes.issue(session, "login", PHONE, HOME)
    later(session, codes.MINUTES * 60 + 1)
    assert refusal(codes.check, session, "login", PHONE, newest_code(session)) == "code_refused"


def test_a_newer_code_ends_the_older_one(session):
    codes.issue(session, "login", PHONE, HOME)
    old = newest_code(session)
    later(session, codes.BETWEEN)
    codes.issue(session, "login", PHONE, HOME)
    new = newest_code(session)
    assert old == new or refusal(codes.check, session, "login", PHONE, old) == "code_refused"
    codes.check(session, "login", PHONE, new)


@pytest.mark.parametrize(("first", "second"), [("login", "reset"), ("register", "appeal"), ("phone_old", "mail")])
def test_a_minute_between_two_codes_of_whoever_asks(session, first, second):
    codes.issue(session, first, PHONE, HOME)
    assert refusal(codes.issue, session, second, PHONE, HOME) == "code_too_soon"
    later(session, codes.BETWEEN)
    codes.issue(session, second, PHONE, HOME)


def test_strangers_do_not_use_up_the_codes_of_whoever_logs_in(session):
    session.execute(update(Parameter).where(Parameter.key == "codes_each_phone").values(value="2"))
    session.commit()
    for _turn in range(2):
        codes.issue(session, "register", PHONE, HOME)
        later(session, codes.BETWEEN)
    assert refusal(codes.issue, session, "appeal", PHONE, HOME) == "code_day_phone"
    codes.issue(session, "login", PHONE, HOME)
    codes.issue(session, "phone_old", PHONE, HOME)


def test_all_addresses_of_one_ipv6_line_are_one(session):
    session.execute(update(Parameter).where(Parameter.key == "codes_each_address").values(value="5"))
    session.commit()
    for n in range(5):
        codes.issue(session, "login", f"1380000222{n}", f"2001:db8:0:7::{n:x}")
    assert refusal(codes.issue, session, "login", "13800003333", "2001:db8:0:7:aaaa::1") == "code_day_address"
    codes.issue(session, "login", "13800003333", "2001:db8:0:8::1")


def test_so_many_a_day_to_a_phone_and_from_an_address(session):
    for key, value in (("codes_each_phone", "2"), ("codes_each_address", "5")):
        session.execute(update(Parameter).where(Parameter.key == key).values(value=value))
    session.commit()
    for _turn in range(2):
        codes.issue(session, "login", PHONE, HOME)
        later(session, codes.BETWEEN)
    assert refusal(codes.issue, session, "login", PHONE, HOME) == "code_day_phone"
    for n in range(3):
        codes.issue(session, "login", f"1380000222{n}", HOME)
    assert refusal(codes.issue, session, "login", "13800003333", HOME) == "code_day_address"
    codes.issue(session, "login", "13800003333", "192.0.2.8")
    later(session, 24 * 3600)
    codes.issue(session, "login", PHONE, HOME)


def test_another_answer_to_the_owner_counts_alike_and_opens_nothing(session):
    codes.issue(session, "login", PHONE, HOME, template="no_account")
    assert not re.search(r"\d{6}", rows(session)[0].text)
    assert refusal(codes.issue, session, "login", PHONE, HOME) == "code_too_soon"
    assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 1


def test_of_a_code_only_a_keyed_hash_is_kept(session):
    codes.issue(session, "login", PHONE, HOME)
    code = newest_code(session)
    dispatch.deliver(session, both(Kept()))
    for table in ("one_time_code", "dispatch"):
        stored = " ".join(str(one) for one in session.execute(text(f"SELECT t::text FROM {table} t")).scalars())
        assert PHONE not in stored
        assert f"{code}" not in re.sub(r"[0-9a-f]{64}|v1:\S+|\d\d:\d\d:\d\d\.\d+", "", stored)


def test_two_at_once_use_one_code_once(fresh_app):
    from app.extensions import db

    with fresh_app.app_context():
        codes.issue(db.session, "login", PHONE, HOME)
        code = newest_code(db.session)
        db.session.remove()
    gate, done = threading.Barrier(2), []

    def use() -> None:
        with fresh_app.app_context():
            gate.wait()
            try:
                codes.check(db.session, "login", PHONE, code)
                db.session.commit()
                done.append("used")
            except Refused:
                done.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=use) for _n in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == ["refused", "used"]


# -- links -----------------------------------------------------------------------------------------------------------


def test_a_link_is_good_once_for_its_purpose(session):
    me = account(session)
    token = links.make(session, "password", me, 30)
    assert refusal(links.use, session, "other", token) == "link_gone"
    assert links.look(session, "password", token) == me
    assert links.use(session, "password", token) == me
    assert refusal(links.use, session, "password", token) == "link_gone"
    assert refusal(links.look, session, "password", token) == "link_gone"


def test_a_newer_link_ends_the_older_one_and_time_does_too(session):
    me = account(session)
    old = links.make(session, "password", me, 30)
    session.commit()
    new = links.make(session, "password", me, 30)
    assert refusal(links.use, session, "password", old) == "link_gone"
    session.execute(update(OneTimeLink).values(expires_at=func.now()))
    assert refusal(links.use, session, "password", new) == "link_gone"


def test_of_a_link_only_a_keyed_hash_is_kept(session):
    token = links.make(session, "password", account(session), 30)
    assert token not in session.execute(text("SELECT string_agg(t::text, '') FROM one_time_link t")).scalar_one()


def test_what_is_over_is_forgotten(session):
    codes.issue(session, "login", PHONE, HOME)
    later(session, 3 * 24 * 3600)
    links.make(session, "password", account(session), -3 * 24 * 60)
    assert (codes.forget(session), links.forget(session)) == (1, 1)
