"""All addresses. Slugs are Indonesian and stable."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from mpp.views import blueprint, blueprint_desk, demo, gallery, health, home, language, verify

handler500 = "mpp.views.errors.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("bahasa/", language.set_language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("verifikasi/", verify.verify, name="verify"),
    path("verifikasi/unggah/", verify.verify_upload, name="verify-upload"),
    path("verifikasi/<str:code>/", verify.verify_code, name="verify-code"),
    path("akun/", include("accounts.urls")),
    path("akun/", include("allauth.urls")),
    path("", include("permits.urls")),
    path("", include("counters.urls")),
    path("tema.css", home.theme, name="theme"),
    path("cetak-biru/", blueprint.page, name="blueprint"),
    path("cetak-biru/unduh/", blueprint.download, name="blueprint-file"),
    path("cetak-biru/skema.json", blueprint.schema, name="blueprint-schema"),
    path("cetak-biru/otoritas.pem", blueprint.authority, name="blueprint-authority"),
    path("admin/cetak-biru/", blueprint_desk.start, name="blueprint-desk"),
    path("admin/cetak-biru/terbitkan/", blueprint_desk.publish, name="blueprint-desk-publish"),
    path("admin/cetak-biru/unggah/", blueprint_desk.upload, name="blueprint-desk-upload"),
    path("admin/cetak-biru/<str:token>/", blueprint_desk.choose, name="blueprint-desk-choose"),
    path("admin/cetak-biru/<str:token>/nama/", blueprint_desk.names, name="blueprint-desk-names"),
    path(
        "admin/cetak-biru/<str:token>/hasil/",
        blueprint_desk.result,
        name="blueprint-desk-result",
    ),
    path("admin/komponen/", gallery.gallery, name="gallery"),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns.insert(0, path("demo/pesan/", demo.messages, name="demo-messages"))
