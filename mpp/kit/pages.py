"""Pictures of a document's pages, made by the server: the desk opens no PDF in its browser."""

import io
import threading

import pypdfium2 as pdfium
from PIL import Image

MIN_WIDTH = 40
MAX_WIDTH = 2400
MAX_PIXELS = 16_000_000
JPEG_QUALITY = 82
# PDFium is not thread-safe, and gunicorn serves with threads.
_PDFIUM = threading.Lock()


class PageTrouble(Exception):
    """The page does not exist or cannot be drawn."""


def page_count(content: bytes, mime: str) -> int:
    """The number of pages; 1 for a picture. Raises PageTrouble for what is no document."""
    if mime != "application/pdf":
        return 1
    with _PDFIUM:
        document = _open_pdf(content)
        try:
            return len(document)
        finally:
            document.close()


def page_png(content: bytes, mime: str, page: int, width: int) -> bytes:
    """Page `page` (from 1) as PNG, `width` dots wide (40 to 2400). Raises PageTrouble."""
    target = io.BytesIO()
    _draw(content, mime, page, width).save(target, "PNG", compress_level=4)
    return target.getvalue()


def page_jpeg(content: bytes, mime: str, page: int, width: int) -> bytes:
    """As `page_png`, as JPEG: a tenth of the weight for scans and photos."""
    target = io.BytesIO()
    picture = _draw(content, mime, page, width)
    picture.convert("RGB").save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()


def _draw(content: bytes, mime: str, page: int, width: int) -> Image.Image:
    width = max(MIN_WIDTH, min(int(width), MAX_WIDTH))
    if mime == "application/pdf":
        return _draw_pdf(content, page, width)
    if page != 1:
        raise PageTrouble("no such page")
    return _draw_picture(content, width)


def _open_pdf(content: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise PageTrouble("not a readable PDF") from error


def _draw_pdf(content: bytes, page: int, width: int) -> Image.Image:
    with _PDFIUM:
        document = _open_pdf(content)
        try:
            if not 1 <= page <= len(document):
                raise PageTrouble("no such page")
            # Visible signatures are form widgets; this PDFium has no script engine.
            document.init_forms()
            return _draw_page(document[page - 1], width)
        except (pdfium.PdfiumError, MemoryError, ValueError) as error:
            raise PageTrouble("page cannot be drawn") from error
        finally:
            document.close()


def _draw_page(page: pdfium.PdfPage, width: int) -> Image.Image:
    points_wide, points_high = page.get_size()
    if points_wide <= 0 or points_high <= 0:
        raise PageTrouble("page without a size")
    scale = width / points_wide
    if width * points_high * scale > MAX_PIXELS:
        scale = (MAX_PIXELS / (points_wide * points_high)) ** 0.5
    return page.render(scale=scale).to_pil().convert("RGB")


def _draw_picture(content: bytes, width: int) -> Image.Image:
    """Only pictures that passed `uploads.inspect` come here, so their size is known to be sane."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
            wide, high = picture.size
            ratio = min(1.0, width / wide)
            if wide * high * ratio * ratio > MAX_PIXELS:
                ratio = (MAX_PIXELS / (wide * high)) ** 0.5
            size = (max(1, round(wide * ratio)), max(1, round(high * ratio)))
            picture.draft("RGB", size)
            return _on_white(picture).resize(size, Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PageTrouble("not a readable picture") from error


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands():
        return picture.convert("RGB")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
