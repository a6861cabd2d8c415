"""/cetak-biru/: what the blueprint of this mall is, its file, its schema and its authority."""

import json
from functools import cache

from asn1crypto import pem
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from mpp.blueprint import words
from mpp.blueprint.manifest import FORMAT, SCHEMA
from mpp.blueprint.models import Edition
from mpp.blueprint.schema import document
from mpp.kit.files import open_file
from mpp.kit.installation import installation
from mpp.kit.signing import current_signer
from mpp.kit.wording import file_size, when

MINUTE = "public, max-age=60"


def newest() -> Edition | None:
    """The edition in force, if any; one query."""
    return Edition.objects.select_related("file").order_by("-number").first()


def file_name(edition: Edition) -> str:
    """What the download is called."""
    region = slugify(installation().region_name) or "mal"
    return f"cetak-biru-{region}-{edition.number}.zip"


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page for delegations and everybody else."""
    edition = newest()
    signer = current_signer()
    context = {
        "edition": edition,
        "contents": words.counted(edition.counts) if edition else [],
        "size": file_size(edition.file.size) if edition else "",
        "published": when(edition.published_at, "plain") if edition else "",
        "file_name": file_name(edition) if edition else "",
        "format": f"{FORMAT}/{SCHEMA}",
        "signer": signer.name,
        "is_demo_signer": signer.is_demo,
    }
    return render(request, "blueprint/page.html", context)


@login_not_required
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The file of the newest edition; 404 before the first."""
    edition = newest()
    if edition is None:
        raise Http404
    response = FileResponse(
        open_file(edition.file),
        as_attachment=True,
        filename=file_name(edition),
        content_type=edition.file.mime,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = MINUTE
    response.headers["ETag"] = f'"{edition.file.sha256}"'
    return response


@cache
def _schema_text() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=1)


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of the format."""
    return HttpResponse(
        _schema_text(),
        content_type="application/schema+json; charset=utf-8",
        headers={"Cache-Control": MINUTE},
    )


@login_not_required
@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """The certificates by which our seal is checked, as PEM."""
    parts = [pem.armor("CERTIFICATE", one.dump()) for one in current_signer().trusted]
    response = HttpResponse(b"".join(parts), content_type="application/x-pem-file")
    response.headers["Content-Disposition"] = 'attachment; filename="otoritas.pem"'
    return response
