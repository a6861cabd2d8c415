import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from accounts.models import Delivery, Notice, User
from tests.factories.accounts import PASSWORD, PhoneUserFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/akun/login/"
SIGNUP = "/akun/signup/"


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def sign_up(client, **fields):
    data = {"full_name": "Budi Santoso", "email": "", "phone": "", "password1": "", **fields}
    return client.post(SIGNUP, data)


def test_sign_up_with_email_needs_the_code(client, last_code):
    answer = sign_up(client, email="Budi@Example.id", password1=PASSWORD)
    assert answer.status_code == 302
    assert not signed_in(client)
    answer = client.post(answer.url, {"code": last_code("email")})
    assert answer.status_code == 302
    assert signed_in(client)
    person = User.objects.get()
    assert (person.email, person.full_name, person.phone) == (
        "budi@example.id",
        "Budi Santoso",
        None,
    )
    assert EmailAddress.objects.get().verified


def test_sign_up_with_phone_needs_the_code_and_no_email(client, last_code):
    answer = sign_up(client, phone="0812-3456-7890")
    assert answer.url.startswith("/akun/phone/verify/")
    client.post(answer.url, {"code": last_code("sms")})
    assert signed_in(client)
    person = User.objects.get()
    assert (person.phone, person.email) == ("+6281234567890", None)
    assert person.phone_verified_at
    assert not person.has_usable_password()


def test_sign_up_without_contact_says_what_is_missing_and_keeps_the_name(client):
    answer = sign_up(client)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Isi nomor HP atau alamat email." in page
    assert "Budi Santoso" in page
    assert not User.objects.exists()


def test_sign_up_by_a_robot_makes_no_account(client):
    answer = sign_up(client, email="bot@example.id", password1=PASSWORD, website="http://x")
    assert answer.status_code == 302
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["12345678", "dpmptsp2026", "pendek"])
def test_sign_up_with_weak_password_is_refused(client, password):
    assert sign_up(client, email="a@example.id", password1=password).status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["Budi\x00Santoso", "Budi\r\nBcc: x@y.id"])
def test_sign_up_with_control_characters_is_refused_with_a_sentence(client, name):
    answer = sign_up(client, full_name=name, email="a@example.id", password1=PASSWORD)
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_sign_up_answers_the_same_for_a_taken_email(client, django_user_model):
    UserFactory(email="ada@example.id")
    taken = sign_up(client, email="ADA@example.id", password1=PASSWORD)
    client.cookies.clear()
    fresh = sign_up(client, email="baru@example.id", password1=PASSWORD)
    assert (taken.status_code, taken.url) == (fresh.status_code, fresh.url)
    assert User.objects.filter(email__iexact="ada@example.id").count() == 1
    assert Notice.objects.filter(kind="accounts.account_already_exists").count() == 1


def test_sign_up_answers_the_same_for_a_taken_phone(client):
    PhoneUserFactory(phone="+6281234567890")
    taken = sign_up(client, phone="081234567890")
    taken_page = client.get(taken.url)
    client.cookies.clear()
    fresh = sign_up(client, phone="081234567899")
    fresh_page = client.get(fresh.url)
    assert (taken.status_code, taken.url) == (fresh.status_code, fresh.url)
    assert taken_page.status_code == fresh_page.status_code == 200
    assert Notice.objects.filter(kind="accounts.exists").count() == 1


@pytest.mark.parametrize("login", ["siti@example.id", "SITI@example.id", "0812 3456 7890"])
def test_login_with_password_works_with_email_and_phone(client, login):
    from mpp.kit import clock

    UserFactory(email="siti@example.id", phone="+6281234567890", phone_verified_at=clock.now())
    answer = client.post(LOGIN, {"login": login, "password": PASSWORD})
    assert answer.status_code == 302
    assert signed_in(client)


@pytest.mark.parametrize("field", ["email", "phone"])
def test_login_with_a_code_works(client, last_code, field):
    person = UserFactory() if field == "email" else PhoneUserFactory()
    answer = client.post("/akun/login/code/", {field: getattr(person, field)})
    assert answer.status_code == 302
    client.post(answer.url, {"code": last_code()})
    assert signed_in(client)


def test_login_code_answers_the_same_for_an_unknown_account(client):
    known = UserFactory()
    answers = []
    for email in (known.email, "tidak-ada@example.id"):
        client.cookies.clear()
        answer = client.post("/akun/login/code/", {"email": email})
        page = client.get(answer.url)
        body = page.content.decode().replace(email, "X")
        answers.append((answer.status_code, answer.url, page.status_code, len(body) // 50))
    assert answers[0] == answers[1]
    assert Notice.objects.get(kind="accounts.unknown_account").deliveries.count() == 1


@pytest.mark.parametrize("make", [UserFactory, PhoneUserFactory])
def test_sixth_wrong_password_is_refused_even_if_right(client, make):
    person, other = make(), make()
    login = person.email or person.phone
    for _ in range(5):
        client.post(LOGIN, {"login": login, "password": "salah-sekali"})
    answer = client.post(LOGIN, {"login": login, "password": PASSWORD})
    assert answer.status_code == 200
    assert not signed_in(client)
    # Nobody else is shut out by it.
    client.post(LOGIN, {"login": other.email or other.phone, "password": PASSWORD})
    assert signed_in(client)


def test_wrong_passwords_by_email_and_phone_count_together(client):
    from mpp.kit import clock

    UserFactory(email="a@example.id", phone="+6281234567890", phone_verified_at=clock.now())
    for login in ["a@example.id", "081234567890"] * 3:
        client.post(LOGIN, {"login": login, "password": "salah-sekali"})
    client.post(LOGIN, {"login": "a@example.id", "password": PASSWORD})
    assert not signed_in(client)


def test_wrong_password_and_unknown_account_read_the_same(client):
    UserFactory(email="ada@example.id")
    pages = []
    for email in ("ada@example.id", "nah@example.id"):
        answer = client.post(LOGIN, {"login": email, "password": "salah-sekali"})
        assert answer.status_code == 200
        page = answer.content.decode().replace(email, "X")
        pages.append([line for line in page.splitlines() if "csrf" not in line])
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "login", ["bukan apa-apa", "a@", "\x00", "x" * 5000], ids=["words", "half", "nul", "long"]
)
def test_login_with_odd_text_answers_with_the_form(client, login):
    answer = client.post(LOGIN, {"login": login, "password": "x"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "////evil.example", "javascript:x"]
)
def test_next_to_another_host_is_ignored(client, target):
    person = UserFactory()
    data = {"login": person.email, "password": PASSWORD, "next": target}
    answer = client.post(LOGIN, data)
    assert answer.status_code == 302
    assert "evil" not in answer.url
    assert "javascript" not in answer.url


def test_next_on_our_own_host_is_followed(client):
    data = {"login": UserFactory().email, "password": PASSWORD, "next": "/akun/privasi/"}
    assert client.post(LOGIN, data).url == "/akun/privasi/"


def test_session_gets_a_new_id_at_sign_in(client):
    client.get(LOGIN)
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["sesi"] = before
    client.post(LOGIN, {"login": UserFactory().email, "password": PASSWORD})
    assert client.session.session_key != before


def test_inactive_person_is_out_at_once(client):
    person = UserFactory()
    client.force_login(person)
    assert client.get("/akun/profil/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/akun/profil/").status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_request_login_code",
        "account_reset_password",
    ],
)
def test_public_account_pages_have_no_inline_style_or_script(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert_strict(answer)


@pytest.mark.parametrize(
    "name",
    [
        "account_email",
        "account_change_phone",
        "account_change_password",
        "account_logout",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "usersessions_list",
    ],
)
def test_security_pages_open_after_a_fresh_sign_in(client, name):
    client.post(LOGIN, {"login": UserFactory().email, "password": PASSWORD})
    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    answer = client.get(reverse(name))
    assert answer.status_code == 200, answer
    assert_strict(answer)


def assert_strict(answer) -> None:
    import re

    page = answer.content.decode()
    assert not re.search(r"<[^>]+\sstyle=", page)
    assert "<style" not in page
    assert not re.search(r"<[^>]+\son[a-z]+=", page)
    for script in re.findall(r"<script([^>]*)>", page):
        assert "src=" in script or "application/json" in script


def test_totp_secret_is_encrypted_at_rest(client):
    person = UserFactory()
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    stored = str(Authenticator.objects.get().data)
    assert secret not in stored


def test_staff_without_second_factor_is_sent_to_its_setup(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    person = StaffFactory(is_superuser=True)
    client.force_login(person)
    answer = client.get("/admin/")
    assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))
    page = client.get(answer.url)
    assert page.status_code == 200
    assert "faktor kedua" in page.content.decode()
    TOTP.activate(person, generate_totp_secret())
    assert client.get("/admin/").status_code == 200


def test_citizen_needs_no_second_factor(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(UserFactory())
    assert client.get("/akun/profil/").status_code == 200


def test_staff_cannot_remove_the_last_second_factor(settings, rf):
    from accounts.adapter import MFAAdapter

    settings.STAFF_MFA_REQUIRED = True
    person = StaffFactory()
    instance = TOTP.activate(person, generate_totp_secret()).instance
    assert not MFAAdapter().can_delete_authenticator(instance)


def test_idle_staff_is_signed_out_and_comes_back_to_the_page(client, settings):
    client.force_login(StaffFactory())
    assert client.get("/akun/profil/").status_code == 200
    session = client.session
    session["seen"] -= settings.STAFF_IDLE_SECONDS + 1
    session.save()
    answer = client.get("/akun/profil/")
    assert answer.status_code == 302
    assert answer.url == f"{LOGIN}?next=%2Fakun%2Fprofil%2F"
    assert not signed_in(client)


def test_staff_session_is_stored_at_most_once_a_minute(client, django_assert_num_queries):
    client.force_login(StaffFactory())
    client.get("/akun/privasi/")
    before = client.session["seen"]
    client.get("/akun/privasi/")
    assert client.session["seen"] == before


def test_change_of_email_asks_for_a_fresh_sign_in(client):
    person = UserFactory()
    client.force_login(person)
    answer = client.post("/akun/email/", {"email": "lain@example.id", "action_add": ""})
    assert answer.status_code == 302
    assert "reauthenticate" in answer.url
    assert not Delivery.objects.exists()


def guarded_view(request):
    from django.http import HttpResponse

    return HttpResponse("done")


def test_sensitive_act_asks_again_when_the_proof_is_old(client, rf):
    from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
    from allauth.core.exceptions import ReauthenticationRequired

    from accounts.reauth import recent_sign_in_required

    person = UserFactory()
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    request = rf.post("/")
    request.user, request.session = person, client.session
    view = recent_sign_in_required(guarded_view)
    assert view(request).status_code == 200
    request.session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] -= 16 * 60
    with pytest.raises(ReauthenticationRequired):
        view(request)
