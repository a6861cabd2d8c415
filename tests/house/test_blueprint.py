"""The blueprint: every configuration column has its place, and nothing of a person enters."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import ModuleType

import pytest
from django.apps import apps
from django.core.validators import MaxValueValidator
from django.db import connection, models

from counters.models import Agency
from mpp import demo_data
from mpp.blueprint import exporting, schema
from mpp.blueprint.columns import RANGES
from mpp.blueprint.rooms import ROOMS, Section, by_model, every
from tests.blueprint.conftest import entries, exported
from tests.house.test_portable import DECLARED

SECTIONS = [pytest.param(one, id=f"{one.room}.{one.exported.model}") for one in every()]
MARK = "Zk7Marke"
MARK_NUMBER = 31_337
MARK_DAY = date(1911, 11, 11)


def configuration() -> list[tuple[str, str]]:
    """(room, model) of every model with a configuration column."""
    return [
        (room, model)
        for room, fields in DECLARED.items()
        for model, columns in fields.items()
        if "config" in columns.values()
    ]


def test_every_room_is_assembled():
    known = {room for room, _model in configuration()}
    assert known <= set(ROOMS), f"add to mpp/blueprint/rooms.py: {known - set(ROOMS)}"


@pytest.mark.parametrize(("room", "model"), configuration())
def test_every_configuration_model_is_exported_or_says_why_not(room, model):
    module: ModuleType = ROOMS[room]
    declared = [one.model for one in module.EXPORTS]
    reason = module.NOT_EXPORTED.get(model, "")
    assert (model in declared) != bool(reason), (
        f"{room}/portable.py: {model} needs an entry in EXPORTS, or a reason in NOT_EXPORTED"
    )


def test_exceptions_exist():
    for room, module in ROOMS.items():
        unknown = set(module.NOT_EXPORTED) - set(DECLARED[room])
        assert not unknown, (room, unknown)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_column_has_a_shape(section: Section):
    for field in section.fields:
        assert schema.column_schema(section, field)
        if isinstance(field, models.JSONField):
            assert field.name in section.exported.shapes, f"{field}: say what it may hold"


@pytest.mark.parametrize("section", SECTIONS)
def test_every_whole_number_has_a_maximum_both_databases_hold(section: Section):
    """The column alone takes any number on SQLite, which no other mall could bring in."""
    for field in section.fields:
        if not isinstance(field, models.IntegerField):
            continue
        most = min(
            one.limit_value for one in field.validators if isinstance(one, MaxValueValidator)
        )
        assert most <= RANGES[field.get_internal_type()][1], f"{field}: give it a maximum"


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_left_out_is_configuration_and_has_a_reason(section: Section):
    declared = DECLARED[section.room][section.exported.model]
    for name, reason in section.exported.left_out.items():
        assert declared.get(name) == "config", name
        assert reason
    named = {
        *section.own_key,
        *section.exported.shapes,
        *section.exported.checks,
        *section.exported.derived,
        *section.exported.only_one,
        *section.exported.renamed,
    }
    assert named <= {field.name for field in section.fields}


@pytest.mark.parametrize("section", SECTIONS)
def test_references_point_to_what_stands_earlier(section: Section):
    """So that rows can be brought in one after another, and no cycle can be written."""
    order = list(every())
    for field in section.fields:
        if not field.is_relation:
            continue
        target = by_model().get(field.related_model)
        assert target is not None, f"{field} points to what is not exported: leave it out"
        assert not target.is_nested, f"{field} points into another row's block"
        assert order.index(target) < order.index(section), f"{field} points forward"
    if section.is_nested:
        assert by_model()[section.parent_model] in order[: order.index(section)]


@pytest.mark.parametrize("section", SECTIONS)
def test_the_key_is_unique_in_the_database(section: Section):
    if section.exported.single:
        return
    columns = {*section.exported.key, *filter(None, [section.exported.within])}
    meta = section.model._meta
    unique = [{field.name} for field in meta.concrete_fields if field.unique]
    unique += [
        set(one.fields)
        for one in meta.constraints
        if isinstance(one, models.UniqueConstraint) and one.condition is None
    ]
    assert any(one <= columns for one in unique), f"nothing makes {columns} unique"


# --- nothing of a person --------------------------------------------------------------------
class Marked:
    """Fills the columns that must not leave with marks, in every model there is."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], models.Model] = {}

    def everything(self) -> None:
        for room in DECLARED:
            for model in apps.get_app_config(room).get_models():
                self.row(model)

    def row(self, model: type[models.Model]) -> models.Model:
        """One row of the model, with a mark in every column that is not configuration."""
        if model not in self.rows:
            known = model._base_manager.first()
            self.rows[model] = known or self._made(model)
            self._mark_all(model)
        return self.rows[model]

    def _made(self, model: type[models.Model]) -> models.Model:
        row = model()
        for field in model._meta.concrete_fields:
            if field.primary_key:
                continue
            if field.is_relation:
                optional = field.null or field.related_model is model
                target = None if optional else self.row(field.related_model)
                setattr(row, field.attname, target.pk if target else None)
            elif self._kind(model, field) != "config":
                setattr(row, field.attname, self.mark(field))
            elif not field.has_default() and not field.null:
                setattr(row, field.attname, self.plain(field))
        model._base_manager.bulk_create([row])
        return row

    def _mark_all(self, model: type[models.Model]) -> None:
        """The columns that stay here are marked in every row there is."""
        values = {
            field.name: self.mark(field)
            for field in model._meta.concrete_fields
            if not field.primary_key
            and not field.is_relation
            and not field.unique
            and self._kind(model, field) != "config"
        }
        if values and model._base_manager.count() > 1:
            model._base_manager.update(**values)

    @staticmethod
    def _kind(model: type[models.Model], field: models.Field) -> str:
        return DECLARED[model._meta.app_label][model.__name__].get(field.name, "personal")

    @staticmethod
    def mark(field: models.Field):
        """A value that nobody else has, of the column's kind."""
        match field:
            case models.JSONField():
                return {MARK: [MARK]}
            case models.BooleanField():
                return True
            case models.DecimalField() | models.FloatField():
                return Decimal(MARK_NUMBER)
            case models.IntegerField():
                return MARK_NUMBER
            case models.DateTimeField():
                return datetime(1911, 11, 11, 3, 33, tzinfo=UTC)
            case models.DateField():
                return MARK_DAY
            case models.TimeField():
                return time(3, 33, 33)
            case models.BinaryField():
                return MARK.encode()
        return MARK[: field.max_length or len(MARK)]

    @staticmethod
    def plain(field: models.Field):
        """An ordinary value for a configuration column."""
        match field:
            case models.DateTimeField():
                return datetime(2026, 1, 1, tzinfo=UTC)
            case models.DateField():
                return date(2026, 1, 1)
            case models.TimeField():
                return time(8, 0)
            case models.IntegerField() | models.DecimalField():
                return 1
        word = "biasa"[: field.max_length or 5]
        return next((value for value, _label in field.flatchoices), word)


@contextmanager
def rested_checks():
    """Rows that hold marks everywhere fit no CHECK: they rest until the test is undone."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
            return
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' "
            "AND connamespace = 'public'::regnamespace"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield


@pytest.mark.django_db
def test_nothing_personal_and_no_public_column_enters(monkeypatch):
    """Every such column of every model is marked; no mark stands in the file."""
    # Rows made up here keep no rules of their rooms, so nobody could bring the file in.
    monkeypatch.setattr(exporting, "read", lambda _file: None)
    with rested_checks():
        demo_data.make_places()
        Marked().everything()
    # What shall leave does leave, so that the absence of marks means something.
    Agency.objects.filter(key="dpmptsp").update(summary="Boleh keluar")
    files = entries(exported())
    assert any(b"Boleh keluar" in data for data in files.values())
    marks = [mark.encode() for mark in (MARK, str(MARK_NUMBER), "1911-11-11", "03:33:33")]
    found = [(name, mark) for name, data in files.items() for mark in marks if mark in data]
    assert not found, found
