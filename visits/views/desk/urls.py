"""Addresses of the visit desk, under /admin/visits/visit/. Stable."""

from collections.abc import Callable

from django.urls import URLPattern, path

from visits.views.desk import acts, day, figures, lists, remains, review

ONE = "tinjau/<str:number>/"


def patterns(wrap: Callable) -> list[URLPattern]:
    """The addresses; `wrap` is the admin site's gate (`admin_view`)."""

    def at(route: str, view: Callable, name: str) -> URLPattern:
        return path(route, wrap(view), name=f"visits_visit_{name}")

    return [
        at("kalender/", lists.calendar_page, "calendar"),
        at("daftar/", lists.visit_list, "list"),
        at("hari-ini/", day.today, "today"),
        at("hadir/<str:token>/", day.badge, "badge"),
        at("layar/<slug:site>/", day.screen, "screen"),
        at("angka/", figures.page, "figures"),
        at("angka/kunjungan.csv", figures.as_csv, "figures_csv"),
        at("angka/kunjungan.xlsx", figures.as_xlsx, "figures_xlsx"),
        at("materi/", remains.materials, "materials"),
        at("materi/<int:pk>/", remains.material, "material"),
        at("materi/<int:pk>/tarik/", remains.material_withdraw, "material_withdraw"),
        at(ONE, review.review, "review"),
        at(f"{ONE}surat/", review.letter, "letter"),
        at(f"{ONE}tautan/", review.link, "link"),
        at(f"{ONE}buku-tamu/<int:pk>/", review.entry, "entry"),
        at(f"{ONE}dokumen/<str:code>/", review.paper, "paper"),
        at(f"{ONE}cetak/<slug:kind>/", review.printed, "print"),
        at(f"{ONE}hari/", day.day, "day"),
        at(f"{ONE}hari/hadir/", day.check, "check"),
        at(f"{ONE}hari/pindai/", day.scan, "scan"),
        at(f"{ONE}peserta/", day.add_person, "person"),
        at(f"{ONE}peserta/<int:pk>/", day.change_person, "person_change"),
        at(f"{ONE}agenda/", remains.agenda_page, "agenda"),
        at(f"{ONE}foto/", remains.photos, "photos"),
        at(f"{ONE}foto/<int:pk>/", remains.photo, "photo"),
        at(f"{ONE}foto/<int:pk>/ubah/", remains.photo_change, "photo_change"),
        at(f"{ONE}tindakan/<slug:slug>/", acts.act, "act"),
    ]
