"""What time itself does to files; called by the worker, safe to run twice and in two workers."""

import logging
from datetime import timedelta

from django.db import transaction

from mpp.kit import clock
from mpp.kit.models import StoredFile
from mpp.kit.states import WrongState
from permits import actions
from permits.models import Application, CorrectionRound, Document, Phase, RoundState

log = logging.getLogger("permits.sweeps")
DRAFT_KEPT = timedelta(days=90)
REMIND_BEFORE = timedelta(days=3)
BATCH = 200


def presume_complete() -> int:
    """Presume completeness where nobody declared it or asked for corrections in time."""
    count = 0
    due = Application.objects.filter(
        phase__in=(Phase.SUBMITTED, Phase.IN_REVIEW),
        complete_at__isnull=True,
        due_at__lt=clock.now(),
    ).select_related("version__permit_type__service__agency", "version__standard", "owner")
    for application in due.order_by("due_at")[:BATCH]:
        try:
            actions.presume_complete(application)
        except WrongState:
            continue  # a colleague was faster
        except Exception:
            # One broken file must not keep the others waiting.
            log.exception("completeness of file %s could not be presumed", application.pk)
            continue
        count += application.complete_at is not None
    return count


def follow_corrections() -> int:
    """Remind of corrections due within three days; end files whose corrections never came."""
    today = clock.today()
    lapsed = 0
    rounds = CorrectionRound.objects.filter(
        state=RoundState.OPEN, due_on__lte=today + REMIND_BEFORE
    ).select_related("application__version__permit_type__service__agency", "application__owner")
    for round_ in rounds.order_by("due_on")[:BATCH]:
        try:
            if round_.due_on >= today:
                actions.remind_correction(round_)
            else:
                lapsed += actions.lapse(round_.application).phase == Phase.LAPSED
        except WrongState:
            continue  # the applicant was faster
        except Exception:
            log.exception("corrections of file %s could not be followed", round_.application_id)
    return lapsed


def expire_drafts() -> int:
    """Delete drafts untouched for 90 days with their answers and files; how many."""
    count = 0
    old = Application.objects.filter(
        phase=Phase.DRAFT, updated_at__lt=clock.now() - DRAFT_KEPT
    ).order_by("pk")
    for application in old[:BATCH]:
        count += _delete_draft(application)
    if count:
        log.info("%s drafts deleted after %s days", count, DRAFT_KEPT.days)
    return count


def _delete_draft(application: Application) -> bool:
    """Delete one draft; its files stay as orphans on disk until the daily sweep of files."""
    with transaction.atomic():
        held = Application.objects.filter(
            pk=application.pk, phase=Phase.DRAFT, updated_at=application.updated_at
        ).update(updated_at=clock.now())
        if not held:
            return False
        documents = Document.objects.filter(application=application)
        files = list(documents.values_list("file_id", flat=True))
        documents.delete()
        application.delete()
        StoredFile.objects.filter(pk__in=files, documents__isnull=True).delete()
    return True
