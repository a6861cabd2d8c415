"""Documents at the desk: pages as pictures made by the server, downloads, attachments.

The browser of the staff opens no document itself (no iframe, no active content).
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mpp.kit.files import open_file as read_stored
from mpp.kit.files import respond
from mpp.kit.models import StoredFile
from mpp.kit.pages import PageTrouble, page_jpeg
from permits.models import Document
from permits.views.desk.opening import OPINION, Opened, open_file, told
from permits.workflow import Refused

WIDTH = 1_400


def _document(request: HttpRequest, number: str, pk: int) -> tuple[Opened, Document]:
    """A sent version of a document of this file, or 404; not scanned yet = refused."""
    opened = open_file(request, number)
    document = (
        Document.objects.filter(pk=pk, application=opened.application, round__isnull=False)
        .select_related("file")
        .first()
    )
    if document is None:
        raise Http404
    _check_openable(document.file)
    return opened, document


def _check_openable(file: StoredFile) -> None:
    if not file.is_openable:
        raise Refused(_("This document is still waiting for its scan."), status=409)


def _picture(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@told
def page(request: HttpRequest, number: str, pk: int, page: int) -> HttpResponse:
    """One page of a document as a picture; 404 for a page it does not have."""
    opened, document = _document(request, number, pk)
    with read_stored(document.file) as handle:
        content = handle.read()
    try:
        picture = page_jpeg(content, document.file.mime, page, WIDTH)
    except PageTrouble as trouble:
        raise Http404 from trouble
    opened.record("document", f"{number}/{document.pk}")
    return _picture(picture)


@require_GET
@told
def download(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The document as it was sent."""
    opened, document = _document(request, number, pk)
    opened.record("document", f"{number}/{document.pk}")
    return respond(document.file, download=True)


@require_GET
@told
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A file that hangs on a message; not for an agency that is only asked."""
    opened = open_file(request, number)
    message = opened.application.messages.select_related("file").filter(pk=pk).first()
    if message is None or message.file is None or opened.part == OPINION:
        raise Http404
    _check_openable(message.file)
    opened.record("attachment", f"{number}/{pk}")
    return respond(message.file, download=True)


@require_GET
@told
def opinion_file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The file that came with an opinion."""
    opened = open_file(request, number)
    opinion = next((o for o in opened.case.opinions if o.pk == pk and o.file_id), None)
    if opinion is None:
        raise Http404
    _check_openable(opinion.file)
    opened.record("opinion", f"{number}/{pk}")
    return respond(opinion.file, download=True)
