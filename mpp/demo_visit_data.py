"""What the demo knows of study visits: sessions, topics, templates, delegations."""

from dataclasses import dataclass
from datetime import time
from typing import Any

Row = dict[str, Any]


def table(columns: str, *lines: tuple) -> list[Row]:
    """Lines under their headings as rows; their place in the table is their `order`."""
    names = columns.split()
    return [
        {**dict(zip(names, line, strict=True)), "order": place}
        for place, line in enumerate(lines, start=1)
    ]


SESSIONS = table(
    "key name name_en weekdays starts_at ends_at",
    ("pagi", "Sesi pagi", "Morning session", [0, 1, 2, 3], time(9, 0), time(11, 0)),
    ("siang", "Sesi siang", "Afternoon session", [0, 1, 2, 3], time(13, 0), time(15, 0)),
    ("jumat", "Sesi Jumat", "Friday session", [4], time(9, 30), time(11, 0)),
)
TOPICS = table(
    "key name name_en",
    ("standar", "Standar pelayanan dan SOP", "Service standards and procedures"),
    ("kerja-sama", "Kerja sama dengan instansi vertikal", "Agreements with national offices"),
    ("anggaran", "Anggaran dan kelembagaan", "Budget and organisation"),
    ("aplikasi", "Aplikasi portal dan cetak biru", "Portal software and blueprint"),
    ("antrean", "Antrean dan layanan prioritas", "Queue and priority services"),
    ("survei", "Survei kepuasan dan pengaduan", "Satisfaction survey and complaints"),
)
AGENDA = table(
    "key title title_en place minutes",
    ("registrasi", "Registrasi dan daftar hadir", "Registration", "Lobi", 10),
    ("sambutan", "Sambutan dan perkenalan", "Welcome", "", 15),
    ("paparan", "Paparan penyelenggaraan MPP", "Presentation", "", 30),
    ("keliling", "Keliling gerai", "Tour of the counters", "Gerai layanan", 30),
    ("diskusi", "Diskusi", "Discussion", "", 25),
    ("foto", "Foto bersama dan tukar cenderamata", "Group photo", "Lobi", 10),
)
MATERIALS = table(
    "key title title_en audience topic",
    ("profil", "Profil MPP Among Warga", "Profile of the mall", "public", "standar"),
    ("paparan", "Materi paparan studi tiru", "Presentation for visitors", "visitors", "aplikasi"),
    ("pks", "Contoh perjanjian kerja sama", "Sample agreement", "visitors", "kerja-sama"),
)
HEAD = "Kepala Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu"
LETTERS: list[Row] = [
    {
        "key": "surat-balasan",
        "kind": "reply",
        "title": "Surat Balasan Kunjungan",
        "number_format": "000.1.5/{seq:03}/KUNJ/{month_roman}/{year}",
        "opening": "Menindaklanjuti surat nomor {letter_number} tanggal {letter_on} dari "
        "{institution}, dengan hormat kami sampaikan bahwa kunjungan dapat kami terima sebagai "
        "berikut.",
        "body": "Mohon melengkapi daftar peserta melalui tautan yang kami kirim.\n"
        "Mohon membawa SPPD yang sudah berisi nama dan tanggal; SPPD distempel hanya untuk "
        "peserta yang hadir.",
        "notes": "Kunjungan tidak dipungut biaya.",
        "signatory": HEAD,
    },
    {
        "key": "bukti-kehadiran",
        "kind": "attendance",
        "title": "Bukti Kehadiran Studi Tiru",
        "number_format": "000.1.5/{seq:04}/HADIR/{year}",
        "opening": "Yang bertanda tangan di bawah ini menerangkan bahwa:",
        "body": "benar hadir pada kegiatan tersebut.",
        "signatory": HEAD,
    },
    {
        "key": "agenda",
        "kind": "agenda",
        "title": "Agenda Kunjungan",
        "opening": "Susunan acara kunjungan:",
        "signatory": "Pendamping",
    },
    {
        "key": "daftar-sppd",
        "kind": "stamp_list",
        "title": "Daftar Peserta untuk SPPD",
        "opening": "Peserta yang hadir:",
        "signatory": "Pejabat yang menerima kunjungan",
    },
]


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who asks for a visit; everybody is invented."""

    kind: str
    region: str
    institution: str
    leader: str
    position: str
    rank: str
    size: int


# fmt: off
DELEGATIONS = {
    name: Delegation(*facts)
    for name, *facts in (
        ("tanah-laut", "regency", "63.01", "Sekretariat Daerah Kabupaten Tanah Laut",
         "Fahrul Razi", "Sekretaris Daerah", "secretary", 22),
        ("sleman", "regency", "34.04", "DPMPTSP Kabupaten Sleman",
         "Retno Pratiwi", "Kepala Dinas", "office_head", 15),
        ("mataram", "city", "52.71", "Bagian Organisasi Setda Kota Mataram",
         "Lalu Wirawan", "Kepala Bagian Organisasi", "division_head", 12),
        ("dprd", "parliament", "35.73", "Komisi A DPRD Kota Malang",
         "Yanuar Adi", "Ketua Komisi A", "legislator", 18),
        ("kampus", "university", "", "Program Studi Administrasi Publik Universitas Contoh",
         "Dian Puspita", "Ketua Program Studi", "academic", 30),
        ("kupang", "city", "53.71", "DPMPTSP Kota Kupang",
         "Maria Bere", "Kepala Dinas", "office_head", 10),
        ("badung", "regency", "51.03", "DPMPTSP Kabupaten Badung",
         "Ketut Sudarma", "Sekretaris Dinas", "division_head", 14),
        ("blitar", "regency", "35.05", "Setda Kabupaten Blitar",
         "Suharto Wibowo", "Asisten Administrasi Umum", "office_head", 16),
    )
}
# fmt: on
NAMES = (
    "Ahmad Fauzi",
    "Siti Norhasanah",
    "Rahmat Hidayat",
    "Nurul Aini",
    "Muhammad Rizky",
    "Fitriani",
    "Hairul Anwar",
    "Mariatul Kiptiah",
    "Bambang Irawan",
    "Yuliana",
    "Syaiful Bahri",
    "Dewi Kartika",
    "Agus Salim",
    "Rina Wati",
    "Taufik Rahman",
    "Lestari",
    "Eko Purnomo",
    "Wahyu Ningsih",
    "Suryadi",
    "Khairunnisa",
    "Joko Prasetyo",
    "Mega Utami",
)  # fmt: skip
