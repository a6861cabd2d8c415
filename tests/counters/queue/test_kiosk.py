"""The kiosk: four touches to a number, one tap one number, check-in, and nothing kept."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counters import actions
from counters.models import (
    Booking,
    BookingState,
    Lane,
    LiveKey,
    PriorityReason,
    Site,
    Slot,
    Ticket,
)
from counters.persons import Person, live_hashes
from mpp.kit import clock
from mpp.kit.keys import link_token
from tests.counters.queue.hall import at, hall, make_queue, morning, take

pytestmark = pytest.mark.django_db
KIOSK = "/kios/among-warga/"
PHONE = "081234567801"
E164 = "+6281234567801"


@pytest.fixture(autouse=True)
def _nine():
    with morning():
        yield


@pytest.fixture
def room():
    return hall()


def screen(people, key: str = "kios-1", site: str = "among-warga") -> Client:
    """A browser that is a registered kiosk."""
    place = Site.objects.get(key=site)
    _device, token = actions.register_device(
        place, actor=people.supervisor, kind="kiosk", key=key, name="Kios"
    )
    client = Client()
    assert client.post(f"/perangkat/{token}/").url == f"/kios/{site}/"
    return client


@pytest.fixture
def kiosk(people):
    return screen(people)


def screens(queue) -> tuple[str, ...]:
    return (KIOSK, f"{KIOSK}id/", f"{KIOSK}id/ambil/{queue.key}/", f"{KIOSK}id/cari/")


def key_of(answer) -> str:
    return answer.content.decode().partition('name="kunci" value="')[2].partition('"')[0]


def taken(kiosk, queue, klass: str = "biasa", digits: str = "", lang: str = "id"):
    address = f"{KIOSK}{lang}/ambil/{queue.key}/"
    form = {"kunci": key_of(kiosk.get(address)), "kelas": klass, "angka": digits}
    return kiosk.post(address, form)


def shown(kiosk, lang: str = "id") -> str:
    return kiosk.get(f"{KIOSK}{lang}/nomor/").content.decode()


# --- the way to a number ------------------------------------------------------------------
def test_four_touches_lead_to_a_number(kiosk, room):
    start = kiosk.get(KIOSK).content.decode()
    assert "Ambil nomor antrean" in start
    assert "Take a queue number" in start
    assert f'href="{KIOSK}id/"' in start
    agencies = kiosk.get(f"{KIOSK}id/").content.decode()
    assert f'href="{KIOSK}id/instansi/dukcapil/"' in agencies
    step = kiosk.get(f"{KIOSK}id/instansi/dukcapil/")
    assert step.url == f"{KIOSK}id/ambil/{room.queue.key}/"
    answer = taken(kiosk, room.queue)
    assert answer.status_code == 302
    page = shown(kiosk)
    assert "D 001" in page
    assert "Tidak ada orang sebelum Anda" in page
    assert "<svg" in page
    ticket = Ticket.objects.get()
    assert (ticket.source, ticket.lane, ticket.state) == ("kiosk", "walk_in", "printing")


def test_an_agency_with_several_queues_asks_what_for(kiosk, room):
    make_queue("dukcapil", "E")
    page = kiosk.get(f"{KIOSK}id/instansi/dukcapil/").content.decode()
    assert page.count("/ambil/") == 2
    assert kiosk.get(f"{KIOSK}id/instansi/tidak-ada/").status_code == 404


def test_priority_needs_a_reason_of_the_list(kiosk, room):
    assert taken(kiosk, room.queue, "lansia").status_code == 302
    assert Ticket.objects.get().lane == Lane.PRIORITY
    refused = taken(kiosk, room.queue, "karena-saya")
    assert refused.status_code == 409
    assert "Pilih biasa atau didahulukan" in refused.content.decode()
    assert Ticket.objects.count() == 1
    # An inactive reason is no button.
    PriorityReason.objects.update(is_active=False)
    assert "lansia" not in kiosk.get(f"{KIOSK}id/ambil/{room.queue.key}/").content.decode()


def test_a_double_tap_is_one_number(kiosk, room):
    address = f"{KIOSK}id/ambil/{room.queue.key}/"
    form = {"kunci": key_of(kiosk.get(address)), "kelas": "biasa", "angka": ""}
    for _tap in range(8):
        assert kiosk.post(address, form).status_code == 302
    assert Ticket.objects.count() == 1
    # The next person's screen has a key of its own.
    taken(kiosk, room.queue)
    assert Ticket.objects.count() == 2


def test_the_same_key_with_other_digits_is_no_number_of_somebody_else(kiosk, room):
    room.queue.identity = "optional"
    room.queue.save()
    address = f"{KIOSK}id/ambil/{room.queue.key}/"
    form = {"kunci": key_of(kiosk.get(address)), "kelas": "biasa", "angka": PHONE}
    assert kiosk.post(address, form).status_code == 302
    form["angka"] = "081299999999"
    answer = kiosk.post(address, form)
    assert answer.status_code == 409
    form["kunci"] = key_of(answer)
    assert kiosk.post(address, form).status_code == 302
    assert Ticket.objects.count() == 2


def test_the_same_key_of_another_kiosk_is_another_number(people, kiosk, room):
    other = screen(people, "kios-2")
    address = f"{KIOSK}id/ambil/{room.queue.key}/"
    form = {"kunci": "sama", "kelas": "biasa", "angka": ""}
    kiosk.post(address, form)
    other.post(address, form)
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("form", [{}, {"kunci": ""}, {"kunci": "\x00", "kelas": "biasa"}])
def test_a_form_without_its_key_is_refused_with_a_sentence(kiosk, room, form):
    answer = kiosk.post(f"{KIOSK}id/ambil/{room.queue.key}/", form)
    assert answer.status_code == 409
    assert "sudah tidak berlaku" in answer.content.decode()


# --- who it is ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("digits", "sentence"),
    [
        ("123", "nomor HP"),
        ("1111111111111111", "NIK"),
        ("357902450790000", "NIK harus 16 angka, Anda menulis 15"),
        ("abc", "nomor HP"),
    ],
)
def test_wrong_digits_are_told_and_stay_in_the_field(kiosk, room, digits, sentence):
    answer = taken(kiosk, room.queue, digits=digits)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{digits}"' in page
    assert not Ticket.objects.exists()


def test_identity_is_data_of_the_queue(kiosk, room):
    queue = room.queue
    queue.identity = "required"
    queue.save()
    assert taken(kiosk, queue).status_code == 422
    assert taken(kiosk, queue, digits=PHONE).status_code == 302
    assert not Ticket.objects.get().is_unkeyed
    queue.identity = "none"
    queue.save()
    page = kiosk.get(f"{KIOSK}id/ambil/{queue.key}/").content.decode()
    assert 'name="angka"' not in page
    # What a forged form sends is not looked at.
    taken(kiosk, queue, digits=PHONE)
    assert Ticket.objects.order_by("-id").first().is_unkeyed


def test_one_person_gets_the_number_he_has(kiosk, room):
    taken(kiosk, room.queue, digits=PHONE)
    kiosk.get(KIOSK)
    assert taken(kiosk, room.queue, digits=PHONE).status_code == 302
    assert "D 001" in shown(kiosk)
    assert Ticket.objects.count() == 1


def test_the_pad_works_without_javascript(kiosk, room):
    address = f"{KIOSK}id/ambil/{room.queue.key}/"
    key, digits = key_of(kiosk.get(address)), ""
    for press in "0812":
        form = {"kunci": key, "angka": digits, "tombol": press}
        page = kiosk.post(address, form)
        digits += press
        assert f'value="{digits}"' in page.content.decode()
        assert key_of(page) == key
    page = kiosk.post(address, {"kunci": key, "angka": digits, "tombol": "hapus"})
    assert 'value="081"' in page.content.decode()
    assert not Ticket.objects.exists()


# --- paper --------------------------------------------------------------------------------
@pytest.mark.parametrize(("outcome", "sentence"), [("ada", ""), ("gagal", "Tidak perlu kertas")])
def test_with_paper_or_without_the_number_waits(kiosk, room, outcome, sentence):
    taken(kiosk, room.queue)
    assert "sedang dicetak" in shown(kiosk)
    answer = kiosk.post(f"{KIOSK}id/nomor/kertas/", {"hasil": outcome})
    assert sentence in kiosk.get(answer.url).content.decode()
    assert Ticket.objects.get().state == "waiting"
    # Pressed again, or after the worker settled it: nothing happens twice.
    kiosk.post(f"{KIOSK}id/nomor/kertas/", {"hasil": "gagal"})
    assert Ticket.objects.get().steps.filter(act="printed").count() == 1


def test_the_code_leads_to_the_page_of_the_number(kiosk, room, settings):
    taken(kiosk, room.queue)
    ticket = Ticket.objects.get()
    address = f"/antrean/{link_token('ticket', ticket.pk, ticket.link_version)}/"
    assert kiosk.get(address).status_code == 200
    # The secret itself stands in no text of the screen, only in the picture.
    assert address not in shown(kiosk)


# --- nothing stays ------------------------------------------------------------------------
def test_nothing_of_a_person_stays(kiosk, room):
    taken(kiosk, room.queue, digits=PHONE)
    page = shown(kiosk)
    assert PHONE not in page
    assert E164 not in page
    # The start forgets the number; going back shows nothing.
    start = kiosk.get(KIOSK)
    assert "D 001" not in start.content.decode()
    assert kiosk.get(f"{KIOSK}id/nomor/").url == KIOSK
    for address in (
        KIOSK,
        f"{KIOSK}id/",
        f"{KIOSK}id/ambil/{room.queue.key}/",
        f"{KIOSK}id/cari/",
    ):
        answer = kiosk.get(address)
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'autocomplete="on"' not in answer.content.decode()


def test_the_number_is_shown_for_two_minutes_only(kiosk, room):
    taken(kiosk, room.queue)
    assert "D 001" in shown(kiosk)
    held = kiosk.cookies["kios-nomor"].value

    with time_machine.travel(at(9, 5)):
        kiosk.cookies["kios-nomor"] = held
        assert kiosk.get(f"{KIOSK}id/nomor/").url == KIOSK


def test_a_forged_number_shows_nothing(kiosk, room):
    take(room.queue)
    kiosk.cookies["kios-nomor"] = "1:1"
    assert kiosk.get(f"{KIOSK}id/nomor/").url == KIOSK
    assert kiosk.post(f"{KIOSK}id/nomor/kertas/", {"hasil": "ada"}).url == KIOSK


# --- who may ------------------------------------------------------------------------------
def test_a_browser_that_is_no_kiosk_sees_a_clear_page(client, people, room):
    for address in (
        KIOSK,
        f"{KIOSK}id/",
        f"{KIOSK}id/ambil/{room.queue.key}/",
        f"{KIOSK}id/cari/",
    ):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "dukcapil" not in answer.content.decode().lower()
        assert client.post(address, {"kelas": "biasa", "kunci": "x"}).status_code == 403
    assert not Ticket.objects.exists()


def test_a_revoked_kiosk_gives_no_number(people, kiosk, room):
    address = f"{KIOSK}id/ambil/{room.queue.key}/"
    key = key_of(kiosk.get(address))
    device = room.queue.site.devices.get(key="kios-1")
    actions.revoke_device(device, actor=people.supervisor)
    assert kiosk.post(address, {"kunci": key, "kelas": "biasa"}).status_code == 403
    assert kiosk.get(KIOSK).status_code == 403
    assert not Ticket.objects.exists()


def test_a_kiosk_of_one_site_is_none_at_another(people, kiosk):
    other = Site.objects.exclude(key="among-warga").first()
    assert kiosk.get(f"/kios/{other.key}/").status_code == 403
    # A board is no kiosk either.
    _device, token = actions.register_device(
        other, actor=people.supervisor, kind="board", key="b", name="b"
    )
    board = Client()
    board.post(f"/perangkat/{token}/")
    assert board.get(f"/kios/{other.key}/").status_code == 403


def test_another_language_than_ours_is_no_page(kiosk):
    assert kiosk.get(f"{KIOSK}xx/").status_code == 404
    assert "Which agency do you need?" in kiosk.get(f"{KIOSK}en/").content.decode()


def test_a_closed_queue_says_why(kiosk, room):

    address = f"{KIOSK}id/ambil/{room.queue.key}/"
    with time_machine.travel(at(20)):
        answer = kiosk.post(address, {"kunci": "malam", "kelas": "biasa", "angka": PHONE})
    assert answer.status_code == 409
    assert "Tutup" in answer.content.decode()
    assert f'value="{PHONE}"' in answer.content.decode()


def test_queries_do_not_grow_with_the_hall(kiosk, room):
    address = f"{KIOSK}id/"
    with CaptureQueriesContext(connection) as before:
        kiosk.get(address)
    for agency, letter in (("dpmptsp", "A"), ("dinkes", "C"), ("bapenda", "B")):
        make_queue(agency, letter)
    with CaptureQueriesContext(connection) as after:
        kiosk.get(address)
    assert len(after) <= len(before) <= 5


# --- bookings and the number again --------------------------------------------------------
def booked(queue, hour: int = 9, minute: int = 0, **columns) -> Booking:
    """A booked place today, as its person made it."""
    start = columns.pop("starts_at", at(hour, minute))
    day = start.date()
    slot = Slot.objects.create(
        queue=queue, day=day, starts_at=start, minutes=30, capacity=3, taken=1
    )
    booking = Booking.objects.create(
        queue=queue,
        slot=slot,
        day=day,
        state=columns.pop("state", BookingState.BOOKED),
        state_at=clock.now(),
        holds_place=True,
        phone=E164,
        created_at=clock.now(),
        make_key=f"uji-{start:%d%H%M}",
        **columns,
    )
    keys = live_hashes(Person(phone=E164), queue, day)
    rows = [LiveKey(hash=each, day=day, booking=booking) for each in keys]
    LiveKey.objects.bulk_create(rows, ignore_conflicts=True)
    return booking


def found(kiosk, code: str = "", digits: str = ""):
    return kiosk.post(f"{KIOSK}id/cari/", {"kode": code, "angka": digits})


def code_of(row) -> str:
    kind = "booking" if isinstance(row, Booking) else "ticket"
    return f"http://mpp.contoh.id/antrean/{link_token(kind, row.pk, row.link_version)}/"


@pytest.mark.parametrize("way", ["code", "phone"])
def test_a_booking_checks_in_once(kiosk, room, way):
    booking = booked(room.queue)
    given = {"code": code_of(booking)} if way == "code" else {"digits": PHONE}
    for _scan in range(2):
        assert found(kiosk, **given).status_code == 302
        assert "D 001" in shown(kiosk)
    ticket = Ticket.objects.get()
    assert (ticket.booking, ticket.lane) == (booking, Lane.BOOKED)


def test_too_late_is_an_ordinary_number(kiosk, room):
    booking = booked(room.queue, 8, 0)
    assert found(kiosk, code_of(booking)).status_code == 302
    assert Ticket.objects.get().lane == Lane.WALK_IN


def test_check_in_is_refused_with_the_reason(kiosk, room):
    other = Site.objects.exclude(key="among-warga").first()
    early = booked(room.queue, 11)
    tomorrow = booked(room.queue, starts_at=at(9) + timedelta(days=1))
    gone = booked(room.queue, 9, 30, state=BookingState.CHECKED_IN)
    Booking.objects.filter(pk=gone.pk).update(state=BookingState.CANCELLED, holds_place=False)
    elsewhere = booked(room.queue, 10)
    queue = make_queue("dukcapil", "X")
    queue.site = other
    queue.save()
    Booking.objects.filter(pk=elsewhere.pk).update(queue=queue)
    for booking, sentence in (
        (early, "10.30"),
        (tomorrow, "25"),
        (gone, ""),
        (elsewhere, ""),
    ):
        answer = found(kiosk, code_of(booking))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert "kiosk-error" in answer.content.decode()
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "code",
    [
        "https://contoh.id/",
        "3579024507900003",
        "http://mpp.contoh.id/antrean/" + "A" * 38 + "/",
        "x" * 400,
        "http://[oops",
        "\x00",
        "<script>",
    ],
)
def test_another_code_is_told(kiosk, room, code):
    answer = found(kiosk, code)
    assert answer.status_code == 422
    assert "kiosk-error" in answer.content.decode()


def test_ones_number_again_by_code_and_by_phone(kiosk, room):
    ticket = take(room.queue, person=Person(phone=E164))
    for given in ({"code": code_of(ticket)}, {"digits": PHONE}):
        kiosk.get(KIOSK)
        assert found(kiosk, **given).status_code == 302
        assert "D 001" in shown(kiosk)
    assert found(kiosk, digits="081299999999").status_code == 422
    assert found(kiosk).status_code == 422
    Ticket.objects.filter(pk=ticket.pk).update(link_version=2)
    assert found(kiosk, code_of(ticket)).status_code == 422


def test_typed_digits_show_the_number_without_its_link(kiosk, room):
    room.queue.identity = "optional"
    room.queue.save()
    take(room.queue, person=Person(phone=E164))
    found(kiosk, digits=PHONE)
    assert "D 001" in shown(kiosk)
    assert "paper-code" not in shown(kiosk)
    kiosk.get(KIOSK)
    # Nor by asking for a number in the name of somebody in line.
    assert taken(kiosk, room.queue, digits=PHONE).status_code == 302
    assert "D 001" in shown(kiosk)
    assert "paper-code" not in shown(kiosk)


def test_a_booking_checked_in_by_typed_digits_shows_no_link(kiosk, room):
    booked(room.queue)
    assert found(kiosk, digits=PHONE).status_code == 302
    assert "D 001" in shown(kiosk)
    assert "paper-code" not in shown(kiosk)


def test_a_scanned_code_shows_the_number_with_its_link(kiosk, room):
    found(kiosk, code_of(take(room.queue, person=Person(phone=E164))))
    assert "paper-code" in shown(kiosk)


def test_a_missed_person_comes_back_at_the_kiosk(kiosk, room):
    ticket = take(room.queue, person=Person(phone=E164))
    called = actions.call_next(room.one, actor=room.ani)
    for _again in range(2):
        actions.recall(called, actor=room.ani)
    actions.no_answer(called, actor=room.ani)
    found(kiosk, digits=PHONE)
    assert "kembali ke antrean" in shown(kiosk)
    kiosk.post(f"{KIOSK}id/nomor/kembali/")
    ticket.refresh_from_db()
    assert ticket.state == "waiting"
    assert "kembali ke antrean" not in shown(kiosk)


def test_yesterdays_and_ended_numbers_are_told(kiosk, room):
    ticket = take(room.queue)
    actions.cancel(ticket)
    assert "dibatalkan" in found(kiosk, code_of(ticket)).content.decode()
    with clock.replay(clock.now() - timedelta(days=1)):
        old = take(room.queue)
    assert found(kiosk, code_of(old)).status_code == 422
