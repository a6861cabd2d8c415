import pytest
from django.db import IntegrityError, connection

from accounts import actions
from accounts.models import BusinessMember, Delivery, Notice, User
from mpp.kit import clock
from tests.factories.accounts import (
    NIK,
    BusinessFactory,
    PhoneUserFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/akun/profil/"


def fields(**changes):
    return {
        "full_name": "Siti Aminah",
        "nik": "",
        "birth_place": "Batu",
        "birth_date": "1985-08-17",
        "sex": "male",
        "address": "Jl. Diponegoro 1",
        "region_code": "",
        "region_search": "",
        "language": "id",
        **changes,
    }


def test_profile_saves_and_masks_the_nik(client):
    person = UserFactory()
    client.force_login(person)
    answer = client.post(PAGE, fields(nik="3579 0117 0885 0001"), follow=True)
    page = answer.content.decode()
    person.refresh_from_db()
    assert person.nik == NIK
    assert NIK not in page
    assert person.nik_masked in page


def test_nik_that_looks_odd_is_warned_about_and_saved(client):
    person = UserFactory()
    client.force_login(person)
    answer = client.post(PAGE, fields(nik="9999991708850001", sex="female"), follow=True)
    person.refresh_from_db()
    assert person.nik == "9999991708850001"
    assert len(list(answer.context["messages"])) >= 3


def test_nik_that_cannot_be_one_is_refused_and_everything_typed_stays(client):
    person = UserFactory()
    client.force_login(person)
    answer = client.post(PAGE, fields(nik="123", address="Jl. Baru 9"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "123" in page
    assert "Jl. Baru 9" in page
    person.refresh_from_db()
    assert person.address == ""


def test_empty_nik_box_keeps_the_kept_nik(client):
    person = UserFactory(nik=NIK)
    client.force_login(person)
    client.post(PAGE, fields())
    person.refresh_from_db()
    assert person.nik == NIK


def test_verified_nik_cannot_be_changed_by_a_post(client):
    person = UserFactory(nik=NIK, nik_verified_at=clock.now())
    client.force_login(person)
    client.post(PAGE, fields(nik="3579011708850002"))
    person.refresh_from_db()
    assert person.nik == NIK


def test_typing_somebody_elses_nik_locks_nobody_out(client):
    UserFactory(nik=NIK)
    person = UserFactory()
    client.force_login(person)
    client.post(PAGE, fields(nik=NIK))
    person.refresh_from_db()
    assert person.nik == NIK
    actions.verify_nik(person, nik=NIK, actor=StaffFactory())
    with pytest.raises(actions.Refused):
        actions.verify_nik(UserFactory(), nik=NIK, actor=StaffFactory())


def test_nik_is_encrypted_in_the_database():
    person = UserFactory(nik=NIK)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik, nik_hash FROM accounts_user WHERE id = %s", [person.pk])
        stored, hashed = cursor.fetchone()
    assert NIK not in stored
    assert stored
    assert len(hashed) == 64


def test_village_search_keeps_what_was_typed_and_saves_nothing(client):
    person = UserFactory()
    client.force_login(person)
    data = fields(region_search="temas", address="Jl. Ketikan 5", look="1")
    answer = client.post(PAGE, data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Jl. Ketikan 5" in page
    assert "Temas" in page
    person.refresh_from_db()
    assert person.address == ""


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2023-02-30", "besok"])
def test_impossible_birth_date_is_refused_kindly(client, day):
    client.force_login(UserFactory())
    assert client.post(PAGE, fields(birth_date=day)).status_code == 200


def test_profile_of_nobody_asks_to_sign_in(client):
    assert client.get(PAGE).url.startswith("/akun/login/")


def test_email_is_unique_whatever_its_case():
    UserFactory(email="a@example.id")
    with pytest.raises(IntegrityError):
        User.objects.create_user("A@Example.id", None, full_name="B")


def test_business_belongs_to_who_registers_it(client):
    person = UserFactory()
    client.force_login(person)
    data = {"name": "CV Apel Batu", "nib": "1234567890123", "npwp": "", "email": "", "phone": ""}
    client.post("/akun/usaha/baru/", {**data, "address": ""})
    membership = BusinessMember.objects.get()
    assert (membership.user, membership.role) == (person, "owner")


def test_business_of_others_is_not_there(client):
    business = BusinessFactory(owner=UserFactory())
    client.force_login(UserFactory())
    assert client.get(f"/akun/usaha/{business.pk}/").status_code == 404
    answer = client.post(f"/akun/usaha/{business.pk}/undang/", {"contact": "a@example.id"})
    assert answer.status_code == 404


def test_member_without_ownership_is_told_why(client):
    business, member = BusinessFactory(owner=UserFactory()), UserFactory()
    BusinessMember.objects.create(business=business, user=member)
    client.force_login(member)
    answer = client.post(f"/akun/usaha/{business.pk}/undang/", {"contact": "a@example.id"})
    assert answer.status_code == 403
    assert "Hanya pemilik" in answer.content.decode()


@pytest.mark.parametrize("exists", [True, False])
def test_invitation_answers_the_same_whether_the_account_exists(client, exists):
    owner = UserFactory(email="pemilik@example.id")
    if exists:
        UserFactory(email="teman@example.id", full_name="Teman Rahasia")
    business = BusinessFactory(owner=owner)
    client.force_login(owner)
    page = f"/akun/usaha/{business.pk}/"
    answer = client.post(f"{page}undang/", {"contact": "Teman@example.id"}, follow=True)
    text = answer.content.decode()
    assert "teman@example.id" in text
    assert "Teman Rahasia" not in text
    assert BusinessMember.objects.count() == 1
    assert Delivery.objects.get().address == "teman@example.id"


def test_invited_person_accepts_once(client):
    owner, friend = UserFactory(), PhoneUserFactory(phone="+6281234567890")
    business = BusinessFactory(owner=owner)
    invite = actions.invite_member(business, contact="+6281234567890", actor=owner)
    assert Notice.objects.get().recipient == friend
    client.force_login(friend)
    for _ in range(2):
        client.post(f"/akun/undangan/{invite.pk}/", {"answer": "accept"})
    assert list(business.memberships.values_list("user", "role")) == [
        (owner.pk, "owner"),
        (friend.pk, "member"),
    ]


def test_somebody_elses_invitation_is_not_there(client):
    owner = UserFactory()
    invite = actions.invite_member(BusinessFactory(owner=owner), contact="x@y.id", actor=owner)
    client.force_login(UserFactory())
    assert client.post(f"/akun/undangan/{invite.pk}/", {"answer": "accept"}).status_code == 404


def test_last_owner_stays(client):
    owner = UserFactory()
    business = BusinessFactory(owner=owner)
    with pytest.raises(actions.Refused):
        actions.end_membership(business.memberships.get(), actor=owner)
