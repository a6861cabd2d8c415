"""Interface texts are complete in Indonesian and compiled; data carry their English column."""

import dataclasses

import pytest
from django.apps import apps

from permits.models import PermitVersion
from permits.versions import definition_of
from tests.house.source import room_of
from tools import texts

# Rows whose English may stay empty, with the reason.
MAY_LACK_ENGLISH: dict[str, str] = {}


def test_every_text_has_its_own_indonesian():
    found = texts.problems()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("room", texts.ROOMS)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_compiled_texts_are_current(room, language):
    assert texts.is_current(room, language), "run `make texts` and commit the result"


@pytest.mark.parametrize("room", texts.ROOMS)
def test_english_catalogue_is_complete(room):
    known = {(e.msgid, e.msgctxt or "") for e in texts.catalogue(room, "en")}
    missing = [m.msgid for m in texts.wanted(room) if (m.msgid, m.context) not in known]
    assert not missing, missing


@pytest.mark.django_db
def test_rows_of_the_demo_have_english():
    missing = []
    for model in apps.get_models():
        if not room_of(model.__module__):
            continue
        names = {field.name for field in model._meta.concrete_fields}
        for name in sorted(n for n in names if f"{n}_en" in names):
            label = f"{model._meta.label}.{name}_en"
            if label in MAY_LACK_ENGLISH:
                continue
            rows = model.objects.values_list("pk", name, f"{name}_en")
            lacking = [pk for pk, native, english in rows if native and not english]
            if lacking:
                missing.append(f"{label}: {len(lacking)} rows, for example {lacking[:3]}")
    assert not missing, "\n".join(missing)


def _lacking(value, path: str) -> list[str]:
    """Paths inside a definition where a text has no English beside it."""
    if isinstance(value, list | tuple):
        return [p for i, each in enumerate(value) for p in _lacking(each, f"{path}[{i}]")]
    if not dataclasses.is_dataclass(value):
        return []
    found = []
    names = {field.name for field in dataclasses.fields(value)}
    for name in names:
        inner = getattr(value, name)
        if f"{name}_en" in names and inner and not getattr(value, f"{name}_en"):
            found.append(f"{path}.{name}_en")
        found += _lacking(inner, f"{path}.{name}")
    return found


@pytest.mark.django_db
def test_permit_types_have_english():
    missing = []
    for version in PermitVersion.objects.select_related("permit_type"):
        missing += _lacking(definition_of(version), version.permit_type.key)
    assert not missing, "\n".join(missing[:50])
