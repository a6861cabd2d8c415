"""What a citizen does from the status page: write, withdraw, open a paper or an attachment."""

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mpp.kit.fields import clean_text
from mpp.kit.files import discard, respond
from mpp.kit.uploads import UploadRefused
from permits import actions, permissions
from permits.casefile import CaseFile
from permits.models import Application, Permit, Phase
from permits.views.access import own_application, refusal_page, service_name, tells_refusals
from permits.views.documents import FULL_DISK, full_disk_sentence, receive
from permits.views.sending import new_key, posted_key
from permits.views.status import status_page

LONGEST_MESSAGE = 4_000


@require_POST
@tells_refusals
def message_post(request: HttpRequest, ref: str) -> HttpResponse:
    """Write to the desk, with one attachment if wanted. The same key is one message."""
    application = own_application(request, ref, with_desk=True)
    body = request.POST.get("body", "")
    words = _message_problem(application, body) or _limit_problem(request)
    stored = None
    sent = request.FILES.get("file")
    if not words and sent is not None:
        try:
            stored = receive(sent, None)
        except UploadRefused as fault:
            words = fault.sentence
        except OSError as fault:
            if fault.errno not in FULL_DISK:
                raise
            words = full_disk_sentence()
    if words:
        problems = [{"url": "#id_body", "text": words}]
        case = CaseFile(application)
        return status_page(request, case, typed=body, problems=problems, status=422)
    message = actions.post_message(
        application,
        actor=request.user,
        body=clean_text(body, one_line=False),
        key=posted_key(request) or new_key(),
        from_staff=False,
        file=stored,
    )
    if stored is not None and message.file_id != stored.pk:
        discard(stored)
    messages.success(request, _("Your message is sent."))
    status_url = reverse("permits:application-status", args=[application.public_ref])
    return redirect(f"{status_url}#pesan")


def _message_problem(application: Application, body: str) -> str:
    if application.phase == Phase.DRAFT:
        return _("Send the application first. Then you can write to the desk.")
    try:
        text = clean_text(body, one_line=False)
    except ValidationError as fault:
        return fault.messages[0]
    if not text:
        return _("Write your message first.")
    if len(text) > LONGEST_MESSAGE:
        return _("At most %(count)s characters, you wrote %(written)s.") % {
            "count": LONGEST_MESSAGE,
            "written": len(text),
        }
    return ""


def _limit_problem(request: HttpRequest) -> str:
    """Why this message is one too many for now; empty when it is not."""
    if not consume(request, action="message", user=request.user):
        return _("Too many attempts. Wait a minute, then try again.")
    return ""


@require_GET
def message_file(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Stream the attachment of a message of one's own file."""
    application = own_application(request, ref)
    row = application.messages.select_related("file").filter(pk=pk).first()
    if row is None or row.file is None:
        raise Http404
    if not row.file.is_openable:
        words = _("This document waits for the virus scan. It can be opened afterwards.")
        return refusal_page(request, application, words)
    return respond(row.file, download=False)


@require_http_methods(["GET", "POST"])
@tells_refusals
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Withdraw a file or throw a draft away, after a page that says what follows."""
    application = own_application(request, ref)
    key = posted_key(request)
    right = permissions.can_withdraw(request.user, application)
    if not right and not (key and application.steps.filter(key=key).exists()):
        return refusal_page(request, application, right.sentence)
    was_draft = application.phase == Phase.DRAFT
    if request.method == "POST":
        typed = request.POST.get("reason", "")[:LONGEST_MESSAGE]
        # The reason is optional: characters that cannot be shown are not worth a refusal.
        reason = "".join(letter for letter in typed if letter.isprintable() or letter in "\n\t")
        actions.withdraw(
            application, actor=request.user, key=key or new_key(), reason=reason.strip()
        )
        words = (
            _("The draft was thrown away.") if was_draft else _("The application is withdrawn.")
        )
        messages.success(request, words)
        return redirect("permits:application-list")
    context = {
        "service_name": service_name(application),
        "number": application.public_ref,
        "is_draft": was_draft,
        "key": new_key(),
        "back_url": reverse("permits:application-status", args=[application.public_ref]),
    }
    return render(request, "permits/withdraw.html", context)


@require_GET
def permit_file(request: HttpRequest, ref: str) -> HttpResponse:
    """The issued, signed permit; a page that says so while it is being made."""
    application = own_application(request, ref)
    permit = Permit.objects.select_related("paper__pdf").filter(application=application).first()
    if permit is None:
        raise Http404
    if permit.paper.pdf is None:
        context = {
            "service_name": service_name(application),
            "number": permit.paper.number,
            "back_url": reverse("permits:application-status", args=[application.public_ref]),
        }
        response = render(request, "permits/permit_pending.html", context, status=202)
        response.headers["Retry-After"] = "10"
        return response
    return respond(permit.paper.pdf, download="unduh" in request.GET)
