"""Addresses of the desk's own pages, under /admin/permits/application/. Stable."""

from collections.abc import Callable

from django.urls import URLPattern, path

from permits.views.desk import acts, corrections, decide, documents, issued, review, worklist

FILE = "tinjau/<str:number>/"


def patterns(wrap: Callable) -> list[URLPattern]:
    """The addresses; `wrap` is the admin site's gate (`admin_view`)."""

    def at(route: str, view: Callable, name: str) -> URLPattern:
        return path(route, wrap(view), name=f"permits_application_{name}")

    return [
        at("daftar/", worklist.worklist, "worklist"),
        at("daftar/cari/", worklist.search_files, "search"),
        at("daftar/ambil/", worklist.take_many, "take_many"),
        at("daftar/ekspor/", worklist.export, "export"),
        at("izin/", issued.paper_list, "papers"),
        at(FILE, review.review, "review"),
        at(f"{FILE}tujuan/", acts.purpose, "purpose"),
        at(f"{FILE}ambil/", acts.take, "take"),
        at(f"{FILE}lepas/", acts.release, "release"),
        at(f"{FILE}serahkan/", acts.assign, "assign"),
        at(f"{FILE}periksa/", acts.tick, "tick"),
        at(f"{FILE}lengkap/", acts.declare, "declare"),
        at(f"{FILE}pesan/", acts.message, "message"),
        at(f"{FILE}pesan/<int:pk>/", documents.attachment, "attachment"),
        at(f"{FILE}pendapat/<int:pk>/", acts.opinion, "opinion"),
        at(f"{FILE}pendapat/<int:pk>/berkas/", documents.opinion_file, "opinion_file"),
        at(f"{FILE}perbaikan/", corrections.ask_round, "round"),
        at(f"{FILE}perbaikan/batal/", corrections.cancel_round, "round_cancel"),
        at(f"{FILE}dokumen/<int:pk>/putusan/", acts.verdict, "verdict"),
        at(f"{FILE}dokumen/<int:pk>/halaman/<int:page>.jpg", documents.page, "page"),
        at(f"{FILE}dokumen/<int:pk>/unduh/", documents.download, "download"),
        at(f"{FILE}tindakan/<slug:action_key>/", decide.decide, "decide"),
        at(f"{FILE}pratinjau.pdf", decide.preview, "preview"),
        at(f"{FILE}pratinjau.jpg", decide.preview_page, "preview_page"),
        at(f"{FILE}izin/", issued.paper, "paper"),
        at(f"{FILE}izin/<slug:change>/", issued.change_paper, "paper_change"),
    ]
