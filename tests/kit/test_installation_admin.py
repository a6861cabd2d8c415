"""The installation in the desk: superusers only, and no theme that cannot be read."""

import pytest
from django.core.cache import caches
from django.urls import reverse

from accounts.models import User
from mpp.kit.admin import InstallationForm
from mpp.kit.models import Installation

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> Installation:
    Installation.objects.all().delete()
    caches["local"].delete("installation")
    return Installation.objects.create(name="MPP Uji", region_name="Kota Uji")


def values(row: Installation, **change) -> dict:
    held = {name: getattr(row, name) for name in InstallationForm.Meta.fields}
    return {**held, "theme": "", **change}


def send(client, row: Installation, **change):
    person = User.objects.create_superuser(email="super@uji.id", full_name="Super Uji")
    client.force_login(person)
    address = reverse("admin:kit_installation_change", args=[row.pk])
    return client.post(address, values(row, **change))


def test_theme_that_passes_the_gate_is_kept(client, row):
    answer = send(client, row, theme="nila-800: #123A2A\nnila-700: #1D4D3A")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.theme == {"nila-800": "#123A2A", "nila-700": "#1D4D3A"}
    assert row.revision == 2
    assert "--nila-800:#123A2A" in client.get(reverse("theme")).content.decode()


@pytest.mark.parametrize("theme", ["nila-800: #8FA0E0", "nila-800 #123A2A", "kunyit: #000000"])
def test_theme_that_cannot_be_used_is_refused_and_stays_typed(client, row, theme):
    answer = send(client, row, theme=theme)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["theme"]
    assert theme in answer.content.decode()
    row.refresh_from_db()
    assert row.theme == {}


def test_whatsapp_number_takes_the_form_of_a_link(row):
    form = InstallationForm(values(row, whatsapp="0812-3456-7890"), instance=row)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["whatsapp"] == "6281234567890"


def test_unknown_time_zone_is_refused(row):
    form = InstallationForm(values(row, time_zone="Asia/Nowhere"), instance=row)
    assert "time_zone" in form.errors


def test_installation_is_closed_to_staff_who_are_no_superusers(client, row):
    person = User.objects.create_user(email="staf@uji.id", full_name="Staf Uji")
    person.is_staff = True
    person.save()
    client.force_login(person)
    assert client.get(reverse("admin:kit_installation_changelist")).status_code == 403
