"""Facts of the catalogue as short words in the page's language: times, fees, hours, channels."""

from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from counters.models import Channel, Service, ServiceStandard, Site, TimeUnit


def is_english() -> bool:
    """Whether the page is being written in English now (else Indonesian)."""
    return (get_language() or "id").startswith("en")


def text_of(row: Any, field: str) -> Any:
    """`field` of a row in the page's language; Indonesian where English is empty."""
    english = getattr(row, f"{field}_en", "") if is_english() else ""
    return english or getattr(row, field)


def limit_words(standard: ServiceStandard | None) -> str:
    """The time limit, "5 working days"; empty when the standard names none."""
    if standard is None or standard.limit_count is None:
        return ""
    count = standard.limit_count
    words = {
        TimeUnit.MINUTES: ngettext("%(count)s minute", "%(count)s minutes", count),
        TimeUnit.HOURS: ngettext("%(count)s hour", "%(count)s hours", count),
        TimeUnit.WORKING_DAYS: ngettext("%(count)s working day", "%(count)s working days", count),
    }
    return words[TimeUnit(standard.limit_unit)] % {"count": count}


def rupiah_words(amount: Decimal) -> str:
    """Whole rupiah, "Rp30.000"; nothing to pay is "Free"."""
    if amount == 0:
        return _("Free")
    text = f"{int(amount):,}"
    return f"Rp{text if is_english() else text.replace(',', '.')}"


def fee_words(standard: ServiceStandard | None) -> str:
    """The fee in one or two words; empty when the standard says nothing about it."""
    if standard is None:
        return ""
    if standard.fee_amount is not None:
        return rupiah_words(standard.fee_amount)
    return _("By tariff") if standard.fee_text else ""


def channel_words(service: Service) -> str:
    """How people get the service, in a few words."""
    if service.channel == Channel.ONLINE:
        return _("Online or at the counter")
    if service.channel == Channel.NATIONAL_SYSTEM:
        return service.system_name or _("In a national system")
    return _("At the counter")


def clock_words(at: time) -> str:
    """A time of day: 08.00 (Indonesian) or 08:00 (English)."""
    return f"{at:%H}{':' if is_english() else '.'}{at:%M}"


def hours_words(site: Site) -> str:
    """A site's hours of a day, "08.00 to 15.00"."""
    return _("%(opens)s to %(closes)s") % {
        "opens": clock_words(site.opens_at),
        "closes": clock_words(site.closes_at),
    }


def weekday_words(days: Iterable[int]) -> str:
    """Weekdays in words: a run of three or more as "Monday to Friday", others one by one."""
    listed = sorted(set(days))
    names = [str(WEEKDAYS[day]) for day in listed]
    if len(listed) > 2 and listed[-1] - listed[0] == len(listed) - 1:
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
