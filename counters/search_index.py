"""The search index over the services in the database, kept per process until something changes."""

from functools import lru_cache

from django.db.models import Count, Max

from counters.models import Service
from counters.search import Entry, Index


def service_index() -> Index:
    """The index of all active services; one query when nothing has changed since the last call.

    Its entries carry the service keys. A renamed life event counts once a service is saved.
    """
    stamp = Service.objects.filter(is_active=True).aggregate(
        services=Count("pk"),
        saved=Max("updated_at"),
        agencies=Max("agency__updated_at"),
        keys=Max("pk"),
    )
    return _index(tuple(stamp.values()))


@lru_cache(maxsize=2)
def _index(stamp: tuple) -> Index:
    """The index at `stamp`, which only names the state of the catalogue."""
    services = (
        Service.objects.filter(is_active=True)
        .select_related("agency")
        .prefetch_related("life_events")
        .order_by("order", "key")
    )
    return Index.build(entry_of(service, number) for number, service in enumerate(services))


def entry_of(service: Service, order: int = 0) -> Entry:
    """The search entry of one service; wants `agency` and `life_events` loaded."""
    return Entry.build(
        service.key,
        [service.name, service.name_en],
        synonyms=service.synonyms,
        life_events=[t for e in service.life_events.all() for t in (e.title, e.title_en)],
        agency=[service.agency.abbr, service.agency.name],
        summaries=[service.summary, service.summary_en],
        order=order,
    )
