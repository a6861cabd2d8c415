import sqlite3

import pytest
from django.db import OperationalError, connection, transaction

from mpp.kit import transactions
from mpp.kit.models import Sequence
from mpp.kit.transactions import act, is_passing


class Deadlock(Exception):
    sqlstate = "40P01"


def fault(cause):
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


def busy(name="SQLITE_BUSY"):
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorname = name
    return fault(cause)


@pytest.fixture(autouse=True)
def _counters():
    transactions.retries.clear()
    transactions.given_up.clear()


def failing(times, error):
    """An act that writes a row and fails the first `times` runs."""
    runs = []

    @act
    def count(kind, *, year):
        Sequence.objects.create(kind=kind, year=year)
        runs.append(connection.in_atomic_block)
        if len(runs) <= times:
            raise error
        return kind

    return count, runs


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (busy(), True),
        (busy("SQLITE_BUSY_SNAPSHOT"), True),
        (busy("SQLITE_LOCKED_SHAREDCACHE"), True),
        (busy("SQLITE_FULL"), False),
        (fault(Deadlock()), True),
        (fault(ValueError("x")), False),
        (OperationalError("server closed the connection"), False),
    ],
)
def test_is_passing_knows_deadlock_and_lock(error, passing):
    assert is_passing(error) is passing


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [busy(), fault(Deadlock())])
def test_an_act_is_run_again_as_a_whole(error):
    count, runs = failing(2, error)
    assert count("a", year=2026) == "a"
    assert runs == [True, True, True]
    assert Sequence.objects.count() == 1
    assert sum(transactions.retries.values()) == 2
    assert not transactions.given_up


@pytest.mark.django_db(transaction=True)
def test_an_act_gives_up_after_three_runs():
    count, runs = failing(9, busy())
    with pytest.raises(OperationalError):
        count("a", year=2026)
    assert len(runs) == transactions.ATTEMPTS == 3
    assert not Sequence.objects.exists()
    assert list(transactions.given_up.values()) == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("disk full"), ValueError("x")])
def test_other_faults_are_not_run_again(error):
    count, runs = failing(9, error)
    with pytest.raises(type(error)):
        count("a", year=2026)
    assert len(runs) == 1
    assert not transactions.retries
    assert not Sequence.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_inside_another_transaction_only_the_outermost_runs_again():
    inner, runs = failing(1, busy())

    @act
    def outer():
        Sequence.objects.create(kind="outer", year=2026)
        return inner("inner", year=2026)

    assert outer() == "inner"
    assert len(runs) == 2
    assert sorted(Sequence.objects.values_list("kind", flat=True)) == ["inner", "outer"]
    assert [name.endswith("outer") for name in transactions.retries] == [True]


@pytest.mark.django_db
def test_an_inner_act_that_fails_undoes_only_itself():
    count, _runs = failing(9, ValueError("x"))
    Sequence.objects.create(kind="before", year=2026)
    with pytest.raises(ValueError, match="x"):
        count("a", year=2026)
    assert Sequence.objects.get().kind == "before"


@pytest.mark.django_db(transaction=True)
def test_on_commit_runs_once_after_the_last_run():
    told = []
    count, runs = failing(1, busy())

    @act
    def tell():
        transaction.on_commit(lambda: told.append(len(runs)))
        return count("a", year=2026)

    tell()
    assert told == [2]


def test_an_act_keeps_its_name_and_text():
    @act
    def approve():
        """Approve it."""

    assert (approve.__name__, approve.__doc__) == ("approve", "Approve it.")
