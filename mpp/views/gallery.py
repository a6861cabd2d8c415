"""The component page: every component in every state, with invented data. Staff only.

Axe and the screenshots run on it; a new component or state is added here first.
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mpp.kit.promise_bar import promise_bar
from mpp.kit.wording import date_id, when
from mpp.views.gallery_queue import queue_context

LATER = datetime(2026, 11, 23, 10, 42, tzinfo=ZoneInfo("Asia/Jakarta"))
PROMISED = date(2026, 11, 27)


class SampleForm(forms.Form):
    """Fields of every drawing; the names are samples, not translated."""

    kind = forms.ChoiceField(
        label="Jenis tempat",
        choices=[("hospital", "Rumah sakit"), ("clinic", "Klinik"), ("own", "Praktik mandiri")],
        widget=forms.RadioSelect,
    )
    place = forms.CharField(
        label="Nama tempat praktik",
        help_text="Tulis seperti di papan nama, misalnya Klinik Sehat Bersama.",
        error_messages={"required": "Tulis nama tempat praktik"},
    )
    village = forms.ChoiceField(
        label="Desa atau kelurahan", choices=[("", "Pilih"), ("1", "Sisir"), ("2", "Temas")]
    )
    nik = forms.CharField(
        label="NIK",
        min_length=16,
        error_messages={"min_length": "NIK harus 16 angka, Anda menulis 15"},
    )
    days = forms.MultipleChoiceField(
        label="Hari praktik",
        choices=[("1", "Senin"), ("2", "Selasa")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Catatan", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(
        label="Isian ini benar", error_messages={"required": "Centang kalau isian ini benar"}
    )


def _tone(label: str, icon: str, tone: str = "") -> dict[str, str]:
    return {"label": label, "icon": icon, "tone": tone}


def _labels() -> list[dict[str, str]]:
    return [
        _tone("Belum diisi", "circle", "quiet"),
        _tone("Sedang diisi", "pencil"),
        _tone("Selesai", "check-circle-fill", "plain"),
        _tone("Belum bisa dibuka", "lock", "plain"),
        _tone("Sedang diperiksa", "hourglass-split"),
        _tone("Menunggu Anda", "exclamation-circle-fill", "wait"),
        _tone("Perlu diperbaiki", "exclamation-triangle-fill", "bad"),
        _tone("Terbit", "patch-check-fill", "good"),
        _tone("Ditolak", "x-circle-fill", "bad"),
        _tone("Ditarik", "info-circle-fill", "warm"),
    ]


def _promises() -> list[dict[str, Any]]:
    return [
        {"title": "Belum mulai", "bar": promise_bar(7), "text": "7 hari kerja"},
        {"title": "Sesuai janji", "bar": promise_bar(7, 3), "text": "Hari kerja ke-3 dari 7"},
        {
            "title": "Berhenti, menunggu Anda",
            "bar": promise_bar(7, 3),
            "text": "Waktu berhenti di hari ke-3 sampai Anda mengirim perbaikan",
        },
        {
            "title": "Terlambat",
            "bar": promise_bar(7, 9, late=2),
            "text": "Terlambat 2 hari. Dokter pemeriksa sakit. Janji baru: Selasa 1 Desember",
        },
        {"title": "Lebih dari 14 hari", "bar": promise_bar(30, 12), "text": "Hari ke-12 dari 30"},
        {
            "title": "Panjang, terlambat",
            "bar": promise_bar(30, 34, late=4),
            "text": "Telat 4 hari",
        },
        {"title": "Selesai", "bar": promise_bar(7, 7, done=True), "text": "Selesai"},
    ]


def _verdicts() -> list[dict[str, Any]]:
    pairs = [
        {"label": "Jenis izin", "value": "Surat Izin Praktik (SIP) Perawat"},
        {"label": "Nomor", "value": "503.446/0427/SIPP/2026"},
        {"label": "Nama", "value": "SARI W*******"},
    ]
    return [
        {
            "tone": "good",
            "icon": "check-lg",
            "heading": "Asli dan masih berlaku",
            "text": "Berlaku sampai 14 Maret 2029.",
            "pairs": pairs,
        },
        {
            "tone": "expired",
            "icon": "clock-fill",
            "heading": "Asli, tetapi sudah habis masa berlaku",
            "text": "Sejak 14 Maret 2024",
            "pairs": [],
        },
        {
            "tone": "revoked",
            "icon": "x-lg",
            "heading": "Asli, tetapi dicabut",
            "text": "Sejak 2 Mei 2026",
            "pairs": [],
        },
        {
            "tone": "unknown",
            "icon": "question-circle",
            "heading": "Tidak ada di catatan kami",
            "text": "Periksa kode, atau laporkan",
            "pairs": [],
        },
    ]


def _timeline() -> list[dict[str, str]]:
    return [
        {
            "state": "past",
            "icon": "check-lg",
            "title": "Anda mengirim berkas",
            "text": when(LATER),
            "by": "",
        },
        {
            "state": "past",
            "icon": "check-lg",
            "title": "Berkas dinyatakan lengkap",
            "text": when(LATER),
            "by": "Dewi Anggraini, Loket 12",
        },
        {
            "state": "now",
            "icon": "three-dots",
            "title": "Diperiksa Dinas Kesehatan",
            "text": "Sejak Jumat 20 November. Biasanya 2 hari.",
            "by": "Rudi Hartono, Dinas Kesehatan",
        },
        {
            "state": "next",
            "icon": "pencil",
            "title": "Ditandatangani kepala dinas",
            "text": "Perkiraan Rabu 25 November",
            "by": "",
        },
        {
            "state": "next",
            "icon": "file-earmark-check",
            "title": "SIP bisa diunduh",
            "text": "Paling lambat Jumat 27 November",
            "by": "",
        },
    ]


def _thread() -> list[dict[str, Any]]:
    rows = [
        (False, "Dewi Anggraini, petugas Loket 12", "Berkas sudah lengkap.", ""),
        (True, "Anda", "Terima kasih. Apakah saya perlu datang mengambil SIP?", ""),
        (True, "Anda", "Satu lagi: apakah perlu meterai?", "sending"),
        (True, "Anda", "Halo?", "failed"),
    ]
    return [
        {
            "mine": mine,
            "sender": sender,
            "text": text,
            "state": state,
            "when": when(LATER),
            "attachments": [] if mine else [{"url": "#", "label": "contoh.pdf"}],
        }
        for mine, sender, text, state in rows
    ]


def _work_groups() -> list[dict[str, Any]]:
    def row(
        key: int, bar: Any, left: str, who: str, *, late: bool = False, note: str = ""
    ) -> dict:
        return {
            "key": key,
            "url": "#",
            "bar": bar,
            "left": left,
            "is_late": late,
            "who": who,
            "service": "SIP Bidan",
            "reference": f"BTU-2611-04{key:02d}",
            "stage": _tone("Kelengkapan", "list-task"),
            "note": note,
        }

    late = row(1, promise_bar(5, 6, late=1), "Telat 1 hari", "Hadi S.", late=True)
    today = row(2, promise_bar(7, 7), "Hari ini", "Maria L.", note="2 pesan baru")
    soon = row(3, promise_bar(30, 21), "9 hari kerja lagi", "Yulia K.")
    return [
        {
            "kind": "late",
            "icon": "exclamation-triangle-fill",
            "label": "Terlambat",
            "count": 1,
            "rows": [late],
        },
        {
            "kind": "today",
            "icon": "clock-fill",
            "label": "Jatuh tempo hari ini",
            "count": 1,
            "rows": [today],
        },
        {
            "kind": "later",
            "icon": "calendar-week",
            "label": "Minggu ini",
            "count": 1,
            "rows": [soon],
        },
    ]


def gallery_context() -> dict[str, Any]:
    """Sample data for every component; no database, the same on every call."""
    wrong = SampleForm({"kind": "clinic", "nik": "357902410000001", "village": "1"})
    labels = _labels()
    return {
        "title": "Komponen",
        "labels": labels,
        "promises": _promises(),
        "promised": date_id(PROMISED),
        "bar": promise_bar(7, 3),
        "status": labels[4],
        "bottom": {
            "icon": "check2-circle",
            "strong": "Tidak ada yang perlu Anda lakukan sekarang.",
            "text": "Kami kabari kalau ada perubahan.",
        },
        "verdicts": _verdicts(),
        "facts": [
            _fact("clock", "Lama proses", "Paling lama 7 hari kerja", "biasanya 4 hari"),
            _fact("cash-coin", "Biaya", "Gratis", "tidak ada biaya lain"),
            _fact("geo-alt", "Cara", "Online atau Loket 12", "lantai 1"),
            _fact("patch-check", "Yang Anda terima", "SIP elektronik", "PDF dengan kode QR"),
        ],
        "tasks": [
            {
                "url": "#" if number != 3 else "",
                "label": f"Bagian {number + 1}",
                "hint": "Satu baris petunjuk",
                "status": labels[[2, 1, 0, 3, 6][number]],
            }
            for number in range(5)
        ],
        "rows": _timeline(),
        "steps": [
            {"title": "Anda mengisi dan mengirim", "time": "sekitar 15 menit", "text": "Bebas."},
            {"title": "Petugas memeriksa", "time": "hari kerja ke-1", "text": "Sekaligus."},
        ],
        "thread": _thread(),
        "trail": [
            _trail("Rudi Hartono", "Dinas Kesehatan", "memeriksa keaslian STR", 0),
            _trail("Sistem kependudukan", "", "mengambil nama, dengan izin Anda", 5, system=True),
        ],
        "form": SampleForm(initial={"kind": "hospital"}, prefix="ok"),
        "wrong": wrong,
        "pairs": [
            {"label": "Nama lengkap", "value": "Sari Wulandari", "change_url": "#"},
            {"label": "Alamat", "value": "Jalan Contoh Raya Nomor 1, Sisir", "change_url": "#"},
        ],
        "crumbs": [{"url": "#", "label": "Beranda"}, {"url": "", "label": "Layanan"}],
        "chips": [{"url": "#", "label": "Gratis"}, {"url": "#", "label": "Sampai 7 hari kerja"}],
        "pages": {"previous": "?page=1", "next": "?page=3", "current": "2"},
        "work_groups": _work_groups(),
        "queue": queue_context(),
        "next_lines": ["Petugas memeriksa kelengkapan", "Kami kabari", "SIP bisa diunduh"],
    }


def _fact(icon: str, label: str, value: str, note: str) -> dict[str, str]:
    return {"icon": icon, "label": label, "value": value, "note": note}


def _trail(who: str, office: str, why: str, hours: int, *, system: bool = False) -> dict[str, Any]:
    moment = when(LATER - timedelta(hours=hours))
    return {"who": who, "office": office, "why": why, "when": moment, "is_system": system}


@staff_member_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component; `?meja=1` draws the same page in the desk's style sheet."""
    desk = bool(request.GET.get("meja"))
    context = {**gallery_context(), "frame": "admin/desk_base.html" if desk else "base.html"}
    return render(request, "components/gallery.html", {**context, "is_desk": desk})
