"""Gapless numbers: a counter row raised inside the transaction of the act that uses it."""

from django.db import transaction
from django.db.models import F

from mpp.kit.models import Sequence


def next_value(kind: str, year: int) -> int:
    """The next number of `kind` in `year`, starting at 1.

    Must run inside the caller's transaction: when the act rolls back the number goes back with
    it, so that there is neither a gap nor a double. The UPDATE holds the row until commit; the
    UNIQUE (kind, year) behind it holds on every database.
    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("next_value() needs the transaction of the act")
    row = Sequence.objects.filter(kind=kind, year=year)
    if not row.update(value=F("value") + 1):
        Sequence.objects.bulk_create([Sequence(kind=kind, year=year)], ignore_conflicts=True)
        row.update(value=F("value") + 1)
    return row.values_list("value", flat=True).get()
