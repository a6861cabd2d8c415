import pytest
from django.db import connection

from accounts.access import record_access, seal_events, verify_chain
from accounts.models import AccessEvent, Notice, Seal
from mpp.kit import clock
from tests.factories.accounts import NIK, StaffFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db


def open_file(actor, subject, ref="MPP-1", purpose="Memeriksa berkas"):
    record_access(
        actor=actor,
        office="DPMPTSP",
        subject=subject,
        object_kind="document",
        object_ref=ref,
        file_ref="MPP-1",
        purpose=purpose,
    )


def test_opening_costs_one_query_and_counts_once_an_hour(django_assert_num_queries):
    staff, citizen = StaffFactory(), UserFactory()
    for _ in range(3):
        with django_assert_num_queries(1):
            open_file(staff, citizen)
    assert AccessEvent.objects.count() == 1
    open_file(staff, citizen, purpose="Menjawab pertanyaan")
    assert AccessEvent.objects.count() == 2


def test_opening_without_purpose_is_refused():
    with pytest.raises(ValueError, match="purpose"):
        open_file(StaffFactory(), UserFactory(), purpose="  ")


def test_chain_holds_over_several_seals():
    staff, citizen = StaffFactory(), UserFactory()
    for number in range(5):
        open_file(staff, citizen, f"d{number}")
        assert seal_events() == 1
    assert seal_events() == 0
    assert Seal.objects.count() == 6
    assert verify_chain() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_accessevent SET purpose = 'lain' WHERE object_ref = 'd2'",
        "UPDATE accounts_accessevent SET actor_name = 'x' WHERE object_ref = 'd2'",
        "DELETE FROM accounts_accessevent WHERE object_ref = 'd2'",
        "UPDATE accounts_seal SET events_count = 2 WHERE events_count = 1",
    ],
    ids=["purpose", "actor", "deleted", "seal"],
)
def test_chain_shows_any_change(statement):
    staff, citizen = StaffFactory(), UserFactory()
    for number in range(4):
        open_file(staff, citizen, f"d{number}")
        seal_events()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify_chain()


def test_chain_survives_the_erasure_of_a_person():
    citizen = UserFactory()
    open_file(StaffFactory(), citizen)
    seal_events()
    citizen.delete()
    assert verify_chain() == []


def test_person_sees_who_opened_the_own_data_and_nobody_elses(client):
    staff, me, other = StaffFactory(full_name="Rina Verifikator"), UserFactory(), UserFactory()
    open_file(staff, me)
    open_file(staff, other, "X-2", "Rahasia orang lain")
    client.force_login(me)
    page = client.get("/akun/privasi/").content.decode()
    assert "Rina Verifikator" in page
    assert "Memeriksa berkas" in page
    assert "Rahasia orang lain" not in page


@pytest.mark.parametrize("value", ["-1", "0", "9e20", "x", "%00", "2"])
def test_page_that_is_not_there_is_404(client, value):
    client.force_login(UserFactory())
    assert client.get(f"/akun/privasi/?halaman={value}").status_code == 404


def notice_for(person, key="k", path="/akun/usaha/"):
    return Notice.objects.create(
        key=key,
        recipient=person,
        kind="x",
        subject="Halo",
        body="Isi",
        path=path,
        created_at=clock.now(),
    )


def test_opening_a_notice_marks_it_read_and_goes_on(client):
    me = UserFactory()
    row = notice_for(me)
    client.force_login(me)
    assert "Halo" in client.get("/akun/pesan/").content.decode()
    row.refresh_from_db()
    assert row.read_at is None
    assert client.post(f"/akun/pesan/{row.pk}/").url == "/akun/usaha/"
    row.refresh_from_db()
    assert row.read_at


def test_somebody_elses_notice_is_not_there(client):
    row = notice_for(UserFactory())
    client.force_login(UserFactory())
    assert client.post(f"/akun/pesan/{row.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", ""])
def test_notice_never_leads_to_another_host(client, path):
    me = UserFactory()
    row = notice_for(me, path=path)
    client.force_login(me)
    assert client.post(f"/akun/pesan/{row.pk}/").url == "/akun/pesan/"


@pytest.mark.parametrize("rows", [1, 20])
def test_inbox_costs_the_same_with_any_number_of_rows(client, django_assert_max_num_queries, rows):
    me = UserFactory()
    for number in range(rows):
        notice_for(me, f"k{number}")
    client.force_login(me)
    client.get("/akun/pesan/")
    with django_assert_max_num_queries(9):
        client.get("/akun/pesan/")


# --- the desk -------------------------------------------------------------------------------
def test_person_in_the_desk_opens_only_with_a_purpose_and_is_logged_once(client):
    boss, citizen = SuperuserFactory(), UserFactory(nik=NIK, full_name="Siti Aminah")
    client.force_login(boss)
    address = f"/admin/accounts/user/{citizen.pk}/change/"
    first = client.get(address)
    assert first.status_code == 200
    assert citizen.email not in first.content.decode()
    assert not AccessEvent.objects.exists()
    opened = client.post(address, {"purpose": "Keluhan lewat telepon", "_purpose": "1"})
    page = opened.content.decode()
    assert citizen.email in page
    assert NIK not in page
    client.get(address)
    event = AccessEvent.objects.get()
    assert (event.actor, event.subject) == (boss, citizen)
    assert event.purpose == "Keluhan lewat telepon"


def test_list_of_people_is_masked_and_finds_a_nik(client):
    citizen = UserFactory(nik=NIK, full_name="Siti Aminah")
    UserFactory(full_name="Orang Lain")
    client.force_login(SuperuserFactory())
    page = client.get("/admin/accounts/user/").content.decode()
    assert citizen.email not in page
    assert "Siti Aminah" not in page
    assert NIK not in page
    found = client.get("/admin/accounts/user/", {"q": NIK})
    assert list(found.context["cl"].queryset) == [citizen]


@pytest.mark.parametrize(
    "name", ["role", "business", "notice", "delivery", "accessevent", "text", "user"]
)
def test_desk_lists_open(client, name):
    boss = SuperuserFactory()
    notice_for(boss)
    open_file(boss, UserFactory())
    client.force_login(boss)
    assert client.get(f"/admin/accounts/{name}/").status_code == 200


def test_access_log_cannot_be_changed_or_deleted_in_the_desk(client):
    boss = SuperuserFactory()
    open_file(boss, UserFactory())
    event = AccessEvent.objects.get()
    client.force_login(boss)
    base = f"/admin/accounts/accessevent/{event.pk}"
    assert client.post(f"{base}/change/", {"purpose": "x"}).status_code == 403
    assert client.post(f"{base}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/accounts/accessevent/add/").status_code == 403


@pytest.mark.parametrize(
    ("key", "body", "fine"),
    [
        ("accounts-business_invite", "{business} {url}", True),
        ("accounts-business_invite", "{nik}", False),
        ("accounts-business_invite", "{{ business }}", False),
        ("accounts-business_invite", "{% load x %}", False),
        ("accounts-nothing", "x", False),
    ],
)
def test_own_wording_takes_known_names_only(key, body, fine):
    from accounts.admin.texts import TextForm

    form = TextForm({"key": key, "language": "id", "subject": "", "body": body})
    assert form.is_valid() is fine
