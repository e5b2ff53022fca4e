"""Field encryption and blind indexes (design.md section 7)."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateways.vault import Tampered, UnknownKey, Vault, from_file, from_settings, new_key

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
BEFORE = Vault({"2025": OLD}, "2025", INDEX)
AFTER = Vault({"2025": OLD, "2026": NEW}, "2026", INDEX)
AAD = "person.id_number"


@given(st.text())
def test_what_is_sealed_opens(plain):
    assert AFTER.open(AFTER.seal(plain, AAD), AAD) == plain


def test_a_token_names_its_key_and_hides_its_value():
    token = AFTER.seal("11010519491231002X", AAD)
    assert token.split(":")[:2] == ["v1", "2026"]
    assert len(token.split(":")) == 4
    assert "11010519491231002X" not in token
    assert AFTER.seal("11010519491231002X", AAD) != token


def test_another_column_does_not_open_it():
    with pytest.raises(Tampered):
        AFTER.open(AFTER.seal("x", AAD), "person.phone")


@given(st.data())
def test_any_changed_character_is_noticed(data):
    token = AFTER.seal("公民身份号码", AAD)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("AZaz09-_:=+/ 。"))
    changed = token[:place] + other + token[place + 1 :]
    if changed != token:
        with pytest.raises((Tampered, UnknownKey)):
            AFTER.open(changed, AAD)


@pytest.mark.parametrize(
    "token", ["", "v1", "v1:2026:AAAA", "v2:2026:AAAA:AAAA", "v1:2026::", "v1:2026:AAAA:AAAA", "x" * 50]
)
def test_what_is_no_token_is_refused(token):
    with pytest.raises(Tampered):
        AFTER.open(token, AAD)


def test_a_token_cannot_be_told_to_be_of_another_key():
    same = Vault({"a": OLD, "b": OLD}, "a", INDEX)
    with pytest.raises(Tampered):
        same.open(same.seal("x", AAD).replace("v1:a:", "v1:b:"), AAD)


def test_rotation():
    token = BEFORE.seal("x", AAD)
    assert AFTER.open(token, AAD) == "x"
    assert AFTER.needs_reseal(token)
    again = AFTER.seal(AFTER.open(token, AAD), AAD)
    assert not AFTER.needs_reseal(again)
    with pytest.raises(UnknownKey):
        BEFORE.open(again, AAD)
    assert BEFORE.blind("x", "phone") == AFTER.blind("x", "phone")


def test_blind_indexes_depend_on_value_purpose_and_key():
    other = Vault({"2026": NEW}, "2026", b"j" * 32)
    marks = {
        AFTER.blind("13800138000", "phone"),
        AFTER.blind("13800138001", "phone"),
        AFTER.blind("13800138000", "person.phone"),
        other.blind("13800138000", "phone"),
    }
    assert len(marks) == 4
    assert all(len(mark) == 64 for mark in marks)
    assert AFTER.blind("b:c", "a") != AFTER.blind("c", "a:b")


def test_a_vault_does_not_print_its_keys():
    assert repr(AFTER) == "Vault(current='2026', keys=['2025', '2026'])"


@pytest.mark.parametrize(
    ("keys", "current", "index"),
    [
        ({"a": OLD}, "b", INDEX),
        ({"a": b"short"}, "a", INDEX),
        ({"a": OLD}, "a", b"short"),
        ({"a:b": OLD}, "a:b", INDEX),
        ({"a": OLD}, "a", OLD),
    ],
)
def test_a_wrong_keyring_is_refused(keys, current, index):
    with pytest.raises(ValueError):
        Vault(keys, current, index)


def test_settings():
    new, old, index = new_key(), new_key(), new_key()
    vault = from_settings(f"k2:{new}, k1:{old}", index)
    assert vault.needs_reseal(from_settings(f"k1:{old}", index).seal("x", AAD))
    assert vault.open(from_settings(f"k1:{old}", index).seal("x", AAD), AAD) == "x"


TWICE = pytest.param(f"k1:{new_key()},k1:{new_key()}", id="one name for two keys")


@pytest.mark.parametrize("keys", ["", "k1", "k1:abc", TWICE, "k1:秘密"])
def test_wrong_settings_are_refused_without_repeating_them(keys):
    with pytest.raises(ValueError) as caught:
        from_settings(keys, new_key())
    assert not keys or keys not in str(caught.value)


def test_the_key_file_is_made_once_and_is_private(tmp_path):
    path = tmp_path / "secret" / "keys"
    token = from_file(path).seal("x", AAD)
    assert from_file(path).open(token, AAD) == "x"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["keys"]
    path.write_text("k1:abc\n", encoding="ascii")
    with pytest.raises(ValueError, match="two lines"):
        from_file(path)
