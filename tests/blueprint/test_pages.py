"""The public page and the assistant: rights, kept choices, refused files, one act per key."""

import io
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from counters.models import Agency, Service
from mpp import demo_data
from mpp.blueprint import actions
from mpp.blueprint.actions import Refused
from mpp.blueprint.content import read
from mpp.blueprint.models import Arrival, Edition
from mpp.kit import clock
from mpp.kit.files import open_file
from mpp.kit.models import StoredFile
from tests.blueprint.conftest import empty, entries, exported, resealed
from tests.conftest import make_person, post
from tests.web import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    demo_data.make_places()
    return demo_data.make_people()


def uploaded(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("cetak-biru.zip", data, content_type="application/zip")


def changed_file() -> bytes:
    """Our own file with one new agency name in it and one agency more."""
    files = entries(exported())
    text = files["counters/agencies.yaml"].decode()
    files["counters/agencies.yaml"] = text.replace("abbr: DPMPTSP", "abbr: PTSP", 1).encode()
    return resealed(files)


def test_the_public_page_before_the_first_edition(town, django_assert_max_num_queries):
    visitor = Person()
    visitor.open("/cetak-biru/")
    assert visitor.status == 200
    assert "belum menerbitkan" in visitor.text
    assert visitor.open("/cetak-biru/unduh/").status == 404
    assert visitor.open("/cetak-biru/skema.json").response.json()["title"] == "mpp.blueprint/1"
    assert b"BEGIN CERTIFICATE" in visitor.open("/cetak-biru/otoritas.pem").response.content
    with django_assert_max_num_queries(4):
        visitor.open("/cetak-biru/")


def test_an_edition_is_published_once_per_key(town):
    admin = town["admin@demo.id"]
    one = actions.publish(actor=admin, key="k1")
    assert actions.publish(actor=admin, key="k1") == one
    assert actions.publish(actor=None, key="k2").number == 2
    with pytest.raises(Refused):
        actions.publish(actor=town["verifikator@demo.id"], key="k3")
    visitor = Person().open("/cetak-biru/")
    assert "Terbitan 2" in visitor.text
    visitor.follow("Unduh")
    found = read(io.BytesIO(visitor.response.getvalue()))
    assert found.mall.counts() == Edition.objects.get(number=2).counts
    assert visitor.response.headers["Content-Disposition"].endswith('cetak-biru-kota-batu-2.zip"')


def test_what_no_mall_could_bring_in_is_not_published(town):
    Agency.objects.filter(key="dpmptsp").update(name="a\nb")
    desk = Person("admin@demo.id").open("/admin/cetak-biru/")
    desk.send(to="terbit")
    assert desk.status == 422
    assert "counters/agencies/dpmptsp" in desk.text
    assert not Edition.objects.exists()


@pytest.mark.parametrize(
    "address", ["/admin/cetak-biru/", "/admin/cetak-biru/abc/", "/admin/cetak-biru/abc/nama/"]
)
def test_only_who_configures_the_mall_gets_in(town, address):
    assert Person("verifikator@demo.id").open(address).status == 403
    assert "/akun/login" in Person().open(address).address
    assert Person("admin@demo.id").open(address).status in (200, 404)


def test_somebody_elses_upload_is_not_there(town):
    arrival = actions.receive(io.BytesIO(exported()), actor=town["admin@demo.id"])
    other = demo_data.User.objects.create_superuser("b@demo.id", "demo-mpp-2026", full_name="B")
    demo_data.EmailAddress.objects.create(user=other, email=other.email, verified=True)
    assert Person("b@demo.id").open(f"/admin/cetak-biru/{arrival.token}/").status == 404


def test_a_wrong_file_is_told_and_not_kept(town):
    desk = Person("admin@demo.id").open("/admin/cetak-biru/")
    desk.send({"file": uploaded(b"PK nothing")}, with_field="file")
    assert desk.status == 422
    assert "bukan berkas zip" in desk.text
    desk.open("/admin/cetak-biru/")
    files = entries(exported())
    files["counters/agencies.yaml"] = b"agencies:\n  - {x: 1}\n"
    desk.send({"file": uploaded(resealed(files))}, with_field="file")
    assert desk.status == 422
    assert "counters/agencies.yaml:2" in desk.text
    desk.open("/admin/cetak-biru/")
    desk.send(with_field="file")
    assert desk.status == 422
    assert not Arrival.objects.exists()


def test_the_difference_the_choice_and_the_names(town):
    desk = Person("admin@demo.id").open("/admin/cetak-biru/")
    desk.send({"file": uploaded(changed_file())}, with_field="file")
    assert "PTSP" in desk.text
    assert "counters/agencies" in desk.html
    # Nothing chosen: told, and nothing happens.
    desk.send({"kind": [], "object": []}, with_field="kind")
    assert desk.status == 422
    desk.send({"kind": [], "object": ["counters/agencies/dpmptsp"]}, with_field="kind")
    assert desk.status == 200
    # A name that is too long stays in its field.
    desk.send({"counters/agencies/dpmptsp:abbr": "x" * 99}, with_field="key")
    assert desk.status == 422
    assert "x" * 99 in desk.html
    assert Agency.objects.get(key="dpmptsp").abbr == "DPMPTSP"
    desk.send({"counters/agencies/dpmptsp:abbr": "DPM"}, with_field="key")
    assert desk.status == 200
    assert Agency.objects.get(key="dpmptsp").abbr == "DPM"
    arrival = Arrival.objects.get()
    assert arrival.result["changed"] == 1
    # Opened again, every step shows the result; a second time is refused.
    desk.open(f"/admin/cetak-biru/{arrival.token}/nama/")
    assert desk.address.endswith("/hasil/")
    admin = town["admin@demo.id"]
    assert actions.bring_in_drafts(arrival, actor=admin, key=arrival.act_key) == arrival
    with pytest.raises(Refused):
        actions.bring_in_drafts(arrival, actor=admin, key="another")


def test_a_supervisor_brings_no_rights(town):
    supervisor = post(make_person("penyelia@demo.id", "Penyelia"), "dpmptsp", "supervisor")
    arrival = actions.receive(io.BytesIO(exported()), actor=supervisor)
    mall = actions.allowed(actions.opened(arrival).mall, supervisor)
    kinds = {key[0] for key in mall.items}
    assert "counters/agencies" in kinds
    assert not {"accounts/roles", "accounts/texts", "kit/installation"} & kinds


def test_what_cannot_come_in_is_told_and_all_is_undone(town):
    data = exported()
    admin = town["admin@demo.id"]
    arrival = actions.receive(io.BytesIO(data), actor=admin)
    actions.choose(arrival, actor=admin, kinds=["permits/types"], objects=[])
    Service.objects.filter(key="sip-dokter").update(name="Lain")
    row = Service.objects.get(key="sip-dokter")
    type(row.permit_type).objects.filter(pk=row.permit_type.pk).update(key="lain")
    desk = Person("admin@demo.id").open(f"/admin/cetak-biru/{arrival.token}/nama/")
    desk.send(with_field="key")
    assert desk.status == 422
    assert "permits/types/sip-dokter.yaml" in desk.text
    arrival.refresh_from_db()
    assert arrival.applied_at is None


def test_uploads_go_after_a_week(town):
    arrival = actions.receive(io.BytesIO(exported()), actor=town["admin@demo.id"])
    stored = arrival.file
    assert open_file(stored).read(2) == b"PK"
    assert actions.sweep_arrivals() == 0
    Arrival.objects.update(expires_at=clock.now())
    assert actions.sweep_arrivals() == 1
    assert not StoredFile.objects.filter(pk=stored.pk).exists()


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\u202e"])
def test_posted_values_no_column_holds(town, sign):
    """Typed by hand into the request: NUL would be a fault page on PostgreSQL."""
    desk = Person("admin@demo.id").open("/admin/cetak-biru/")
    arrival = actions.receive(io.BytesIO(changed_file()), actor=town["admin@demo.id"])
    address = f"/admin/cetak-biru/{arrival.token}/"
    ticked = {"kind": [f"a{sign}b"], "object": [f"counters/agencies/a{sign}"]}
    assert _sent(desk, address, ticked) == 422
    ticked["kind"] += ["counters/agencies"]
    assert _sent(desk, address, ticked) == 302
    arrival.refresh_from_db()
    assert (arrival.kinds, arrival.objects_chosen) == (["counters/agencies"], [])
    assert _sent(desk, f"{address}nama/", {"key": f"k{sign}1"}) == 302
    arrival.refresh_from_db()
    assert arrival.act_key == "k1"
    for key in (f"k{sign}2", sign):
        assert _sent(desk, "/admin/cetak-biru/terbitkan/", {"key": key}) == 302
    assert Edition.objects.count() == 2
    assert Edition.objects.filter(act_key="k2").exists()


def _sent(desk: Person, address: str, values: dict) -> int:
    """The answer to values that stand in no form."""
    body = urlencode(values, doseq=True)
    kind = "application/x-www-form-urlencoded"
    return desk.client.post(address, body, content_type=kind).status_code


def test_empty_installation_shows_its_pages(town):
    empty()
    assert Person().open("/cetak-biru/").status == 200
