"""Page pictures for the desk."""

import io
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from PIL import Image

from mpp.kit.pages import PageTrouble, page_count, page_jpeg, page_png

PDF = "application/pdf"


def make_pdf(pages=2, size=(595, 842), stamp=False):
    pdf = pikepdf.new()
    for number in range(pages):
        pdf.add_blank_page(page_size=size)
        page = pdf.pages[number]
        page.Contents = pdf.make_stream(b"1 0 0 rg 0 0 100 100 re f")
        if stamp:
            look = pdf.make_stream(b"0 0 1 rg 0 0 100 100 re f")
            look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            look.BBox = [0, 0, 100, 100]
            widget = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Sig,
                T="Tanda tangan",
                F=4,
                Rect=[300, 300, 400, 400],
                AP=pikepdf.Dictionary(N=look),
            )
            widget = pdf.make_indirect(widget)
            page.Annots = pikepdf.Array([widget])
            pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[widget], SigFlags=3)
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def make_picture(kind="JPEG", size=(800, 400), mode="RGB", colour="red"):
    target = io.BytesIO()
    Image.new(mode, size, colour).save(target, kind)
    return target.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


def test_pdf_page_is_drawn_at_the_width_asked():
    picture = opened(page_png(make_pdf(), PDF, 2, 600))
    assert picture.format == "PNG"
    assert picture.size[0] == pytest.approx(600, abs=1)
    assert picture.size[1] == pytest.approx(849, abs=2)
    assert picture.getpixel((10, picture.size[1] - 10)) == (255, 0, 0)


def test_signature_stamp_is_drawn():
    picture = opened(page_png(make_pdf(1, stamp=True), PDF, 1, 595))
    assert picture.getpixel((350, 842 - 350)) == (0, 0, 255)


def test_page_count_of_pdf_and_picture():
    assert page_count(make_pdf(3), PDF) == 3
    assert page_count(make_picture(), "image/jpeg") == 1


@pytest.mark.parametrize("page", [0, 3, -1, 10**12])
def test_missing_page_is_refused(page):
    with pytest.raises(PageTrouble):
        page_png(make_pdf(2), PDF, page, 300)
    with pytest.raises(PageTrouble):
        page_png(make_picture(), "image/jpeg", page + 5, 300)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"rubbish", make_pdf()[:100]])
def test_unreadable_document_is_refused(data):
    for mime in (PDF, "image/png"):
        with pytest.raises(PageTrouble):
            page_png(data, mime, 1, 300)
    with pytest.raises(PageTrouble):
        page_count(data, PDF)


@pytest.mark.parametrize("width", [-5, 0, 10**9])
def test_width_is_kept_within_limits(width):
    picture = opened(page_png(make_pdf(1), PDF, 1, width))
    assert 39 <= picture.size[0] <= 2401


@pytest.mark.parametrize("size", [(10, 14_000), (14_000, 10), (14_000, 14_000)])
def test_odd_page_size_stays_within_the_pixel_limit(size):
    picture = opened(page_png(make_pdf(1, size), PDF, 1, 2400))
    assert picture.size[0] * picture.size[1] < 17_000_000


def test_picture_is_shrunk_and_never_blown_up():
    assert opened(page_jpeg(make_picture(), "image/jpeg", 1, 400)).size == (400, 200)
    assert opened(page_jpeg(make_picture(), "image/jpeg", 1, 2000)).size == (800, 400)


def test_transparent_picture_lies_on_white():
    data = make_picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))
    assert opened(page_png(data, "image/png", 1, 100)).getpixel((5, 5)) == (255, 255, 255)


def test_pages_drawn_by_many_threads_are_the_same():
    data = make_pdf(2)
    with ThreadPoolExecutor(8) as pool:
        drawn = set(pool.map(lambda _turn: page_png(data, PDF, 1, 300), range(24)))
    assert len(drawn) == 1
