"""The last screen of the kiosk: the number, its paper, and what to do when paper fails."""

from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from counters import actions, kiosk, live, ranges
from counters.models import Counter, Device, Ticket, TicketState
from counters.views.kiosk_base import kiosk_screen, screen, shown_ticket
from counters.views.secrets import address_of
from counters.words import clock_words, text_of
from mpp.kit import clock
from mpp.kit.papers import qr_svg
from mpp.kit.states import WrongState


@kiosk_screen
@require_safe
def ticket(request: HttpRequest, device: Device, lang: str) -> HttpResponse:
    """The number on the screen and, while it is being printed, on paper."""
    row, with_link = _shown(request, device)
    if row is None:
        return redirect("counters:kiosk", device.site.key)
    outcome = request.GET.get("kertas", "")
    counters = _places(row)
    errand = row.errands.filter(ended_at__isnull=True).select_related("service").first()
    service = errand.service if errand is not None else None
    context = {
        "ticket": row,
        "queue_name": text_of(service or row.queue_day.queue, "name"),
        "agency": text_of(row.queue_day.queue.agency, "name"),
        "counters": counters,
        "is_printing": row.state == TicketState.PRINTING,
        "is_failed": outcome == "gagal",
        "can_come_back": bool(actions.can_come_back(row)),
        "state": "" if row.state in ("printing", "waiting") else row.get_state_display(),
        "qr": qr_svg(settings.SITE_URL + address_of(row)) if with_link else "",
        **_wait(row),
    }
    return screen(request, device, lang, "ticket", context)


def _shown(request: HttpRequest, device: Device) -> tuple[Ticket | None, bool]:
    """The number this kiosk shows now, and whether its link may be seen."""
    pk, with_link = shown_ticket(request, device) or (None, False)
    return (kiosk.ticket_at(device.site, pk) if pk is not None else None), with_link


def _places(row: Ticket) -> dict[str, str]:
    """Where the person will be called to, in short: "Loket 4, 5 · Zona A"."""
    if row.counter is not None:
        return {"names": row.counter.name, "zones": row.counter.zone}
    counters = list(Counter.objects.filter(queues=row.queue_day.queue).order_by("order", "key"))
    names = [counter.name.removeprefix("Loket ") for counter in counters[:6]]
    zones = list(dict.fromkeys(counter.zone for counter in counters if counter.zone))
    joined = _(" or ").join(names) if len(names) < 3 else ", ".join(names)
    head = "Loket " if counters and counters[0].name.startswith("Loket ") else ""
    return {"names": f"{head}{joined}" if names else "", "zones": ", ".join(zones[:3])}


def _wait(row: Ticket) -> dict[str, str]:
    """People before and the range, kept as shown; empty when the number does not wait."""
    if row.state not in (TicketState.PRINTING, TicketState.WAITING):
        return {"ahead": "", "between": ""}
    now = clock.now()
    picture = live.queue_now(row.queue_day.queue, row.day)
    wait = ranges.wait_of(picture, row, now)
    if row.state == TicketState.WAITING:
        ranges.keep(row, wait, now)
    zone = row.queue_day.queue.site.time_zone
    between = _("Expected call %(low)s to %(high)s") % {
        "low": clock_words(clock.local(wait.low_at, zone)),
        "high": clock_words(clock.local(wait.high_at, zone)),
    }
    words = ngettext("%(count)s person before you", "%(count)s people before you", wait.count)
    ahead = words % {"count": wait.count} if wait.count else _("Nobody is before you")
    return {"ahead": ahead, "between": between if picture.open_desks else ""}


@kiosk_screen
@require_POST
def printed(request: HttpRequest, device: Device, lang: str) -> HttpResponse:
    """The paper came out, or it did not: the number waits in line either way."""
    row, _with_link = _shown(request, device)
    if row is None:
        return redirect("counters:kiosk", device.site.key)
    # It may wait already, or was called meanwhile: the screen says so.
    with suppress(WrongState):
        actions.printed(row, key=f"kios-kertas:{device.pk}")
    failed = request.POST.get("hasil") == "gagal"
    address = reverse("counters:kiosk-ticket", args=[device.site.key, lang])
    return redirect(f"{address}?kertas={'gagal' if failed else 'ada'}")


@kiosk_screen
@require_POST
def come_back(request: HttpRequest, device: Device, lang: str) -> HttpResponse:
    """A missed person is here after all."""
    row, _with_link = _shown(request, device)
    if row is None:
        return redirect("counters:kiosk", device.site.key)
    # Refused or not, the screen shows how the number stands now.
    with suppress(actions.Refused, WrongState):
        actions.come_back(row, key=f"kios-kembali:{device.pk}")
    return redirect("counters:kiosk-ticket", device.site.key, lang)
