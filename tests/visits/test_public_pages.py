"""/studi-tiru/: the calendar, the request and the delegation's page, by the forms there."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as portal
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Delivery
from mpp.demo_data import picture_of
from mpp.kit.files import store_clean
from mpp.kit.uploads import inspect
from tests.factories import visits as make
from tests.web import Person
from visits import actions, checkin
from visits.links import badge_of, visit_path
from visits.models import Blackout, Participant, Visit, VisitFeedback, VisitRules
from visits.states import VisitState

pytestmark = pytest.mark.django_db
NOT_ALLOWED = 422


def request_values(day=None, **values):
    day = day or make.open_day()
    return {
        "institution_kind": "regency",
        "institution": "Setda Kabupaten Tanah Laut",
        "region_code": "63.01",
        "leader_name": "Dahnial Kifli",
        "leader_position": "Sekretaris Daerah",
        "size": "22",
        "purpose": "Membangun MPP sendiri.",
        "topics": [str(pk) for pk in make.Topic.objects.values_list("pk", flat=True)],
        "wish_1": f"pagi:{day.isoformat()}",
        "contact_name": "Rina Marlina",
        "contact_email": "rina@tanahlaut.contoh.id",
        "contact_phone": "0812 3456 7890",
        **values,
    }


def ask(person: Person, *, button: str = "Kirim", **values) -> Person:
    """Fill the request form of this page and press."""
    form = {name: value for name, value in request_values(**values).items() if value is not None}
    name = "send" if button == "Kirim" else "save"
    return person.send({**form, name: "1"}, with_field="institution")


def pdf(content: bytes | None = None) -> SimpleUploadedFile:
    content = content or make.real_pdf()
    return SimpleUploadedFile("surat.pdf", content, content_type="application/pdf")


def at_visit(visit, hours=1):
    return time_machine.travel(visit.slot.starts_at + timedelta(hours=hours), tick=False)


# --- the calendar -------------------------------------------------------------------------
def test_the_calendar_says_each_state_in_words(site, desk):
    day = make.open_day(2)
    make.approved(desk.host, day=day, size=30)
    make.approved(desk.host, host=desk.second, day=day, key="siang", size=30)
    make.sent(day=make.open_day(3))
    closed = make.open_day(2, weekday=2)
    Blackout.objects.create(starts_on=closed, ends_on=closed, reason="Upacara")
    page = Person().open(f"/studi-tiru/?bulan={day:%Y-%m}&hari={day}")
    assert page.status == 200
    for words in ("kosong", "penuh", "tutup", "Penuh."):
        assert words in page.text, words
    other = Person().open(f"/studi-tiru/?bulan={make.open_day(3):%Y-%m}&hari={make.open_day(3)}")
    assert "1 permohonan menunggu" in other.text
    soon = Person().open("/studi-tiru/")
    assert soon.status == 200


def test_a_full_month_leads_to_the_next_free_one(site):
    day = make.open_day()
    last = (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    Blackout.objects.create(starts_on=day.replace(day=1), ends_on=last, reason="Renovasi")
    page = Person().open(f"/studi-tiru/?bulan={day:%Y-%m}")
    assert "tidak ada hari kosong lagi" in page.text
    page.follow("Hari kosong berikutnya")
    assert "kosong" in page.text


@pytest.mark.parametrize(
    "query", ["bulan=9999-99", "bulan=x", "hari=kemarin", "lokasi=nowhere", "bulan=0001-01"]
)
def test_odd_addresses_of_the_calendar_show_a_month(site, query):
    assert Person().open(f"/studi-tiru/?{query}").status == 200


def test_without_rules_the_page_says_that_nobody_is_received(db):
    VisitRules.objects.all().delete()
    page = Person().open("/studi-tiru/")
    assert page.status == 200
    assert "tidak menerima rombongan" in page.text
    assert Person().open("/studi-tiru/ajukan/").status == 200


def count_queries(address: str) -> int:
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_queries_do_not_grow_with_requests_and_people(site, desk):
    visit = make.approved(desk.host, size=40)
    addresses = ["/studi-tiru/", "/studi-tiru/ajukan/", "/studi-tiru/wilayah/", visit_path(visit)]
    actions.add_participants(visit, rows=[{"name": "Peserta 0"}])
    before = [count_queries(address) for address in addresses]
    actions.add_participants(visit, rows=[{"name": f"Peserta {n}"} for n in range(1, 31)])
    for week in range(1, 5):
        make.sent(day=make.open_day(week))
    assert [count_queries(address) for address in addresses] == before
    assert max(before) <= 14, before


# --- the request --------------------------------------------------------------------------
def test_a_request_is_sent_without_an_account(site):
    day = make.open_day()
    person = Person().open(f"/studi-tiru/ajukan/?sesi=pagi&tanggal={day}")
    assert person.form(with_field="institution").values["wish_1"] == [f"pagi:{day}"]
    ask(person, letter_number="000/1", letter_on="2026-01-05", letter_file=pdf())
    visit = Visit.objects.get()
    assert visit.state == VisitState.SUBMITTED
    assert (visit.size, visit.contact_phone) == (22, "+6281234567890")
    assert visit.letter_file is not None
    assert person.address == visit_path(visit)
    assert visit.number in person.text
    assert "Belum jadi sampai kami konfirmasi" in person.text
    assert person.response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in person.response.headers["Cache-Control"]
    assert Delivery.objects.get(address="rina@tanahlaut.contoh.id").notice.path == person.address


def test_bad_input_keeps_what_was_typed_and_a_good_letter(site):
    person = Person().open("/studi-tiru/ajukan/")
    ask(person, contact_email="bukan surel", size="4000", letter_file=pdf())
    assert person.status == NOT_ALLOWED
    form = person.form(with_field="institution")
    assert form.values["contact_email"] == ["bukan surel"]
    assert form.values["size"] == ["4000"]
    assert form.values["purpose"] == ["Membangun MPP sendiri."]
    assert "surat.pdf" in person.text
    visit = Visit.objects.get()
    assert visit.state == VisitState.DRAFT
    ask(person)
    visit.refresh_from_db()
    assert visit.state == VisitState.SUBMITTED
    assert visit.letter_file is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("institution", ""),
        ("institution", "a\x00b"),
        ("institution_kind", "planet"),
        ("region_code", "99.99"),
        ("size", "0"),
        ("size", "banyak"),
        ("topics", ["999999"]),
        ("wish_1", "pagi:2020-01-01"),
        ("wish_1", "x" * 500),
        ("letter_on", "besok"),
        ("letter_file", "not a pdf"),
        ("contact_phone", "12"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(site, field, value):
    person = Person().open("/studi-tiru/ajukan/")
    if field == "letter_file":
        value = pdf(b"not a pdf")
    ask(person, **{field: value})
    assert person.status == NOT_ALLOWED
    assert field in person.response.context["form"].errors
    assert not Visit.objects.exclude(state=VisitState.DRAFT).exists()


def test_a_draft_waits_half_done_behind_its_link(site):
    person = Person().open("/studi-tiru/ajukan/")
    person.send({"institution": "Setda Contoh", "save": "1"}, with_field="institution")
    visit = Visit.objects.get()
    assert person.address == visit_path(visit)
    assert person.status == 200
    later = Person().open(visit_path(visit))
    assert later.form(with_field="institution").values["institution"] == ["Setda Contoh"]
    ask(later, institution="Setda Contoh")
    visit.refresh_from_db()
    assert visit.state == VisitState.SUBMITTED


def test_pressing_twice_is_one_request(site):
    person = Person().open("/studi-tiru/ajukan/")
    form = person.form(with_field="institution")
    data = {**request_values(), "key": form.values["key"][0], "send": "1"}
    for _press in range(2):
        answer = person.client.post("/studi-tiru/ajukan/", data, follow=True)
        assert answer.status_code == 200
    assert Visit.objects.count() == 1
    assert Visit.objects.get().state == VisitState.SUBMITTED


def test_a_second_request_of_the_week_is_refused_in_words(site):
    make.sent(institution="Setda Kabupaten Tanah Laut")
    person = Person().open("/studi-tiru/ajukan/")
    ask(person)
    assert person.status == NOT_ALLOWED
    assert "minggu itu" in person.text
    assert person.form(with_field="institution").values["size"] == ["22"]


def test_the_region_is_searched_without_script(site):
    person = Person().open("/studi-tiru/ajukan/")
    values = {"region_q": "tanah laut", "search": "region", "institution": "Setda"}
    person.send(values, with_field="institution")
    assert person.status == 200
    assert "Tanah Laut" in person.text
    assert person.form(with_field="institution").values["institution"] == ["Setda"]
    assert not Visit.objects.exists()
    found = Client().get("/studi-tiru/ajukan/wilayah/", {"region_q": "tanah laut"})
    assert b'value="63.01"' in found.content


def test_programs_that_fill_in_everything_get_nowhere(site):
    Client().post("/studi-tiru/ajukan/", {**request_values(), "website": "x", "send": "1"})
    assert not Visit.objects.exists()


def test_too_many_requests_are_told_so_and_nothing_is_lost(site, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "visit_request": "1/m/ip"}
    person = Person().open("/studi-tiru/ajukan/")
    ask(person, size="")
    again = Person().open("/studi-tiru/ajukan/")
    ask(again)
    assert again.status == 429
    assert again.form(with_field="institution").values["institution"]


# --- the link -----------------------------------------------------------------------------
def test_a_stranger_or_an_old_link_finds_nothing(site):
    visit = make.sent()
    old = visit_path(visit)
    assert Person().open(old).status == 200
    for bad in ("/studi-tiru/salah/", f"{old[:-2]}x/", f"/studi-tiru/{'x' * 300}/"):
        assert Person().open(bad).status == 404, bad
    page = Person().open(f"{old}tindakan/tautan-baru/")
    page.send(with_field="key")
    visit.refresh_from_db()
    assert Person().open(old).status == 404
    assert Person().open(f"{old}peserta/tambah/").status == 404
    assert Person().open(visit_path(visit)).status == 200
    sent = Delivery.objects.filter(address=visit.contact_email, notice__kind="visits.link")
    assert sent.get().notice.path == visit_path(visit)


def test_forms_behind_the_link_need_no_cookie(site):
    """The secret is the right: whatever a mail program or an old page sends as its origin."""
    visit = make.sent()
    client = Client(enforce_csrf_checks=True, headers={"origin": "null"})
    answer = client.post(f"{visit_path(visit)}tindakan/batal/", {"text": "Ditunda."})
    assert answer.status_code == 302
    visit.refresh_from_db()
    assert visit.state == VisitState.CANCELLED_BY_GUEST
    assert client.post("/studi-tiru/ajukan/", request_values()).status_code == 403


# --- acts by the link ---------------------------------------------------------------------
def test_a_question_is_answered(site, desk):
    visit = actions.ask(make.sent(), actor=desk.host, text="Berapa mobil?", key="t")
    page = Person().open(visit_path(visit))
    assert "Berapa mobil?" in page.text
    page.follow("Jawab pertanyaan")
    page.send({"text": ""}, with_field="text")
    assert page.status == NOT_ALLOWED
    page.send({"text": "Dua bus."}, with_field="text")
    visit.refresh_from_db()
    assert visit.state == VisitState.SUBMITTED
    assert "Dua bus." in page.text


def offered(desk):
    place = {"session": make.session("siang"), "date": make.open_day(1)}
    return actions.offer(make.sent(), actor=desk.host, host=desk.host, key="o", **place)


def test_an_offer_is_accepted_or_declined(site, desk):
    visit = offered(desk)
    page = Person().open(visit_path(visit)).follow("Terima tanggal ini")
    page.send(with_field="key")
    visit.refresh_from_db()
    assert visit.state == VisitState.APPROVED
    assert "terkonfirmasi" in page.text
    other = offered(desk)
    page = Person().open(visit_path(other)).follow("Tolak tanggal ini")
    page.send({"text": ""}, with_field="text")
    other.refresh_from_db()
    assert other.state == VisitState.SUBMITTED


def test_another_date_is_wished(site, desk):
    visit, day = make.approved(desk.host), make.open_day(2)
    page = Person().open(visit_path(visit)).follow("Usulkan tanggal lain")
    page.send({"wish_1": "pagi:2020-01-01"}, with_field="wish_1")
    assert page.status == NOT_ALLOWED
    page.send({"wish_1": f"siang:{day}", "text": "Rapat."}, with_field="wish_1")
    assert page.status == 200
    assert [wish.date for wish in visit.wishes.all()] == [day]
    visit.refresh_from_db()
    assert visit.state == VisitState.APPROVED


def test_cancelling_asks_for_a_reason_on_a_page_of_its_own(site, desk):
    visit = make.approved(desk.host)
    page = Person().open(visit_path(visit)).follow("Batalkan kunjungan")
    page.send({"text": " "}, with_field="text")
    assert page.status == NOT_ALLOWED
    page.send({"text": "Anggaran berubah."}, with_field="text")
    visit.refresh_from_db()
    assert visit.state == VisitState.CANCELLED_BY_GUEST
    assert page.open(f"{visit_path(visit)}tindakan/batal/").status == 409


def test_the_letter_follows(site):
    visit = make.draft(letter_number="", letter_on=None)
    visit.letter_file = None
    visit.save()
    actions.submit(visit)
    page = Person().open(visit_path(visit))
    assert "belum datang" in page.text
    page.follow("Kirim surat")
    page.send({"letter_file": pdf(b"kosong")}, with_field="letter_file")
    assert page.status == NOT_ALLOWED
    values = {"letter_number": "1/2", "letter_on": "2026-01-05", "letter_file": pdf()}
    page.send(values, with_field="letter_file")
    visit.refresh_from_db()
    assert visit.letter_number == "1/2"
    assert "belum datang" not in page.text
    answer = page.client.get(f"{visit_path(visit)}surat/berkas/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


# --- participants -------------------------------------------------------------------------
def test_the_delegation_keeps_its_list(site, desk):
    visit = make.approved(desk.host)
    page = Person().open(visit_path(visit)).follow("Tambah orang")
    page.send({"name": ""}, with_field="name")
    assert page.status == NOT_ALLOWED
    page.send({"name": "Rina Marlina", "position": "Kabag"}, with_field="name")
    assert "Rina Marlina" in page.text
    page.follow("Tambah banyak")
    pasted = "Budi;Staf\n\nSari\tKabid\t\t1987\t12\n"
    page.send({"lines": pasted}, with_field="lines")
    assert page.status == NOT_ALLOWED
    assert "Baris 3" in page.text
    assert page.form(with_field="lines").values["lines"][0].startswith("Budi;Staf")
    page.send({"lines": "Budi;Staf\nSari\tKabid"}, with_field="lines")
    assert visit.participants.count() == 3
    page.follow("Budi")
    page.send({"position": "Analis"}, with_field="name")
    assert visit.participants.get(name="Budi").position == "Analis"
    person = visit.participants.get(name="Sari")
    page.open(f"{visit_path(visit)}peserta/{person.pk}/")
    page.send(with_field="name", button="Hapus")
    assert not visit.participants.filter(name="Sari").exists()
    with time_machine.travel(visit.slot.starts_at - timedelta(hours=1), tick=False):
        assert page.open(f"{visit_path(visit)}peserta/tambah/").status == 409


def test_people_of_another_visit_are_out_of_reach(site, desk):
    mine, other = make.approved(desk.host), make.sent()
    person = actions.add_participants(mine, rows=[{"name": "Rina"}])[0]
    assert Person().open(f"{visit_path(other)}peserta/{person.pk}/").status == 404


def test_who_waits_for_full_dates_is_told(site, desk):
    day, other = make.open_day(), make.open_day(1)
    wishes = [(make.session(), day), (make.session(), other)]
    visit = make.sent(size=20, wishes=wishes)
    sentence, link = "tidak ada tempat", "Pilih tanggal lain"
    make.approved(desk.host, day=day, size=40)
    assert sentence not in Person().open(visit_path(visit)).text, "the second wish has room"
    full = make.approved(desk.second, day=other, size=40)
    page = Person().open(visit_path(visit))
    assert sentence in page.text
    assert "Tidak ada yang perlu" not in page.text
    page.follow(link)
    third = make.open_day(2)
    page.send({"wish_1": f"pagi:{third.isoformat()}", "text": ""}, with_field="wish_1")
    assert sentence not in Person().open(visit_path(visit)).text
    VisitRules.objects.update(is_active=False)
    assert sentence in Person().open(visit_path(visit)).text
    assert sentence not in Person().open(visit_path(full)).text, "only requests that wait"


# --- the day ------------------------------------------------------------------------------
def on_the_day(desk):
    visit = make.approved(desk.host)
    people = actions.add_participants(visit, rows=[{"name": "Rina"}, {"name": "Budi"}])
    return visit, people


def test_a_participant_checks_in_with_the_code_on_site(site, desk):
    visit, (rina, _budi) = on_the_day(desk)
    address = f"/studi-tiru/hadir/{badge_of(rina)}/"
    assert "pada hari kunjungan" in Person().open(address).text
    with at_visit(visit):
        page = Person().open(address)
        assert "<svg" in page.html
        page.send({"code": "000000"}, with_field="code")
        assert page.status == NOT_ALLOWED
        page.send({"code": checkin.code_now(visit.site)}, with_field="code")
        rina.refresh_from_db()
        assert rina.check_in_way == "self"
        page.send({"leave": "1"}, button="pulang")
        rina.refresh_from_db()
        assert rina.checked_out_at is not None
    assert Person().open("/studi-tiru/hadir/salah/").status == 404


def test_the_leader_checks_in_many_and_people_join(site, desk):
    visit, people = on_the_day(desk)
    with at_visit(visit):
        code = checkin.code_now(visit.site)
        page = Person().open(f"{visit_path(visit)}hadir/")
        page.send({"people": [str(p.pk) for p in people], "code": ""}, with_field="people")
        assert page.status == NOT_ALLOWED
        page.send({"people": [str(p.pk) for p in people], "code": code}, with_field="people")
        assert visit.participants.filter(checked_in_at__isnull=False).count() == 2
        page.send({"name": "Ani", "code": "1", "join": "1"}, with_field="name")
        assert page.status == NOT_ALLOWED
        page.send({"name": "Ani", "code": code, "join": "1"}, with_field="name")
        assert Participant.objects.get(name="Ani").is_walk_in
        assert page.status == 200
    visit.refresh_from_db()
    assert visit.state == VisitState.ARRIVED


def test_guessing_the_code_is_stopped(site, desk, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "visit_code": "2/5m/key"}
    visit, (rina, _budi) = on_the_day(desk)
    with at_visit(visit):
        client = Client()
        address = f"/studi-tiru/hadir/{badge_of(rina)}/"
        codes = [client.post(address, {"code": "1"}).status_code for _ in range(3)]
        code = checkin.code_now(visit.site)
        assert codes == [422, 422, 429]
        assert client.post(address, {"code": code}).status_code == 429


# --- after --------------------------------------------------------------------------------
def done(desk):
    visit, people = on_the_day(desk)
    with at_visit(visit):
        actions.check_in(people[0], actor=desk.host)
        return actions.complete(visit, actor=desk.host, key="c")


def test_after_the_visit_the_page_has_proofs_feedback_and_book(site, desk):
    visit = done(desk)
    page = Person().open(visit_path(visit))
    assert "Bukti hadir" in page.text
    page.follow("Bagaimana kunjungannya")
    page.send({"comment": "x"}, with_field="comment")
    assert page.status == NOT_ALLOWED
    scores = {"reception": "4", "content": "3", "usefulness": "4", "comment": "Bagus."}
    page.send(scores, with_field="comment")
    assert VisitFeedback.objects.get().content == 3
    page.follow("Buku tamu").send({"name": "Rina", "message": "Maju terus."}, with_field="message")
    assert "Maju terus." in page.text
    row = visit.follow_ups.get(days=30)
    assert page.open(f"{visit_path(visit)}tindak-lanjut/30/").status == 404
    row.asked_at = row.visit.ended_at
    row.save()
    page.open(visit_path(visit)).follow("Sesudah 30 hari")
    page.send({"adopted": "partly", "story": "Antrean."}, with_field="story")
    row.refresh_from_db()
    assert row.adopted == "partly"
    for name in ("materi/", "foto/", "agenda.pdf", "kunjungan.ics"):
        assert page.open(visit_path(visit) + name).status == 200, name


def test_a_delegation_is_named_only_with_its_consent(site, desk):
    visit = done(desk)
    assert visit.institution not in Person().open("/studi-tiru/wilayah/").text
    page = Person().open(visit_path(visit)).follow("Nama di daftar umum")
    page.send(with_field="key")
    public = Person().open("/studi-tiru/wilayah/")
    assert visit.institution in public.text
    assert "Kalimantan Selatan" in public.text
    assert visit.institution in Person().open("/studi-tiru/").text
    page = Person().open(visit_path(visit)).follow("Nama di daftar umum")
    page.send(with_field="key")
    assert visit.institution not in Person().open("/studi-tiru/wilayah/").text


def test_consent_pressed_twice_is_the_same_answer(site, desk):
    visit = done(desk)
    address = f"{visit_path(visit)}tindakan/sebut-nama/"
    client, key = Client(), "k" * 30
    for wanted, is_listed in (("1", True), ("1", True), ("0", False), ("0", False)):
        sent = client.post(address, {"key": key, "wanted": wanted})
        assert sent.status_code == 302
        visit.refresh_from_db()
        assert (visit.listed_at is not None) is is_listed
    for odd in ({}, {"wanted": "ya"}):
        assert client.post(address, {"key": key, **odd}).status_code == NOT_ALLOWED
    visit.refresh_from_db()
    assert visit.listed_at is None


def test_photos_and_papers_of_others_are_out_of_reach(site, desk):
    visit, other = done(desk), make.sent()
    clean = actions.add_photo(visit, actor=desk.host, file=_photo())
    assert Person().open(f"{visit_path(visit)}foto/{clean.pk}/").status == 200
    assert Person().open(f"{visit_path(other)}foto/{clean.pk}/").status == 404
    code = visit.participants.first().attendance.paper.code
    assert Person().open(f"{visit_path(visit)}dokumen/{code}/").status == 202
    assert Person().open(f"{visit_path(other)}dokumen/{code}/").status == 404


def _photo():
    content = picture_of("Foto", "Contoh").read()
    kind = {"declared_type": "image/jpeg", "accept": {"image"}}
    return store_clean(inspect(ContentFile(content), name="a.jpg", **kind))


def test_every_public_page_speaks_english(site, desk):
    visit = done(desk)
    for address in ("/studi-tiru/", "/studi-tiru/ajukan/", visit_path(visit)):
        client = Client()
        client.cookies[portal.LANGUAGE_COOKIE_NAME] = "en"
        body = client.get(address).content.decode()
        assert 'lang="en"' in body
        assert "Kunjungan Anda" not in body
