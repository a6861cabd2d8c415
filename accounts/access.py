"""The data-access log: one INSERT per opening, sealed by the worker into a chain of hashes.

UU 27/2022 art. 31-32: processing is recorded, and the person can see who opened his data.
"""

import hashlib
import json
import logging
from itertools import groupby

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import AccessEvent, Seal, User
from mpp.kit import clock

log = logging.getLogger("accounts.access")
GENESIS = hashlib.sha256(b"mpp data-access log").hexdigest()
BATCH = 1_000


def record_access(
    *,
    actor: User,
    office: str,
    subject: User | None,
    object_kind: str,
    object_ref: str,
    purpose: str,
    file_ref: str = "",
) -> None:
    """Record that `actor` of `office` opened something about `subject`, and why.

    Once per actor, object, purpose and hour: a second opening in the same hour changes nothing.
    Exactly one query (INSERT ... ON CONFLICT DO NOTHING). `file_ref` is the file (application
    number) on whose page the opening is shown. Raises ValueError without a purpose.
    """
    if not purpose.strip():
        raise ValueError("Opening somebody's data needs a purpose.")
    now = clock.now()
    event = AccessEvent(
        actor=actor,
        actor_name=str(actor)[:200],
        office=office[:200],
        subject=subject,
        subject_ref=str(subject.pk) if subject else "",
        object_kind=object_kind,
        object_ref=object_ref,
        file_ref=file_ref,
        purpose=purpose.strip()[:200],
        hour=now.strftime("%Y-%m-%dT%H"),
        at=now,
    )
    AccessEvent.objects.bulk_create([event], ignore_conflicts=True)


def seal_events() -> int:
    """Seal every event not yet sealed; returns how many. Safe with two workers.

    A seal names the one before it in a UNIQUE column, so the chain cannot fork.
    """
    sealed = 0
    try:
        while batch := _seal_batch():
            sealed += batch
    except IntegrityError:
        log.info("another worker is sealing")
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    events = list(AccessEvent.objects.filter(seal=None).order_by("pk")[:BATCH])
    if not events:
        return 0
    # The newest seal is the one nobody follows; UNIQUE(previous) refuses a second follower.
    last = Seal.objects.filter(seal=None).order_by("pk").last() or _first_seal()
    digest = _digest(last.digest, events)
    seal = Seal.objects.create(
        previous=last, events_count=len(events), digest=digest, at=clock.now()
    )
    changed = AccessEvent.objects.filter(pk__in=[e.pk for e in events], seal=None).update(
        seal=seal
    )
    if changed != len(events):
        raise IntegrityError("Another worker sealed the same events.")
    return changed


def _first_seal() -> Seal:
    seal, _made = Seal.objects.get_or_create(
        digest=GENESIS, defaults={"events_count": 0, "at": clock.now()}
    )
    return seal


def verify_chain() -> list[str]:
    """What is wrong with the log, in sentences; an empty list when every seal holds."""
    wrong = []
    previous, expected = None, GENESIS
    seals = list(Seal.objects.order_by("pk"))
    events = AccessEvent.objects.filter(seal__isnull=False).order_by("seal_id", "pk")
    groups = groupby(events.iterator(chunk_size=2_000), key=lambda event: event.seal_id)
    by_seal = ((pk, list(rows)) for pk, rows in groups)
    pk, rows = next(by_seal, (None, []))
    for seal in seals:
        mine = rows if pk == seal.pk else []
        if mine:
            pk, rows = next(by_seal, (None, []))
        if seal.previous_id != (previous.pk if previous else None):
            wrong.append(f"Seal {seal.pk} does not follow the one before it.")
        if previous:
            expected = _digest(previous.digest, mine)
        if len(mine) != seal.events_count or seal.digest != expected:
            wrong.append(f"Seal {seal.pk} does not fit its {len(mine)} events.")
        previous = seal
    return wrong


def _digest(previous: str, events: list[AccessEvent]) -> str:
    """sha256 over the previous seal and every event, each as one line of canonical JSON."""
    total = hashlib.sha256(previous.encode())
    for event in events:
        line = [
            event.pk,
            event.actor_id,
            event.actor_name,
            event.office,
            event.subject_ref,
            event.object_kind,
            event.object_ref,
            event.file_ref,
            event.purpose,
            event.hour,
            event.at.isoformat(),
        ]
        total.update(b"\n" + json.dumps(line, ensure_ascii=False).encode())
    return total.hexdigest()


def openings_of_file(file_ref: str):
    """Who opened the documents and data of one file, newest first (shown on the file)."""
    return AccessEvent.objects.filter(file_ref=file_ref).order_by("-at")


def openings_of_person(person: User):
    """Who opened data of this person, newest first; his own openings are not counted."""
    return (
        AccessEvent.objects.filter(subject=person)
        .exclude(actor_id=F("subject_id"))
        .order_by("-at")
    )
