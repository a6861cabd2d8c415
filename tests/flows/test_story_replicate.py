"""Story 4, through pages: another region brings the file in, takes its first application."""

import io
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from counters.models import Agency, Service
from mpp import demo_data
from mpp.kit.installation import installation
from permits import definition as definitions
from permits.models import Application, PermitVersion, Phase
from permits.versions import definition_of
from tests.blueprint.conftest import empty
from tests.flows import story
from tests.web import Person

pytestmark = pytest.mark.django_db
PASSWORD = "demo-mpp-2026"
DEADLINES = {"sip-dokter": 5, "sip-bidan": 5, "sip-apoteker": 5}


def make_person(email: str, name: str, **columns) -> User:
    user = User.objects.create_user(email, PASSWORD, full_name=name, **columns)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def the_file_of_the_first_mall() -> bytes:
    """The host publishes it; a visitor downloads it from the public page."""
    host = Person("admin@demo.id")
    host.open("/admin/cetak-biru/")
    host.send(to="/terbitkan/")
    assert "Terbitan 1" in host.text
    visitor = Person()
    visitor.open("/").follow("Cetak biru mal ini")
    assert "Layanan dengan standarnya" in visitor.text
    visitor.follow("Unduh cetak biru")
    return visitor.response.getvalue()


def dry_run(data: bytes, folder: Path) -> str:
    """What the command says would come; nothing is there afterwards."""
    path = folder / "cetak-biru.zip"
    path.write_bytes(data)
    said = io.StringIO()
    call_command("blueprint", "import", path, "--dry-run", stdout=said)
    assert not Agency.objects.exists()
    return said.getvalue()


def change_draft(desk: Person, key: str) -> None:
    """Import our own rules over the draft, as the editor's page does, and publish it."""
    version = PermitVersion.objects.get(permit_type__key=key, state="draft")
    text = own_rules(key, definition_of(version))
    desk.open(reverse("admin:permits_permitversion_import", args=[version.pk]))
    desk.send({"yaml": text}, with_field="yaml")
    assert desk.status == 200, desk.text
    desk.send({"apply": "1"}, with_field="replaces")
    version.refresh_from_db()
    assert desk.status == 200, desk.text
    assert definition_of(version) == definitions.from_yaml(text)
    desk.open(reverse("admin:permits_permitversion_publish", args=[version.pk]))
    assert "base" in {name for form in desk.page.forms for name in form.names}, desk.text
    desk.send(with_field="base")
    version.refresh_from_db()
    assert version.state == "published", desk.text


def own_rules(key: str, defn: definitions.PermitDefinition) -> str:
    """Three working days more; for doctors the way no longer leads past the health office."""
    data = definitions.to_data(defn)
    assert data["standard"]["time_limit"] == {"n": DEADLINES[key]}
    data["standard"]["time_limit"] = {"n": DEADLINES[key] + 3}
    for stage in data["stages"] if key == "sip-dokter" else ():
        if stage.pop("opinions", None):
            for action in stage["actions"]:
                action["guards"] = [
                    one for one in action.get("guards", []) if one != "opinions_in"
                ]
    return definitions.to_yaml(definitions.parse(data))


def test_tanah_laut_opens_its_own_mall(mall_of_the_host, tmp_path):
    data = the_file_of_the_first_mall()
    empty()
    make_person("admin@tanahlaut.id", "Admin Tala", is_staff=True, is_superuser=True)

    # The command shows what would come and changes nothing.
    said = dry_run(data, tmp_path)
    assert "permits/types/sip-dokter: added" in said
    assert "MPP Among Warga, Kota Batu" in said

    # The assistant: upload, difference, choice, names, drafts.
    desk = Person("admin@tanahlaut.id")
    desk.open("/admin/cetak-biru/")
    desk.send({"file": SimpleUploadedFile("cetak-biru.zip", data)}, with_field="file")
    assert desk.status == 200
    assert "Kota Batu" in desk.text
    kinds = desk.form(with_field="kind").values["kind"]
    assert "kit/installation" not in kinds
    desk.send({"kind": [*kinds, "kit/installation"]}, with_field="kind")
    assert desk.status == 200
    names = {
        "kit/installation/main:name": "MPP Tuntung Pandang",
        "kit/installation/main:region_name": "Kabupaten Tanah Laut",
        "kit/installation/main:reference_prefix": "TALA",
        "counters/agencies/dpmptsp:name": "DPMPTSP Kabupaten Tanah Laut",
    }
    desk.send(names, with_field="key")
    assert "Yang masih perlu dilakukan" in desk.text, desk.text
    # The act reads everything anew once its transaction is over; a test's never is.
    caches["local"].clear()
    assert installation().region_name == "Kabupaten Tanah Laut"
    assert Agency.objects.get(key="dpmptsp").name == "DPMPTSP Kabupaten Tanah Laut"
    assert Agency.objects.get(key="dinkes").name

    # Nothing is public yet.
    citizen = make_person("warga@tanahlaut.id", "Siti Aminah", nik="6301014507900003")
    siti = Person("warga@tanahlaut.id")
    siti.open("/layanan/?q=izin praktek dokter")
    assert "Surat Izin Praktik Dokter" not in siti.text

    # Three deadlines and one path of their own; published, and the services switched on.
    for key in DEADLINES:
        change_draft(desk, key)
        service = Service.objects.get(key=key)
        desk.open(reverse("admin:counters_service_change", args=[service.pk]))
        desk.send({"is_active": "on"}, with_field="is_active")
        caches["local"].clear()
        service.refresh_from_db()
        assert service.is_active, desk.text

    # The first application.
    siti.open("/layanan/?q=izin praktek dokter")
    siti.follow("Surat Izin Praktik Dokter")
    assert "Paling lama 8 hari kerja" in siti.text
    siti.follow("Ajukan")
    siti.send(with_field="for")
    application = Application.objects.get()
    story.fill_form(siti, application)
    story.add_documents(siti, application)
    siti.open(f"/permohonan/{application.reference}/periksa/")
    siti.send({"declare": "yes"}, to="/kirim/")
    application.refresh_from_db()
    assert application.phase == Phase.SUBMITTED
    assert application.owner == citizen
    assert application.number.startswith("TALA")
    assert not any(stage.opinions for stage in definition_of(application.version).stages)


@pytest.fixture
def mall_of_the_host(db):
    """The demo's place and people in the mall of every test."""
    demo_data.make_places()
    return demo_data.make_people()
