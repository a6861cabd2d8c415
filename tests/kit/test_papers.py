"""Papers as PDF/A: what they say, and that nothing typed breaks them."""

import io

import pikepdf
import pypdfium2 as pdfium
import pytest

from mpp.kit import papers

PAYLOAD = {
    "installation": "MPP Among Warga",
    "region": "Kota Batu",
    "agency": "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    "address": "Jalan Panglima Sudirman 507",
    "title": "Surat Izin Praktik Dokter",
    "number": "503/0001/SIP-D/35.79/2026",
    "opening": "Kepala Dinas memberi izin praktik kepada:",
    "rows": [{"label": "Nama", "value": "Sari Wulandari"}],
    "paragraphs": ["Izin ini berlaku selama STR berlaku."],
    "legal_basis": ["Undang-Undang Nomor 17 Tahun 2023"],
    "place_and_date": "Kota Batu, 27 November 2026",
    "signatory": {"position": "Kepala Dinas", "name": "Bambang Setiawan", "detail": "Pembina"},
    "verify_url": "https://mpp.example.go.id/v/ABCD2345",
    "verify_address": "mpp.example.go.id/verifikasi",
    "verify_code": "ABCD-2345",
    "highlight": {"label": "Selesai paling lambat", "value": "Jumat, 27 November 2026"},
    "sent": ["STR dokter", "Pas foto"],
    "notes": ["Ada yang meminta uang? 0341 000 000."],
}


def set_paper(layout="permit", preview=False, **changes):
    """The PDF and its text; any warning of the compiler fails the test."""
    pdf, warnings = papers.render_with_warnings(PAYLOAD | changes, layout=layout, preview=preview)
    assert warnings == []
    document = pdfium.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    return pdf, text


def page_sizes(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [tuple(round(float(side)) for side in page.mediabox[2:]) for page in document.pages]


def test_permit_says_everything_on_one_a4_page():
    pdf, text = set_paper()
    assert page_sizes(pdf) == [(595, 842)]
    for key in ("installation", "region", "agency", "title", "number", "opening", "verify_code"):
        assert PAYLOAD[key] in text
    for words in ("Sari Wulandari", "Kepala Dinas", "Bambang Setiawan", "Pembina", "Nomor 17"):
        assert words in text


def test_permit_is_pdf_a_2b_with_title_and_language():
    pdf, _text = set_paper()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        meta = document.open_metadata()
        assert meta.pdfa_status == "2B"
        assert meta["dc:title"] == f"{PAYLOAD['title']} {PAYLOAD['number']}"
        assert document.Root.Lang == "id"


def test_receipt_is_one_a5_page_and_says_it_is_no_permit(settings):
    pdf, text = set_paper("receipt", language="en")
    assert page_sizes(pdf) == [(420, 595)]
    for words in ("Jumat, 27 November 2026", "Pas foto", "not a permit", "0341 000 000"):
        assert words in text


def test_preview_is_marked_on_every_page():
    rows = [{"label": f"Butir {number}", "value": "isi"} for number in range(60)]
    pdf, text = set_paper(rows=rows, preview=True, language="en")
    assert len(page_sizes(pdf)) > 1
    assert text.count("PREVIEW") == len(page_sizes(pdf))
    assert "PREVIEW" not in set_paper(language="en")[1]


def test_demo_authority_is_named_only_in_the_demo():
    words = "not a certified electronic signature"
    assert words in " ".join(set_paper(demo_authority=True, language="en")[1].split())
    assert words not in " ".join(set_paper(language="en")[1].split())


def test_sixty_rows_flow_over_pages_with_page_numbers():
    rows = [{"label": f"Butir {number}", "value": f"isi {number}"} for number in range(60)]
    pdf, text = set_paper(rows=rows, language="en")
    assert "isi 59" in text
    assert f"Page 1 of {len(page_sizes(pdf))}" in text


def test_minimal_payload_is_enough():
    bare = {"installation": "MPP", "title": "Surat", "number": "1"}
    for layout in ("permit", "receipt"):
        pdf, warnings = papers.render_with_warnings(bare, layout=layout)
        assert pdf.startswith(b"%PDF-")
        assert warnings == []


MARKUP = '#read("/etc/passwd") *tebal* $x^2$ [a] @b <c> = judul \\ // #panic()'


@pytest.mark.parametrize("layout", ["permit", "receipt"])
def test_markup_in_the_data_is_shown_as_text(layout):
    rows = [{"label": "Nama", "value": MARKUP}]
    _pdf, text = set_paper(layout, rows=rows, paragraphs=[MARKUP])
    assert '#read("/etc/passwd") *tebal* $x^2$ [a]' in " ".join(text.split())


@pytest.mark.parametrize("layout", ["permit", "receipt"])
@pytest.mark.parametrize(
    "value",
    [
        "Siti " * 80,
        "A" * 400,
        "emoji 😀 👨‍👩‍👧 漢字 नमस्ते",
        "محمد بن علي",
        "\u202eterbalik\u2066 a\u200bb\x00c\x1b",
        "a" + "\u0301" * 60,
        "satu\r\ndua\ttiga\u2028empat",
        "Đặng Ởř ½ ² ﬁ → ✓",
        "\ud800",
        "",
    ],
)
def test_odd_text_does_not_break_the_layout(layout, value):
    set_paper(
        layout,
        rows=[{"label": value, "value": value}],
        paragraphs=[value],
        title=value or "x",
        number=value or "x",
        installation=value,
        signatory={"position": value, "name": value, "detail": value},
        highlight={"label": value, "value": value, "note": value},
        legal_basis=[value],
        sent=[value],
        notes=[value],
        verify_code=value,
    )


def test_every_covered_character_can_be_set():
    text = " ".join(chr(point) for point in sorted(papers.COVERAGE))
    set_paper(paragraphs=[text], opening=text)
    set_paper(rows=[{"label": "x", "value": text}])


def test_printable_keeps_names_and_replaces_what_no_font_has():
    assert papers.printable("Ratna Wijaya-Đặng") == "Ratna Wijaya-Đặng"
    assert papers.printable("e\u0301") == "é"
    assert papers.printable("漢") == "?"
    assert papers.printable("a\x00\u202eb\x7f") == "ab"
    assert papers.printable("x" * 31).replace("\u200b", "") == "x" * 31


@pytest.mark.parametrize("accent", ["red", "#12345", "#123456'/><script>", ""])
def test_accent_that_is_no_colour_falls_back(accent):
    set_paper(accent=accent)


def test_same_payload_gives_the_same_words_in_both_languages():
    english = set_paper(language="en")[1]
    assert "Legal basis" in english
    assert set_paper(language="xx")[1] == set_paper(language="id")[1]


def test_qr_svg_is_fit_for_a_page():
    svg = papers.qr_svg("https://mpp.example.go.id/v/ABCD2345")
    assert svg.startswith("<svg")
    assert "viewBox" in svg
    assert "style" not in svg
    assert "class" not in svg
