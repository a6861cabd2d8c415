"""Drawn pieces of the catalogue's pages: cards, results, filters, agencies."""

from collections.abc import Iterable

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counters import browse
from counters.hours import site_hours
from counters.models import Agency, Counter, Service
from counters.opening import today_words
from counters.published import Published, current_standard
from counters.querysets import counters_of
from counters.words import channel_words, fee_words, limit_words, text_of
from mpp.kit import clock

# Agencies beyond these stand behind a fold.
AGENCIES_SHOWN = 6


def service_url(key: str) -> str:
    """The address of a service's page."""
    return reverse("counters:service-detail", args=[key])


def card_html(known: Published, key: str) -> SafeString:
    """The card of one service in the active language; drawn once and held."""
    service = known.services[key]
    return known.fragment(("card", key), lambda: _draw_card(service))


def _draw_card(service: Service) -> str:
    context = {
        "url": service_url(service.key),
        "name": text_of(service, "name"),
        "agency": service.agency.abbr or text_of(service.agency, "name"),
        "text": text_of(service, "summary"),
        "icon": icon_of(service),
        "facts": _card_facts(service),
    }
    return render_to_string("counters/_card.html", context)


def icon_of(service: Service) -> str:
    """The picture of a service: that of its first life event."""
    event = next(iter(service.life_events.all()), None)
    return event.icon if event else ""


def _card_facts(service: Service) -> list[dict[str, str]]:
    standard = current_standard(service)
    facts = [
        ("clock", _("How long"), limit_words(standard)),
        ("cash-coin", _("Fee"), fee_words(standard)),
        ("geo-alt", _("How"), channel_words(service)),
    ]
    return [{"icon": i, "label": label, "value": value} for i, label, value in facts if value]


def results_html(known: Published, wish: browse.Wish, page: browse.Page, total: int) -> SafeString:
    """The region that changes while searching: count, chips, cards, pages."""
    suggested = browse.suggestion(wish, known)
    address = reverse("counters:service-list")
    context = {
        "wish": wish,
        "heading": _heading(wish, total),
        "cards": [card_html(known, key) for key in page.keys],
        "chips": _chips(known, wish, address),
        "clear_url": address + browse.Wish(wish.query, (), "").address(),
        "all_url": address,
        "suggestion": suggested,
        "suggestion_url": address + browse.Wish(suggested, wish.chosen, "").address(),
        "pages": _pages(wish, page, address),
    }
    return render_to_string("counters/_results.html", context)


def _heading(wish: browse.Wish, total: int) -> str:
    if wish.problem:
        return _("We could not search for this")
    if wish.query:
        words = ngettext(
            "%(count)s service fits “%(query)s”", "%(count)s services fit “%(query)s”", total
        )
        return words % {"count": total, "query": wish.query}
    return ngettext("%(count)s service", "%(count)s services", total) % {"count": total}


def _pages(wish: browse.Wish, page: browse.Page, address: str) -> dict[str, str]:
    number, count = page.number, page.count
    return {
        "previous": address + wish.address(number - 1) if number > 1 else "",
        "next": address + wish.address(number + 1) if number < count else "",
        "current": _("page %(number)s of %(count)s") % {"number": number, "count": count},
    }


def _chips(known: Published, wish: browse.Wish, address: str) -> list[dict[str, str]]:
    labels = {group: dict(_options(known, group)) for group in {name for name, _v in wish.chosen}}
    return [
        {"url": address + wish.address(without=(group, value)), "label": labels[group][value]}
        for group, value in wish.chosen
    ]


def _options(known: Published, group: str) -> list[tuple[str, str]]:
    """The values of a filter with their labels, in order; only those that lead somewhere."""
    if group == "agency":
        return [(key, row.abbr or text_of(row, "name")) for key, row in known.agencies.items()]
    if group == "event":
        return [(key, text_of(row, "title")) for key, row in known.life_events.items()]
    words = {
        "audience": {"person": _("For a person"), "business": _("For a business")},
        "channel": {
            "online": _("Online from home"),
            "counter": _("At the counter"),
            "national_system": _("In a national system"),
        },
    }[group]
    return [(value, label) for value, label in words.items() if value in known.members[group]]


def filters_html(known: Published, wish: browse.Wish) -> SafeString:
    """The filters beside the results, with how many services each value has."""
    legends = {
        "channel": _("How to apply"),
        "audience": _("For whom"),
        "event": _("Your situation"),
        "agency": _("Agency"),
    }
    groups = []
    for group, legend in legends.items():
        rows = _option_rows(known, wish, group)
        shown = AGENCIES_SHOWN if group == "agency" else len(rows)
        groups.append({"legend": legend, "rows": rows[:shown], "more": rows[shown:]})
    context = {"groups": groups, "used": len(wish.chosen)}
    return render_to_string("counters/_filters.html", context)


def _option_rows(known: Published, wish: browse.Wish, group: str) -> list[SafeString]:
    chosen = wish.values(group)
    options = _options(known, group)
    if group == "agency":
        # Chosen ones stay in sight: the long rest of this list is behind a fold.
        options = sorted(options, key=lambda option: option[0] not in chosen)
    return [_option_html(known, group, value, label, value in chosen) for value, label in options]


def _option_html(
    known: Published, group: str, value: str, label: str, is_checked: bool
) -> SafeString:
    context = {
        "name": group,
        "value": value,
        "label": label,
        "count": len(known.members[group][value]),
        "checked": is_checked,
    }
    return known.fragment(
        ("option", group, value, is_checked),
        lambda: render_to_string("counters/_option.html", context),
    )


def agencies_html(known: Published, agencies: Iterable[Agency]) -> SafeString:
    """The list of agencies with how many services each has."""
    rows = [
        {
            "url": reverse("counters:agency-detail", args=[agency.key]),
            "name": text_of(agency, "name"),
            "abbr": agency.abbr,
            "kind": agency.get_kind_display(),
            "text": text_of(agency, "summary"),
            "services": _service_count(known, agency),
            "is_operator": agency.is_operator,
        }
        for agency in agencies
    ]
    return render_to_string("counters/_agencies.html", {"rows": rows})


def _service_count(known: Published, agency: Agency) -> str:
    count = len(known.members["agency"].get(agency.key, ()))
    return ngettext("%(count)s service", "%(count)s services", count) % {"count": count}


def _today_lines(agency: Agency, counters: list[Counter]) -> list[str]:
    """Today's hours of an agency with its break, one line for each site it has counters at."""
    sites = {counter.site_id: counter.site for counter in counters}
    lines = []
    for site in sites.values():
        day = clock.today(site.time_zone)
        words = today_words(site_hours(site, day).on(day, agency_id=agency.pk), site.time_zone)
        lines.append(f"{text_of(site, 'name')}: {words}" if len(sites) > 1 else words)
    return lines


def agency_context(known: Published, agency: Agency) -> dict:
    """What the page of one agency shows; one query, and three for each of its sites."""
    counters = list(counters_of(agency.pk))
    keys = [key for key, row in known.services.items() if row.agency.key == agency.key]
    return {
        "crumbs": [
            {"url": reverse("home"), "label": _("Home")},
            {"url": reverse("counters:agency-list"), "label": _("Agencies")},
            {"url": "", "label": agency.abbr or text_of(agency, "name")},
        ],
        "agency": agency,
        "name": text_of(agency, "name"),
        "summary": text_of(agency, "summary"),
        "hours": text_of(agency, "hours"),
        "today": _today_lines(agency, counters),
        "counters": counters,
        "service_count": _service_count(known, agency),
        "cards": [card_html(known, key) for key in keys],
        "is_assumed": bool(agency.assumed),
        "hours_assumed": "hours" in agency.assumed,
        # No source names this agency at this mall.
        "presence_assumed": "presence" in agency.assumed,
    }
