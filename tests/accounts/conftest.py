import re

import pytest
from django.core.cache import cache

from accounts.models import Delivery


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Limits on attempts live in the cache: no test inherits another's."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def last_code():
    """The code in the newest outgoing message."""

    def find(channel: str = "") -> str:
        rows = Delivery.objects.filter(notice__kind="accounts.code").order_by("-pk")
        row = (rows.filter(channel=channel) if channel else rows).first()
        assert row is not None, "no code went into the outbox"
        return re.search(r"\b(\d{4}-\d{4})\b", row.notice.body).group(1)

    return find
