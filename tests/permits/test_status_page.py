"""The status page: what is asked, the journey, messages, who looked, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.access import record_access
from accounts.models import AccessEvent
from mpp.kit import clock
from permits import actions
from permits.models import Message, Phase
from tests.permits import engine

pytestmark = pytest.mark.django_db


@pytest.fixture
def citizen(people, client):
    client.force_login(people.citizen)
    return people.citizen


@pytest.fixture
def sent(citizen):
    return engine.sent("sip-dokter", citizen)


def url(name, application, *more):
    application.refresh_from_db()
    return reverse(f"permits:{name}", args=[application.public_ref, *more])


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def ask(application, *targets, citizen=None):
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    actions.take(application, actor=actor)
    actions.ask_corrections(
        application,
        actor=actor,
        items={target: f"Perbaiki {target}." for target in targets},
        key="ask",
    )
    return actor, team


def test_nothing_to_do_is_said(client, sent):
    page = text(client.get(url("application-status", sent)))
    assert "Tidak ada yang perlu Anda lakukan sekarang" in page
    assert "Selesai paling lambat" in page
    assert "Anda mengirim permohonan" in page


def test_a_correction_stands_on_top_with_its_reason(client, sent):
    ask(sent, "field:str_number", "req:applicant-id-card")
    page = text(client.get(url("application-status", sent)))
    assert "Perlu Anda kerjakan sampai" in page
    assert "Perbaiki field:str_number." in page
    assert "Waktu berhenti sampai Anda mengirim perbaikan" in page


def test_only_asked_things_can_be_changed(client, sent, citizen):
    ask(sent, "field:str_number")
    page = client.get(url("application-correct", sent))
    assert page.status_code == 200
    names = re.findall(r'name="([a-z_]+)"', page.content.decode())
    assert "str_number" in names
    assert "full_name" not in names
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]
    answer = client.post(
        url("application-correct", sent),
        {"str_number": "4471990011223399", "full_name": "Orang Lain", "key": key, "send": "1"},
    )
    assert answer.status_code == 302, text(answer)
    sent.refresh_from_db()
    assert sent.phase == Phase.IN_REVIEW
    again = client.post(url("application-correct", sent), {"key": key, "send": "1"})
    assert again.status_code == 302
    assert sent.submissions.count() == 2
    page = text(client.get(url("application-status", sent)))
    assert "Yang sudah Anda perbaiki" in page
    assert "4471990011223399" in page


def test_an_unchanged_correction_is_told_and_not_sent(client, sent):
    ask(sent, "req:applicant-id-card")
    answer = client.post(url("application-correct", sent), {"key": "k", "send": "1"})
    assert answer.status_code == 422
    assert "Belum diubah" in text(answer)


def test_correcting_a_file_that_asks_for_nothing_is_refused(client, sent):
    assert client.post(url("application-correct", sent), {"send": "1"}).status_code == 409


def test_a_message_is_posted_once(client, sent):
    data = {"body": "Apakah saya perlu datang? 🙂", "key": "abc"}
    for _time in range(2):
        assert client.post(url("message-post", sent), data).status_code == 302
    assert Message.objects.count() == 1
    assert "Apakah saya perlu datang? 🙂" in text(client.get(url("application-status", sent)))


@pytest.mark.parametrize("body", ["", "   ", "x\x00y", "x" * 100_000])
def test_a_bad_message_keeps_what_was_typed(client, sent, body):
    answer = client.post(url("message-post", sent), {"body": body, "key": "abc"})
    assert answer.status_code == 422
    assert body in answer.content.decode()
    assert not Message.objects.exists()


def test_openings_of_the_file_are_shown(client, sent, people):
    record_access(
        actor=people.front_desk,
        office="DPMPTSP",
        subject=sent.owner,
        object_kind="application",
        object_ref=sent.number,
        file_ref=sent.number,
        purpose="memeriksa kelengkapan",
    )
    page = text(client.get(url("application-status", sent)))
    assert "memeriksa kelengkapan" in page
    assert "Front Desk" in page


def test_names_of_staff_can_be_hidden(client, sent, people, settings):
    settings.STAFF_NAME_SHOWN = False
    actor, _team = ask(sent, "field:str_number")
    assert str(actor) not in text(client.get(url("application-status", sent)))


def test_withdrawing_asks_first_and_tells_at_the_second_time(client, sent):
    page = client.get(url("application-withdraw", sent))
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]
    for _time in range(2):
        answer = client.post(url("application-withdraw", sent), {"key": key})
        assert answer.status_code == 302
    sent.refresh_from_db()
    assert sent.phase == Phase.WITHDRAWN
    assert client.get(url("application-withdraw", sent)).status_code == 409
    assert client.get(url("application-status", sent)).status_code == 200


def test_a_permit_is_shown_and_waits_for_its_file(client, sent):
    engine.walk(sent, engine.desk_team(sent), "approve")
    page = text(client.get(url("application-status", sent)))
    assert "sudah terbit" in page
    assert client.get(url("permit-file", sent)).status_code == 202


def test_a_refusal_says_why_and_how_to_object(client, sent):
    engine.walk(sent, engine.desk_team(sent), "reject")
    page = text(client.get(url("application-status", sent)))
    assert "Tidak memenuhi syarat." in page
    assert "21 hari kerja" in page


def test_a_receipt_is_a_pdf(client, sent):
    answer = client.get(url("application-receipt", sent))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_a_draft_has_no_receipt(client, citizen):
    assert client.get(url("application-receipt", engine.draft(owner=citizen))).status_code == 404


PAGES = (
    "application-status",
    "application-sent",
    "application-receipt",
    "application-withdraw",
    "document-list",
    "application-check",
    "permit-file",
    "application-renew",
    "application-correct",
)


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_finds_nothing(client, sent, people, name):
    address = url(name, sent)
    client.force_login(people.other_citizen)
    assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


def fill_up(application, people, count):
    now = clock.now()
    Message.objects.bulk_create(
        Message(
            application=application,
            author=people.front_desk,
            author_name="Petugas",
            from_staff=True,
            body="Halo",
            key=f"m{count}-{n}",
            at=now,
        )
        for n in range(count)
    )
    AccessEvent.objects.bulk_create(
        AccessEvent(
            actor=people.front_desk,
            actor_name="Petugas",
            object_kind="application",
            object_ref=f"{application.reference}-{count}-{n}",
            file_ref=application.number,
            purpose="memeriksa",
            hour="2026-11-23T08",
            at=now - timedelta(minutes=n),
        )
        for n in range(count)
    )


@pytest.mark.parametrize("phase", ["sent", "waiting", "answered", "issued", "rejected"])
def test_the_status_page_costs_the_same_with_more_rows(client, sent, people, phase, citizen):
    if phase == "issued":
        engine.walk(sent, engine.desk_team(sent), "approve")
    if phase == "rejected":
        engine.walk(sent, engine.desk_team(sent), "reject")
    if phase in ("waiting", "answered"):
        ask(sent, "field:str_number", "req:applicant-id-card")
    if phase == "answered":
        actions.save_answers(sent, actor=citizen, values={"str_number": "4471990011223399"})
        actions.attach(
            sent,
            actor=citizen,
            slot="req:applicant-id-card",
            file=engine.stored(),
            position=1,
        )
        actions.resubmit(sent, actor=citizen, key="r")
    address = url("application-status", sent)
    client.get(address)
    counts = []
    for rows in (1, 30, 300):
        fill_up(sent, people, rows)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0] <= 14, "\n".join(q["sql"][:150] for q in caught.captured_queries)


def test_the_list_costs_the_same_with_more_rows(client, citizen):
    counts = []
    engine.draft(owner=citizen, filled=False)
    client.get(reverse("permits:application-list"))
    for more in (1, 29):
        for _n in range(more):
            engine.draft(owner=citizen, filled=False)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("permits:application-list")).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize("typed", ["Halo \x1b[2J", "Halo\x00", "\u200b", " \u00a0 "])
def test_message_that_cannot_be_shown_is_refused(client, sent, typed):
    answer = client.post(url("message-post", sent), {"body": typed, "key": "m"})
    assert answer.status_code == 422
    assert not Message.objects.exists()


def test_long_message_counts_a_line_end_once(client, sent):
    body = "\r\n".join(["baris"] * 600)
    assert len(body) > 4_000
    assert client.post(url("message-post", sent), {"body": body, "key": "m"}).status_code == 302
    assert "\r" not in Message.objects.get().body


def test_messages_cannot_be_sent_without_end(client, sent):
    limit = int(settings.ACCOUNT_RATE_LIMITS["message"].partition("/")[0])
    send = url("message-post", sent)
    codes = [
        client.post(send, {"body": f"Pesan {n}", "key": f"m{n}"}).status_code
        for n in range(limit + 1)
    ]
    assert codes == [302] * limit + [422]


def test_reason_of_withdrawal_keeps_only_what_can_be_shown(client, sent):
    client.post(url("application-withdraw", sent), {"reason": "Batal\x1b\x00 dulu", "key": "w"})
    assert sent.steps.get(act="withdraw").reason == "Batal dulu"


def test_a_key_with_nul_is_no_fault(client, sent):
    """PostgreSQL refuses NUL even in a question."""
    answer = client.post(url("message-post", sent), {"body": "Halo", "key": "a\x00b"})
    assert answer.status_code == 302
    assert client.post(url("application-send", sent), {"key": "a\x00b"}).status_code == 302
    assert client.post(url("application-withdraw", sent), {"key": "a\x00c"}).status_code == 302
