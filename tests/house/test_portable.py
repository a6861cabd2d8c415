"""Every column is declared: configuration, public fact, or somebody's data."""

import pytest
from django.apps import apps
from django.db import models

from accounts import portable as accounts
from counters import portable as counters
from mpp.blueprint import portable as blueprint
from mpp.kit import portable as kit
from permits import portable as permits
from visits import portable as visits

DECLARED = {
    "kit": kit.FIELDS,
    "accounts": accounts.FIELDS,
    "counters": counters.FIELDS,
    "permits": permits.FIELDS,
    "visits": visits.FIELDS,
    "blueprint": blueprint.FIELDS,
}
KINDS = {"config", "public", "personal"}
# A column of this kind of content is somebody's data wherever it stands.
PERSONAL_NAMES = ("nik", "npwp", "holder_name", "full_name", "phone", "address", "birth")


def own_models():
    return [m for label in DECLARED for m in apps.get_app_config(label).get_models()]


def fields_of(model) -> set[str]:
    return {f.name for f in [*model._meta.concrete_fields, *model._meta.many_to_many]}


@pytest.mark.parametrize("model", own_models(), ids=lambda m: m._meta.label)
def test_every_column_is_declared(model):
    declared = DECLARED[model._meta.app_label].get(model.__name__, {})
    assert fields_of(model) == set(declared)
    assert set(declared.values()) <= KINDS


def test_nothing_is_declared_that_does_not_exist():
    names = {m.__name__ for m in own_models()}
    assert {name for fields in DECLARED.values() for name in fields} == names


def test_no_personal_column_is_configuration():
    """Contacts of the mall itself are its own business; people's never are."""
    institutions = {"Installation", "Site", "Agency"}
    wrong = [
        f"{room}.{model}.{field}"
        for room, fields in DECLARED.items()
        for model, columns in fields.items()
        if model not in institutions
        for field, kind in columns.items()
        if kind != "personal" and field.startswith(PERSONAL_NAMES)
    ]
    assert not wrong, wrong


def test_configuration_has_a_key_to_be_found_by():
    """What is exported is named by a slug, on the row itself or on the row it belongs to."""
    without = []
    for model in own_models():
        columns = DECLARED[model._meta.app_label][model.__name__]
        if "config" not in columns.values() or "key" in columns:
            continue
        parents = [
            f.related_model
            for f in model._meta.concrete_fields
            if isinstance(f, models.ForeignKey) and columns[f.name] == "config"
        ]
        natural = {"Holiday": "day"}
        if model.__name__ not in natural and not any("key" in fields_of(p) for p in parents):
            without.append(model._meta.label)
    assert not without, without


def test_no_key_to_a_person_in_configuration():
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        if field.related_model is not None
        and field.related_model._meta.label == "accounts.User"
        and DECLARED[model._meta.app_label][model.__name__][field.name] == "config"
    ]
    assert not wrong, wrong
