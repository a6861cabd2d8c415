"""The published catalogue, held in memory: what a public page needs without asking the database.

Read at most twice a minute per process; a change shows after half a minute at the latest, at
once in the process that calls `forget()`. Rendered pieces that say the same to everybody are kept
beside the data they were made from, per language, and go when it goes.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from uuid import uuid4

from django.core.cache import caches
from django.db.models import Prefetch
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from counters.models import Agency, Audience, Channel, LifeEvent, Service, ServiceStandard
from counters.querysets import public_services
from counters.search import Index
from counters.search_index import entry_of

SECONDS = 30
MOST_FRAGMENTS = 2_000
_STAMP = "catalogue:stamp"


@dataclass(frozen=True)
class Published:
    """Active services in catalogue order, with agency, standards and life events loaded.

    The rows are shared by all requests of the process: read them, never change them.
    """

    services: dict[str, Service]
    _fragments: dict[Hashable, SafeString] = field(default_factory=dict, repr=False)

    @cached_property
    def index(self) -> Index:
        """The search index over these services."""
        return Index.build(
            entry_of(row, order) for order, row in enumerate(self.services.values())
        )

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        """Agencies that have a service here, in their order."""
        found = {row.agency.key: row.agency for row in self.services.values()}
        return dict(sorted(found.items(), key=lambda pair: (pair[1].order, pair[0])))

    @cached_property
    def life_events(self) -> dict[str, LifeEvent]:
        """Life events that lead to a service here, in their order."""
        rows = self.services.values()
        found = {event.key: event for row in rows for event in row.life_events.all()}
        return dict(sorted(found.items(), key=lambda pair: (pair[1].order, pair[0])))

    @cached_property
    def members(self) -> dict[str, dict[str, frozenset[str]]]:
        """Filter -> value -> keys of the services that fall under it."""
        rows = self.services.values()
        return {
            "agency": _grouped((row.agency.key, row.key) for row in rows),
            "event": _grouped((e.key, row.key) for row in rows for e in row.life_events.all()),
            "audience": _grouped((kind, row.key) for row in rows for kind in _audiences(row)),
            "channel": _grouped((row.channel, row.key) for row in rows),
        }

    @property
    def has_online(self) -> bool:
        """Whether anything can be applied for here."""
        return Channel.ONLINE in self.members["channel"]

    def fragment(self, key: Hashable, build: Callable[[], str]) -> SafeString:
        """The piece of page called `key` in the active language, built when it is not held.

        Only for what is the same for every person. What `build` gives is our own template's
        output, escaped already.
        """
        full_key = (get_language(), key)
        found = self._fragments.get(full_key)
        if found is None:
            if len(self._fragments) >= MOST_FRAGMENTS:
                self._fragments.clear()
            found = self._fragments[full_key] = mark_safe(build())  # noqa: S308
        return found


def published() -> Published:
    """The catalogue as it is published; three queries when it is read anew, else none."""
    cache = caches["local"]
    stamp = cache.get(_STAMP)
    if stamp is None:
        stamp = uuid4().hex
        cache.set(_STAMP, stamp, SECONDS)
    return _read(stamp)


def forget() -> None:
    """Read the catalogue anew at the next question of this process."""
    caches["local"].delete(_STAMP)


def current_standard(service: Service) -> ServiceStandard | None:
    """The standard in force of a published service, or None."""
    return next((row for row in service.versions if row.state == "current"), None)


@lru_cache(maxsize=1)
def _read(stamp: str) -> Published:
    """The catalogue at `stamp`, which only names the moment of reading."""
    versions = ServiceStandard.objects.exclude(state="draft").order_by("-version")
    rows = public_services().prefetch_related(
        "life_events", Prefetch("standards", queryset=versions, to_attr="versions")
    )
    return Published(services={row.key: row for row in rows})


def _audiences(service: Service) -> tuple[str, ...]:
    if service.audience == Audience.BOTH:
        return (Audience.PERSON, Audience.BUSINESS)
    return (service.audience,)


def _grouped(pairs) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for value, key in pairs:
        found.setdefault(str(value), set()).add(key)
    return {value: frozenset(keys) for value, keys in found.items()}
