import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpp.kit import keys

OLD = base64.urlsafe_b64encode(b"o" * 32).decode()
NEW = base64.urlsafe_b64encode(b"n" * 32).decode()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_decrypt_gives_back_what_was_encrypted(text):
    assert keys.decrypt(keys.encrypt(text)) == text


def test_encrypt_gives_another_token_each_time():
    assert keys.encrypt("3579010101900001") != keys.encrypt("3579010101900001")


def test_a_new_key_in_front_still_reads_old_values(settings):
    settings.FIELD_KEYS = [OLD]
    token = keys.encrypt("rahasia")
    settings.FIELD_KEYS = [NEW, OLD]
    assert keys.decrypt(token) == "rahasia"
    renewed = keys.reencrypt(token)
    settings.FIELD_KEYS = [NEW]
    assert keys.decrypt(renewed) == "rahasia"
    for reader in (keys.decrypt, keys.reencrypt):
        with pytest.raises(keys.Unreadable):
            reader(token)


@pytest.mark.parametrize("token", ["", "no token", "gAAAA", "é"])
def test_decrypt_refuses_what_is_no_token(token):
    with pytest.raises(keys.Unreadable):
        keys.decrypt(token)


def test_lookup_hash_is_stable_and_separates_purposes(settings):
    first = keys.lookup_hash("3579010101900001", "nik")
    assert first == keys.lookup_hash("3579010101900001", "nik")
    assert len(first) == 64
    assert set(first) <= set(string.hexdigits)
    assert first != keys.lookup_hash("3579010101900001", "npwp")
    assert keys.lookup_hash("c", "ab") != keys.lookup_hash("bc", "a")
    settings.LOOKUP_KEY = "another"
    assert first != keys.lookup_hash("3579010101900001", "nik")


@pytest.mark.parametrize("pk", [1, 427, 2**31, 2**63 - 1])
@pytest.mark.parametrize("version", [0, 1, 2**32 - 1])
def test_read_link_gives_back_row_and_version(pk, version):
    token = keys.link_token("status", pk, version)
    assert keys.read_link("status", token) == (pk, version)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")


def test_a_link_is_the_same_each_time_and_hides_the_row():
    assert keys.link_token("status", 5, 1) == keys.link_token("status", 5, 1)
    one, two = keys.link_token("status", 5, 1), keys.link_token("status", 6, 1)
    assert sum(a != b for a, b in zip(one, two, strict=True)) > 20


def test_a_link_of_another_kind_or_key_is_refused(settings):
    token = keys.link_token("status", 5, 1)
    assert keys.read_link("ticket", token) is None
    settings.LINK_KEY = "changed"
    assert keys.read_link("status", token) is None


def test_every_single_changed_character_of_a_link_is_refused():
    token = keys.link_token("status", 427, 3)
    alphabet = string.ascii_letters + string.digits + "-_"
    for place, letter in enumerate(token):
        for other in alphabet:
            if other != letter:
                changed = token[:place] + other + token[place + 1 :]
                assert keys.read_link("status", changed) is None


@pytest.mark.parametrize(
    "token", ["", "a", "=", "....", "é" * 38, "\x00" * 38, "A" * 38, "A" * 100_000, "\ud800"]
)
def test_read_link_survives_garbage(token):
    assert keys.read_link("status", token) is None


def test_a_link_with_padding_or_spaces_is_refused():
    token = keys.link_token("status", 5, 1)
    for changed in (token + "=", token + "==", " " + token, token + "\n", token + "!!"):
        assert keys.read_link("status", changed) is None


def test_our_keys_do_not_follow_the_secret_key(settings):
    before = keys.lookup_hash("a", "b"), keys.link_token("a", 1, 1), keys.encrypt("x")
    settings.SECRET_KEY = "changed"
    assert before[:2] == (keys.lookup_hash("a", "b"), keys.link_token("a", 1, 1))
    assert keys.decrypt(before[2]) == "x"
