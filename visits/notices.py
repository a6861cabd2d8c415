"""What people are told, and when: called inside the act's transaction.

The delegation has no account: its notices go to the contact's e-mail address and carry the
secret link. The desk's go to everybody posted as host, and to who is named.
"""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop, override

from accounts.models import User
from accounts.notices import Attached, notify
from counters.models import Posting
from mpp.kit import clock
from visits import calendarfile
from visits.links import desk_path, visit_path
from visits.models import Visit, VisitSlot

KIND = "visit"
# What the desk is told the delegation did; the words stand in the mail's own template.
DESK_NEWS = {
    "submit": gettext_noop("A new request has come in."),
    "answer": gettext_noop("The delegation has answered."),
    "accept": gettext_noop("The delegation has accepted the offered date."),
    "decline": gettext_noop("The delegation has declined the offered date."),
    "cancel_by_guest": gettext_noop("The delegation has cancelled its visit."),
    "propose": gettext_noop("The delegation wishes another date."),
    "letter": gettext_noop("The letter of the delegation has come."),
    "expire": gettext_noop("The delegation did not answer the offer in time."),
    "dispose": gettext_noop("A request waits for your decision."),
    "resize": gettext_noop("The number of people of this visit has changed."),
    "duty": gettext_noop("You receive a delegation."),
}


def _guest(
    visit: Visit, act: str, key: object, attached: Attached | None = None, **context: Any
) -> None:
    """Tell the delegation's contact; the same `key` is told once."""
    if not visit.contact_email:
        return
    notify(
        address=visit.contact_email,
        language=visit.language,
        kind=f"visits.{act}",
        key=f"visit:{visit.pk}:{act}:{key}",
        context={
            "name": visit.contact_name,
            "number": visit.public_ref,
            "institution": visit.institution,
            **context,
        },
        object_kind=KIND,
        object_ref=visit.public_ref,
        path=visit_path(visit),
        attached=attached,
    )


def _key(visit: Visit) -> int:
    """The step that caused the notice: the same step is told once."""
    return visit.steps.order_by("-pk").values_list("pk", flat=True).first() or 0


def _when(slot: VisitSlot) -> dict[str, Any]:
    zone = slot.day.site.time_zone
    begin, end = clock.local(slot.starts_at, zone), clock.local(slot.ends_at, zone)
    return {
        "day": slot.day.date,
        "begins": f"{begin:%H.%M}",
        "ends": f"{end:%H.%M}",
        "room": slot.room,
        "site": slot.day.site.name,
        "address": slot.day.site.address,
    }


def submitted(visit: Visit) -> None:
    """The request is here, with its number and the date of the answer."""
    _guest(visit, "submitted", "1", answer_due_at=visit.answer_due_at)
    for_desk(visit, "submit")


def asked(visit: Visit, question: str) -> None:
    """The desk has a question; the clock stands until it is answered."""
    _guest(visit, "asked", _key(visit), question=question)


def offered(visit: Visit) -> None:
    """Another date is held for the delegation until a deadline."""
    _guest(
        visit,
        "offered",
        _key(visit),
        offer_until=visit.offer_until,
        note=visit.steps.order_by("-pk").values_list("reason", flat=True).first(),
        **_when(visit.offer_slot),
    )


def approved(visit: Visit, *, is_change: bool) -> None:
    """The date is fixed, or changed; the page has letter, agenda and calendar file."""
    _confirmed(visit, "changed" if is_change else "approved")
    _staff(visit.host, visit, "duty", f"{visit.revision}:{visit.slot_id}")


def resized(visit: Visit, actor: User) -> None:
    """Another number of people of an approved visit; the host is told unless he changed it."""
    _confirmed(visit, "changed")
    if visit.host != actor:
        _staff(visit.host, visit, "resize", f"{visit.revision}")


def _confirmed(visit: Visit, act: str) -> None:
    _guest(
        visit,
        act,
        visit.revision,
        _calendar(visit),
        host=str(visit.host),
        size=visit.size,
        **_when(visit.slot),
    )


def _calendar(visit: Visit) -> Attached | None:
    """The calendar file as it is now, in the delegation's language; None without a date."""
    visit = Visit.objects.with_place().get(pk=visit.pk)
    if not calendarfile.is_available(visit):
        return None
    with override(visit.language):
        text = calendarfile.build(visit).decode()
    mime = f"{calendarfile.CONTENT_TYPE}; method={calendarfile.method_of(visit)}"
    return Attached(calendarfile.name_of(visit), mime, text)


def rejected(visit: Visit) -> None:
    """The request was rejected, with the reason."""
    _guest(visit, "rejected", "1", reason=visit.end_reason)


def cancelled(visit: Visit) -> None:
    """The host cancelled, with the reason."""
    file = _calendar(visit)
    _guest(visit, "cancelled", "1", file, reason=visit.end_reason, has_file=file is not None)


def offer_ended(visit: Visit) -> None:
    """Nobody answered the offer in time."""
    _guest(visit, "offer_ended", _key(visit), keeps_place=visit.slot_id is not None)
    for_desk(visit, "expire")


def link(visit: Visit) -> None:
    """The secret link, on demand; once a minute at most."""
    _guest(visit, "link", f"{visit.link_version}:{clock.now():%Y%m%d%H%M}")


def remind(visit: Visit, mark: int, days: int) -> None:
    """The visit is `days` days away; said once per mark (3 and 1 days) and date.

    Not once per revision: another number of people or agenda is no reason to remind again.
    """
    _guest(visit, "reminder", f"{visit.slot_id}:{mark}", days=days, **_when(visit.slot))


def completed(visit: Visit) -> None:
    """Thanks, with the proofs, the materials and the feedback form."""
    _guest(visit, "completed", "1")


def follow_up(visit: Visit, days: int) -> None:
    """What did you adopt?"""
    _guest(visit, "follow_up", days, days=days)


def disposed(visit: Visit, actor: User) -> None:
    """The leader who decides, and the host when he did not do it himself."""
    for person in {visit.disposed_to, visit.host} - {actor}:
        _staff(person, visit, "dispose", f"{_key(visit)}:{person.pk}")


def for_desk(visit: Visit, act: str) -> None:
    """Everybody posted as host at the agency that runs the mall, and the visit's own host."""
    key = f"{_key(visit)}:{visit.letter_file_id}" if act == "letter" else _key(visit)
    for person in {*_hosts(), *([visit.host] if visit.host else [])}:
        _staff(person, visit, act, f"{key}:{person.pk}")


def _hosts() -> set[User]:
    in_force = Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now())
    rows = Posting.objects.filter(
        in_force, agency__is_operator=True, role__key="host", user__is_active=True
    ).select_related("user")
    return {row.user for row in rows}


def _staff(person: User | None, visit: Visit, act: str, key: str) -> None:
    if person is None:
        return
    notify(
        recipient=person,
        kind="visits.desk_news",
        key=f"visit:{visit.pk}:{act}:{key}",
        context={
            "news": DESK_NEWS[act],
            "number": visit.public_ref,
            "institution": visit.institution,
        },
        object_kind=KIND,
        object_ref=visit.public_ref,
        path=desk_path(visit),
    )
