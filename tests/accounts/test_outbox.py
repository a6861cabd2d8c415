"""The outbox: written with the act, sent once, tried again, safe when killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import transaction

from accounts import outbox
from accounts.channels import Channel, Unreachable
from accounts.models import Delivery, DeliveryState, Notice, NoticeFile, Text
from accounts.notices import Attached, notify, post
from mpp.kit import clock
from tests.factories.accounts import PhoneUserFactory, UserFactory

ROOT = Path(__file__).resolve().parents[2]


def tell(person, key="k1", **changes):
    values = {
        "recipient": person,
        "kind": "accounts.business_invite",
        "key": key,
        "context": {"business": "CV <Apel> & Co", "inviter": "Budi"},
        "object_kind": "business",
        "object_ref": "1",
        "path": "/akun/usaha/",
        **changes,
    }
    with transaction.atomic():
        return notify(**values)


class Refusing(Channel):
    def send(self, delivery):
        raise RuntimeError("mailbox unknown")


class Gone(Channel):
    calls = 0

    def open(self):
        type(self).calls += 1
        raise Unreachable("mail server: TimeoutError")


@pytest.fixture
def channel(settings):
    def use(name: str) -> None:
        path = f"{__name__}.{name}"
        settings.MESSAGE_CHANNELS = {"email": path, "sms": path}

    return use


@pytest.mark.django_db
def test_notice_is_written_once_per_key():
    person = UserFactory()
    assert tell(person).pk == tell(person).pk
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_notice_outside_a_transaction_is_refused():
    person = UserFactory()
    with pytest.raises(RuntimeError):
        notify(recipient=person, kind="accounts.business_invite", key="k", context={})


@pytest.mark.django_db(transaction=True)
def test_notice_goes_with_the_act_when_it_is_rolled_back():
    person = UserFactory()

    def act() -> None:
        with transaction.atomic():
            tell(person)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_notice_speaks_the_language_of_the_recipient():
    indonesian = tell(UserFactory(language="id"), "a")
    english = tell(UserFactory(language="en"), "b")
    assert indonesian.subject == "Undangan ke CV <Apel> & Co"
    assert english.subject == "Invitation to CV <Apel> & Co"


@pytest.mark.django_db
def test_own_wording_fills_names_and_never_runs_templates():
    Text.objects.create(
        key="accounts-business_invite",
        language="id",
        subject="{inviter} mengajak",
        body="{business} {{ inviter }} {% now 'Y' %} {inviter.__class__} {unknown}",
    )
    notice = tell(UserFactory())
    assert notice.subject == "Budi mengajak"
    # Only the inner `{ inviter }` has spaces, so nothing of it is a name in braces.
    assert notice.body == (
        "CV <Apel> & Co {{ inviter }} {% now 'Y' %} {inviter.__class__} {unknown}\n"
    )


@pytest.mark.django_db
def test_line_ends_cannot_come_into_a_subject():
    notice = tell(UserFactory(), context={"business": "A\r\nBcc: x@y.id", "inviter": "B"})
    assert "\n" not in notice.subject
    assert "\r" not in notice.subject


@pytest.mark.django_db
def test_drain_sends_a_mail_once_with_a_stable_message_id():
    tell(UserFactory())
    assert outbox.drain() == 1
    assert outbox.drain() == 0
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == (DeliveryState.SENT, 1)
    assert mail.outbox[0].extra_headers["Message-ID"] == row.message_id
    assert "http" in mail.outbox[0].body


@pytest.mark.django_db
def test_a_notice_carries_one_small_text_once():
    person, file = UserFactory(), Attached("acara.ics", "text/calendar; method=PUBLISH", "A\r\nÉ")
    notice = tell(person, attached=file)
    assert tell(person, attached=file) == notice
    assert NoticeFile.objects.get().notice == notice
    tell(person, key="k2")
    assert outbox.drain() == 2
    parts = [list(message.message().walk()) for message in mail.outbox]
    [sent] = [p for each in parts for p in each if p.get_content_type() == "text/calendar"]
    assert sent.get_payload(decode=True) == "A\r\nÉ".encode()
    assert (sent.get_filename(), sent.get_param("method")) == ("acara.ics", "PUBLISH")
    phone = tell(PhoneUserFactory(), key="k3", attached=file)
    assert phone.deliveries.get().channel == "sms"
    assert not NoticeFile.objects.filter(notice=phone).exists()


@pytest.mark.parametrize(
    ("name", "mime", "text"),
    [
        ("../a.ics", "text/calendar", ""),
        ("a\r\nb.ics", "text/calendar", ""),
        ("a.html", "application/octet-stream", ""),
        ("a.ics", "text/calendar; method=A\r\nBcc: x", ""),
        ("a.ics", "text/calendar", "x" * (64 * 1024 + 1)),
    ],
)
def test_only_a_small_text_with_a_plain_name_is_carried(name, mime, text):
    with pytest.raises(ValueError, match="small text"):
        Attached(name, mime, text)


@pytest.mark.django_db
def test_person_with_a_number_only_gets_a_short_message():
    person = PhoneUserFactory()
    tell(person)
    row = Delivery.objects.get()
    assert (row.channel, row.address) == ("sms", person.phone)
    assert row.text.startswith("Undangan ke")
    assert row.text.endswith("/akun/usaha/")


@pytest.mark.django_db
def test_unproved_number_gets_nothing_but_the_inbox():
    tell(PhoneUserFactory(phone_verified_at=None))
    assert Notice.objects.count() == 1
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_refused_message_is_tried_again_later_and_given_up_in_the_end(channel, logged_errors):
    channel("Refusing")
    tell(UserFactory())
    pauses = []
    for _ in range(outbox.MOST_ATTEMPTS):
        Delivery.objects.update(next_at=clock.now())
        outbox.drain()
        row = Delivery.objects.get()
        pauses.append((row.next_at - clock.now()).total_seconds())
    assert row.state == DeliveryState.FAILED
    assert "mailbox unknown" in row.last_error
    assert pauses[:4] == sorted(pauses[:4])
    assert outbox.drain() == 0


@pytest.mark.django_db
def test_one_refused_message_does_not_hold_up_the_others():
    tell(UserFactory(), "a")
    tell(UserFactory(), "b")
    Delivery.objects.filter(notice__key="a").update(channel="nowhere")
    assert outbox.drain() == 1


@pytest.mark.django_db
def test_dead_mail_server_is_asked_once_a_round(channel):
    channel("Gone")
    Gone.calls = 0
    for number in range(5):
        tell(UserFactory(), f"k{number}")
    outbox.drain()
    assert Gone.calls == 1
    assert Delivery.objects.filter(attempts=0).count() == 4


@pytest.mark.django_db
def test_claimed_delivery_is_left_alone_until_its_lease_ends():
    tell(UserFactory())
    row = Delivery.objects.select_related("notice").get()
    assert outbox._claim(row)
    assert outbox.drain() == 0
    Delivery.objects.update(next_at=clock.now() - timedelta(seconds=1))
    assert outbox.drain() == 1


@pytest.mark.django_db
def test_two_workers_with_the_same_list_claim_once():
    tell(UserFactory())
    first = Delivery.objects.select_related("notice").get()
    second = Delivery.objects.select_related("notice").get()
    assert [outbox._claim(first), outbox._claim(second)] == [True, False]


@pytest.mark.django_db
def test_slow_worker_cannot_overwrite_the_newer_attempt():
    tell(UserFactory())
    slow = Delivery.objects.select_related("notice").get()
    outbox._claim(slow)
    Delivery.objects.update(next_at=clock.now() - timedelta(seconds=1))
    assert outbox.drain() == 1
    outbox._try_later(slow, "woke up late")
    assert Delivery.objects.get().state == DeliveryState.SENT


@pytest.mark.django_db
def test_code_is_forgotten_once_it_went_out():
    with transaction.atomic():
        post(
            key="c",
            kind="accounts.code",
            subject="x",
            body="1234-5678",
            channel="email",
            address="a@example.id",
        )
    outbox.drain()
    assert "1234-5678" in mail.outbox[0].body
    assert Notice.objects.get().body == ""


@pytest.mark.django_db
def test_old_code_is_not_sent_any_more(logged_errors):
    with transaction.atomic():
        post(
            key="c",
            kind="accounts.code",
            subject="x",
            body="1234-5678",
            channel="email",
            address="a@example.id",
        )
    Notice.objects.update(created_at=clock.now() - timedelta(minutes=11))
    assert outbox.drain() == 0
    assert not mail.outbox
    assert Delivery.objects.get().state == DeliveryState.FAILED


# --- a killed process -------------------------------------------------------------------------
SCRIPT = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.accounts.outbox_process"
import django; django.setup()
from tests.accounts import outbox_process as helper
helper.{act}()
"""


def run(act: str, folder: Path, **more) -> subprocess.Popen:
    env = {**os.environ, "TEST_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT), **more}
    for name in ("DATABASE_URL", "TEST_DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        env.pop(name, None)
    return subprocess.Popen([sys.executable, "-c", SCRIPT.format(act=act)], cwd=ROOT, env=env)


def lines(folder: Path) -> list[str]:
    path = folder / "sent.log"
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def filled(tmp_path):
    assert run("fill", tmp_path).wait(120) == 0
    return tmp_path


def kill_when_sending(folder: Path, **more) -> None:
    worker = run("drain", folder, SLOW="1", **more)
    until = time.monotonic() + 60
    while len(lines(folder)) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()


def states(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "portal.sqlite3") as base:
        return dict(base.execute("SELECT state, COUNT(*) FROM accounts_delivery GROUP BY state"))


@pytest.mark.processes
def test_killed_worker_loses_nothing_and_sends_nothing_twice(filled):
    kill_when_sending(filled)
    # What was in its hands is free again when the lease is over (here: at once).
    assert run("free", filled).wait(60) == 0
    workers = [run("drain", filled), run("drain", filled)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    sent = lines(filled)
    assert states(filled) == {"sent": 12}
    # Before the server's yes nothing is logged, so a kill there cannot double anything; only
    # the one message killed between the yes and our record may come twice, under the same id.
    assert len(set(sent)) == 12
    assert len(sent) <= 13


@pytest.mark.processes
def test_without_the_claim_two_workers_send_twice(filled):
    """Negative control: only the guard is dropped."""
    workers = [run("drain", filled, SLOW="1", UNGUARDED="1") for _ in range(2)]
    for worker in workers:
        worker.wait(120)
    assert len(lines(filled)) > 12
