"""What the delegation does by its secret link: draft, send, answer, accept, cancel.

Holding the link is the right; these acts take no person. Each raises `Refused` with a sentence
or `WrongState` when somebody was faster.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from counters.models import Site
from mpp.kit import clock
from mpp.kit.keys import lookup_hash
from mpp.kit.models import ScanState, StoredFile
from mpp.kit.references import CODE_80_BIT, application_number, new_code
from mpp.kit.sequences import next_value
from mpp.kit.transactions import act
from visits import notices
from visits.actions import approval, base
from visits.availability import can_ask, frame_of, opening
from visits.models import Topic, Visit, VisitRules, VisitSession, VisitWish
from visits.states import PENDING, VisitState
from visits.workflow import Refused

# What a delegation may fill in before it sends the request.
FIELDS = (
    "institution_kind",
    "region_code",
    "institution",
    "leader_name",
    "leader_position",
    "leader_rank",
    "contact_name",
    "contact_email",
    "contact_phone",
    "size",
    "letter_number",
    "letter_on",
    "purpose",
    "special_needs",
    "languages",
)
NEEDED = (
    "institution_kind",
    "institution",
    "leader_name",
    "leader_position",
    "contact_name",
    "contact_email",
    "contact_phone",
    "size",
    "purpose",
)
OF_A_REGION = ("regency", "city", "province")
MOST_WISHES = 3
# 64 bits of a keyed hash: a form's key leads to its draft and to no other.
KEY_DIGITS = 16
TAKES_LETTER = (VisitState.DRAFT, *PENDING, VisitState.OFFERED)


@act
def start(site: Site, *, language: str = "id", key: str = "") -> Visit:
    """A new empty draft for a site that takes visits. Raises Refused when it does not.

    The same `key` of a form is the same draft, however often it is sent.
    """
    if not VisitRules.objects.filter(site=site, is_active=True).exists():
        raise Refused(_("This place does not receive delegations at the moment."), status=409)
    code = lookup_hash(key, "visit-draft")[:KEY_DIGITS].upper() if key else new_code(CODE_80_BIT)
    reference = f"V{code}"
    visit, _made = Visit.objects.get_or_create(
        reference=reference,
        defaults={
            "site": site,
            "language": language,
            "uid": f"{reference.lower()}@studi-tiru",
        },
    )
    return visit


def _hold_draft(visit: Visit) -> None:
    base.hold(visit)
    held = Visit.objects.filter(pk=visit.pk, state=VisitState.DRAFT).update(updated_at=clock.now())
    if not held:
        raise Refused(_("This request has been sent and cannot be changed here."), status=409)


@act
def save(
    visit: Visit,
    *,
    values: Mapping[str, Any] | None = None,
    wishes: Iterable[tuple[VisitSession, date]] | None = None,
    topics: Iterable[Topic] | None = None,
) -> Visit:
    """Store what is known so far of a draft; what is not given stays as it is.

    `values` may name columns of `FIELDS` only (KeyError otherwise). Wishes are (session, day)
    in order of preference; they are judged when the request is sent.
    """
    _hold_draft(visit)
    for name, value in (values or {}).items():
        if name not in FIELDS:
            raise KeyError(name)
        setattr(visit, name, value)
    visit.save(update_fields=[*(values or {}), "updated_at"])
    if wishes is not None:
        wanted = list(dict.fromkeys(wishes))[:MOST_WISHES]
        visit.wishes.all().delete()
        VisitWish.objects.bulk_create(
            VisitWish(visit=visit, order=order, session=session, date=day)
            for order, (session, day) in enumerate(wanted, start=1)
        )
    if topics is not None:
        visit.topics.set(topics)
    return visit


@act
def attach_letter(
    visit: Visit, *, file: StoredFile | None = None, number: str = "", on: date | None = None
) -> Visit:
    """The inspected letter (PDF), its number and date: with the draft or until it is approved.

    What is not given stays as it is. The letter may follow, but nothing is approved without it.
    """
    base.hold(visit)
    if visit.state not in TAKES_LETTER:
        raise Refused(_("The letter cannot be changed any more."), status=409)
    if file is not None and file.mime != "application/pdf":
        raise Refused(_("Send the letter as a PDF."), status=400, field="letter_file")
    columns = {"letter_file": file, "letter_number": number.strip(), "letter_on": on}
    given = {name: value for name, value in columns.items() if value}
    for name, value in given.items():
        setattr(visit, name, value)
    _check_letter(visit)
    visit.save(update_fields=[*given, "updated_at"])
    if visit.state != VisitState.DRAFT:
        notices.for_desk(visit, "letter")
    return visit


def _check_letter(visit: Visit) -> None:
    """Refuse a letter of tomorrow, and one the scanner found harmful."""
    if visit.letter_on and visit.letter_on > clock.today(visit.site.time_zone):
        sentence = _("The date of the letter lies in the future.")
        raise Refused(sentence, status=400, field="letter_on")
    if visit.letter_file and visit.letter_file.scan_state == ScanState.INFECTED:
        sentence = _("The letter holds harmful content. Save it anew and send it again.")
        raise Refused(sentence, status=400, field="letter_file")


def missing(visit: Visit) -> list[str]:
    """Names of what a request still needs: columns, `wishes`, `topics`."""
    names = [name for name in NEEDED if not getattr(visit, name)]
    if visit.institution_kind in OF_A_REGION and not visit.region_code:
        names.append("region_code")
    names += [name for name in ("topics", "wishes") if not getattr(visit, name).exists()]
    return names


def _check_request(visit: Visit, rules: VisitRules) -> None:
    if missing(visit):
        raise Refused(_("Something is still missing in this request."), status=400)
    if visit.size > rules.size_max:
        sentence = _("A group has at most %(count)s people. Come in several groups.")
        raise Refused(sentence % {"count": rules.size_max}, status=400, field="size")
    _check_letter(visit)


def _check_wishes(visit: Visit) -> date:
    """Refuse a wish that cannot be had; returns the day of the first."""
    frame = frame_of(visit.site)
    wishes = list(visit.wishes.select_related("session").order_by("order"))
    for wish in wishes:
        field = f"wish_{wish.order}"
        verdict = can_ask(frame, wish.session, wish.date)
        if not verdict:
            raise Refused(verdict.sentence, status=400, field=field)
        place = opening(visit.site, wish.session, wish.date)
        if place.groups_left < 1 or place.people_left < visit.size:
            sentence = _("This session has no place for %(count)s people. Choose another.")
            raise Refused(sentence % {"count": visit.size}, status=409, field=field)
    return wishes[0].date


@act
def submit(visit: Visit, *, key: str = "") -> Visit:
    """Send a draft: it gets its number and the days to answer begin. It takes no place yet.

    Raises Refused (with `field`) for what is missing or cannot be had, and when the institution
    has another open request in that week.
    """
    base.hold(visit)
    if base.is_repeat(visit, key, "submit", None):
        return visit
    if visit.state != VisitState.DRAFT:
        raise base.WrongState(_("This request has been sent already."), visit.state)
    rules = base.rules_of(visit)
    _check_request(visit, rules)
    first = _check_wishes(visit)
    now = clock.now()
    year = clock.local(now, visit.site.time_zone).year
    number = application_number(
        rules.number_prefix, year, next_value(f"visit:{rules.number_prefix}", year)
    )
    base.step(
        visit,
        VisitState.SUBMITTED,
        act="submit",
        actor=None,
        key=key,
        columns={
            "number": number,
            "submitted_at": now,
            "answer_due_at": base.after_working_days(visit, rules.answer_days),
            "active_key": base.week_key(visit, first),
        },
    )
    notices.submitted(visit)
    return visit


@act
def answer(visit: Visit, *, text: str, key: str = "") -> Visit:
    """Answer the desk's question; the days to answer go on where they stood."""
    base.hold(visit)
    if base.is_repeat(visit, key, "answer", None):
        return visit
    reason = base.reason_of(text, _("Write your answer."))
    to = VisitState.UNDER_REVIEW if visit.disposed_to_id else VisitState.SUBMITTED
    due = base.after_working_days(visit, visit.answer_days_left or 0)
    base.step(
        visit,
        to,
        act="answer",
        actor=None,
        key=key,
        reason=reason,
        columns={"answer_due_at": due, "answer_days_left": None},
    )
    notices.for_desk(visit, "answer")
    return visit


@act
def accept(visit: Visit, *, key: str = "") -> Visit:
    """Accept the offered date in time: the held place becomes the visit's own."""
    base.hold(visit)
    if base.is_repeat(visit, key, "accept", None):
        return visit
    if visit.state == VisitState.OFFERED and visit.offer_until <= clock.now():
        raise Refused(_("The time to accept this offer is over."), status=409)
    base.need_letter(visit)
    approval.accept_offer(visit, key=key)
    return visit


@act
def decline(visit: Visit, *, reason: str = "", key: str = "") -> Visit:
    """Decline an offered date: an approved visit keeps its old one, another waits again."""
    base.hold(visit)
    if base.is_repeat(visit, key, "decline", None):
        return visit
    approval.end_offer(visit, act="decline", actor=None, reason=reason.strip(), key=key)
    notices.for_desk(visit, "decline")
    return visit


@act
def propose(
    visit: Visit,
    *,
    wishes: Iterable[tuple[VisitSession, date]],
    note: str = "",
    key: str = "",
) -> Visit:
    """The delegation wishes other sessions; the desk decides, a place it holds stays its own.

    Raises Refused for a session that cannot be had (`field` wish_1 and so on).
    """
    base.hold(visit)
    if base.is_repeat(visit, key, "propose", None):
        return visit
    approval.check_state(visit, "propose")
    wanted = list(dict.fromkeys(wishes))[:MOST_WISHES]
    if not wanted:
        raise Refused(_("Choose a session first."), status=400, field="wish_1")
    visit.wishes.all().delete()
    VisitWish.objects.bulk_create(
        VisitWish(visit=visit, order=order, session=session, date=day)
        for order, (session, day) in enumerate(wanted, start=1)
    )
    first = _check_wishes(visit)
    # An approved visit keeps its week until the desk has moved it.
    columns = {} if visit.slot_id else {"active_key": base.week_key(visit, first)}
    base.step(
        visit,
        visit.state,
        act="propose",
        actor=None,
        key=key,
        reason=note.strip(),
        columns=columns,
        from_=(visit.state,),
    )
    notices.for_desk(visit, "propose")
    return visit


@act
def cancel_by_guest(visit: Visit, *, reason: str, key: str = "") -> Visit:
    """Cancel by the delegation, with a reason; held places are free at once."""
    base.hold(visit)
    if base.is_repeat(visit, key, "cancel_by_guest", None):
        return visit
    reason = base.reason_of(reason, _("Write why you cancel."))
    approval.cancel(visit, act="cancel_by_guest", actor=None, reason=reason, key=key)
    if visit.number:
        notices.for_desk(visit, "cancel_by_guest")
    return visit


@act
def renew_link(visit: Visit) -> Visit:
    """Revoke the secret link (badges too) and send the new one to the contact's address."""
    Visit.objects.filter(pk=visit.pk).update(link_version=F("link_version") + 1)
    visit.refresh_from_db()
    notices.link(visit)
    return visit


@act
def resend_link(visit: Visit) -> Visit:
    """Send the present secret link again to the contact's address."""
    notices.link(visit)
    return visit


@act
def set_listed(visit: Visit, *, is_listed: bool) -> Visit:
    """Give or withdraw the consent to be named in the public list; takes effect at once.

    Given again, it stands since it was given first.
    """
    rows = Visit.objects.filter(pk=visit.pk, listed_at__isnull=is_listed)
    rows.update(listed_at=clock.now() if is_listed else None)
    visit.refresh_from_db(fields=["listed_at"])
    return visit
