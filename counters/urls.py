"""Addresses of the catalogue, the agencies and the queue; open to everybody."""

from datetime import date

from django.urls import path, register_converter

from counters.views import (
    board,
    booking,
    days,
    figures,
    kiosk,
    kiosk_ticket,
    public,
    queues,
    taking,
    ticket,
    ticket_page,
)


class DayConverter:
    """A day in an address: 2026-11-26; anything else is no address of ours."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """The day; ValueError (so 404) for a day that does not exist."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """As it stands in the address."""
        return value.isoformat()


register_converter(DayConverter, "day")
app_name = "counters"
urlpatterns = [
    path("layanan/", public.service_list, name="service-list"),
    path("layanan/<slug:key>/", public.service_detail, name="service-detail"),
    path("instansi/", public.agency_list, name="agency-list"),
    path("instansi/<slug:key>/", public.agency_detail, name="agency-detail"),
    path("layar/<slug:site>/", board.board_page, name="board"),
    path("layar/<slug:site>/data.json", board.board_data, name="board-data"),
    path("layar/<slug:site>/hidup/", board.board_alive, name="board-alive"),
    path("kios/<slug:site>/", kiosk.start, name="kiosk"),
    path("kios/<slug:site>/<slug:lang>/", kiosk.agencies, name="kiosk-agencies"),
    path("kios/<slug:site>/<slug:lang>/cari/", kiosk.find, name="kiosk-find"),
    path("kios/<slug:site>/<slug:lang>/nomor/", kiosk_ticket.ticket, name="kiosk-ticket"),
    path("kios/<slug:site>/<slug:lang>/nomor/kertas/", kiosk_ticket.printed, name="kiosk-printed"),
    path(
        "kios/<slug:site>/<slug:lang>/nomor/kembali/",
        kiosk_ticket.come_back,
        name="kiosk-come-back",
    ),
    path(
        "kios/<slug:site>/<slug:lang>/instansi/<slug:agency>/",
        kiosk.services,
        name="kiosk-services",
    ),
    path("kios/<slug:site>/<slug:lang>/ambil/<slug:queue>/", kiosk.take, name="kiosk-take"),
    path("perangkat/<str:token>/", board.device_open, name="device-open"),
    path("antrean/", queues.queue_list, name="queue-list"),
    path("antrean/ambil/<slug:key>/", days.queue_detail, name="queue-detail"),
    path("antrean/ambil/<slug:key>/sekarang/", taking.queue_now, name="queue-now"),
    path("antrean/ambil/<slug:key>/pesan/<int:slot>/", booking.booking_new, name="booking-new"),
    path(
        "antrean/ambil/<slug:key>/daftar-tunggu/<day:day>/",
        booking.waiting_list,
        name="waiting-list",
    ),
    path("antrean/angka/", figures.show, name="queue-figures"),
    path("antrean/angka/unduh.csv", figures.download, name="queue-figures-csv"),
    path("antrean/<str:secret>/", ticket_page.secret_link, name="ticket"),
    path("antrean/<str:secret>/kini/", ticket.ticket_live, name="ticket-live"),
    path("antrean/<str:secret>/pasti/", booking.booking_confirm, name="booking-confirm"),
    path("antrean/<str:secret>/ubah/", booking.booking_move, name="booking-move"),
    path("antrean/<str:secret>/kalender.ics", booking.booking_ics, name="booking-calendar"),
    path("antrean/<str:secret>/batal/", ticket_page.secret_cancel, name="ticket-cancel"),
    path("antrean/<str:secret>/mundur/", ticket.ticket_defer, name="ticket-defer"),
    path("antrean/<str:secret>/kembali/", ticket.ticket_come_back, name="ticket-come-back"),
    path("antrean/<str:secret>/urung/", ticket.ticket_undo, name="ticket-undo"),
]
