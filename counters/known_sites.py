"""The sites and their coming hours, as many pages need them: read once in ten seconds per process.

The rows are shared by all requests of the process: read them, never change them.
"""

from datetime import date, timedelta
from functools import lru_cache
from uuid import uuid4

from django.core.cache import caches
from django.db.models import Exists, OuterRef

from counters.hours import SiteHours, site_hours
from counters.models import Queue, Site

SECONDS = 10
# No mall is closed for longer; then a page says only that it is closed.
AHEAD = 45
_STAMP = "sites:stamp"


def known_sites() -> tuple[Site, ...]:
    """All sites in their order, each with `has_queues`; one query when they are read anew."""
    return _sites(_stamp())


def coming_hours(site: Site, today: date) -> SiteHours:
    """The hours of a known site from today on; three queries when they are read anew."""
    return _hours(_stamp(), site, today)


def forget() -> None:
    """Read sites and hours anew at the next question of this process."""
    caches["local"].delete(_STAMP)


def _stamp() -> str:
    cache = caches["local"]
    stamp = cache.get(_STAMP)
    if stamp is None:
        stamp = uuid4().hex
        cache.set(_STAMP, stamp, SECONDS)
    return stamp


# The stamp only names the moment of reading.
@lru_cache(maxsize=1)
def _sites(stamp: str) -> tuple[Site, ...]:
    queues = Queue.objects.filter(site=OuterRef("pk"), is_active=True, agency__is_active=True)
    return tuple(Site.objects.annotate(has_queues=Exists(queues)).order_by("order", "key"))


@lru_cache(maxsize=32)
def _hours(stamp: str, site: Site, today: date) -> SiteHours:
    return site_hours(site, today, today + timedelta(days=AHEAD))
