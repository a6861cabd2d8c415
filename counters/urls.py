"""Addresses of the catalogue and the agencies; open to everybody."""

from django.urls import path

from counters.views import public

app_name = "counters"
urlpatterns = [
    path("layanan/", public.service_list, name="service-list"),
    path("layanan/<slug:key>/", public.service_detail, name="service-detail"),
    path("instansi/", public.agency_list, name="agency-list"),
    path("instansi/<slug:key>/", public.agency_detail, name="agency-detail"),
]
