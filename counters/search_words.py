"""How words are made comparable: folding, everyday spellings and words that say nothing.

Plain data and one function, used alike for what people type and for the texts of the catalogue.
"""

import re
import unicodedata

QUERY_CHARACTERS = 200
QUERY_WORDS = 12

_WORD = re.compile(r"[^\W_]+")

# Whole phrases first, because their parts alone would mean something else.
_PHRASES = {
    "e ktp": "ktp",
    "ktp el": "ktp",
    "e paspor": "paspor elektronik",
    "e passport": "paspor elektronik",
    "kartu tanda penduduk": "ktp",
    "kartu keluarga": "kk",
    "ak 1": "ak1",
    "id card": "idcard",
    "id cards": "idcard",
    "identity card": "idcard",
}

# Spellings used in practice, left: as typed, right: as compared.
_SPELLINGS = {
    "akte": "akta",
    "aktifkan": "aktivasi",
    "bpjstk": "bpjs",
    "drg": "dokter",
    "ektp": "ktp",
    "epaspor": "paspor",
    "ganti": "ubah",
    "perubahan": "ubah",
    "merubah": "ubah",
    "mengubah": "ubah",
    "mengganti": "ubah",
    "ijin": "izin",
    "perizinan": "izin",
    "perijinan": "izin",
    "ilang": "hilang",
    "kehilangan": "hilang",
    "kecopetan": "hilang",
    "kelahiran": "lahir",
    "kematian": "mati",
    "meninggal": "mati",
    "wafat": "mati",
    "ktpel": "ktp",
    "license": "licence",
    "licenses": "licence",
    "licences": "licence",
    "memperpanjang": "perpanjang",
    "perpanjangan": "perpanjang",
    "melamar": "lamar",
    "lamaran": "lamar",
    "membuka": "buka",
    "memasang": "pasang",
    "pemasangan": "pasang",
    "mendirikan": "bangun",
    "membangun": "bangun",
    "bangunan": "bangun",
    "menikah": "nikah",
    "pernikahan": "nikah",
    "kawin": "nikah",
    "pasport": "paspor",
    "passport": "paspor",
    "passports": "paspor",
    "pelat": "plat",
    "pembayaran": "bayar",
    "membayar": "bayar",
    "pengambilan": "ambil",
    "mengambil": "ambil",
    "penggantian": "ubah",
    "perceraian": "cerai",
    "pindahan": "pindah",
    "kepindahan": "pindah",
    "praktek": "praktik",
    "riset": "penelitian",
    "rusaknya": "rusak",
    "sertipikat": "sertifikat",
    "sertifikasi": "sertifikat",
    "usahanya": "usaha",
}

# Words of asking, not of the thing asked for.
EMPTY_WORDS = frozenset(
    _WORD.findall("""
    a ada adalah agar aja akan aku am an and anda apa apakah apply at atau bagaimana bagi bantu
    bgmn bikin bisa buat butuh can cara caranya dan dapat dari dengan di dimana do dong for from
    gimana get gmn how i in ingin ini is itu jadi juga ka kak kalau kalo karena ke kok ku
    lagi make mau membuat memiliki mengurus min mohon mpp my need nya of oleh on or pada para perlu
    please pengurusan saja sama saya sbg sih syarat tentang the tlg to tolong untuk urus utk want
    where which with ya yang yg
    """)
)


def fold(text: str) -> str:
    """Small letters and digits of `text` in single-spaced words, marks removed."""
    plain = unicodedata.normalize("NFKD", text[: QUERY_CHARACTERS * 4]).casefold()
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_WORD.findall(kept)[: QUERY_WORDS * 4])


def words_of(text: str, limit: int = QUERY_WORDS) -> list[str]:
    """The comparable words of `text`, at most `limit`; empty words only if no other is left."""
    folded = f" {fold(text[:QUERY_CHARACTERS])} "
    for phrase, replacement in _PHRASES.items():
        if f" {phrase} " in folded:
            folded = folded.replace(f" {phrase} ", f" {replacement} ")
    words = [_SPELLINGS.get(word, word) for word in folded.split()]
    telling = [word for word in words if word not in EMPTY_WORDS]
    return (telling or words)[:limit]
