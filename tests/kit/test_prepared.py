"""Prepared questions give what the query set itself gives, for each value anew."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Notice, User
from mpp.kit import clock
from mpp.kit.prepared import Prepared
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
BY_MAIL = Prepared(lambda mail: User.objects.filter(email=mail), str)


def test_prepared_other_values_give_other_rows(django_assert_num_queries):
    first, second = UserFactory(), UserFactory()
    assert BY_MAIL.rows(first.email) == [first]
    with django_assert_num_queries(1):
        assert BY_MAIL.rows(second.email) == [second]
    assert BY_MAIL.rows("nobody@example.id") == []


def test_prepared_value_with_quotes_stays_a_value():
    UserFactory()
    assert BY_MAIL.rows("' OR 1=1 --") == []


def test_prepared_rows_are_new_objects_each_time():
    person = UserFactory()
    (row,) = BY_MAIL.rows(person.email)
    row.full_name = "Changed"
    assert BY_MAIL.rows(person.email)[0].full_name == person.full_name


def test_prepared_moments_and_joins_are_read_as_the_query_set_reads_them(
    django_assert_num_queries,
):
    person = UserFactory()
    now = clock.now()
    notice = Notice.objects.create(
        key="k", recipient=person, kind="x.y", subject="s", body="b", created_at=now
    )
    since = Prepared(
        lambda pk, at: Notice.objects.filter(recipient=pk, created_at__gt=at).select_related(
            "recipient"
        ),
        int,
        type(now),
    )
    (row,) = since.rows(person.pk, now - timedelta(hours=1))
    assert row == notice
    assert row.created_at == notice.created_at
    with django_assert_num_queries(0):
        assert row.recipient.full_name == person.full_name
    assert since.rows(person.pk, clock.now() + timedelta(hours=1)) == []


def test_prepared_value_that_is_not_in_the_sql_is_refused():
    lost = Prepared(lambda _mail: User.objects.all(), str)
    with pytest.raises(ValueError, match="does not stand"):
        lost.rows("a@example.id")


def test_prepared_each_thread_asks_its_own_connection():
    BY_MAIL.rows("a@example.id")
    mine = BY_MAIL._ready()[1].connection

    def theirs():
        try:
            return BY_MAIL._ready()[1].connection
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(theirs).result() is not mine
