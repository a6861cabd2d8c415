"""Sessions, rules and requests of study visits for tests."""

import itertools
from datetime import date, timedelta
from functools import cache

from django.core.files.base import ContentFile

from counters.models import Site
from mpp.kit import clock
from mpp.kit.files import store_bytes
from mpp.kit.models import StoredFile
from mpp.kit.papers import render
from tests.factories.counters import SiteFactory
from visits import actions, capacity
from visits.availability import frame_of
from visits.models import (
    AgendaTemplate,
    LetterTemplate,
    Topic,
    Visit,
    VisitRules,
    VisitSession,
)

_count = itertools.count(1)
PDF = b"%PDF-1.4\n%%EOF\n"


def make_site(**rules) -> Site:
    """A site with rules and three sessions as in Kota Batu; `rules` change its rules."""
    site = SiteFactory()
    columns = {
        "key": site.key,
        "lead_days": 3,
        "day_groups": 2,
        "day_people": 60,
        "size_max": 50,
        **rules,
    }
    VisitRules.objects.update_or_create(site=site, defaults=columns)
    for key, days, begin, end in (
        ("pagi", [0, 1, 2, 3], "09:00", "11:00"),
        ("siang", [0, 1, 2, 3], "13:00", "15:00"),
        ("jumat", [4], "09:30", "11:00"),
    ):
        VisitSession.objects.get_or_create(
            site=site,
            key=key,
            defaults={
                "name": f"Sesi {key}",
                "name_en": f"Session {key}",
                "weekdays": days,
                "starts_at": begin,
                "ends_at": end,
                "groups_max": 2,
                "people_max": 45,
                "room": "Ruang Rapat Lantai 2",
            },
        )
    Topic.objects.get_or_create(key="antrean", defaults={"name": "Sistem antrean"})
    for order, (key, title, minutes) in enumerate(
        (("sambutan", "Sambutan", 15), ("paparan", "Paparan", 45), ("tur", "Keliling gerai", 45)),
        start=1,
    ):
        AgendaTemplate.objects.get_or_create(
            key=key, defaults={"title": title, "minutes": minutes, "order": order}
        )
    for kind, title in (("reply", "Surat Balasan"), ("attendance", "Bukti Kehadiran")):
        LetterTemplate.objects.get_or_create(
            key=kind,
            defaults={
                "kind": kind,
                "title": title,
                "number_format": "000.{seq:03}/" + kind[:3].upper() + "/{month_roman}/{year}",
                "opening": "Menjawab surat {letter_number} dari {institution}.",
                "body": "Kami menerima kunjungan pada {day}.",
                "signatory": "Kepala Dinas",
            },
        )
    return VisitSession.objects.select_related("site").filter(site=site).first().site


def session(key: str = "pagi") -> VisitSession:
    """The session called `key`."""
    return VisitSession.objects.select_related("site").get(key=key)


def open_day(weeks: int = 0, weekday: int = 1) -> date:
    """An open weekday (default Tuesday) after the lead time, so many weeks later."""
    frame = frame_of(Site.objects.get(key="among-warga"))
    day = frame.first
    while day.weekday() != weekday or not frame.calendar.is_open(day):
        day += timedelta(days=1)
    day += timedelta(weeks=weeks)
    return day if frame.calendar.is_open(day) else open_day(weeks + 1, weekday)


@cache
def real_pdf() -> bytes:
    """A PDF that passes the gate of uploads."""
    return render({"installation": "Setda", "title": "Permohonan", "number": "1"}, layout="list")


def letter() -> StoredFile:
    """A stored, clean PDF."""
    return store_bytes(ContentFile(PDF), name="surat.pdf", mime="application/pdf")


def draft(*, day: date | None = None, size: int = 20, wishes=None, **values) -> Visit:
    """A draft with everything a request needs, for a site of `make_site`."""
    number = next(_count)
    visit = actions.start(Site.objects.get(key="among-warga"))
    columns = {
        "institution_kind": "regency",
        "region_code": "63.01",
        "institution": f"Setda Kabupaten Contoh {number}",
        "leader_name": "Dahnial Kifli",
        "leader_position": "Sekretaris Daerah",
        "leader_rank": "secretary",
        "contact_name": "Rina Marlina",
        "contact_email": f"rina{number}@contoh.id",
        "contact_phone": "+6281234567890",
        "size": size,
        "letter_number": f"000/{number}/SETDA",
        "letter_on": clock.today(),
        "purpose": "Belajar antrean.",
        **values,
    }
    wished = wishes or [(session(), day or open_day())]
    actions.save(visit, values=columns, wishes=wished, topics=Topic.objects.all())
    return actions.attach_letter(visit, file=letter())


def sent(**values) -> Visit:
    """A request that was sent."""
    return actions.submit(draft(**values), key="kirim")


def decided_by(visit: Visit, person, *, host=None) -> Visit:
    """A request handed to `person` with a host (the same person by default)."""
    return actions.dispose(visit, actor=person, leader=person, host=host or person, key="disp")


def approved(person, *, host=None, key: str = "pagi", day: date | None = None, **values) -> Visit:
    """An approved visit in a session on a day."""
    day = day or open_day()
    values.setdefault("wishes", [(session(key), day)])
    visit = decided_by(sent(**values), person, host=host)
    return actions.approve(visit, actor=person, session=session(key), date=day, key="setuju")


def capacity_for(day: date, key: str = "pagi") -> None:
    """Make the rows of a session on a day before a crowd comes."""
    capacity.slot_for(session(key), day)
