"""Study visits of the demo mall: sessions, topics, templates, materials, visits in many states.

Everything passes through the same acts as in real life. Days are the nearest open ones, so the
demo works on any date. Names of people are invented.
"""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Model

from accounts.models import User
from counters.calendar import calendar_of, closed_days
from counters.models import Agency, Site
from mpp.demo_data import picture_of
from mpp.demo_visit_data import (
    AGENDA,
    DELEGATIONS,
    LETTERS,
    MATERIALS,
    NAMES,
    SESSIONS,
    TOPICS,
    Delegation,
    Row,
)
from mpp.kit import clock
from mpp.kit.files import store_bytes, store_clean
from mpp.kit.models import StoredFile
from mpp.kit.papers import render
from mpp.kit.uploads import inspect
from visits import actions
from visits.models import (
    AgendaTemplate,
    CheckInWay,
    LetterTemplate,
    Participant,
    Topic,
    Visit,
    VisitRules,
    VisitSession,
)


def make_set_up() -> Site:
    """Rules, sessions, topics, templates of the first site; safe to run again."""
    site = Site.objects.order_by("order", "key").first()
    VisitRules.objects.get_or_create(
        site=site,
        defaults={
            "key": site.key,
            "note": "Surat ditujukan kepada Wali Kota. Hadir tepat waktu dan berpakaian dinas.",
            "note_en": "Address the letter to the mayor. Please come in time.",
        },
    )
    held = {"room": "Ruang Rapat Lantai 2", "groups_max": 1, "people_max": 40}
    _fill(VisitSession, SESSIONS, of={"site": site}, shared=held)
    _fill(Topic, TOPICS)
    _fill(AgendaTemplate, AGENDA)
    _fill(LetterTemplate, LETTERS)
    return site


def _fill(
    model: type[Model], rows: list[Row], *, of: Row | None = None, shared: Row | None = None
) -> None:
    """Add the rows that are not there yet, found by their key (and what they belong to)."""
    for row in rows:
        columns = {name: value for name, value in row.items() if name != "key"}
        found = {"key": row["key"], **(of or {})}
        model.objects.get_or_create(**found, defaults={**(shared or {}), **columns})


def _letter_of(sender: str, number: str) -> StoredFile:
    """A letter as PDF, made by the portal's own typesetter."""
    operator = Agency.objects.filter(is_operator=True).first()
    pdf = render(
        {
            "installation": sender,
            "title": "Permohonan Kunjungan",
            "number": number,
            "opening": f"Kepada {operator.name if operator else 'MPP'}. Contoh surat permohonan.",
        },
        layout="list",
    )
    return store_bytes(ContentFile(pdf), name="surat.pdf", mime="application/pdf")


def _participants(who: Delegation) -> list[Row]:
    """The leader and his people."""
    others = [NAMES[n % len(NAMES)] for n in range(1, who.size)]
    people = [{"name": name, "position": "Staf"} for name in others]
    return [{"name": who.leader, "position": who.position}, *people]


class Maker:
    """Makes visits through the acts, each at its own past moment."""

    def __init__(self, site: Site, people: dict[str, User]) -> None:
        self.site = site
        self.host, self.head = people["tamu@demo.id"], people["kepala@demo.id"]
        self.calendar = calendar_of(site, closed_days())
        self.today = clock.today(site.time_zone)
        self.count = 0

    def at(self, day: date, hour: int, act: Callable, *args: Any, **kwargs: Any) -> Any:
        """Call an act as if it were that hour of that day, never later than now."""
        moment = clock.instant(day, time(hour, 5), self.site.time_zone)
        with clock.replay(min(moment, clock.now())):
            return act(*args, **kwargs)

    def key(self) -> str:
        """A new idempotency key."""
        self.count += 1
        return f"demo-{self.count}"

    def session(self, key: str) -> VisitSession:
        """The session called `key`."""
        return VisitSession.objects.select_related("site").get(site=self.site, key=key)

    def open_day(self, days: int, weekdays: tuple[int, ...] = (0, 1, 2, 3)) -> date:
        """The first open such weekday so many days from today on (back in time when negative)."""
        day, step = self.today + timedelta(days=days), timedelta(days=1 if days >= 0 else -1)
        while day.weekday() not in weekdays or not self.calendar.is_open(day):
            day += step
        return day

    def sent(
        self, name: str, day: date, *, session: str = "pagi", sent_on: date, topics: int = 3
    ) -> Visit:
        """A request sent on `sent_on` for a session on `day`."""
        who = DELEGATIONS[name]
        visit = self.at(sent_on, 8, actions.start, self.site)
        number = f"000/{visit.pk:03}/SETDA/{sent_on.year}"
        values = {
            "institution_kind": who.kind,
            "region_code": who.region,
            "institution": who.institution,
            "leader_name": who.leader,
            "leader_position": who.position,
            "leader_rank": who.rank,
            "contact_name": NAMES[visit.pk % len(NAMES)],
            "contact_email": f"kunjungan{visit.pk}@contoh.id",
            "contact_phone": f"+6281200000{visit.pk:03}",
            "size": who.size,
            "letter_number": number,
            "letter_on": sent_on,
            "purpose": "Mempelajari penyelenggaraan Mal Pelayanan Publik dan penerapannya.",
        }
        chosen = Topic.objects.all()[:topics]
        wishes = [(self.session(session), day)]
        self.at(sent_on, 8, actions.save, visit, values=values, wishes=wishes, topics=chosen)
        self.at(sent_on, 8, actions.attach_letter, visit, file=_letter_of(who.institution, number))
        return self.at(sent_on, 9, actions.submit, visit, key=self.key())

    def disposed(self, visit: Visit, on: date) -> Visit:
        """Handed to the head, with the host."""
        return self.at(
            on,
            10,
            actions.dispose,
            visit,
            actor=self.host,
            leader=self.head,
            host=self.host,
            note="Mohon arahan.",
            key=self.key(),
        )

    def approved(self, name: str, day: date, *, session: str = "pagi") -> Visit:
        """Approved for a session on `day`, with its list of participants."""
        sent_on = min(self.today, day) - timedelta(days=12)
        visit = self.sent(name, day, session=session, sent_on=sent_on)
        self.disposed(visit, sent_on + timedelta(days=1))
        self.at(
            sent_on + timedelta(days=2),
            9,
            actions.approve,
            visit,
            actor=self.head,
            session=self.session(session),
            date=day,
            host=self.host,
            key=self.key(),
        )
        rows = _participants(DELEGATIONS[name])
        self.at(sent_on + timedelta(days=3), 9, actions.add_participants, visit, rows=rows)
        return visit

    def come(self, visit: Visit, count: int) -> list[Participant]:
        """The first `count` people of the list come on the day."""
        people = list(visit.participants.order_by("order")[:count])
        day, hour = visit.slot.day.date, clock.local(visit.slot.starts_at).hour
        for person in people:
            self.at(day, hour, actions.check_in, person, actor=self.host, way=CheckInWay.SCAN)
        visit.refresh_from_db()
        return people


def make_visits(people: dict[str, User]) -> None:
    """The set-up, and visits in every state a host meets."""
    maker = Maker(make_set_up(), people)
    _pending(maker)
    maker.approved("tanah-laut", maker.open_day(6))
    _in_the_building(maker)
    _over(maker)
    _materials(maker)


def _pending(maker: Maker) -> None:
    """Requests that wait: new, asked, before the head, with another date offered."""
    recent = maker.open_day(-1, (0, 1, 2, 3, 4))
    ahead = maker.open_day(9)
    maker.sent("sleman", ahead, sent_on=recent)
    asked = maker.sent("kampus", maker.open_day(13), session="siang", sent_on=recent, topics=2)
    text = "Apakah 30 orang termasuk dosen pendamping?"
    maker.at(recent, 11, actions.ask, asked, actor=maker.host, text=text, key=maker.key())
    decide = maker.sent("dprd", maker.open_day(8), session="siang", sent_on=recent)
    maker.disposed(decide, recent)
    offered = maker.sent("mataram", ahead, sent_on=recent)
    maker.at(
        maker.today,
        0,
        actions.offer,
        offered,
        actor=maker.host,
        session=maker.session("siang"),
        date=maker.open_day(15),
        host=maker.host,
        note="Pagi itu sudah ada permintaan lain.",
        key=maker.key(),
    )


def _in_the_building(maker: Maker) -> None:
    """A delegation that is here now, when today is a day of visits."""
    weekday = maker.today.weekday()
    if weekday > 4 or not maker.calendar.is_open(maker.today):
        return
    session = "jumat" if weekday == 4 else "pagi"
    visit = maker.approved("blitar", maker.today, session=session)
    maker.come(visit, 11)


def _over(maker: Maker) -> None:
    """A visit of last week, and an older one with everything that follows."""
    recent = maker.approved("kupang", maker.open_day(-7))
    maker.come(recent, 9)
    day = recent.slot.day.date
    maker.at(day, 11, actions.complete, recent, actor=maker.host, key=maker.key())
    badung = DELEGATIONS["badung"]
    old = maker.approved("badung", maker.open_day(-45))
    maker.come(old, 13)
    day = old.slot.day.date
    entry = maker.at(
        day,
        10,
        actions.sign_guest_book,
        old,
        name=badung.leader,
        position=badung.position,
        message="Terima kasih atas sambutannya. Banyak yang bisa kami terapkan.",
    )
    maker.at(day, 12, actions.show_entry, entry, actor=maker.host, is_shown=True)
    maker.at(day, 11, actions.complete, old, actor=maker.host, key=maker.key())
    maker.at(day, 12, actions.set_listed, old, is_listed=True)
    picture = inspect(
        ContentFile(picture_of("Foto bersama", badung.institution).read()),
        name="foto.jpg",
        declared_type="image/jpeg",
        accept={"image"},
    )
    photo = maker.at(
        day, 12, actions.add_photo, old, actor=maker.host, file=store_clean(picture), caption=""
    )
    photo.visit = old
    maker.at(day, 12, actions.show_photo, photo, actor=maker.host, is_public=True)
    maker.at(
        day + timedelta(days=1), 9, actions.give_feedback, old,
        reception=4, content=4, usefulness=3, comment="Waktu diskusi bisa lebih panjang.",
    )  # fmt: skip
    maker.at(day + timedelta(days=2), 9, actions.close, old, actor=maker.host, key=maker.key())


def _materials(maker: Maker) -> None:
    """Materials: one for everybody, two for those who were here."""
    for row in MATERIALS:
        pdf = render(
            {"installation": "MPP Among Warga", "title": row["title"], "number": ""},
            layout="list",
        )
        name = f"{row['key']}.pdf"
        columns = {**row, "topic": Topic.objects.filter(key=row["topic"]).first()}
        file = store_bytes(ContentFile(pdf), name=name, mime="application/pdf")
        actions.publish_material(actor=maker.host, file=file, **columns)
