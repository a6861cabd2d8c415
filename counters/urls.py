"""Addresses of the catalogue and the agencies; open to everybody."""

from django.urls import path

from counters.views import board, public

app_name = "counters"
urlpatterns = [
    path("layanan/", public.service_list, name="service-list"),
    path("layanan/<slug:key>/", public.service_detail, name="service-detail"),
    path("instansi/", public.agency_list, name="agency-list"),
    path("instansi/<slug:key>/", public.agency_detail, name="agency-detail"),
    path("layar/<slug:site>/", board.board_page, name="board"),
    path("layar/<slug:site>/data.json", board.board_data, name="board-data"),
    path("layar/<slug:site>/hidup/", board.board_alive, name="board-alive"),
    path("perangkat/<str:token>/", board.device_open, name="device-open"),
]
