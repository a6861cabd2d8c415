"""Acts on a whole version: check, compare, publish, retire, copy, delete."""

from typing import Any

import yaml
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from permits import drafts, versions
from permits.definition import Change
from permits.models import PermitVersion, VersionState
from permits.versions import CannotPublish, definition_of
from permits.views.editor import words
from permits.views.editor.access import address, load, load_draft, page, surroundings
from permits.views.editor.overview import problem_lines, problems_of, running_count

KINDS = {"added": ("plus-lg", "good"), "removed": ("trash", "bad"), "changed": ("pencil", "wait")}


def problems(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that forbids publishing, each with a link to the field."""
    version = load(request, pk)
    defn = definition_of(version)
    found = problems_of(defn, surroundings(defn))
    lines = problem_lines(version, found)
    return page(request, "problems.html", version, _("Check"), problem_lines=lines)


def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What this version changes against the one before it."""
    version = load(request, pk)
    old = _before(version)
    changes = change_rows(drafts.changes_between(old, definition_of(version)))
    return page(request, "compare.html", version, _("Compare"), changes=changes, old=old)


def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm with the difference, then publish; refused as long as there are problems."""
    version = load_draft(request, pk)
    status = 200
    if request.method == "POST":
        try:
            drafts.publish(version, actor=request.user, base=request.POST.get("base", ""))
        except drafts.DraftChanged:
            status = 409
            version.refresh_from_db()
        except CannotPublish:
            status = 422
        else:
            messages.success(request, _("Published. People can apply for it now."))
            return redirect(address("change", pk))
    defn = definition_of(version)
    old = _before(version)
    return page(
        request,
        "publish.html",
        version,
        _("Publish"),
        status=status,
        is_late=status == 409,
        old=old,
        running=running_count(old) if old else 0,
        changes=change_rows(drafts.changes_between(old, defn)),
        problem_lines=problem_lines(version, problems_of(defn, surroundings(defn))),
    )


def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what retiring means, then do it."""
    version = load(request, pk)
    if request.method == "POST":
        try:
            versions.retire(version, actor=request.user)
        except ValueError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Retired. Nobody can apply for it here any more."))
        return redirect(address("change", pk))
    return page(request, "retire.html", version, _("Retire"), running=running_count(version))


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft that starts as this version; the one there is when there is one already."""
    version = load(request, pk)
    try:
        draft = versions.copy_to_draft(version)
    except ValueError as refused:
        messages.warning(request, str(refused))
        return redirect(address("change", pk))
    messages.success(request, _("This is the new draft. Change what you need, then publish."))
    return redirect(address("change", draft.pk))


def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm and delete a draft."""
    version = load_draft(request, pk)
    if request.method == "POST":
        try:
            drafts.delete(version, base=request.POST.get("base", ""))
        except drafts.DraftChanged:
            version = load(request, pk)
            title = _("Somebody else changed this draft")
            return page(request, "late.html", version, title, status=409, typed=[])
        messages.success(request, _("The draft is deleted."))
        return redirect(reverse("admin:permits_permittype_changelist"))
    return page(request, "delete.html", version, _("Delete the draft"))


def change_rows(changes: list[Change]) -> list[dict[str, Any]]:
    """A typed difference for the page: kind in words, where, old and new as text."""
    names = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}
    return [
        {
            "label": names[change.kind],
            "icon": KINDS[change.kind][0],
            "tone": KINDS[change.kind][1],
            "where": change.path,
            "old": shown(change.old),
            "new": shown(change.new),
        }
        for change in changes
    ]


def shown(value: Any) -> str:
    """A value of a definition for people: texts as they are, parts as YAML."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return words.value("true") if value else words.value("false")
    if isinstance(value, dict | list):
        return yaml.safe_dump(value, allow_unicode=True, sort_keys=False).strip()
    return str(value)


def _before(version: PermitVersion) -> PermitVersion | None:
    """The version that counts as the old one: the published one, else the number before."""
    rows = PermitVersion.objects.filter(permit_type=version.permit_type_id).exclude(pk=version.pk)
    if version.state == VersionState.DRAFT:
        published = rows.filter(state=VersionState.PUBLISHED).first()
        if published:
            return published
    return rows.filter(number__lt=version.number).order_by("-number").first()
