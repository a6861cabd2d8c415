"""Addresses of the citizen's side: /permohonan/ and the public /lacak/; a panel of the desk."""

from django.contrib import admin
from django.urls import include, path

from permits.views import (
    acts,
    apply,
    begin,
    bookings,
    corrections,
    documents,
    numbers,
    options,
    sending,
    status,
    track,
)
from permits.views.desk.panel import ticket_panel

app_name = "permits"

application_patterns = [
    path("", begin.application_list, name="application-list"),
    path("baru/<slug:service>/", begin.application_new, name="application-new"),
    path("pilihan/<str:ref>/<str:field>/", options.option_search, name="option-search"),
    path("nomor/<int:ticket>/", numbers.ticket_file, name="ticket-file"),
    path("pesanan/<int:booking>/", numbers.booking_file, name="booking-file"),
    path("<str:ref>/", status.application_page, name="application-tasks"),
    path("<str:ref>/", status.application_page, name="application-status"),
    path("<str:ref>/bagian/<slug:page>/", apply.form_page, name="application-page"),
    path("<str:ref>/bagian/<slug:page>/simpan/<str:field>/", apply.save_field, name="answer-save"),
    path("<str:ref>/dokumen/", documents.document_list, name="document-list"),
    path("<str:ref>/dokumen/<int:pk>/berkas/", documents.document_open, name="document-open"),
    path("<str:ref>/dokumen/<str:slot>/", documents.document_slot, name="document-slot"),
    path("<str:ref>/periksa/", sending.check, name="application-check"),
    path("<str:ref>/kirim/", sending.send, name="application-send"),
    path("<str:ref>/terkirim/", sending.sent, name="application-sent"),
    path("<str:ref>/formulir-baru/", sending.renew, name="application-renew"),
    path("<str:ref>/bukti.pdf", sending.receipt, name="application-receipt"),
    path("<str:ref>/perbaikan/", corrections.correct, name="application-correct"),
    path("<str:ref>/pesan/", acts.message_post, name="message-post"),
    path("<str:ref>/pesan/<int:pk>/berkas/", acts.message_file, name="message-file"),
    path("<str:ref>/tarik/", acts.withdraw, name="application-withdraw"),
    path("<str:ref>/nomor/", numbers.application_number, name="application-number"),
    path(
        "<str:ref>/nomor/<int:queue>/",
        bookings.application_booking,
        name="application-booking",
    ),
    path("<str:ref>/izin.pdf", acts.permit_file, name="permit-file"),
]

urlpatterns = [
    path(
        "admin/permits/nomor/<int:ticket>/",
        admin.site.admin_view(ticket_panel),
        name="ticket-panel",
    ),
    path("permohonan/", include(application_patterns)),
    path("lacak/", track.track, name="track"),
]
