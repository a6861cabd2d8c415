"""What the page of one service shows: its published standard (UU 25/2009 art. 21) as facts."""

from urllib.parse import quote

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from counters.calendar import home_calendar
from counters.hall_now import hall_now
from counters.models import (
    Channel,
    Service,
    ServiceStandard,
    StandardRequirement,
    TimeUnit,
)
from counters.promises import Promise, promise_if_sent
from counters.published import current_standard
from counters.querysets import counters_of
from counters.views.pieces import service_url
from counters.views.queues import queue_url, state_words, waiting_words
from counters.views.ticket_words import outage_rows
from counters.words import channel_words, fee_words, limit_words, text_of
from mpp.kit import clock

WHATSAPP = "https://wa.me/?text="
# A catalogue file and a permit type name the same published component differently.
_COMPONENTS = {
    "time": {"time_limit", "limit_count", "intake_days"},
    "fee": {"fee", "fee_idr", "fee_amount", "fee_text"},
    "product": {"product"},
    "requirements": {"requirements"},
    "procedure": {"procedure"},
    "complaints": {"complaints"},
    "legal_basis": {"legal_basis"},
    "decree": {"decree", "decree_on", "effective_on"},
}


def service_body(service: Service, standard: ServiceStandard | None = None) -> str:
    """The drawn page body; `standard` is a former version, default the one in force."""
    return render_to_string("counters/_service_body.html", service_context(service, standard))


def service_context(service: Service, standard: ServiceStandard | None = None) -> dict:
    """Everything the page says, in the active language; four queries and what
    `hall_now` asks."""
    current = current_standard(service)
    standard = standard or current
    assumed = assumed_components(standard)
    requirements = list(standard.requirements.all()) if standard else []
    return {
        "service": service,
        "outages": outage_banners(service.agency_id),
        "name": text_of(service, "name"),
        "summary": text_of(service, "summary"),
        "agency_name": text_of(service.agency, "name"),
        "agency_url": reverse("counters:agency-detail", args=[service.agency.key]),
        "crumbs": _crumbs(service),
        "standard": standard,
        "assumed": assumed,
        "has_assumed": bool(service.assumed) or any(assumed.values()),
        "facts": _facts(service, standard, assumed),
        "requirements": [_requirement(service, row) for row in requirements],
        "steps": text_of(standard, "procedure") if standard else [],
        "fee_text": text_of(standard, "fee_text") if standard else "",
        "product": text_of(standard, "product") if standard else "",
        "complaints": text_of(standard, "complaints") if standard else "",
        "limit": limit_words(standard),
        "versions": _versions(service, standard),
        "is_past": standard is not None and standard is not current,
        "current_url": service_url(service.key),
        "action": _action(service, current, requirements),
    }


def assumed_components(standard: ServiceStandard | None) -> dict[str, bool]:
    """For each published component whether no source gave it: shown as an example."""
    named = set(standard.assumed) if standard else set()
    return {part: bool(names & named) for part, names in _COMPONENTS.items()}


def _crumbs(service: Service) -> list[dict[str, str]]:
    return [
        {"url": reverse("home"), "label": _("Home")},
        {"url": reverse("counters:service-list"), "label": _("Services")},
        {"url": "", "label": text_of(service, "name")},
    ]


def _facts(
    service: Service, standard: ServiceStandard | None, assumed: dict[str, bool]
) -> list[dict]:
    """The four key facts, always the same four in the same order."""
    limit, fee = limit_words(standard), fee_words(standard)
    is_free = standard is not None and standard.fee_amount == 0
    time_value = _("At most %(limit)s") % {"limit": limit} if limit else ""
    product = text_of(standard, "product") if standard else ""
    channel_assumed = "channel" in service.assumed and service.channel != Channel.ONLINE
    rows = [
        ("clock", _("How long"), time_value, _("once the file is complete"), assumed["time"]),
        ("cash-coin", _("Fee"), fee, _("no other charges") if is_free else "", assumed["fee"]),
        ("geo-alt", _("How"), channel_words(service), "", channel_assumed),
        ("patch-check", _("What you get"), product, "", assumed["product"]),
    ]
    return [_fact(*row) for row in rows]


def _fact(icon: str, label: str, value: str, note: str, is_example: bool) -> dict:
    if not value:
        return _fact(icon, label, _("Not set yet"), "", False)
    return {"icon": icon, "label": label, "value": value, "note": note, "is_example": is_example}


def _requirement(service: Service, row: StandardRequirement) -> dict[str, str]:
    proofs = {
        "scan": _("Scan or photo of the document"),
        "photo": _("Photo"),
        "statement": _("Signed statement"),
        "original_at_counter": _("Show the original at the counter"),
        "condition": _("No document, this must be true"),
    }
    return {
        "id": f"need-{row.key}",
        "remember": f"{service.key}:{row.key}",
        "title": text_of(row, "title"),
        "note": text_of(row, "note"),
        "proof": proofs.get(row.proof, ""),
    }


def _versions(service: Service, shown: ServiceStandard | None) -> list[dict]:
    address = service_url(service.key)
    return [
        {
            "row": row,
            "url": "" if row is shown else f"{address}?version={row.version}",
            "is_current": row.state == "current",
            "limit": limit_words(row),
            "fee": fee_words(row),
        }
        for row in service.versions
    ]


def _action(
    service: Service, standard: ServiceStandard | None, requirements: list[StandardRequirement]
) -> dict:
    """The side card: the promised date and where to go."""
    is_online = service.channel == Channel.ONLINE
    in_system = service.channel == Channel.NATIONAL_SYSTEM
    return {
        "promise": _promise(service, standard),
        "apply_url": reverse("permits:application-new", args=[service.key]) if is_online else "",
        "system_url": _web(service.system_url) if in_system else "",
        "counters": [] if in_system else list(counters_of(service.agency_id)),
        "share_url": _share_url(service, requirements),
        "queues": [] if in_system else queue_links(service.key),
    }


def queue_links(service_key: str) -> list[dict[str, str]]:
    """The queues in which people wait for a service: address, place, who waits now."""
    return [
        {
            "url": queue_url(row.queue, service_key),
            "site": text_of(row.queue.site, "name"),
            "state": state_words(row),
            "waiting": waiting_words(row.waiting),
        }
        for row in hall_now().serving(service_key)
    ]


def outage_banners(agency: int) -> list[dict[str, str]]:
    """What is down for an agency now, as banners in the active language."""
    return [
        banner
        for row, zone in hall_now().outages_for(agency)
        for banner in outage_rows((row,), zone)
    ]


def _promise(service: Service, standard: ServiceStandard | None) -> Promise | None:
    """The date if sent today: for what is sent here, and for limits counted in days."""
    if standard is None or service.channel == Channel.NATIONAL_SYSTEM:
        return None
    if service.channel == Channel.COUNTER and standard.limit_unit != TimeUnit.WORKING_DAYS:
        return None
    return promise_if_sent(standard, clock.now(), home_calendar())


def _share_url(service: Service, requirements: list[StandardRequirement]) -> str:
    """A plain WhatsApp link with the list of what to bring; the person picks whom to send to."""
    if not requirements:
        return ""
    lines = [text_of(service, "name"), *(f"- {text_of(row, 'title')}" for row in requirements)]
    return WHATSAPP + quote("\n".join(lines))


def _web(address: str) -> str:
    """The address if it is a web address, else nothing: data never makes another kind of link."""
    return address if address.startswith(("https://", "http://")) else ""
