"""/studi-tiru/: when delegations can come, how it works, and what there is to take home."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from counters.models import Site
from counters.words import text_of, weekday_words
from mpp.kit.files import respond
from mpp.kit.prepared import Prepared
from mpp.kit.wording import date_id, file_size
from visits import month
from visits.availability import Day, Frame, Opening
from visits.models import Material, MaterialAudience, Visit
from visits.shown import Shown, shown, sites
from visits.states import VISITED
from visits.words import hours

REGIONS_SHOWN = 6


def chosen_site(request: HttpRequest, known: list[Site]) -> Site | None:
    """The place asked for by `lokasi`; the first one else. None when nobody receives."""
    wanted = request.GET.get("lokasi", "")
    return next((site for site in known if site.key == wanted), known[0] if known else None)


@login_not_required
@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """The month (`bulan`), the sessions of a chosen day (`hari`), and everything to know."""
    known = sites()
    site = chosen_site(request, known)
    if site is None:
        return render(request, "visits/closed.html", status=200)
    held = shown(site)
    start = month.month_start(request.GET.get("bulan", "")[:7], held.frame)
    chosen = _day_of(request.GET.get("hari", "")[:10], start)
    context = {
        "month_html": held.fragment(
            ("month", start, chosen), lambda: _month_html(held, known, start, chosen)
        ),
        "rules_html": held.fragment("rules", lambda: _rules_html(held.frame)),
        "bring_html": held.fragment("bring", lambda: _bring_html(held.frame)),
        "materials": [_material(row) for row in _PUBLIC_MATERIALS.rows()],
        "blueprint_url": reverse("blueprint"),
        "learned": _learned(),
        "learned_url": reverse("visits:regions"),
    }
    return render(request, "visits/calendar.html", context)


def _day_of(text: str, start: date) -> str:
    """The chosen day when it lies in the month that is shown, else an empty text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if day.replace(day=1) == start else ""


def _month_html(held: Shown, known: list[Site], start: date, chosen: str) -> str:
    """The calendar of a month and the sessions of the chosen day."""
    built = month.build(held.frame, start, chosen)
    context = {"sites": _site_links(known, held.site), **_month_context(held.frame, built)}
    return render_to_string("visits/_month.html", context)


def _bring_html(frame: Frame) -> str:
    """How it works and what to bring."""
    return render_to_string("visits/_bring.html", {"note": text_of(frame.rules, "note")})


def _rules_html(frame: Frame) -> str:
    """What the place holds, as a ticket beside the calendar."""
    query = urlencode({"lokasi": frame.site.key})
    context = {
        "site": frame.site,
        "ask_url": f"{reverse('visits:request')}?{query}",
        "sessions_of_week": [_session_line(session) for session in frame.sessions],
        "facts": _facts(frame),
    }
    return render_to_string("visits/_rules.html", context)


def _site_links(known: list[Site], chosen: Site) -> list[dict[str, Any]]:
    if len(known) < 2:
        return []
    return [
        {"url": f"?{urlencode({'lokasi': site.key})}", "name": site.name, "is_on": site == chosen}
        for site in known
    ]


def _month_context(frame: Frame, built: month.Month) -> dict[str, Any]:
    def link(day) -> str:
        query = {"lokasi": frame.site.key, "bulan": f"{day:%Y-%m}"}
        return f"?{urlencode(query)}#kalender"

    return {
        "month": built,
        "title": date_id(built.first, "month"),
        "weekdays": [(str(WEEKDAYS_ABBR[day]), str(WEEKDAYS[day])) for day in built.weekdays],
        "before": _named(built.before, link),
        "after": _named(built.after, link),
        "next_free": _named(built.next_free, link),
        "chosen": _chosen(frame, built.chosen) if built.chosen else None,
    }


def _named(day, link) -> dict[str, str] | None:
    return {"url": link(day), "label": date_id(day, "month")} if day else None


def _chosen(frame: Frame, day: Day) -> dict[str, Any]:
    return {
        "title": date_id(day.date),
        "reason": day.reason,
        "sessions": [_session_card(frame, opening) for opening in day.openings],
    }


def _session_card(frame: Frame, opening: Opening) -> dict[str, str]:
    session = opening.session
    query = {
        "lokasi": frame.site.key,
        "sesi": session.key,
        "tanggal": opening.date.isoformat(),
    }
    return {
        "title": f"{text_of(session, 'name')}, {hours(session.starts_at, session.ends_at)}",
        "text": places_words(opening),
        "pending": month.pending_words(opening.pending) if opening.pending else "",
        "url": f"{reverse('visits:request')}?{urlencode(query)}" if opening.is_open else "",
    }


def places_words(opening: Opening) -> str:
    """What is left in a session: groups and people, or why there is nothing."""
    if opening.state == "full":
        return _("Full.")
    if not opening.is_open:
        return opening.reason
    groups = ngettext("%(count)s group", "%(count)s groups", opening.groups_left)
    return _("Room for %(groups)s and %(people)s people.") % {
        "groups": groups % {"count": opening.groups_left},
        "people": opening.people_left,
    }


def _session_line(session) -> str:
    return f"{weekday_words(session.weekdays)}: {hours(session.starts_at, session.ends_at)}"


def _facts(frame: Frame) -> list[dict[str, Any]]:
    rules = frame.rules
    groups = ngettext("%(count)s group", "%(count)s groups", rules.day_groups)
    lead = ngettext("%(count)s working day", "%(count)s working days", rules.lead_days)
    answer = ngettext("%(count)s working day", "%(count)s working days", rules.answer_days)
    return [
        {"label": _("A day holds"), "value": groups % {"count": rules.day_groups}},
        {
            "label": _("People a day"),
            "value": _("%(count)s people") % {"count": rules.day_people},
        },
        {
            "label": _("A group at most"),
            "value": _("%(count)s people") % {"count": rules.size_max},
        },
        {"label": _("Ask before the visit"), "value": lead % {"count": rules.lead_days}},
        {"label": _("We answer within"), "value": answer % {"count": rules.answer_days}},
    ]


def public_materials():
    """Current materials anybody may take."""
    return (
        Material.objects.filter(is_current=True, audience=MaterialAudience.PUBLIC)
        .select_related("file")
        .order_by("order", "key")
    )


_PUBLIC_MATERIALS = Prepared(public_materials)


def _material(row: Material) -> dict[str, str]:
    return material_line(row, reverse("visits:material", args=[row.key]))


def material_line(row: Material, url: str) -> dict[str, str]:
    """A material as a row of files: link, title, sentence, size and version."""
    return {
        "url": url if row.file.is_openable else "",
        "title": text_of(row, "title"),
        "summary": text_of(row, "summary"),
        "details": _("PDF, %(size)s, version %(version)s")
        % {"size": file_size(row.file.size), "version": row.version},
    }


@login_not_required
@require_safe
def material(request: HttpRequest, key: str) -> HttpResponse:
    """A public material; one for visitors only is 404 here."""
    row = get_object_or_404(public_materials(), key=key[:50])
    if not row.file.is_openable:
        raise Http404
    return respond(row.file, download=False)


def _named_visits():
    rows = Visit.objects.filter(state__in=VISITED, listed_at__isnull=False)
    named = rows.order_by("-slot__day__date", "-pk").values_list("institution", flat=True)
    return named[: REGIONS_SHOWN * 3]


_NAMED = Prepared(_named_visits)


def _learned() -> list[str]:
    """Names of institutions that were here lately and agreed to be named."""
    return list(dict.fromkeys(_NAMED.rows()))[:REGIONS_SHOWN]
