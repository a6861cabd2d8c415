"""What the public pages of visits say to everybody, kept until something they say changes.

One question, asked at every request, gives the places that receive delegations together with a
stamp: every act on a visit writes a step, every change of rules, sessions, closed days, topics and
sites leaves its time, and what was taken away changes a count. Acts judge by what is in the
database, never by what is kept here.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from uuid import uuid4

from django.core.cache import caches
from django.db.models import Exists, F, Func, Model, OuterRef, QuerySet, Subquery
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from counters.models import DayChange, Holiday, Site
from mpp.kit import clock
from mpp.kit.prepared import Prepared
from visits.availability import Frame, Opening, frame_of
from visits.models import Blackout, Topic, VisitRules, VisitSession, VisitStep
from visits.month import open_sessions

# Two steps written at the same moment may become visible in the other order: then a page is
# this old at most.
SECONDS = 20
MOST_FRAGMENTS = 200
_CHANGED = (Site, VisitRules, VisitSession, Blackout, Topic, Holiday, DayChange)


def _last_change(model: type[Model]) -> Subquery:
    return Subquery(model.objects.order_by("-updated_at").values("updated_at")[:1])


def _count(model: type[Model]) -> Subquery:
    counted = model.objects.order_by().annotate(n=Func(F("pk"), function="COUNT"))
    return Subquery(counted.values("n"))


def _receiving() -> QuerySet:
    stamps = {f"changed_{number}": _last_change(model) for number, model in enumerate(_CHANGED)}
    stamps |= {f"count_{number}": _count(model) for number, model in enumerate(_CHANGED)}
    stamps["step"] = Subquery(VisitStep.objects.order_by("-pk").values("pk")[:1])
    active = VisitRules.objects.filter(site=OuterRef("pk"), is_active=True)
    return Site.objects.filter(Exists(active)).annotate(**stamps).order_by("order", "key")


_SITES = Prepared(_receiving)


def sites() -> list[Site]:
    """The places that receive delegations, in their order; one query."""
    return _SITES.rows()


@dataclass(frozen=True)
class Shown:
    """One place as everybody sees it, in one language on one day; read it, never change it."""

    site: Site
    _fragments: dict[Hashable, SafeString] = field(default_factory=dict, repr=False)

    @cached_property
    def frame(self) -> Frame:
        """What its days are judged by."""
        return frame_of(self.site)

    @cached_property
    def openings(self) -> list[Opening]:
        """Every session that can be asked for."""
        return open_sessions(self.site, self.frame)

    def fragment(self, key: Hashable, build: Callable[[], str]) -> SafeString:
        """The piece of page called `key`: our own template's output, escaped already."""
        found = self._fragments.get(key)
        if found is None:
            if len(self._fragments) >= MOST_FRAGMENTS:
                self._fragments.clear()
            found = self._fragments[key] = mark_safe(build())  # noqa: S308
        return found


def shown(site: Site) -> Shown:
    """What is kept of a place from `sites()`, read anew when something changed."""
    today: date = clock.today(site.time_zone)
    stamp = [
        getattr(site, f"{kind}_{number}")
        for number in range(len(_CHANGED))
        for kind in ("changed", "count")
    ]
    name = f"visits:{site.pk}:{get_language()}:{today}:{hash((site.step, *stamp))}"
    cache = caches["local"]
    token = cache.get(name)
    if token is None:
        token = uuid4().hex
        cache.set(name, token, SECONDS)
    return _read(token, site)


@lru_cache(maxsize=8)
def _read(token: str, site: Site) -> Shown:
    """What is kept under `token`, which only names the moment of reading."""
    return Shown(site)
