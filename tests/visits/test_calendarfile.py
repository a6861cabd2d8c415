"""The calendar file: what RFC 5545 requires, a constant UID and a rising SEQUENCE."""

from datetime import timedelta
from email import message_from_bytes

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from accounts import outbox
from accounts.models import Notice, NoticeFile
from mpp.kit import clock
from mpp.kit.models import Installation
from tests.factories import visits as make
from tests.visits import test_table as table
from visits import actions, calendarfile
from visits.models import Visit
from visits.querysets import secret_of

pytestmark = pytest.mark.django_db


def read(visit):
    """(calendar, event) of the file, read again; fails on lines the standard forbids."""
    content = calendarfile.build(visit)
    lines = content.decode("utf-8").split("\r\n")
    assert lines[-1] == ""
    assert "\n" not in content.decode().replace("\r\n", "")
    assert max(len(line.encode()) for line in lines) <= 75
    calendar = Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    assert not [error for part in calendar.walk() for error in part.errors]
    return calendar, event


def test_the_file_has_what_the_standard_requires(site, desk):
    visit = make.approved(desk.host, institution="Setda Kabupaten Tanah Laut; Bagian Organisasi")
    calendar, event = read(visit)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    assert calendar["METHOD"] == "PUBLISH"
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == event["DTSTART"].params["TZID"] == "Asia/Jakarta"
    assert zone.walk("STANDARD")
    for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "ORGANIZER"):
        assert name in event, name
    assert event.decoded("DTSTAMP").utcoffset() == timedelta(0)
    assert event.decoded("DTSTART") == clock.local(visit.slot.starts_at)
    assert event.decoded("DTEND") > event.decoded("DTSTART")
    assert "Tanah Laut; Bagian" in event["SUMMARY"]
    assert event["ORGANIZER"].startswith("mailto:")
    assert "ATTENDEE" not in event, "RFC 5546 forbids it with PUBLISH"
    assert "URL" not in event, "a calendar is seen by more people than may hold the secret link"
    assert secret_of(visit) not in calendarfile.build(visit).decode()


@pytest.mark.parametrize(
    ("own", "sender", "address"),
    [
        ("", "MPP Portal <portal@mpp.contoh.id>", "portal@mpp.contoh.id"),
        ("", "portal@mpp.contoh.id", "portal@mpp.contoh.id"),
        ("mpp@batukota.contoh.id", "x@contoh.id", "mpp@batukota.contoh.id"),
    ],
)
def test_the_organizer_is_an_address_alone(
    site, desk, settings, monkeypatch, own, sender, address
):
    settings.DEFAULT_FROM_EMAIL = sender
    monkeypatch.setattr(calendarfile, "installation", lambda: Installation(name="MPP", email=own))
    _calendar, event = read(make.approved(desk.host))
    assert event["ORGANIZER"] == f"mailto:{address}"


def test_the_name_stays_and_the_sequence_rises(site, desk):
    visit = make.approved(desk.host)
    _calendar, first = read(visit)
    actions.reschedule(
        visit,
        actor=desk.host,
        session=make.session("siang"),
        date=make.open_day(1),
        reason="Rapat",
        key="r",
    )
    _calendar, second = read(visit)
    actions.cancel_by_host(visit, actor=desk.host, reason="Banjir", key="c")
    calendar, third = read(visit)
    assert first["UID"] == second["UID"] == third["UID"]
    assert [each["SEQUENCE"] for each in (first, second, third)] == [0, 1, 2]
    assert calendar["METHOD"] == "CANCEL"
    assert third["STATUS"] == "CANCELLED"
    assert second.decoded("DTSTART") == third.decoded("DTSTART") != first.decoded("DTSTART")


def test_the_file_follows_the_agenda(site, desk):
    visit = make.approved(desk.host)
    _calendar, first = read(visit)
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        actions.edit_agenda(visit, actor=desk.host, lines=[table.part(9)], key="a")
    visit = Visit.objects.get(pk=visit.pk)
    _calendar, second = read(visit)
    assert second["DESCRIPTION"] != first["DESCRIPTION"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert second.decoded("LAST-MODIFIED") > first.decoded("LAST-MODIFIED")


def mailed():
    """(kind of the notice, METHOD in the mail's head, event) of each calendar file sent."""
    outbox.drain()
    found = []
    for message in mail.outbox:
        parts = message_from_bytes(message.message().as_bytes()).walk()
        for part in [each for each in parts if each.get_content_type() == "text/calendar"]:
            content = part.get_payload(decode=True)
            assert b"\r\n" in content
            assert part.get_filename().endswith(".ics")
            [event] = Calendar.from_ical(content).walk("VEVENT")
            found.append((part.get_param("method"), event["STATUS"], event["SEQUENCE"]))
    return found


def test_the_file_goes_out_with_the_mails(site, desk):
    visit = make.approved(desk.host)
    actions.resize(visit, actor=desk.host, size=25, key="s")
    actions.cancel_by_host(visit, actor=desk.host, reason="Banjir", key="c")
    actions.cancel_by_host(visit, actor=desk.host, reason="Banjir", key="c")
    expected = [
        ("PUBLISH", "CONFIRMED", 0),
        ("PUBLISH", "CONFIRMED", 1),
        ("CANCEL", "CANCELLED", 2),
    ]
    assert mailed() == expected
    assert mailed() == expected, "nothing is sent twice"
    assert NoticeFile.objects.count() == 3


def test_where_there_was_no_date_the_mail_has_no_file(site, desk):
    visit = actions.offer(
        make.sent(),
        actor=desk.host,
        session=make.session(),
        date=make.open_day(),
        host=desk.host,
        key="o",
    )
    actions.cancel_by_host(visit, actor=desk.host, reason="Banjir", key="c")
    assert mailed() == []
    assert "berkas" not in Notice.objects.get(kind="visits.cancelled").body.lower()
