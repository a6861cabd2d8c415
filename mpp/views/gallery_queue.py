"""The queue on the component page: karcis in every state, cards, order and map, invented data."""

from typing import Any

from counters.figures_tables import number_words


def _head(kind: str, strong: str, text: str, label: tuple[str, str, str], **more: str) -> dict:
    name, icon, tone = label
    return {
        "kind": kind,
        "strong": strong,
        "text": text,
        "label": {"label": name, "icon": icon, "tone": tone},
        **more,
    }


def _beads(*texts: str) -> list[dict[str, str]]:
    served = {"text": "004", "kind": "served", "name": "D 004"}
    ahead = [{"text": text, "kind": "ahead", "name": f"D {text}"} for text in texts]
    return [served, *ahead, {"text": "Anda", "kind": "you", "name": ""}]


def _tickets() -> list[dict[str, Any]]:
    live = ("Langsung", "broadcast", "good")
    near = ("Segera dipanggil", "bell", "wait")
    waiting = _head(
        "waiting",
        "5 orang sebelum Anda",
        "Perkiraan dipanggil 10.55 sampai 11.05",
        live,
        number="5",
        rest="orang sebelum Anda",
    )
    soon = _head("near", "Anda berikutnya", "", near, come="Silakan masuk ke Zona A.")
    called = _head(
        "called",
        "Silakan ke Loket 7",
        "Anda punya 3 menit, sampai 10.45",
        ("Anda dipanggil", "megaphone", "wait"),
    )
    missed = _head(
        "missed",
        "Nomor Anda terlewat",
        "Kembali ke antrean sampai 11.15, satu kali.",
        ("Terlewat", "exclamation-circle-fill", "bad"),
    )
    held = _head(
        "held",
        "Nomor Anda ditunda",
        "Loket menunggu sesuatu dari Anda. Tempat Anda tetap.",
        ("Ditunda", "pause-circle-fill", "wait"),
    )
    over = _head(
        "over",
        "Selesai. Terima kasih sudah datang.",
        "Sejak 11.20",
        ("Selesai", "check-circle", "good"),
    )
    pairs = [
        {"label": "Loket", "value": "7 atau 8, Zona A"},
        {"label": "Buka sampai", "value": "15.00"},
    ]
    lines = {
        "waiting": _beads("••5", "••6"),
        "near": _beads(),
    }
    return [
        {"head": head, "beads": lines.get(head["kind"], []), "pairs": pairs}
        for head in (waiting, soon, called, missed, held, over)
    ]


def _cards() -> list[dict[str, Any]]:
    open_now = {
        "url": "#",
        "letter": "D",
        "name": "Dispendukcapil",
        "agency": "Dinas Kependudukan dan Pencatatan Sipil",
        "services": "KTP-el hilang, Kartu keluarga, Akta kelahiran",
        "more": 4,
        "waiting": "12 orang menunggu",
        "state": "Buka sampai 15.00",
        "is_open": True,
        "wait": "biasanya 14 menit",
        "has_outage": True,
    }
    closed = {
        **open_now,
        "letter": "K",
        "name": "Kesbangpol",
        "agency": "Kesbangpol",
        "services": "",
        "more": 0,
        "waiting": "tidak ada yang menunggu",
        "state": "Hari ini tutup: Rapat",
        "is_open": False,
        "wait": "",
        "has_outage": False,
    }
    return [open_now, closed]


def queue_context() -> dict[str, Any]:
    """Sample data for the components of the queue; no database, the same on every call."""
    order = [
        ("D ••5", "menunggu sejak 09.12", False),
        ("P ••2", "dipesan 09.30, antrean lain di loket yang sama", False),
        ("D 007", "menunggu sejak 09.20", True),
    ]
    days = (("Senin", (4, 9.5, 22)), ("Selasa", (None, 14, 31)))
    shades = {None: 0, 4: 1, 9.5: 2, 14: 3, 22: 4, 31: 5}
    return {
        "tickets": _tickets(),
        "cards": _cards(),
        "order": [{"number": n, "reason": why, "is_mine": mine} for n, why, mine in order],
        "bound": "Yang gilirannya mulai 20 menit setelah Anda tidak dipanggil lebih dulu.",
        "heat_hours": ["08.00", "09.00", "10.00"],
        "heat": [
            {
                "label": day,
                "cells": [{"shade": shades[wait], "text": number_words(wait)} for wait in waits],
            }
            for day, waits in days
        ],
    }
