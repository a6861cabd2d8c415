"""What remains: guest book, feedback, follow-up, photos, materials."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from mpp.kit.models import StoredFile
from mpp.kit.transactions import act
from visits.actions import base
from visits.models import (
    Adopted,
    FollowUp,
    GuestEntry,
    Material,
    Visit,
    VisitFeedback,
    VisitPhoto,
)
from visits.permissions import can_work
from visits.states import VISITED, VisitState
from visits.workflow import Refused, require

MOST_ENTRIES = 60
MOST_PHOTOS = 40
# The same words of the same person are not written twice within this time.
TWIN_TIME = timedelta(minutes=1)
SCORES = range(1, 5)


def _was_here(visit: Visit) -> None:
    base.hold(visit)
    if visit.state not in VISITED:
        raise Refused(_("This opens when the delegation has come."), status=409)


@act
def sign_guest_book(
    visit: Visit, *, name: str, position: str = "", message: str, key: str = ""
) -> GuestEntry:
    """Write into the guest book; the public sees it when the desk shows it."""
    _was_here(visit)
    if not message.strip():
        raise Refused(_("Write a message."), status=400, field="message")
    if known := base.made_before(visit.guest_entries.all(), key, name):
        return known
    twins = visit.guest_entries.filter(
        name=name, message=message, created_at__gt=clock.now() - TWIN_TIME
    )
    if twins.exists():
        raise Refused(_("This message stands in the guest book already."), status=409)
    if visit.guest_entries.count() >= MOST_ENTRIES:
        raise Refused(_("The guest book of this visit is full."), status=409)
    return GuestEntry.objects.create(
        visit=visit,
        name=name,
        position=position,
        message=message,
        key=key,
        created_at=clock.now(),
    )


@act
def show_entry(entry: GuestEntry, *, actor: User, is_shown: bool) -> GuestEntry:
    """Show a guest book entry publicly, or not any more."""
    require(can_work(actor))
    GuestEntry.objects.filter(pk=entry.pk).update(is_shown=is_shown)
    entry.is_shown = is_shown
    return entry


@act
def give_feedback(
    visit: Visit, *, reception: int, content: int, usefulness: int, comment: str = ""
) -> VisitFeedback:
    """The delegation's opinion on a scale from 1 to 4, once."""
    base.hold(visit)
    if visit.state not in (VisitState.COMPLETED, VisitState.CLOSED):
        raise Refused(_("This opens when the visit is over."), status=409)
    if not {reception, content, usefulness} <= set(SCORES):
        raise Refused(_("Choose a number from 1 to 4."), status=400)
    try:
        with transaction.atomic():
            return VisitFeedback.objects.create(
                visit=visit,
                reception=reception,
                content=content,
                usefulness=usefulness,
                comment=comment.strip(),
                created_at=clock.now(),
            )
    except IntegrityError as fault:
        raise Refused(_("Your opinion has been sent already. Thank you."), status=409) from fault


@act
def answer_follow_up(
    follow_up: FollowUp, *, adopted: str, story: str = "", blueprint_version: str = ""
) -> FollowUp:
    """What the delegation adopted since; it may be corrected until the next question comes."""
    base.hold(follow_up.visit)
    if adopted not in Adopted.values:
        raise Refused(_("Choose one of the answers."), status=400, field="adopted")
    if follow_up.asked_at is None:
        raise Refused(_("This question has not been asked yet."), status=409)
    follow_up.adopted, follow_up.story = adopted, story.strip()
    follow_up.blueprint_version = blueprint_version.strip()
    follow_up.answered_at = clock.now()
    follow_up.save()
    return follow_up


@act
def add_photo(visit: Visit, *, actor: User, file: StoredFile, caption: str = "") -> VisitPhoto:
    """Put an inspected picture onto the delegation's photo page."""
    _was_here(visit)
    require(can_work(actor))
    if not file.mime.startswith("image/"):
        raise Refused(_("Send a photo (JPG, PNG or HEIC)."), status=400, field="file")
    if visit.photos.count() >= MOST_PHOTOS:
        sentence = _("A visit takes at most %(count)s photos.")
        raise Refused(sentence % {"count": MOST_PHOTOS}, status=409, field="file")
    return VisitPhoto.objects.create(
        visit=visit,
        file=file,
        caption=caption.strip(),
        order=visit.photos.count() + 1,
        added_by=actor,
    )


@act
def show_photo(photo: VisitPhoto, *, actor: User, is_public: bool) -> VisitPhoto:
    """Show a photo beside the public list; only with the delegation's consent to be named."""
    require(can_work(actor))
    if is_public and photo.visit.listed_at is None:
        raise Refused(_("The delegation has not agreed to be named publicly."), status=409)
    VisitPhoto.objects.filter(pk=photo.pk).update(is_public=is_public)
    photo.is_public = is_public
    return photo


@act
def remove_photo(photo: VisitPhoto, *, actor: User) -> None:
    """Take a photo off the page; its file stays private until it is swept."""
    require(can_work(actor))
    photo.delete()


@act
def publish_material(*, actor: User, key: str, file: StoredFile, **columns: Any) -> Material:
    """A new version of a material, or its first; the version before is no longer current."""
    require(can_work(actor))
    if not file.is_openable:
        raise Refused(
            _("This file is still being checked. Try again in a minute."),
            status=409,
            field="file",
        )
    newest = Material.objects.filter(key=key).order_by("-version").first()
    Material.objects.filter(key=key, is_current=True).update(is_current=False)
    version = newest.version + 1 if newest else 1
    return Material.objects.create(key=key, version=version, file=file, **columns)


@act
def withdraw_material(material: Material, *, actor: User) -> Material:
    """Nobody is given this material any more; its versions stay for the record."""
    require(can_work(actor))
    Material.objects.filter(key=material.key, is_current=True).update(is_current=False)
    material.refresh_from_db()
    return material
