"""Addresses of the public side: /studi-tiru/. What lies below a secret opens to its holder."""

from django.urls import path

from visits.views import (
    public,
    public_acts,
    public_after,
    public_day,
    public_papers,
    public_people,
    public_regions,
    public_request,
    public_visit,
    screen,
)

app_name = "visits"
ONE = "studi-tiru/<str:secret>/"

urlpatterns = [
    path("studi-tiru/", public.calendar_page, name="calendar"),
    path("studi-tiru/ajukan/", public_request.request_page, name="request"),
    path("studi-tiru/ajukan/wilayah/", public_request.region_search, name="region-search"),
    path("studi-tiru/wilayah/", public_regions.regions, name="regions"),
    path("studi-tiru/wilayah/foto/<int:pk>/", public_regions.public_photo, name="public-photo"),
    path("studi-tiru/materi/<slug:key>/", public.material, name="material"),
    path("studi-tiru/layar/<slug:site>/", screen.code_page, name="screen"),
    path("studi-tiru/layar/<slug:site>/kode.json", screen.code_data, name="screen-code"),
    path("studi-tiru/hadir/<str:badge>/", public_day.badge, name="badge"),
    path("studi-tiru/hadir/<str:badge>/bukti.pdf", public_papers.own_proof, name="own-proof"),
    path(ONE, public_visit.visit_page, name="visit"),
    path(f"{ONE}isian/", public_request.draft_page, name="draft"),
    path(f"{ONE}surat/", public_acts.letter, name="letter"),
    path(f"{ONE}surat/berkas/", public_acts.letter_file, name="letter-file"),
    path(f"{ONE}tindakan/<slug:slug>/", public_acts.act_page, name="act"),
    path(f"{ONE}peserta/tambah/", public_people.person_add, name="person-add"),
    path(f"{ONE}peserta/banyak/", public_people.people_add, name="people-add"),
    path(f"{ONE}peserta/contoh.csv", public_people.people_template, name="people-template"),
    path(f"{ONE}peserta/<int:pk>/", public_people.person_change, name="person-change"),
    path(f"{ONE}dokumen/<str:code>/", public_papers.paper, name="paper"),
    path(f"{ONE}agenda.pdf", public_papers.agenda, name="agenda"),
    path(f"{ONE}kunjungan.ics", public_papers.calendar_file, name="calendar-file"),
    path(f"{ONE}hadir/", public_day.door, name="door"),
    path(f"{ONE}buku-tamu/", public_after.guest_book, name="guest-book"),
    path(f"{ONE}kesan/", public_after.feedback, name="feedback"),
    path(f"{ONE}tindak-lanjut/<int:days>/", public_after.follow_up, name="follow-up"),
    path(f"{ONE}materi/", public_papers.materials, name="materials"),
    path(f"{ONE}materi/<int:pk>/", public_papers.material_file, name="material-file"),
    path(f"{ONE}foto/", public_papers.photos, name="photos"),
    path(f"{ONE}foto/<int:pk>/", public_papers.photo, name="photo"),
]
