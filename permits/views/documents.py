"""Documents of an application: a place per asked document, each sent by a form of its own."""

import errno
from collections.abc import Mapping
from typing import Any

from allauth.core.ratelimit import consume
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mpp.kit.files import copy_of, discard, respond, store_clean
from mpp.kit.models import StoredFile
from mpp.kit.uploads import MEGABYTE, UploadRefused, inspect
from mpp.kit.wording import file_size
from permits import actions, labels, rules
from permits.actions.apply import asked_file
from permits.casefile import FIELD, REQUIREMENT, CaseFile
from permits.definition import Field, Requirement
from permits.models import Application, Document, Phase
from permits.prefill import reusable_documents
from permits.receipts import slot_title
from permits.views.access import own_application, refusal_page, service_name, tells_refusals
from permits.workflow import Refused

KINDS = {"pdf": "application/pdf", "image": "image/jpeg,image/png,image/heic,image/heif"}
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


def full_disk_sentence() -> str:
    """What people read when the disk is full (507)."""
    return _("Our storage is full at the moment. Try again in an hour; nothing was lost.")


def region_id(slot: str) -> str:
    """The id of the place of a slot on a page."""
    return f"slot-{slot.replace(':', '-')}"


def _limit(asked: Requirement | Field) -> int:
    return min(asked.max_mb * MEGABYTE, settings.UPLOAD_MAX_BYTES)


def _hint(asked: Requirement | Field) -> str:
    kinds = (
        _("PDF or photo")
        if len(asked.accept) > 1
        else ("PDF" if "pdf" in asked.accept else _("photo"))
    )
    # Limits are counted in units of 1,024 and told as the round number people know.
    size = f"{_limit(asked) // MEGABYTE or 1}\N{NO-BREAK SPACE}MB"
    return _("%(kinds)s, at most %(size)s.") % {"kinds": kinds, "size": size}


def _file_row(case: CaseFile, document: Document, fresh: int | None = None) -> dict[str, Any]:
    ref = case.application.public_ref
    verdict = case.verdicts.get(document.pk) if case.application.number else None
    return {
        "pk": document.pk,
        "url": f"/permohonan/{ref}/dokumen/{document.pk}/berkas/"
        if document.file.is_openable
        else "",
        "label": document.file.shown_name,
        "details": f"{labels.file_kind(document.file.mime)}, {file_size(document.file.size)}",
        "status": labels.document_label(document, verdict, was_sent=document.round is not None),
        "reason": verdict.reason if verdict and verdict.reason else "",
        "is_fresh": document.pk == fresh,
    }


def slot_block(
    case: CaseFile,
    slot: str,
    asked: Requirement | Field,
    *,
    error: str = "",
    reuse: Document | None = None,
    fresh: int | None = None,
    back: str = "",
    is_open: bool = True,
) -> dict[str, Any]:
    """Everything the place of one document shows: files, hints, what may be done."""
    rows = [_file_row(case, document, fresh) for document in case.documents_in(slot)]
    ref = case.application.public_ref
    title = slot_title(case, slot)
    note = (
        rules.hint(asked, "note") if isinstance(asked, Requirement) else rules.hint(asked, "help")
    )
    return {
        "slot": slot,
        "region": region_id(slot),
        "input_id": f"file-{region_id(slot)}",
        "title": title,
        "note": note,
        "hint": _hint(asked),
        "accept": ",".join(KINDS[kind] for kind in asked.accept),
        "required": asked.required,
        "files": rows,
        "can_add": is_open and len(rows) < asked.max_files,
        "can_change": is_open,
        "replaces": is_open and bool(rows) and len(rows) >= asked.max_files == 1,
        "action": reverse("permits:document-slot", args=[ref, slot]),
        "error": error,
        "back": back,
        "reuse": {"name": reuse.file.shown_name, "pk": reuse.pk, "number": reuse.application_id}
        if reuse
        else None,
    }


def file_field(case: CaseFile, field: Field) -> SafeString:
    """The files of a file field, as they stand on a page of the form."""
    rows = [_file_row(case, document) for document in case.documents_in(f"{FIELD}{field.key}")]
    return render_to_string("permits/_files.html", {"files": rows})


def _open_slots(case: CaseFile) -> list[tuple[str, Requirement]]:
    """The asked documents with their slots; only the targeted ones in a correction."""
    allowed = case.editable_targets()
    found = [(f"{REQUIREMENT}{item.key}", item) for item in case.requirements]
    return [(slot, item) for slot, item in found if allowed is None or slot in allowed]


@require_GET
def document_list(request: HttpRequest, ref: str) -> HttpResponse:
    """All documents of a draft on one page, each with its own form."""
    application = own_application(request, ref)
    if application.phase != Phase.DRAFT:
        return redirect("permits:application-status", application.public_ref)
    case = CaseFile(application)
    reuse = reusable_documents(case, case.requirements)
    blocks = [
        slot_block(case, slot, item, reuse=reuse.get(item.key), fresh=_fresh(request))
        for slot, item in _open_slots(case)
    ]
    context = {
        "service_name": service_name(application),
        "blocks": blocks,
        "original": _originals(case),
        "back_url": reverse("permits:application-tasks", args=[application.public_ref]),
        "next_url": reverse("permits:application-check", args=[application.public_ref]),
    }
    return render(request, "permits/documents.html", context)


def _fresh(request: HttpRequest) -> int | None:
    text = request.GET.get("baru", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _originals(case: CaseFile) -> list[str]:
    """Requirements that are no file: shown, so that nobody is surprised at the counter."""
    return [
        rules.hint(item, "title")
        for item in case.definition.requirements
        if item.proof == "original_at_counter"
    ]


@require_http_methods(["GET", "POST"])
@tells_refusals
def document_slot(request: HttpRequest, ref: str, slot: str) -> HttpResponse:
    """One document: send, replace, remove, reuse. The answer shows its place."""
    application = own_application(request, ref)
    case = CaseFile(application)
    asked = asked_file(case, slot)
    if asked is None:
        raise Http404
    back = _back(request, case)
    if request.method == "GET":
        return _slot_page(request, case, slot, asked, back)
    allowed = case.editable_targets()
    if allowed is not None and slot not in allowed:
        raise Refused(
            _("This application has been sent. It can only be changed when we ask you to.")
            if not allowed
            else _("We did not ask you to change this part."),
            status=409,
        )
    try:
        document = _act(request, case, slot, asked)
    except UploadRefused as fault:
        return _slot_page(request, case, slot, asked, back, fault.sentence, status=422)
    except OSError as fault:
        if fault.errno not in FULL_DISK:
            raise
        words = full_disk_sentence()
        return _slot_page(request, case, slot, asked, back, words, status=507)
    fresh = f"?baru={document.pk}" if document else ""
    return redirect(f"{_return_to(case, back)}{fresh}#{region_id(slot)}")


def _act(
    request: HttpRequest, case: CaseFile, slot: str, asked: Requirement | Field
) -> Document | None:
    """Do what the pressed button says; the new document, or None when one was removed."""
    application = case.application
    if "remove" in request.POST:
        actions.remove_document(
            application, actor=request.user, document=_named(case, slot, request.POST["remove"])
        )
        messages.success(request, _("The document was taken out."))
        return None
    if "reuse" in request.POST:
        return _reuse(request, case, slot, asked)
    sent = request.FILES.get("file")
    if sent is None:
        raise UploadRefused("missing", _("Choose a file first."))
    if not consume(request, action="upload", user=request.user):
        raise UploadRefused("limit", _("You sent many files. Wait a minute, then send it again."))
    return _attach(request, case, slot, asked, sent)


def _named(case: CaseFile, slot: str, text: str) -> Document:
    for document in case.documents_in(slot):
        if str(document.pk) == text:
            return document
    raise Http404


def receive(sent: UploadedFile, asked: Requirement | Field | None) -> StoredFile:
    """Inspect, scan and store an upload. Raises UploadRefused or OSError (disk full)."""
    limit = _limit(asked) if asked is not None else settings.UPLOAD_MAX_BYTES
    clean = inspect(
        sent,
        name=sent.name or "",
        declared_type=sent.content_type or "",
        accept=set(asked.accept) if asked is not None else {"pdf", "image"},
        max_bytes=limit,
        max_pixels=settings.UPLOAD_MAX_PIXELS,
        max_pages=settings.UPLOAD_MAX_PAGES,
    )
    stored = store_clean(clean)
    if stored.scan_state == "infected":
        discard(stored)
        raise UploadRefused("infected", _("The virus scan refused this file. Send another one."))
    return stored


def _attach(
    request: HttpRequest,
    case: CaseFile,
    slot: str,
    asked: Requirement | Field,
    sent: UploadedFile,
) -> Document:
    stored = receive(sent, asked)
    same = [d for d in case.documents if d.file.source_sha256 == stored.source_sha256]
    here = next((d for d in same if d.slot == slot), None)
    if here is not None:
        discard(stored)
        messages.info(request, _("This file is here already. We kept the first one."))
        return here
    try:
        document = actions.attach(
            case.application,
            actor=request.user,
            slot=slot,
            file=stored,
            position=1 if asked.max_files == 1 else None,
        )
    except Exception:
        # No row without a file and no file without a row: what was not taken is not kept.
        discard(stored)
        raise
    if same:
        title = slot_title(case, same[0].slot)
        messages.warning(
            request, _("You sent the same file for: %(title)s. Is that right?") % {"title": title}
        )
    return document


def _reuse(
    request: HttpRequest, case: CaseFile, slot: str, asked: Requirement | Field
) -> Document:
    known: Mapping[str, Document] = (
        reusable_documents(case, [asked]) if isinstance(asked, Requirement) else {}
    )
    earlier = known.get(asked.key)
    if earlier is None:
        raise UploadRefused("gone", _("This document cannot be used again. Send it anew."))
    copy = copy_of(earlier.file)
    return actions.attach(
        case.application, actor=request.user, slot=slot, file=copy, reused_from=earlier
    )


def _back(request: HttpRequest, case: CaseFile) -> str:
    """The page of the form somebody came from, when it is one."""
    key = request.POST.get("dari") or request.GET.get("dari") or ""
    return key if any(page.key == key for page in case.definition.pages()) else ""


def _return_to(case: CaseFile, back: str) -> str:
    ref = case.application.public_ref
    if case.application.phase == Phase.NEEDS_CORRECTION:
        return reverse("permits:application-correct", args=[ref])
    if back:
        return reverse("permits:application-page", args=[ref, back])
    return reverse("permits:document-list", args=[ref])


def _slot_page(
    request: HttpRequest,
    case: CaseFile,
    slot: str,
    asked: Requirement | Field,
    back: str,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    allowed = case.editable_targets()
    is_open = allowed is None or slot in allowed
    reuse = reusable_documents(case, [asked]) if isinstance(asked, Requirement) and is_open else {}
    block = slot_block(
        case, slot, asked, error=error, reuse=reuse.get(asked.key), back=back, is_open=is_open
    )
    context = {
        "service_name": service_name(case.application),
        "place": block,
        "problems": [{"url": f"#{block['input_id']}", "text": error}] if error else [],
        "back_url": _return_to(case, back),
    }
    return render(request, "permits/document.html", context, status=status)


@require_GET
def document_open(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Stream one of the person's own documents, any version; only what the scan let pass."""
    application: Application = own_application(request, ref)
    document = application.documents.select_related("file").filter(pk=pk).first()
    if document is None:
        raise Http404
    if not document.file.is_openable:
        words = _("This document waits for the virus scan. It can be opened afterwards.")
        return refusal_page(request, application, words)
    return respond(document.file, download="unduh" in request.GET)
