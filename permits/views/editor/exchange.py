"""A permit type as one YAML file: exported as it is, imported after a dry run."""

import yaml
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from counters.permissions import can_publish
from permits import definition as definitions
from permits import drafts
from permits.definition import DefinitionError, PermitDefinition, Problem
from permits.definition.reading import MAX_YAML_LENGTH
from permits.models import PermitType, PermitVersion
from permits.versions import definition_of
from permits.views.editor.access import address, check_right, load, page, surroundings
from permits.views.editor.acts import change_rows
from permits.views.editor.overview import problems_of


def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Any version as a YAML file to keep, share or import elsewhere."""
    version = load(request, pk)
    text = definitions.to_yaml(definition_of(version))
    name = f"{version.permit_type.key}-v{version.number}.yaml"
    response = HttpResponse(text.encode(), content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def import_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Import a file as the draft of this version's type."""
    version = load(request, pk)
    return _import(request, version)


def import_type(request: HttpRequest) -> HttpResponse:
    """Import a file as the draft of whatever type it describes, a new one too."""
    if not can_publish(request.user):
        raise PermissionDenied(_("Only catalogue editors, heads and supervisors may do this."))
    return _import(request, None)


def _import(request: HttpRequest, version: PermitVersion | None) -> HttpResponse:
    if request.method != "POST":
        return _page(request, version, "", [])
    text, faults = _sent_text(request)
    if faults:
        return _page(request, version, text, faults, status=422)
    try:
        defn = read(text)
        known = _checked_target(request, defn, version)
    except DefinitionError as refused:
        return _page(request, version, text, refused.errors, status=422)
    except drafts.CannotImport as refused:
        return _page(request, version, text, [Problem("", str(refused))], status=422)
    if "apply" in request.POST:
        try:
            draft = drafts.import_as_draft(defn, base=request.POST.get("replaces", ""))
        except drafts.DraftChanged:
            return _dry_run(request, version, text, defn, known, is_late=True)
        messages.success(request, _("The file is the draft now. Check it, then publish."))
        return redirect(address("change", draft.pk))
    return _dry_run(request, version, text, defn, known)


def read(text: str) -> PermitDefinition:
    """The definition in a text. Raises DefinitionError with lines, for hidden signs too."""
    if len(text) <= MAX_YAML_LENGTH:
        hidden = yaml.reader.Reader.NON_PRINTABLE.search(text)
        if hidden:
            line = text.count("\n", 0, hidden.start()) + 1
            sentence = _("There is a sign that cannot be shown. Remove it.")
            raise DefinitionError([Problem("", sentence, line)])
        if not text.strip():
            raise DefinitionError([Problem("", _("Choose a file or paste the YAML."))])
    return definitions.from_yaml(text)


def decoded(raw: bytes) -> str:
    """The text of a file. Raises DefinitionError with the line that is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        sentence = _("The file is not text in UTF-8.")
        raise DefinitionError([Problem("", sentence, line)]) from fault


def _sent_text(request: HttpRequest) -> tuple[str, list[Problem]]:
    """What was uploaded, else what was pasted; line ends as \\n."""
    file: UploadedFile | None = request.FILES.get("file")
    text = request.POST.get("yaml", "")
    if file is not None:
        if file.size > 4 * MAX_YAML_LENGTH:
            return text, [Problem("", _("The file is too large."))]
        try:
            text = decoded(file.read())
        except DefinitionError as refused:
            return text, refused.errors
    return text.replace("\r\n", "\n").replace("\r", "\n"), []


def _checked_target(
    request: HttpRequest, defn: PermitDefinition, version: PermitVersion | None
) -> PermitType | None:
    """The type the file belongs to. Raises CannotImport, PermissionDenied with the sentence."""
    if version is not None and defn.key != version.permit_type.key:
        raise drafts.CannotImport(
            _("This file is about %(other)s, not about %(own)s.")
            % {"other": defn.key, "own": version.permit_type.key}
        )
    service, known = drafts.target_of(defn)
    check_right(request.user, service.agency)
    return known


def _page(
    request: HttpRequest,
    version: PermitVersion | None,
    text: str,
    faults: list[Problem],
    status: int = 200,
) -> HttpResponse:
    lines = [
        {
            "line": fault.line,
            "where": fault.path,
            "text": fault.sentence,
        }
        for fault in faults
    ]
    title = _("Import YAML")
    return page(request, "import.html", version, title, status=status, faults=lines, text=text)


def _dry_run(
    request: HttpRequest,
    version: PermitVersion | None,
    text: str,
    defn: PermitDefinition,
    known: PermitType | None,
    *,
    is_late: bool = False,
) -> HttpResponse:
    """What importing would change, told before anything is."""
    old = drafts.compared_with(known)
    draft = drafts.draft_of(known)
    found = problems_of(defn, surroundings(defn))
    return page(
        request,
        "dry_run.html",
        version,
        _("Import YAML: what would change"),
        status=409 if is_late else 200,
        text=text,
        name=defn.name or defn.key,
        old=old,
        replaces=drafts.fingerprint(draft),
        replaces_draft=draft is not None,
        changes=change_rows(drafts.changes_between(old, defn)),
        faults=[{"line": 0, "where": one.path, "text": one.sentence} for one in found],
        is_late=is_late,
        counts={
            "sections": len(defn.sections),
            "fields": len(defn.all_fields()),
            "requirements": len(defn.requirements),
            "stages": len(defn.stages),
        },
    )
