"""Whether a PDF may be kept: whole, readable, and without anything that acts by itself."""

import logging
import time
from typing import BinaryIO

import pikepdf
from pikepdf import settings as pikepdf_settings

# The bridge announces itself at INFO on import; damaged files are our answer, not a log line.
logging.getLogger("pikepdf").setLevel(logging.WARNING)
logging.getLogger("pikepdf._core").setLevel(logging.ERROR)

# An object stream of 1.5 MB can unfold to gigabytes; without limits reading one took 2 GB.
UNFOLDED_BYTES = 64 * 1024 * 1024
pikepdf_settings.set_qpdf_limits(
    parser_max_container_size=200_000,
    max_stream_filters=4,
    flate_max_memory=UNFOLDED_BYTES,
    png_max_memory=UNFOLDED_BYTES,
    tiff_max_memory=UNFOLDED_BYTES,
    run_length_max_memory=UNFOLDED_BYTES,
)

SMALL_STREAM = 48 * 1024
MAX_OBJECTS = 200_000
MAX_DEPTH = 40
MAX_SECONDS = 8.0
TAIL = 2048
FORBIDDEN_KEYS = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/Collection"}
)
FORBIDDEN_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/ImportData",
        "/SubmitForm",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
    }
)
FORBIDDEN_SUBTYPES = frozenset({"/RichMedia", "/Movie", "/Sound", "/3D", "/FileAttachment"})


class PdfTrouble(Exception):
    """Why a PDF is refused: broken_pdf, encrypted_pdf, active_pdf, mixed or pages."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def inspect_pdf(source: BinaryIO, *, max_pages: int) -> int:
    """Return the number of pages of a harmless PDF, or raise PdfTrouble. Changes nothing.

    Strict on purpose: no repair, because a repaired reading could differ from the reader's.
    A PDF that opens without a password is fine even when it forbids printing.
    """
    _check_tail(source)
    source.seek(0)
    try:
        with pikepdf.open(source, attempt_recovery=False) as pdf:
            pages = len(pdf.pages)
            if pages > max_pages:
                raise PdfTrouble("pages")
            if not pages:
                raise PdfTrouble("broken_pdf")
            _check_objects(pdf)
            for page in pdf.pages:
                _check_contents(page.obj.get("/Contents"))
            return pages
    except pikepdf.PasswordError as error:
        raise PdfTrouble("encrypted_pdf") from error
    except PdfTrouble:
        raise
    except Exception as error:
        # Whatever a hostile file provokes in the parser, the answer is the same sentence.
        raise PdfTrouble("broken_pdf") from error
    finally:
        source.seek(0)


def _check_tail(source: BinaryIO) -> None:
    """The end mark must be there (else cut off) and nothing but blanks may follow it."""
    size = source.seek(0, 2)
    source.seek(max(0, size - TAIL))
    tail = source.read(TAIL).rstrip(b"\x00\t\n\x0c\r ")
    if b"%%EOF" not in tail:
        raise PdfTrouble("broken_pdf")
    if not tail.endswith(b"%%EOF"):
        raise PdfTrouble("mixed")


def _check_objects(pdf: pikepdf.Pdf) -> None:
    """Look at every object, reachable or not, for what acts, carries files or scripts."""
    stop_at = time.monotonic() + MAX_SECONDS
    for count, thing in enumerate(pdf.objects):
        if count > MAX_OBJECTS or time.monotonic() > stop_at:
            raise PdfTrouble("broken_pdf")
        _check_thing(thing, 0)


def _check_thing(thing: object, depth: int) -> None:
    """Walk one object and the direct values inside it; indirect ones come on their own."""
    if depth > MAX_DEPTH:
        raise PdfTrouble("broken_pdf")
    if isinstance(thing, pikepdf.Array):
        values = list(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        values = _check_dictionary(thing)
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") != "/Image":
            _check_unfolds(thing)
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            _check_thing(value, depth + 1)


def _check_contents(contents: object) -> None:
    """What a page draws must unfold to a sane size, whatever the stream calls itself."""
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    for part in parts:
        if isinstance(part, pikepdf.Stream):
            _check_unfolds(part)


def _check_unfolds(stream: pikepdf.Stream) -> None:
    """Unfold a stream that could be a bomb; qpdf raises beyond UNFOLDED_BYTES.

    Deflate shrinks at most about a thousandfold, so a small stream with one filter is safe.
    Pictures are left out: readers take them line by line.
    """
    filters = stream.get("/Filter")
    if filters is None:
        return
    is_simple = not isinstance(filters, pikepdf.Array) or len(filters) < 2
    if not is_simple or len(stream.read_raw_bytes()) > SMALL_STREAM:
        stream.read_bytes()


def _check_dictionary(thing: pikepdf.Object) -> list:
    values = []
    for key in thing.keys():  # noqa: SIM118  (iterating a stream reads its data)
        if key in FORBIDDEN_KEYS:
            raise PdfTrouble("active_pdf")
        value = thing.get(key)
        if isinstance(value, pikepdf.Name):
            _check_name(key, str(value))
        values.append(value)
    return values


def _check_name(key: str, value: str) -> None:
    if key == "/S" and value in FORBIDDEN_ACTIONS:
        raise PdfTrouble("active_pdf")
    if key == "/Subtype" and value in FORBIDDEN_SUBTYPES:
        raise PdfTrouble("active_pdf")
