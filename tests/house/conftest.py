"""A small mall with one file of each kind, for tests that knock at every door."""

from datetime import time, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile

from accounts.models import BusinessMember, Notice
from accounts.models.jobs import Job
from accounts.models.people import Business, BusinessInvite
from counters import actions as counter_actions
from counters.models import Slot, WeekPlan
from counters.persons import Person
from mpp import demo_data
from mpp.kit import clock, paper_pdfs
from mpp.kit.files import store_clean
from mpp.kit.models import Paper
from mpp.kit.uploads import inspect
from permits import actions
from permits.casefile import CaseFile
from tests.counters.queue.hall import make_queue, take
from tests.factories import visits
from tests.permits import engine
from visits import actions as actions_of_visits
from visits.models import Material

ROLES = (
    "anonymous",
    "citizen",
    "other_citizen",
    "stranger_desk",
    "front_desk",
    "head",
    "superuser",
)


def _picture():
    """A real file on disk, so that it can be opened and shown."""
    picture = demo_data.picture_of("Lampiran", "Contoh").read()
    clean = inspect(
        ContentFile(picture), name="a.jpg", declared_type="image/jpeg", accept={"image"}
    )
    return store_clean(clean)


def _with_real_document(application, owner):
    """Put a file that exists on disk into the first slot; returns its document."""
    slot = CaseFile(application).documents[0].slot
    return actions.attach(application, actor=owner, slot=slot, file=_picture(), position=1)


def _ticket(owner):
    """A number of a queue that is open at any hour."""
    queue = make_queue("dukcapil", "D")
    queue.counters.update(order=99)
    days = {str(day): ["00:00-23:59"] for day in range(7)}
    WeekPlan.objects.create(site=queue.site, key="selalu", name="Selalu", days=days)
    return take(queue, source="desk", person=Person.of(owner))


def _visit(people):
    """An approved study visit with one of everything, received by the head."""
    visits.make_site()
    visit = visits.approved(people.head)
    person = actions_of_visits.add_participants(visit, rows=[{"name": "Rina"}])[0]
    visit.guest_entries.create(name="Rina", message="Bagus.", created_at=clock.now())
    visit.photos.create(file=_picture(), caption="Bersama")
    Material.objects.create(key="paparan", title="Paparan", file=visits.letter())
    paper_pdfs.make_pdf(visit.letters.get().paper)
    visit.person = person
    return visit


def _booking(queue, owner):
    """A booking of tomorrow."""
    day = clock.today() + timedelta(days=1)
    slot = Slot.objects.create(
        queue=queue,
        day=day,
        starts_at=clock.instant(day, time(9), queue.site.time_zone),
        minutes=30,
        capacity=5,
    )
    held = counter_actions.hold_place(slot, person=Person.of(owner), key="door")
    return counter_actions.confirm(held)


@pytest.fixture
def world(people, settings, tmp_path):
    """One draft, one file at the desk, one in correction, one issued; owner: `people.citizen`."""
    settings.DATA_DIR = tmp_path
    demo_data.make_places()
    # A worker whose heart beats for as long as the knocking lasts, however slow the machine is.
    beats = clock.now() + timedelta(hours=1)
    Job.objects.create(name="worker", last_at=beats, next_at=beats)
    owner, desk = people.citizen, people.front_desk
    draft = engine.draft("izin-penelitian", owner)
    draft_document = _with_real_document(draft, owner)
    at_desk = engine.draft("sip-dokter", owner)
    document = _with_real_document(at_desk, owner)
    at_desk = actions.submit(at_desk, actor=owner, key="s1")
    actions.take(at_desk, actor=desk)
    actions.declare_complete(at_desk, actor=desk, key="declared")
    message = actions.post_message(
        at_desk, actor=owner, body="Lampiran", key="m1", from_staff=False, file=_picture()
    )
    correction = engine.sent("sip-bidan", owner)
    actions.take(correction, actor=desk)
    slot = CaseFile(correction).documents[0].slot
    actions.ask_corrections(
        correction, actor=desk, items={slot: "Fotonya buram, ganti."}, key="c1", note=""
    )
    issued = engine.sent("izin-penelitian", owner)
    engine.walk(issued, engine.desk_team(issued), "approve")
    issued.refresh_from_db()
    paper = Paper.objects.get(permit__application=issued)
    business = Business.objects.create(name="Warung Apel", nib="1234567890123")
    membership = BusinessMember.objects.create(business=business, user=owner, role="owner")
    invite = BusinessInvite.objects.create(
        business=business, contact="teman@contoh.id", invited_by=owner
    )
    ticket = _ticket(owner)
    ticket.queue_day.queue.services.add(draft.version.permit_type.service)
    visit = _visit(people)
    for application in (draft, at_desk, correction):
        application.refresh_from_db()
    return SimpleNamespace(
        people=people,
        draft=draft,
        at_desk=at_desk,
        correction=correction,
        issued=issued,
        paper=paper,
        message=message,
        document=document,
        draft_document=draft_document,
        opinion=at_desk.opinions.order_by("pk").first(),
        visit=visit,
        business=business,
        membership=membership,
        invite=invite,
        queue=ticket.queue_day.queue,
        ticket=ticket,
        booking=_booking(ticket.queue_day.queue, owner),
        notice=Notice.objects.filter(recipient=owner).first(),
        user=lambda role: getattr(people, role, None),
    )
