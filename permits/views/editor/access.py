"""Who may open the editor, and what every page of it knows."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Role
from counters.models import Agency
from counters.permissions import can_publish
from permits.definition import PermitDefinition
from permits.definition.vocabulary import ROLE_KEYS
from permits.drafts import fingerprint
from permits.models import PermitVersion, VersionState
from permits.views.editor.controls import Surroundings

STATES = {
    VersionState.DRAFT: ("pencil-fill", "wait"),
    VersionState.PUBLISHED: ("check-circle-fill", "good"),
    VersionState.RETIRED: ("clock-history", "quiet"),
}


def check_right(user: Any, agency: Agency) -> None:
    """Raises PermissionDenied with the sentence when this person may not publish for `agency`."""
    if not can_publish(user, agency):
        raise PermissionDenied(
            _("Only the catalogue editor, the head of %(agency)s or a supervisor may do this.")
            % {"agency": agency.abbr or agency.name}
        )


def load(request: HttpRequest, pk: int) -> PermitVersion:
    """The version of this page. 404 when there is none, 403 with the sentence without right."""
    rows = PermitVersion.objects.select_related("permit_type__service__agency", "published_by")
    version = get_object_or_404(rows, pk=pk)
    check_right(request.user, version.permit_type.service.agency)
    return version


def load_draft(request: HttpRequest, pk: int) -> PermitVersion:
    """The same for pages that change a draft; a published or retired version is refused."""
    version = load(request, pk)
    if version.state != VersionState.DRAFT:
        raise PermissionDenied(_("This version is frozen. Copy it to a new draft to change it."))
    return version


def address(name: str, *args: Any) -> str:
    """The address of a page of the editor."""
    return reverse(f"admin:permits_permitversion_{name}", args=args)


def named(item: Any, name: str = "name") -> str:
    """A text of the region in the active language."""
    english = getattr(item, f"{name}_en", "")
    return english if get_language() == "en" and english else getattr(item, name)


def surroundings(defn: PermitDefinition) -> Surroundings:
    """The choices of a part's form: agencies and roles that exist here (two queries)."""
    agencies = Agency.objects.order_by("order", "key").only("key", "name", "name_en", "abbr")
    names = {role.key: named(role) for role in Role.objects.filter(key__in=ROLE_KEYS)}
    return Surroundings(
        defn,
        [(row.key, f"{named(row)} ({row.key})") for row in agencies],
        [(key, names.get(key, key)) for key in ROLE_KEYS],
    )


def page(
    request: HttpRequest,
    template: str,
    version: PermitVersion | None,
    title: str,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of the editor with its head: crumbs, state, the draft's fingerprint."""
    crumbs = [
        {"url": reverse("admin:permits_permittype_changelist"), "label": _("Permit types")},
    ]
    if version is not None:
        icon, tone = STATES[version.state]
        crumbs.append({"url": address("change", version.pk), "label": str(version)})
        context |= {
            "version": version,
            "state": {"label": version.get_state_display(), "icon": icon, "tone": tone},
            "is_draft": version.state == VersionState.DRAFT,
            "base": fingerprint(version),
            "overview_url": address("change", version.pk),
        }
    if version is None or context.get("inner", True):
        crumbs.append({"label": title})
    context = {**admin.site.each_context(request), "crumbs": crumbs, "title": title, **context}
    return render(request, f"admin/permits/editor/{template}", context, status=status)
