"""What is refused is said in a sentence at its field, and leaves everything as it was."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from mpp.kit import clock
from mpp.kit.files import store_bytes
from mpp.kit.models import ScanState, StoredFile
from tests.factories import visits as make
from visits import actions, capacity
from visits.actions import after, base, day
from visits.models import (
    FollowUp,
    GuestEntry,
    HostDuty,
    Material,
    Participant,
    Visit,
    VisitDay,
    VisitFeedback,
    VisitPhoto,
    VisitRules,
    VisitSlot,
    VisitStep,
)
from visits.permissions import can_configure, can_edit_list
from visits.states import VisitState
from visits.workflow import Refused

pytestmark = pytest.mark.django_db
S = VisitState


def picture(number: int = 1) -> StoredFile:
    return store_bytes(ContentFile(b"x" * number), name=f"foto{number}.jpg", mime="image/jpeg")


def refused(call, *args, field: str | None = None, status: int | None = None, **kwargs) -> str:
    """Do it, expect a no at this field, and return the sentence."""
    with pytest.raises(Refused) as fault:
        call(*args, **kwargs)
    if field is not None:
        assert fault.value.field == field
    if status is not None:
        assert fault.value.status == status
    assert fault.value.sentence
    return fault.value.sentence


def whole(visit) -> tuple:
    """Everything an act could have changed: the row, its history, places and duties."""
    row = Visit.objects.filter(pk=visit.pk).values().get()
    row.pop("updated_at")
    return (
        row,
        VisitStep.objects.filter(visit=visit).count(),
        list(visit.wishes.values_list("session", "date")),
        list(VisitDay.objects.filter(people__gt=0).values_list("date", "groups", "people")),
        list(VisitSlot.objects.filter(people__gt=0).values_list("pk", "groups", "people")),
        sorted(HostDuty.objects.values_list("host", "slot")),
    )


@pytest.fixture
def unchanged():
    """Name the visits that must be the same after the test as when they were named."""
    named = []
    yield lambda visit: named.append((visit, whole(visit))) or visit
    assert named
    for visit, before in named:
        assert whole(visit) == before


@pytest.fixture
def came(site, desk):
    """A visit in the building with one person who came and one who did not."""
    visit = make.approved(desk.host)
    first, _second = actions.add_participants(visit, rows=[{"name": "Rina"}, {"name": "Budi"}])
    with time_machine.travel(visit.slot.starts_at + timedelta(minutes=5), tick=False):
        actions.check_in(first, actor=desk.host)
        yield Visit.objects.get(pk=visit.pk)


def over(visit, desk):
    return actions.complete(visit, actor=desk.host, key="over")


# --- the request ---------------------------------------------------------------------------


def test_a_place_that_takes_no_delegations_takes_no_draft(site):
    VisitRules.objects.update(is_active=False)
    refused(actions.start, site, status=409)
    assert not Visit.objects.exists()


def test_what_is_not_asked_cannot_be_written(site, unchanged):
    """A column of the desk does not come in with the form, nor half of the form with it."""
    draft = unchanged(make.draft())
    with pytest.raises(KeyError):
        actions.save(draft, values={"purpose": "Lain.", "places": 50})


def test_saving_part_of_a_draft_keeps_the_rest(site):
    draft = make.draft()
    wishes, topics = list(draft.wishes.values_list("date", "session")), draft.topics.count()
    actions.save(draft, values={"purpose": "Belajar alur izin."})
    assert list(draft.wishes.values_list("date", "session")) == wishes
    assert draft.topics.count() == topics
    actions.save(draft, wishes=[], topics=[])
    draft.refresh_from_db()
    assert draft.purpose == "Belajar alur izin."
    assert actions.missing(draft) == ["topics", "wishes"]


def test_a_letter_that_is_no_pdf_or_harmful_or_of_tomorrow_is_refused(site, unchanged):
    visit = unchanged(make.sent())
    refused(actions.attach_letter, visit, file=picture(), field="letter_file", status=400)
    refused(
        actions.attach_letter,
        Visit.objects.get(pk=visit.pk),
        on=clock.today() + timedelta(days=1),
        field="letter_on",
    )
    bad = make.letter()
    StoredFile.objects.filter(pk=bad.pk).update(scan_state=ScanState.INFECTED)
    bad.refresh_from_db()
    refused(actions.attach_letter, Visit.objects.get(pk=visit.pk), file=bad, field="letter_file")


def test_a_region_is_asked_of_regions_only(site):
    assert actions.missing(make.draft(region_code="")) == ["region_code"]
    assert actions.missing(make.draft(region_code="", institution_kind="university")) == []


def test_an_answer_or_other_wishes_without_content_are_refused(site, desk, unchanged):
    visit = unchanged(actions.ask(make.sent(), actor=desk.host, text="?", key="a"))
    refused(actions.answer, visit, text=" \n", field="reason", status=400)
    refused(actions.propose, visit, wishes=[], field="wish_1", status=400)


def test_wishing_a_day_that_cannot_be_had_keeps_the_old_wishes(site, unchanged):
    visit = unchanged(make.sent())
    soon = clock.today() + timedelta(days=1)
    refused(actions.propose, visit, wishes=[(make.session(), soon)], field="wish_1")


# --- the desk ------------------------------------------------------------------------------


def test_an_offer_needs_a_host_and_time_to_answer(site, desk, unchanged):
    visit = unchanged(make.sent())
    place = {"session": make.session(), "date": make.open_day(1), "actor": desk.host}
    refused(actions.offer, visit, field="host", status=400, **place)
    refused(actions.offer, visit, host=desk.stranger, **place)
    late = clock.now() - timedelta(minutes=1)
    refused(actions.offer, visit, host=desk.host, until=late, field="until", **place)


def test_an_offer_to_an_approved_visit_is_another_date_by_the_same_host(site, desk, unchanged):
    visit = unchanged(make.approved(desk.host))
    same = {"session": visit.slot.session, "date": visit.slot.day.date, "actor": desk.host}
    refused(actions.offer, visit, field="session", status=400, **same)
    other = {**same, "date": make.open_day(1), "host": desk.second}
    refused(actions.offer, visit, field="host", status=400, **other)


def test_a_session_that_has_begun_is_given_to_nobody(site, desk, unchanged):
    day = make.open_day()
    visit = unchanged(make.decided_by(make.sent(day=make.open_day(1)), desk.host))
    begins = clock.instant(day, make.session().starts_at, site.time_zone)
    with time_machine.travel(begins + timedelta(minutes=1), tick=False):
        refused(
            actions.approve,
            visit,
            actor=desk.host,
            session=make.session(),
            date=day,
            field="session",
            status=400,
        )


def test_moving_a_visit_to_where_it_is_with_the_same_host_is_no_move(site, desk, unchanged):
    visit = unchanged(make.approved(desk.host))
    refused(
        actions.reschedule,
        visit,
        actor=desk.host,
        session=visit.slot.session,
        date=visit.slot.day.date,
        reason="Rapat.",
        field="session",
    )


@pytest.mark.parametrize("size", [0, -1, 51])
def test_a_size_outside_of_the_rules_is_refused(site, desk, unchanged, size):
    visit = unchanged(make.approved(desk.host))
    sentence = refused(actions.resize, visit, actor=desk.host, size=size, field="size")
    assert "50" in sentence


def test_a_group_is_not_made_smaller_than_its_list(site, desk, unchanged):
    visit = make.approved(desk.host)
    actions.add_participants(visit, rows=[{"name": f"Peserta {n}"} for n in range(6)])
    unchanged(visit)
    refused(actions.resize, visit, actor=desk.host, size=5, field="size", status=409)
    assert visit.participants.count() == 6


def test_the_size_of_a_request_takes_no_place(site, desk):
    visit = actions.resize(make.sent(), actor=desk.host, size=12, key="1")
    assert (visit.size, visit.places) == (12, 0)
    assert not VisitDay.objects.exists()


def test_the_same_size_again_changes_no_place(site, desk):
    visit = make.approved(desk.host)
    actions.resize(visit, actor=desk.host, size=visit.places, key="1")
    assert VisitDay.objects.get().people == visit.places
    assert (visit.revision, visit.letters.count()) == (0, 1), "nothing new to write or to tell"


def test_groups_share_a_place_only_where_it_makes_sense(site, desk, unchanged):
    day = make.open_day()
    lead = make.approved(desk.host, day=day, size=10)
    afternoon = make.approved(desk.second, day=day, key="siang", size=10)
    waiting = make.decided_by(make.sent(size=5, day=make.open_day(1)), desk.host)
    for visit in (lead, afternoon, waiting):
        unchanged(visit)
    itself = refused(actions.merge, lead, actor=desk.host, into=lead, field="into")
    elsewhere = refused(actions.merge, afternoon, actor=desk.host, into=lead, status=400)
    not_yet = refused(actions.merge, lead, actor=desk.host, into=waiting, status=409)
    assert len({itself, elsewhere, not_yet}) == 3
    refused(
        actions.approve,
        waiting,
        actor=desk.host,
        session=make.session(),
        date=day,
        merge_with=afternoon,
        status=400,
    )


def test_a_merged_group_is_not_merged_again(site, desk, unchanged):
    day = make.open_day()
    lead = make.approved(desk.host, day=day, size=10)
    second = make.approved(desk.host, day=day, size=10)
    actions.merge(second, actor=desk.host, into=lead, key="m")
    unchanged(second)
    refused(actions.merge, second, actor=desk.host, into=lead, key="m2", status=409)


def test_a_fault_of_the_database_is_not_told_as_another_request(site, desk, unchanged):
    """Only the institution's second request in a week gets that sentence."""
    visit = unchanged(make.sent())
    with pytest.raises(IntegrityError), transaction.atomic():
        base.step(visit, S.REJECTED, act="reject", actor=desk.host, columns={"active_key": None})


def test_a_place_that_nobody_holds_is_never_given_back(site, desk, unchanged):
    visit = unchanged(make.approved(desk.host, size=10))
    with pytest.raises(AssertionError), transaction.atomic():
        capacity.give_back(visit.slot, groups=0, people=11)


def test_changed_rules_never_lower_a_day_below_what_is_taken(site, desk):
    make.approved(desk.host, size=30)
    rules = VisitRules.objects.select_related("site").get()
    rules.day_groups, rules.day_people = 1, 10
    rules.save()
    capacity.follow_rules(rules)
    held = VisitDay.objects.get()
    assert (held.groups_max, held.people_max) == (1, 30)
    session = make.session()
    session.people_max, session.room = 12, "Aula"
    session.save()
    capacity.follow_session(session)
    slot = VisitSlot.objects.get(people__gt=0)
    assert (slot.people_max, slot.room) == (30, "Aula")


# --- the list of participants --------------------------------------------------------------


def test_who_has_come_stands_in_the_list_as_he_came(came, desk):
    first, second = came.participants.order_by("order")
    for call, more in (
        (actions.change_participant, {"values": {"name": "Lain"}}),
        (actions.remove_participant, {}),
    ):
        refused(call, first, actor=desk.host, status=409, **more)
        refused(call, second, status=403, **more)
    assert sorted(Participant.objects.values_list("name", flat=True)) == ["Budi", "Rina"]


def test_a_person_needs_a_name_and_no_half_list_comes_in(site, unchanged):
    draft = unchanged(make.draft())
    refused(actions.add_participants, draft, rows=[{"name": "Rina"}, {"name": " "}], field="name")
    assert not draft.participants.exists()


def test_the_list_opens_with_the_draft_and_ends_with_the_visit(came, desk):
    assert can_edit_list(make.draft())
    assert not can_edit_list(came)
    visit = over(came, desk)
    assert not can_edit_list(visit)
    refused(actions.add_participants, visit, rows=[{"name": "Ani"}], actor=desk.host, status=409)


# --- the day -------------------------------------------------------------------------------


def test_a_delegation_adds_so_many_by_itself_and_the_host_any_number(came, desk, monkeypatch):
    monkeypatch.setattr(day, "MOST_WALK_INS", 1)
    code = day.checkin.code_now(came.site)
    actions.join_on_site(came, code=code, values={"name": "Ani"})
    refused(actions.join_on_site, came, code=code, values={"name": "Ima"}, status=409)
    assert not came.participants.filter(name="Ima").exists()
    assert actions.add_walk_in(came, actor=desk.host, values={"name": "Ima"}).checked_in_at


def test_nothing_is_taken_back_from_who_did_not_come(came, desk, unchanged):
    second = unchanged(came).participants.order_by("order")[1]
    sentence = refused(
        actions.take_back_check_in, second, actor=desk.host, reason="Salah.", status=409
    )
    assert "Budi" in sentence


def test_leaving_without_having_come_is_refused(came, desk):
    second = came.participants.order_by("order")[1]
    assert "Budi" in refused(actions.check_out, second, actor=desk.host, status=409)
    refused(actions.check_out, second, actor=desk.stranger)
    second.refresh_from_db()
    assert second.checked_out_at is None


# --- what remains --------------------------------------------------------------------------


def test_the_guest_book_takes_words_and_has_an_end(came, monkeypatch):
    refused(actions.sign_guest_book, came, name="Rina", message=" ", field="message", status=400)
    monkeypatch.setattr(after, "MOST_ENTRIES", 1)
    actions.sign_guest_book(came, name="Rina", message="Bagus.")
    refused(actions.sign_guest_book, came, name="Budi", message="Juga.", status=409)
    assert GuestEntry.objects.get().name == "Rina"


def test_an_opinion_is_asked_after_the_visit_on_a_scale(came, desk):
    good = {"reception": 4, "content": 4, "usefulness": 4}
    early = refused(actions.give_feedback, came, status=409, **good)
    visit = over(came, desk)
    outside = refused(actions.give_feedback, visit, status=400, **{**good, "content": 5})
    assert early != outside
    assert not VisitFeedback.objects.exists()


def test_an_unknown_answer_to_a_follow_up_is_refused(came, desk):
    question = FollowUp.objects.filter(visit=over(came, desk)).first()
    refused(actions.answer_follow_up, question, adopted="maybe", field="adopted", status=400)
    question.refresh_from_db()
    assert (question.adopted, question.answered_at) == ("", None)


def test_photos_are_pictures_and_so_many(came, desk, monkeypatch):
    refused(actions.add_photo, came, actor=desk.host, file=make.letter(), field="file")
    monkeypatch.setattr(after, "MOST_PHOTOS", 1)
    actions.add_photo(came, actor=desk.host, file=picture())
    refused(actions.add_photo, came, actor=desk.host, file=picture(2), field="file", status=409)
    refused(actions.add_photo, came, actor=desk.stranger, file=picture(2))
    assert VisitPhoto.objects.count() == 1


def test_a_photo_is_public_only_with_the_delegations_consent(came, desk):
    photo = actions.add_photo(came, actor=desk.host, file=picture())
    refused(actions.show_photo, photo, actor=desk.host, is_public=True, status=409)
    photo.refresh_from_db()
    assert not photo.is_public
    actions.set_listed(came, is_listed=True)
    photo = VisitPhoto.objects.get()
    assert actions.show_photo(photo, actor=desk.host, is_public=True).is_public
    actions.remove_photo(photo, actor=desk.host)
    assert not VisitPhoto.objects.exists()


def test_nothing_unchecked_is_given_to_delegations(site, desk):
    columns = {"key": "alur", "title": "Alur izin"}
    first = actions.publish_material(actor=desk.host, file=make.letter(), **columns)
    unchecked = make.letter()
    StoredFile.objects.filter(pk=unchecked.pk).update(scan_state=ScanState.PENDING)
    unchecked.refresh_from_db()
    refused(
        actions.publish_material,
        actor=desk.host,
        file=unchecked,
        field="file",
        status=409,
        **columns,
    )
    assert Material.objects.get(is_current=True) == first
    second = actions.publish_material(actor=desk.host, file=make.letter(), **columns)
    assert (second.version, Material.objects.get(is_current=True)) == (2, second)
    actions.withdraw_material(second, actor=desk.host)
    assert not Material.objects.filter(is_current=True).exists()
    assert Material.objects.count() == 2


def test_who_works_elsewhere_does_nothing_here(came, desk, unchanged):
    unchanged(came)
    assert not can_configure(desk.stranger)
    assert can_configure(desk.host)
    entry = actions.sign_guest_book(came, name="Rina", message="Bagus.")
    refused(actions.show_entry, entry, actor=desk.stranger, is_shown=True)
    refused(actions.complete, came, actor=desk.stranger)
    refused(actions.no_show, came, actor=desk.stranger)
    refused(actions.close, came, actor=desk.stranger)
    entry.refresh_from_db()
    assert not entry.is_shown
