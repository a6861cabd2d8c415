"""Addresses of the queue at the desk, below /admin/. Stable."""

from collections.abc import Callable

from django.urls import URLPattern, path

from counters.views.desk import (
    check_in,
    console,
    console_acts,
    console_forms,
    devices,
    figures,
    hall,
    paper,
    ticket_link,
    trouble,
)

COUNTER = "loket/<int:pk>/"


def patterns(wrap: Callable) -> list[URLPattern]:
    """The addresses; `wrap` is the admin site's gate (`admin_view`)."""

    def at(route: str, view: Callable, name: str) -> URLPattern:
        return path(route, wrap(view), name=f"counters_{name}")

    return [
        at("kertas/", paper.blocks, "paper"),
        at("kertas/<int:pk>/", paper.block, "paper_block"),
        at("kertas/<int:pk>/cetak/", paper.sheets, "paper_print"),
        at("perangkat/", devices.devices, "devices"),
        at("loket/", console.choose, "console"),
        at(COUNTER, console.show, "console_counter"),
        at(f"{COUNTER}langsung/", console.live, "console_live"),
        at(f"{COUNTER}tambah/", console_forms.issue, "console_issue"),
        at(f"{COUNTER}masuk/", check_in.check_in, "console_check_in"),
        at(f"{COUNTER}gangguan/", trouble.at_counter, "console_disruption"),
        at(f"{COUNTER}nomor/<int:ticket_pk>/", console.ticket_page, "console_ticket"),
        at(f"{COUNTER}nomor/<int:ticket_pk>/tautan/", ticket_link.renew, "console_ticket_link"),
        at(f"{COUNTER}<slug:slug>/", console_acts.press, "console_act"),
        at("aula/", hall.show, "hall"),
        at("aula/langsung/", hall.live, "hall_live"),
        at("aula/gangguan/", trouble.in_hall, "hall_disruption"),
        at("aula/gangguan/<int:pk>/", trouble.end_in_hall, "hall_disruption_end"),
        at("aula/akhir-hari/", hall.end_day, "hall_end_day"),
        at("aula/pengumuman/", hall.announce, "hall_announce"),
        at("aula/pengumuman/<int:pk>/", hall.end_announcement, "hall_announcement_end"),
        at("aula/loket/<int:pk>/", hall.counter_page, "hall_counter"),
        at("aula/antrean/<int:pk>/", hall.queue_page, "hall_queue"),
        at("angka-antrean/", figures.show, "figures"),
        at("angka-antrean/unduh/<slug:kind>/", figures.download, "figures_download"),
    ]
