"""All addresses. Slugs are Indonesian and stable."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from mpp.views import demo, gallery, health, home, language, verify

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
    path("", include("visits.urls")),
    path("", include("counters.urls")),
    path("tema.css", home.theme, name="theme"),
    path("admin/komponen/", gallery.gallery, name="gallery"),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns.insert(0, path("demo/pesan/", demo.messages, name="demo-messages"))
