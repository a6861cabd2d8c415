"""Whose mall this is: the installation row, remembered for half a minute per process."""

from django.core.cache import caches

from mpp.kit.models import Installation

INSTALLATION_SECONDS = 30


def installation() -> Installation:
    """The installation row; a nameless one before the first is saved."""
    cache = caches["local"]
    row = cache.get("installation")
    if row is None:
        row = Installation.objects.order_by("pk").first() or Installation(
            name="MPP", region_name="Indonesia"
        )
        cache.set("installation", row, INSTALLATION_SECONDS)
    return row
