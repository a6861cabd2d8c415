"""What every page knows: whose mall this is, and the navigation."""

from functools import cache, partial

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.middleware import session_seconds
from accounts.notices import unread_count
from mpp.kit.installation import installation
from visits.querysets import is_visit_staff


def navigation() -> dict[str, list[dict]]:
    """Labels and addresses of the main navigation, in the active language."""
    return _navigation(get_language())


@cache
def _navigation(language: str) -> dict[str, list[dict]]:
    """The navigation in `language`, which is active: made once, `{% url %}` is dear."""
    home = {"url": reverse("home"), "label": _("Home"), "icon": "house-door-fill"}
    services = {"url": reverse("counters:service-list"), "label": _("Services"), "icon": "grid"}
    mine = {"url": reverse("permits:application-list"), "label": _("My files"), "icon": "folder"}
    track = {"url": reverse("permits:track"), "label": _("Track"), "icon": "search"}
    queue = {
        "url": reverse("counters:queue-list"),
        "label": _("Queue"),
        "icon": "ticket-perforated",
    }
    check = {"url": reverse("verify"), "label": _("Check a permit"), "icon": "patch-check"}
    agencies = {
        "url": reverse("counters:agency-list"),
        "label": _("Agencies"),
        "icon": "building",
    }
    visits = {"url": reverse("visits:calendar"), "label": _("Study visits"), "icon": "people"}
    account = {"url": reverse("accounts:profile"), "label": _("Account"), "icon": "person"}
    return {
        "nav_items": [services, queue, visits, agencies, track, check],
        "tab_items": [home, services, queue, mine, account],
        "inbox_url": reverse("accounts:inbox"),
    }


def nav_place(path: str) -> str:
    """Which entry of the navigation `path` belongs to: the same for all pages under one entry.

    The bars are drawn once per place and language and kept.
    """
    nav = navigation()
    for item in (*nav["nav_items"], *nav["tab_items"]):
        url = item["url"]
        if path == url:
            return url
        if url != "/" and path.startswith(url):
            return f"{url}*"
    return ""


def desk_more(user: object) -> list[dict]:
    """Items of the desk's navigation that belong to no room of files, for who may use them."""
    if user is None or not is_visit_staff(user):
        return []
    url = reverse("admin:visits_visit_calendar")
    return [{"url": url, "label": _("Study visits"), "icon": "people"}]


def portal(request: HttpRequest) -> dict:
    """Context of every template: installation, navigation, demo flag, current path.

    `unread_count` asks the database only on a page that shows it; `session_seconds` (0 for
    nobody) is the time until an idle session ends, for the warning five minutes before.
    """
    user = getattr(request, "user", None)
    return {
        "installation": installation(),
        "demo": settings.DEMO,
        "current_path": request.path,
        "nav_place": nav_place(request.path),
        "unread_count": cache(partial(unread_count, user)),
        "session_seconds": session_seconds(user),
        "desk_more": partial(desk_more, user),
        **navigation(),
    }
