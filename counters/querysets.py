"""Rows as the public may see them, with what a page needs in as few queries as possible."""

from django.db.models import QuerySet

from counters.models import Agency, Counter, Service


def public_services() -> QuerySet[Service]:
    """Active services of active agencies, with their agency, in catalogue order."""
    return (
        Service.objects.filter(is_active=True, agency__is_active=True)
        .select_related("agency")
        .order_by("order", "key")
    )


def public_agencies() -> QuerySet[Agency]:
    """Active agencies in their order."""
    return Agency.objects.filter(is_active=True).order_by("order", "key")


def counters_of(agency_id: int) -> QuerySet[Counter]:
    """The counters of an agency with their sites, in walking order."""
    return (
        Counter.objects.filter(agency_id=agency_id)
        .select_related("site")
        .order_by("site__order", "order", "key")
    )
