"""Versions of permit types: what stops publishing across types, and who sees files."""

import json

import pytest

from permits import versions
from permits.models import Application, PermitVersion
from tests.permits import engine

pytestmark = pytest.mark.django_db


def test_two_sequences_in_one_number_format_are_refused():
    doctor, midwife = engine.version_of("sip-dokter"), engine.version_of("sip-bidan")
    draft = versions.copy_to_draft(midwife)
    plain = json.loads(draft.definition)
    other = json.loads(doctor.definition)["document"]["number_format"]
    plain["document"]["number_format"] = other
    PermitVersion.objects.filter(pk=draft.pk).update(definition=json.dumps(plain))
    draft.refresh_from_db()
    assert "document.number_format" in [p.path for p in versions.problems_of(draft)]
    with pytest.raises(versions.CannotPublish):
        versions.publish(draft, actor=None)


@pytest.mark.parametrize("role", ["catalogue_editor", "host"])
def test_roles_without_files_see_no_file(role):
    engine.sent()
    assert not Application.objects.visible_to(engine.staff("dpmptsp", role)).exists()


def test_a_desk_role_sees_its_agency():
    engine.sent()
    assert Application.objects.visible_to(engine.staff("dpmptsp", "verifier")).count() == 1
    assert not Application.objects.visible_to(engine.staff("dukcapil", "verifier")).exists()
