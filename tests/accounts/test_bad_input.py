"""What strangers send to the pages of signing in and up: a sentence, never a fault."""

import json

import pytest
from django.contrib.auth import hashers
from django.test import Client

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
CODE = "/akun/login/code/"
PASSKEY = "/akun/2fa/webauthn/login/"
SIGNUP = "/akun/signup/"
ANSWER = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA"},
}


@pytest.mark.parametrize(
    "typed", [{}, {"email": "", "phone": ""}, {"email": " \u00a0", "phone": " "}]
)
def test_code_without_contact_says_what_is_missing(client, typed):
    answer = client.post(CODE, typed)
    assert answer.status_code == 200
    assert "Isi nomor HP atau alamat email." in answer.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "9" * 5000,
        "[" * 50_000,
        "NaN",
        "null",
        "[1]",
        '"x"',
        "{}",
        "x" * 200_000,
        json.dumps(ANSWER),
    ],
)
def test_passkey_answer_that_cannot_be_read_signs_nobody_in(client, typed):
    client.get(PASSKEY, headers={"Accept": "application/json"})
    answer = client.post(PASSKEY, {"credential": typed})
    assert answer.status_code in (200, 302)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("handle", ["", "AAAA", "_w", "!!", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_passkey_answer_with_an_odd_person_signs_nobody_in(client, handle):
    client.get(PASSKEY, headers={"Accept": "application/json"})
    typed = {**ANSWER, "response": {**ANSWER["response"], "userHandle": handle}}
    answer = client.post(PASSKEY, {"credential": json.dumps(typed)})
    assert answer.status_code in (200, 302)
    assert "_auth_user_id" not in client.session


def test_too_many_attempts_answer_in_plain_words(client):
    person = UserFactory()
    for _round in range(6):
        answer = client.post("/akun/password/reset/", {"email": person.email})
    assert answer.status_code == 429
    assert "Terlalu banyak percobaan" in answer.content.decode()


def test_sign_up_hashes_the_password_for_an_account_that_exists_too(monkeypatch):
    """The time of the answer must not tell: a hash is most of it."""
    hashed = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(1) or encode(self, password, salt),
    )
    known = UserFactory().email
    counts = []
    for email in (known, "baru@contoh.id"):
        hashed.clear()
        Client().post(SIGNUP, {"full_name": "Siti", "email": email, "password1": PASSWORD})
        counts.append(len(hashed))
    assert counts[0] == counts[1] == 1
