"""Questions to the database that are built once and asked many times.

Building the SQL of a query set costs about ten times what the database needs for a small answer.
A page that asks the same question at every request builds it once per thread:

    STEPS = Prepared(lambda pk: Step.objects.filter(application=pk).order_by("id"), int)
    STEPS.rows(application.pk)

Only what stands in an exact comparison (or <, >) may be a value; the shape of the query must not
depend on it.
"""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

Value = int | str | datetime | date


def _mark(kind: type, place: int) -> Value:
    """What stands for the value at `place` while the SQL is built: nobody asks for it."""
    if kind is int:
        return 2**62 + place
    if kind is datetime:
        return datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=place)
    if kind is date:
        return date(1900, 1, 1) + timedelta(days=place)
    return f"\x01{place}\x01"


def _for_database(value: Value) -> Any:
    """A value as it stands among the parameters of a statement."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value


class Prepared:
    """A query set whose SQL is kept; `kinds` are the types of the values it is asked with."""

    def __init__(self, build: Callable[..., QuerySet], *kinds: type) -> None:
        self._build, self._kinds = build, kinds
        self._held = threading.local()

    def rows(self, *values: Value) -> list:
        """The rows for these values: one query, new objects each time."""
        found, compiler, sql, params, places = self._ready()
        asked = tuple(
            param if place is None else _for_database(values[place])
            for param, place in zip(params, places, strict=True)
        )
        compiler.as_sql = lambda *args, **kwargs: (sql, asked)
        return list(found._iterable_class(found))

    def _ready(self) -> tuple[QuerySet, SQLCompiler, str, tuple, tuple]:
        """The query of this thread's connection, built at the first question."""
        held = getattr(self._held, "query", None)
        if held is None or held[1].connection is not connections[held[0].db]:
            held = self._held.query = self._prepare()
        return held

    def _prepare(self) -> tuple[QuerySet, SQLCompiler, str, tuple, tuple]:
        marks = [_mark(kind, place) for place, kind in enumerate(self._kinds)]
        found = self._build(*marks)
        compiler = found.query.get_compiler(found.db)
        sql, params = compiler.as_sql()
        known = {_for_database(mark): place for place, mark in enumerate(marks)}
        places = tuple(known.get(param) for param in params)
        if set(known.values()) - set(places):
            raise ValueError("A value of a prepared query does not stand in its SQL.")
        found.query.get_compiler = lambda *args, **kwargs: compiler
        return found, compiler, sql, tuple(params), places
