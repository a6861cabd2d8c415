"""What the demo knows of study visits: sessions, topics, templates, delegations."""

from datetime import time

SESSIONS = (
    ("pagi", "Sesi pagi", "Morning session", [0, 1, 2, 3], time(9, 0), time(11, 0)),
    ("siang", "Sesi siang", "Afternoon session", [0, 1, 2, 3], time(13, 0), time(15, 0)),
    ("jumat", "Sesi Jumat", "Friday session", [4], time(9, 30), time(11, 0)),
)
TOPICS = (
    ("standar", "Standar pelayanan dan SOP", "Service standards and procedures"),
    ("kerja-sama", "Kerja sama dengan instansi vertikal", "Agreements with national offices"),
    ("anggaran", "Anggaran dan kelembagaan", "Budget and organisation"),
    ("aplikasi", "Aplikasi portal dan cetak biru", "Portal software and blueprint"),
    ("antrean", "Antrean dan layanan prioritas", "Queue and priority services"),
    ("survei", "Survei kepuasan dan pengaduan", "Satisfaction survey and complaints"),
)
AGENDA = (
    ("registrasi", "Registrasi dan daftar hadir", "Registration", "Lobi", 10),
    ("sambutan", "Sambutan dan perkenalan", "Welcome", "", 15),
    ("paparan", "Paparan penyelenggaraan MPP", "Presentation", "", 30),
    ("keliling", "Keliling gerai", "Tour of the counters", "Gerai layanan", 30),
    ("diskusi", "Diskusi", "Discussion", "", 25),
    ("foto", "Foto bersama dan tukar cenderamata", "Group photo", "Lobi", 10),
)
LETTERS = (
    (
        "surat-balasan",
        "reply",
        "Surat Balasan Kunjungan",
        "000.1.5/{seq:03}/KUNJ/{month_roman}/{year}",
        "Menindaklanjuti surat nomor {letter_number} tanggal {letter_on} dari {institution}, "
        "dengan hormat kami sampaikan bahwa kunjungan dapat kami terima sebagai berikut.",
        "Mohon melengkapi daftar peserta melalui tautan yang kami kirim.\n"
        "Mohon membawa SPPD yang sudah berisi nama dan tanggal; SPPD distempel hanya untuk "
        "peserta yang hadir.",
        "Kunjungan tidak dipungut biaya.",
        "Kepala Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    ),
    (
        "bukti-kehadiran",
        "attendance",
        "Bukti Kehadiran Studi Tiru",
        "000.1.5/{seq:04}/HADIR/{year}",
        "Yang bertanda tangan di bawah ini menerangkan bahwa:",
        "benar hadir pada kegiatan tersebut.",
        "",
        "Kepala Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    ),
    ("agenda", "agenda", "Agenda Kunjungan", "", "Susunan acara kunjungan:", "", "", "Pendamping"),
    (
        "daftar-sppd",
        "stamp_list",
        "Daftar Peserta untuk SPPD",
        "",
        "Peserta yang hadir:",
        "",
        "",
        "Pejabat yang menerima kunjungan",
    ),
)
MATERIALS = (
    ("profil", "Profil MPP Among Warga", "Profile of the mall", "public", "standar"),
    ("paparan", "Bahan paparan studi tiru", "Presentation for visitors", "visitors", "aplikasi"),
    ("pks", "Contoh perjanjian kerja sama", "Sample agreement", "visitors", "kerja-sama"),
)
# Kind, region, institution, leader, position, rank, people
TANAH_LAUT = (
    "regency", "63.01", "Sekretariat Daerah Kabupaten Tanah Laut",
    "Fahrul Razi", "Sekretaris Daerah", "secretary", 22,
)  # fmt: skip
SLEMAN = (
    "regency", "34.04", "DPMPTSP Kabupaten Sleman",
    "Retno Pratiwi", "Kepala Dinas", "office_head", 15,
)  # fmt: skip
MATARAM = (
    "city", "52.71", "Bagian Organisasi Setda Kota Mataram",
    "Lalu Wirawan", "Kepala Bagian Organisasi", "division_head", 12,
)  # fmt: skip
DPRD = (
    "parliament", "35.73", "Komisi A DPRD Kota Malang",
    "Yanuar Adi", "Ketua Komisi A", "legislator", 18,
)  # fmt: skip
CAMPUS = (
    "university", "", "Program Studi Administrasi Publik Universitas Contoh",
    "Dian Puspita", "Ketua Program Studi", "academic", 30,
)  # fmt: skip
KUPANG = (
    "city", "53.71", "DPMPTSP Kota Kupang",
    "Maria Bere", "Kepala Dinas", "office_head", 10,
)  # fmt: skip
BADUNG = (
    "regency", "51.03", "DPMPTSP Kabupaten Badung",
    "Ketut Sudarma", "Sekretaris Dinas", "division_head", 14,
)  # fmt: skip
BLITAR = (
    "regency", "35.05", "Setda Kabupaten Blitar",
    "Suharto Wibowo", "Asisten Administrasi Umum", "office_head", 16,
)  # fmt: skip
NAMES = (
    "Ahmad Fauzi", "Siti Norhasanah", "Rahmat Hidayat", "Nurul Aini", "Muhammad Rizky",
    "Fitriani", "Hairul Anwar", "Mariatul Kiptiah", "Bambang Irawan", "Yuliana", "Syaiful Bahri",
    "Dewi Kartika", "Agus Salim", "Rina Wati", "Taufik Rahman", "Lestari", "Eko Purnomo",
    "Wahyu Ningsih", "Suryadi", "Khairunnisa", "Joko Prasetyo", "Mega Utami",
)  # fmt: skip
