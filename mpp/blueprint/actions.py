"""Acts on blueprints: publish an edition, keep an upload, choose, bring in as drafts."""

import io
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import IO

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from counters.permissions import can_configure
from mpp import VERSION
from mpp.blueprint import importing, items
from mpp.blueprint.content import Blueprint, read
from mpp.blueprint.exporting import export
from mpp.blueprint.items import Id, Mall
from mpp.blueprint.models import Arrival, Edition
from mpp.blueprint.rooms import by_name
from mpp.kit import clock, files
from mpp.kit.transactions import act

KEPT = timedelta(days=7)
MIME = "application/zip"


class Refused(ValueError):
    """The act is not possible; the message is the sentence people read."""


def check_right(user: User | None) -> None:
    """Only who may configure the whole mall works with blueprints; None is the program itself."""
    if user is not None and not can_configure(user):
        raise Refused(_("Only supervisors of the operator and administrators may do this."))


@act
def publish(*, actor: User | None, key: str) -> Edition:
    """Export this mall and publish the file as the next edition. The same key, the same edition.

    Raises Refused without the right.
    """
    check_right(actor)
    known = Edition.objects.filter(act_key=key).first()
    if known is not None:
        return known
    target = io.BytesIO()
    found = export(target)
    number = (Edition.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    content = ContentFile(target.getvalue())
    stored = files.store_bytes(content, name=f"blueprint-{number}.zip", mime=MIME)
    try:
        with transaction.atomic():
            return Edition.objects.create(
                number=number,
                file=stored,
                product=VERSION,
                counts=found.counts,
                manifest_sha256=found.manifest_sha256,
                published_at=clock.now(),
                published_by=actor,
                act_key=key,
            )
    except IntegrityError as taken:
        files.discard(stored)
        winner = Edition.objects.filter(act_key=key).first()
        if winner is None:
            raise Refused(_("Somebody else published at the same moment. Try again.")) from taken
        return winner


def receive(file: IO[bytes], *, actor: User) -> Arrival:
    """Check an uploaded blueprint and keep it privately for a week.

    Raises Refused, and NotABlueprint or Faulty when it is none: then nothing is kept.
    """
    check_right(actor)
    read(file)
    file.seek(0)
    return _keep(file.read(), actor=actor)


@act
def _keep(data: bytes, *, actor: User) -> Arrival:
    stored = files.store_bytes(ContentFile(data), name="blueprint.zip", mime=MIME)
    return Arrival.objects.create(file=stored, uploaded_by=actor, expires_at=clock.now() + KEPT)


def opened(arrival: Arrival) -> Blueprint:
    """The blueprint that was uploaded, read again."""
    with files.open_file(arrival.file) as handle:
        return read(handle)


@act
def choose(
    arrival: Arrival, *, actor: User, kinds: Collection[str], objects: Collection[str]
) -> Arrival:
    """Remember which kinds and objects shall come. Raises Refused: no right, nothing chosen."""
    check_right(actor)
    _check_open(arrival)
    if not kinds and not objects:
        raise Refused(_("Choose at least one kind or one object."))
    arrival.kinds, arrival.objects_chosen = sorted(set(kinds)), sorted(set(objects))
    arrival.is_chosen = True
    arrival.save()
    return arrival


@act
def rename(arrival: Arrival, *, actor: User, names: Mapping[str, Mapping[str, str]]) -> Arrival:
    """Remember what is called otherwise here: "section/key" -> column -> text."""
    check_right(actor)
    _check_open(arrival)
    arrival.names = {key: dict(texts) for key, texts in names.items() if texts}
    arrival.save()
    return arrival


@act
def bring_in_drafts(arrival: Arrival, *, actor: User, key: str) -> Arrival:
    """Bring in what was chosen, as drafts. The same key again changes nothing.

    Raises Refused (no right, brought in before) and Faulty with everything that cannot come in.
    """
    check_right(actor)
    rows = Arrival.objects.filter(pk=arrival.pk)
    done = rows.filter(applied_at__isnull=True).update(applied_at=clock.now(), act_key=key)
    arrival.refresh_from_db()
    if not done:
        if arrival.act_key == key:
            return arrival
        raise Refused(_("This blueprint was brought in before. Upload it again."))
    mall = allowed(opened(arrival).mall, actor)
    mall = importing.renamed(mall, _ids(arrival.names))
    brought = importing.bring_in(
        mall, actor=actor, chosen=chosen_ids(arrival, mall), as_draft=True
    )
    arrival.result = {
        "added": brought.count("added"),
        "changed": brought.count("changed"),
        "types": [
            [one[1], brought.rows[one]]
            for one in brought.written
            if one in brought.rows and one[0] == items.TYPES
        ],
        "services": [one[1] for one in brought.written if one[0] == "counters/services"],
        "counts": _counted(brought.written),
    }
    arrival.save()
    return arrival


def chosen_ids(arrival: Arrival, mall: Mall) -> set[Id]:
    """The objects of the file that were chosen, by kind or one by one."""
    named = _ids(dict.fromkeys(arrival.objects_chosen, {}))
    return {key for key in mall.items if key[0] in arrival.kinds or key in named}


def allowed(mall: Mall, user: User) -> Mall:
    """What this person may bring: rights, texts and the mall's own name are for superusers."""
    if user.is_superuser:
        return mall
    closed = {name for name, one in by_name().items() if one.exported.superuser_only}
    return Mall({key: item for key, item in mall.items.items() if key[0] not in closed})


def sweep_arrivals() -> int:
    """Remove uploads whose week is over, with their files; how many."""
    gone = 0
    for arrival in Arrival.objects.filter(expires_at__lt=clock.now()).select_related("file"):
        with transaction.atomic():
            stored = arrival.file
            arrival.delete()
            files.discard(stored)
        gone += 1
    return gone


def _check_open(arrival: Arrival) -> None:
    if arrival.applied_at is not None:
        raise Refused(_("This blueprint was brought in before. Upload it again."))


def _ids(names: Mapping[str, Mapping[str, str]]) -> dict[Id, Mapping[str, str]]:
    """ "counters/agencies/dinkes" -> ("counters/agencies", "dinkes")."""
    found = {}
    for text, columns in names.items():
        parts = text.split("/", 2)
        if len(parts) == 3:
            found["/".join(parts[:2]), parts[2]] = columns
    return found


def _counted(ids: Collection[Id]) -> dict[str, int]:
    found: dict[str, int] = {}
    for section, _key in ids:
        found[section] = found.get(section, 0) + 1
    return found
