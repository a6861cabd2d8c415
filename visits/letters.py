"""What the papers of a visit say: reply letter, proof of attendance, agenda, list for stamping.

In Indonesian whoever looks: the law's language (UU 24/2009 art. 27). Templates are rows; their
placeholders are replaced by plain text from a closed list.
"""

import hashlib
import json
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.identity import mask_name
from accounts.models import User
from counters.models import Agency
from mpp.kit import clock, signing
from mpp.kit.installation import installation
from mpp.kit.models import Paper, PaperState
from mpp.kit.paper_texts import fill, paper_number
from mpp.kit.papers import PaperPayload, render
from mpp.kit.references import CODE_80_BIT, format_code, new_code
from mpp.kit.sequences import next_value
from mpp.kit.states import move
from visits.models import (
    Attendance,
    Letter,
    LetterKind,
    LetterTemplate,
    Participant,
    Visit,
    VisitPaperStep,
)

REPLY_KIND = "visit_reply"
ATTENDANCE_KIND = "visit_attendance"
LANGUAGE = "id"


def template_of(kind: str) -> LetterTemplate:
    """The region's template of this kind, or a plain one when it has none."""
    row = LetterTemplate.objects.filter(kind=kind).first()
    if row is not None:
        return row
    plain = {
        LetterKind.REPLY: (_("Reply letter"), _("We receive {institution} on {day}.")),
        LetterKind.ATTENDANCE: (_("Proof of attendance"), _("The following person was here:")),
        LetterKind.AGENDA: (_("Agenda of the visit"), ""),
        LetterKind.STAMP_LIST: (_("List of participants for travel orders"), ""),
    }
    title, opening = plain[kind]
    return LetterTemplate(kind=kind, title=title, opening=opening)


def values_of(visit: Visit) -> dict[str, str]:
    """The closed list of what a template may name, as shown texts."""
    slot, zone = visit.slot, visit.site.time_zone
    begin, end = clock.local(slot.starts_at, zone), clock.local(slot.ends_at, zone)
    return {
        "institution": visit.institution,
        "letter_number": visit.letter_number,
        "letter_on": _day(visit.letter_on),
        "leader": visit.leader_name,
        "leader_position": visit.leader_position,
        "number": visit.public_ref,
        "day": _day(slot.day.date, weekday=True),
        "begins": f"{begin:%H.%M}",
        "ends": f"{end:%H.%M}",
        "room": slot.room,
        "site": visit.site.name,
        "address": visit.site.address,
        "host": str(visit.host or ""),
        "size": str(visit.size),
        "topics": ", ".join(topic.name for topic in visit.topics.all()),
        "today": _day(clock.today(zone)),
    }


def _day(day: date | None, *, weekday: bool = False) -> str:
    if day is None:
        return ""
    return date_format(day, "l, j F Y" if weekday else "j F Y")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _frame(template: LetterTemplate, values: dict[str, str], signatory: str) -> PaperPayload:
    """What every paper of ours has: letterhead, texts, who signs."""
    mall = installation()
    operator = Agency.objects.filter(is_operator=True).first()
    return {
        "installation": mall.name,
        "region": mall.region_name,
        "agency": operator.name if operator else "",
        "address": mall.address,
        "title": template.title,
        "number": "",
        "language": LANGUAGE,
        "opening": fill(template.opening, values),
        "paragraphs": [fill(line, values) for line in _lines(template.body)],
        "notes": [fill(line, values) for line in _lines(template.notes)],
        "place_and_date": f"{mall.region_name}, {values['today']}",
        "signatory": {"position": template.signatory, "name": signatory},
    }


def _issue(
    kind: str,
    template: LetterTemplate,
    content: PaperPayload,
    *,
    holder: str,
    issued_on: date,
    zone: str,
) -> Paper:
    """Freeze a paper under the mall's next number of this kind; the worker makes its PDF."""
    code = new_code(CODE_80_BIT)
    address = f"{settings.SITE_URL}/verifikasi/"
    number = _next_number(template, clock.today(zone))
    payload = {
        **content,
        "number": number,
        "verify_url": f"{address}{code}/",
        "verify_address": address.removeprefix("https://"),
        "verify_code": format_code(code),
        "demo_authority": signing.current_signer().is_demo,
        "code": code,
        "issued_on": issued_on.isoformat(),
    }
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Paper.objects.create(
        kind=kind,
        code=code,
        number=number,
        title=template.title,
        title_en=_english_title(template.kind),
        issuer=content["agency"] or content["installation"],
        holder_masked=holder,
        issued_on=issued_on,
        payload=text,
        payload_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _english_title(kind: str) -> str:
    with override("en"):
        return str(LetterKind(kind).label).capitalize()


def _next_number(template: LetterTemplate, day: date) -> str:
    """The next free number: two templates may be worded alike, a number exists once."""
    pattern = template.number_format or f"{{seq:03}}/{template.kind.upper()}/{{year}}"
    if "{seq" not in pattern:
        pattern += "/{seq}"
    while True:
        value = next_value(f"visit:{template.kind}", day.year)
        number = paper_number(pattern, value, day)
        if not Paper.objects.filter(number=number).exists():
            return number


def write_reply(visit: Visit, *, actor: User | None) -> Letter:
    """The reply letter of an approved visit as it is now; it replaces the one before."""
    with override(LANGUAGE):
        template, values = template_of(LetterKind.REPLY), values_of(visit)
        signatory = str(visit.disposed_to or visit.host or "")
        content = _frame(template, values, signatory)
        content["rows"] = [
            {"label": _("Day"), "value": values["day"]},
            {"label": _("Time"), "value": f"{values['begins']} - {values['ends']}"},
            {"label": _("Place"), "value": _place(values)},
            {"label": _("Leader"), "value": f"{visit.leader_name}, {visit.leader_position}"},
            {"label": _("People"), "value": values["size"]},
            {"label": _("Received by"), "value": values["host"]},
            {"label": _("Topics"), "value": values["topics"]},
        ]
        paper = _issue(
            REPLY_KIND,
            template,
            content,
            holder=visit.institution,
            issued_on=clock.today(visit.site.time_zone),
            zone=visit.site.time_zone,
        )
    end_letters(visit, actor=actor, by=paper, reason=_("Replaced by a newer letter."))
    return Letter.objects.create(visit=visit, revision=visit.revision, paper=paper)


def end_letters(visit: Visit, *, actor: User | None, reason: str, by: Paper | None = None) -> None:
    """Make earlier letters replaced (by a newer paper) or revoked; /verifikasi/ follows."""
    now = clock.now()
    rows = Paper.objects.filter(visit_letter__visit=visit, state=PaperState.VALID)
    for paper in rows.exclude(pk=by.pk) if by else rows:
        move(
            paper,
            PaperState.REPLACED if by else PaperState.REVOKED,
            from_=(PaperState.VALID,),
            actor=actor,
            reason=reason,
            step_model=VisitPaperStep,
            extra={"state_reason": reason, "state_at": now, "replaced_by": by},
        )


def _place(values: dict[str, str]) -> str:
    return ", ".join(filter(None, [values["room"], values["site"], values["address"]]))


def write_proof(participant: Participant) -> Attendance:
    """The proof of attendance of somebody who was there; raises ValueError for anybody else."""
    if participant.checked_in_at is None:
        raise ValueError("A proof of attendance needs somebody who was there.")
    visit = participant.visit
    zone = visit.site.time_zone
    with override(LANGUAGE):
        template, values = template_of(LetterKind.ATTENDANCE), values_of(visit)
        values |= {"name": participant.name, "position": participant.position}
        content = _frame(template, values, str(visit.disposed_to or visit.host or ""))
        came = clock.local(participant.checked_in_at, zone)
        left = participant.checked_out_at
        until = f" - {clock.local(left, zone):%H.%M}" if left else ""
        content["rows"] = [
            {"label": _("Name"), "value": participant.name},
            {"label": _("Position"), "value": participant.position or "-"},
            {"label": _("Institution"), "value": participant.institution or visit.institution},
            {"label": _("Activity"), "value": _("Study visit")},
            {"label": _("Day"), "value": values["day"]},
            {"label": _("Present"), "value": f"{came:%H.%M}{until}"},
            {"label": _("Place"), "value": _place(values)},
        ]
        paper = _issue(
            ATTENDANCE_KIND,
            template,
            content,
            holder=mask_name(participant.name),
            issued_on=visit.slot.day.date,
            zone=zone,
        )
    return Attendance.objects.create(participant=participant, paper=paper)


def agenda_pdf(visit: Visit) -> bytes:
    """The agenda as a PDF, unsigned; for a visit that has a date."""
    with override(LANGUAGE):
        values = values_of(visit)
        content = _frame(template_of(LetterKind.AGENDA), values, str(visit.host or ""))
        content |= {
            "number": visit.public_ref,
            "rows": [
                {"label": _("Institution"), "value": visit.institution},
                {"label": _("Day"), "value": values["day"]},
                {"label": _("Place"), "value": _place(values)},
                {"label": _("Received by"), "value": values["host"]},
            ],
            "columns": [_("Time"), _("Part"), _("Place"), _("With")],
            "widths": [2, 5, 3, 3],
            "cells": [
                [
                    f"{row.starts_at:%H.%M} - {row.ends_at:%H.%M}",
                    row.title,
                    row.place,
                    str(row.host or ""),
                ]
                for row in visit.itinerary.select_related("host")
            ],
        }
        return render(content, layout="list")


def stamp_list_pdf(visit: Visit) -> bytes:
    """The list the official stamps for travel orders: only people who were there."""
    with override(LANGUAGE):
        values = values_of(visit)
        content = _frame(
            template_of(LetterKind.STAMP_LIST), values, str(visit.disposed_to or visit.host or "")
        )
        there = visit.participants.filter(checked_in_at__isnull=False)
        zone = visit.site.time_zone
        content |= {
            "number": visit.public_ref,
            "landscape": True,
            "rows": [
                {"label": _("Institution"), "value": visit.institution},
                {"label": _("Day"), "value": values["day"]},
            ],
            "columns": [
                _("No."),
                _("Name"),
                _("Position"),
                _("Institution"),
                _("Travel order (SPPD)"),
                _("Came"),
                _("Signature and stamp"),
            ],
            "widths": [1, 5, 4, 4, 4, 2, 5],
            "cells": [
                [
                    str(number),
                    person.name,
                    person.position,
                    person.institution or visit.institution,
                    person.travel_order,
                    f"{clock.local(person.checked_in_at, zone):%H.%M}",
                    "",
                ]
                for number, person in enumerate(there, start=1)
            ],
        }
        return render(content, layout="list")


def papers_of(visit: Visit) -> QuerySet[Paper]:
    """Every paper of a visit: its letters and the proofs of its people."""
    return Paper.objects.filter(
        Q(visit_letter__visit=visit) | Q(attendance__participant__visit=visit)
    )
