"""What every own page of the desk shows around itself: navigation, search, office."""

from typing import Any

from django.contrib import admin
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from counters import permissions as places
from counters.views.desk.frame import navigation as queue_navigation
from permits.views.desk.piles import PILES

WORKLIST = "admin:permits_application_worklist"
REVIEW = "admin:permits_application_review"
PAPERS = "admin:permits_application_papers"
TYPES = "admin:permits_permittype_changelist"
# Piles that stand in the navigation of every desk page.
IN_NAVIGATION = ("mine", "unassigned", "agency", "opinions")


def addresses() -> dict[str, Any]:
    """Addresses and labels of the desk's navigation, remembered per language and process."""
    cache = caches["local"]
    key = f"desk:navigation:{get_language()}"
    found = cache.get(key)
    if found is None:
        worklist = reverse(WORKLIST)
        found = {
            "worklist": worklist,
            "search": reverse("admin:permits_application_search"),
            "inbox": reverse("accounts:inbox"),
            "items": [
                {
                    "key": "start",
                    "url": reverse("admin:index"),
                    "label": _("Start"),
                    "icon": "house",
                },
                *[
                    {
                        "key": pile.key,
                        "url": f"{worklist}?daftar={pile.slug}",
                        "label": str(pile.label),
                        "icon": pile.icon,
                    }
                    for pile in PILES
                    if pile.key in IN_NAVIGATION
                ],
                {
                    "key": "papers",
                    "url": reverse(PAPERS),
                    "label": _("Issued permits"),
                    "icon": "patch-check",
                },
                {
                    "key": "types",
                    "url": reverse(TYPES),
                    "label": _("Permit types"),
                    "icon": "sliders",
                },
                {
                    "key": "blueprint",
                    "url": reverse("blueprint-desk"),
                    "label": _("Blueprint"),
                    "icon": "download",
                },
            ],
        }
        cache.set(key, found, None)
    return found


def navigation(
    current: str,
    counts: dict[str, str] | None = None,
    *,
    edits_types: bool = False,
    configures: bool = False,
) -> list[dict]:
    """The items of the side navigation; `counts` are shown words by pile key.

    Permit types stand there only for people who may publish them (`edits_types`), the blueprint
    only for those who configure the whole mall.
    """
    counts = counts or {}
    return [
        {**item, "current": item["key"] == current, "count": counts.get(item["key"], "")}
        for item in addresses()["items"]
        if (edits_types or item["key"] != "types") and (configures or item["key"] != "blueprint")
    ]


def _is_editor_page(path: str) -> bool:
    """Whether an address belongs to the editor of permit types."""
    types = next(item["url"] for item in addresses()["items"] if item["key"] == "types")
    return path.startswith((types, types.replace("/permittype/", "/permitversion/")))


def office_of(user: User) -> str:
    """The agencies a person works for, as one short text; one query per request."""
    held = getattr(user, "_desk_office", None)
    if held is None:
        held = user._desk_office = ", ".join(str(agency) for agency in places.offices_of(user))
    return held


def frame(
    request: HttpRequest,
    title: str,
    *,
    current: str = "",
    counts: dict[str, str] | None = None,
    query: str = "",
) -> dict[str, Any]:
    """Context of a desk page: what `admin/desk_base.html` needs, without the app list."""
    return {
        "title": title,
        "site_title": admin.site.site_title,
        "site_header": admin.site.site_header,
        "has_permission": True,
        "is_popup": False,
        **desk_links(request, current, counts, query),
    }


def desk_links(
    request: HttpRequest,
    current: str = "",
    counts: dict[str, str] | None = None,
    query: str = "",
) -> dict[str, Any]:
    """What the head and the side of every staff page need; one query."""
    known = addresses()
    if not current and _is_editor_page(request.path):
        current = "types"
    edits_types = places.can_publish(request.user)
    configures = places.can_configure(request.user)
    queue = [
        {**item, "current": item["key"] == current, "count": ""}
        for item in queue_navigation(request.user)
    ]
    return {
        "desk_nav": [
            *navigation(current, counts, edits_types=edits_types, configures=configures),
            *queue,
        ],
        "desk_search_url": known["search"],
        "desk_query": query,
        "desk_office": office_of(request.user),
        "inbox_url": known["inbox"],
        "worklist_url": known["worklist"],
    }


def refused_page(
    request: HttpRequest,
    sentence: str,
    *,
    status: int,
    back: str = "",
    kept: list[dict] | None = None,
) -> HttpResponse:
    """A refusal as a page: the sentence, what was typed, and the way back."""
    context = {
        **frame(request, _("This was not done")),
        "sentence": sentence,
        "back_url": back or addresses()["worklist"],
        "kept": kept or [],
    }
    return render(request, "admin/permits/refused.html", context, status=status)
