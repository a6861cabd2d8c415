"""The gate every uploaded file passes: what it is, whether it is safe, what we keep of it.

Pictures are drawn anew (no metadata, no hidden second format). A PDF is kept byte for byte or
refused: rewriting would break the signatures of signed papers. Nothing here touches a model.
"""

import hashlib
import re
import tempfile
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mpp.kit.pdf_safety import PdfTrouble, inspect_pdf
from mpp.kit.pictures import PictureTrouble, redraw

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_PIXELS = 60_000_000
MAX_PAGES = 300
CHUNK = 64 * 1024
IN_MEMORY = 1 * MEGABYTE
NAME_LENGTH = 120
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}

EXTENSIONS = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/heic": ("heic", "heif", "hif"),
}
DECLARED = {
    "application/pdf": {"application/pdf", "application/x-pdf"},
    "image/jpeg": {"image/jpeg", "image/jpg", "image/pjpeg"},
    "image/png": {"image/png", "image/x-png"},
    "image/heic": {
        "image/heic",
        "image/heif",
        "image/heic-sequence",
        "image/heif-sequence",
    },
}
# What browsers say when they do not know: no statement, so nothing to disagree with.
UNDECLARED = {"", "application/octet-stream", "binary/octet-stream"}
WINDOWS_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])$")
SENTENCES: dict[str, Promise] = {
    "empty": gettext_lazy("The file is empty. Choose another file."),
    "broken_pdf": gettext_lazy("The PDF is damaged or incomplete. Save it again and resend it."),
    "encrypted_pdf": gettext_lazy("The PDF has a password. Remove the password and resend it."),
    "active_pdf": gettext_lazy(
        "The PDF contains a program, an attachment or an active form. "
        "Print it to a new PDF, then send that one."
    ),
    "mixed": gettext_lazy("The file holds two kinds of content. Send a plain PDF or photo."),
    "broken_image": gettext_lazy("The picture is damaged or incomplete. Take a new photo."),
}


class UploadRefused(Exception):
    """A file that is not accepted. `code` is for tests and logs, `sentence` for the person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class CleanFile:
    """What may be stored.

    `file` is an open temporary binary file at position 0 (closed by whoever stores it),
    `sha256` and `size` describe its bytes, `source_sha256` the bytes as they were sent (equal
    for a PDF; recognises the same photo sent twice). `pages` is 1 for pictures.
    """

    file: BinaryIO
    mime: str
    extension: str
    sha256: str
    source_sha256: str
    size: int
    pages: int
    shown_name: str

    @property
    def content(self) -> bytes:
        """All bytes at once; use `file` where memory matters."""
        self.file.seek(0)
        data = self.file.read()
        self.file.seek(0)
        return data


def inspect(
    fileobj: BinaryIO,
    *,
    name: str,
    declared_type: str,
    accept: set[str],
    max_bytes: int = MAX_BYTES,
    max_pixels: int = MAX_PIXELS,
    max_pages: int = MAX_PAGES,
) -> CleanFile:
    """Return the clean form of an upload, or raise UploadRefused with a sentence.

    `accept` holds families: "pdf", "image". Name, declared type and content must agree.
    Copies in chunks and stops at `max_bytes`; pixels and pages are checked before decoding.
    The caller keeps `fileobj`; it is read once from its start and not closed.
    """
    source, size, digest = _copy(fileobj, max_bytes)
    keep = False
    try:
        mime = _sniff(source)
        _check_agreement(mime, name, declared_type, accept)
        if mime == "application/pdf":
            pages = _inspect_pdf(source, max_pages)
            keep = True
            return _clean(source, mime, digest, digest, size, pages, name)
        return _inspect_picture(source, mime, digest, name, max_pixels)
    finally:
        if not keep:
            source.close()


def clean_name(name: str) -> str:
    """A name fit to be shown: no path, control, bidi or invisible marks, <= 120 characters.

    Keeps the extension when shortening; a name with nothing left, or one that Windows reserves
    for a device, gets a plain stand-in. Never used as a path on disk.
    """
    text = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rsplit("/", 1)[-1]
    text = re.sub(r'[<>:"|?*]', "_", text)
    kept = (c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    text = " ".join("".join(kept).split()).strip(". ")
    stem, dot, extension = text.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", extension):
        stem, dot, extension = text, "", ""
    stem = stem.strip(". ")
    if not stem or WINDOWS_DEVICES.match(stem.split(".")[0].strip()):
        stem = f"{_('file')}-{stem}" if stem else _("file")
    room = NAME_LENGTH - len(dot + extension)
    return stem[:room].rstrip(". ") + dot + extension


def _refuse(code: str, sentence: str | None = None) -> UploadRefused:
    return UploadRefused(code, str(sentence or SENTENCES[code]))


def _copy(fileobj: BinaryIO, max_bytes: int) -> tuple[BinaryIO, int, str]:
    """Copy to a temporary file that goes to disk above 1 MB; stop at the first byte too many."""
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (handed on)
    digest, size = hashlib.sha256(), 0
    if fileobj.seekable():
        fileobj.seek(0)
    while chunk := fileobj.read(CHUNK):
        size += len(chunk)
        if size > max_bytes:
            target.close()
            raise _refuse("too_big", _too_big(max_bytes))
        digest.update(chunk)
        target.write(chunk)
    if not size:
        target.close()
        raise _refuse("empty")
    target.seek(0)
    return target, size, digest.hexdigest()


def _too_big(max_bytes: int) -> str:
    limit = f"{max_bytes / MEGABYTE:.1f}".removesuffix(".0").replace(".", ",")
    return _("The file is larger than %(limit)s MB. Choose a smaller one.") % {"limit": limit}


def _sniff(source: BinaryIO) -> str:
    """The type the first bytes show, "" for anything we do not take."""
    source.seek(0)
    head = source.read(32)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[4:8] == b"ftyp" and {head[8:12], head[16:20], head[20:24]} & HEIF_BRANDS:
        return "image/heic"
    return ""


def _family(mime: str) -> str:
    return "pdf" if mime == "application/pdf" else "image"


def _check_agreement(mime: str, name: str, declared: str, accept: set[str]) -> None:
    """Content, ending and declared type must say the same, and be wanted here."""
    if not mime or _family(mime) not in accept:
        raise _refuse("type", _allowed(accept))
    extension = PurePosixPath(clean_name(name)).suffix.lower().lstrip(".")
    declared = declared.split(";")[0].strip().lower()
    names, types = set(EXTENSIONS[mime]), DECLARED[mime] | UNDECLARED
    if mime == "image/jpeg":
        # Phones turn HEIC into JPEG on the way and often keep the old name or type.
        names |= set(EXTENSIONS["image/heic"])
        types |= DECLARED["image/heic"]
    if extension not in names or declared not in types:
        raise _refuse("type", _allowed(accept))


def _allowed(accept: set[str]) -> str:
    if accept == {"pdf"}:
        return _("This file is not a PDF. Send a PDF.")
    if accept == {"image"}:
        return _("This file is not a photo we can read. Send JPG, PNG or HEIC.")
    return _("We cannot read this kind of file. Send PDF, JPG, PNG or HEIC.")


def _inspect_pdf(source: BinaryIO, max_pages: int) -> int:
    if zipfile.is_zipfile(source):
        raise _refuse("mixed")
    try:
        return inspect_pdf(source, max_pages=max_pages)
    except PdfTrouble as trouble:
        if trouble.code == "pages":
            sentence = ngettext(
                "The PDF has more than %(count)s page. Send it in parts.",
                "The PDF has more than %(count)s pages. Send it in parts.",
                max_pages,
            )
            raise _refuse("pages", sentence % {"count": max_pages}) from trouble
        raise _refuse(trouble.code) from trouble


def _inspect_picture(
    source: BinaryIO, mime: str, source_digest: str, name: str, max_pixels: int
) -> CleanFile:
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (handed on)
    try:
        kept_mime = redraw(source, target, mime=mime, max_pixels=max_pixels)
    except PictureTrouble as trouble:
        target.close()
        if trouble.code == "pixels":
            million = max_pixels // 1_000_000
            sentence = _("The picture has more than %(count)s million dots. Make it smaller.")
            raise _refuse("pixels", sentence % {"count": million}) from trouble
        raise _refuse("broken_image") from trouble
    size = target.tell()
    return _clean(target, kept_mime, _digest(target), source_digest, size, 1, name)


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _clean(
    file: BinaryIO, mime: str, digest: str, source: str, size: int, pages: int, name: str
) -> CleanFile:
    file.seek(0)
    extension = EXTENSIONS[mime][0]
    shown = clean_name(name)
    if PurePosixPath(shown).suffix.lower().lstrip(".") not in EXTENSIONS[mime]:
        shown = clean_name(f"{PurePosixPath(shown).stem}.{extension}")
    return CleanFile(file, mime, extension, digest, source, size, pages, shown)
