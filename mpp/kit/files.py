"""Private files: written under an opaque name before their row, streamed only by checked views.

A row never exists without its file; a file without a row (a process died between) is harmless
and removed by `sweep_orphans`.
"""

import hashlib
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.db import transaction
from django.http import FileResponse

from mpp.kit import clock, scanner
from mpp.kit.models import ScanState, StoredFile, opaque_token
from mpp.kit.uploads import CleanFile, clean_name

ORPHAN_AGE = timedelta(days=1)
INLINE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})


def _path(token: str) -> str:
    now = clock.now()
    return f"{now:%Y/%m}/{token}"


def _write(content: File, **columns) -> StoredFile:
    token = opaque_token()
    storage = storages["private"]
    wanted = _path(token)
    try:
        path = storage.save(wanted, content)
    except OSError:
        # A full disk leaves half a file: it would go on filling the disk until the sweep.
        storage.delete(wanted)
        raise
    return StoredFile.objects.create(token=token, path=path, **columns)


def store_clean(clean: CleanFile) -> StoredFile:
    """Keep an inspected upload: scan it, write it, make its row. Closes the temporary file.

    Raises OSError when the disk is full (nothing is kept then).
    """
    with clean.file as handle:
        result = scanner.scan(handle)
        handle.seek(0)
        return _write(
            File(handle),
            shown_name=clean.shown_name,
            mime=clean.mime,
            size=clean.size,
            pages=clean.pages,
            sha256=clean.sha256,
            source_sha256=clean.source_sha256,
            scan_state=result.state,
            scan_detail=result.detail[:200],
        )


def store_bytes(content: ContentFile, *, name: str, mime: str) -> StoredFile:
    """Keep a file the portal made itself (a signed paper): it needs no scan."""
    data = content.read()
    digest = hashlib.sha256(data).hexdigest()
    return _write(
        ContentFile(data),
        shown_name=clean_name(name),
        mime=mime,
        size=len(data),
        sha256=digest,
        source_sha256=digest,
        scan_state=ScanState.CLEAN,
        scan_detail="own",
    )


def copy_of(original: StoredFile) -> StoredFile:
    """A second row and file with the same content, so that each can be removed by itself."""
    with open_file(original) as handle:
        return _write(
            File(handle),
            **{
                name: getattr(original, name)
                for name in (
                    "shown_name",
                    "mime",
                    "size",
                    "pages",
                    "sha256",
                    "source_sha256",
                    "scan_state",
                    "scan_detail",
                )
            },
        )


def open_file(stored: StoredFile) -> File:
    """The stored bytes, open for reading."""
    return storages["private"].open(stored.path)


def discard(stored: StoredFile) -> None:
    """Remove row and file of something that was never shown to anyone.

    The file goes when the row is really gone: after a rollback the row is there again and needs
    its file.
    """
    path = stored.path
    stored.delete()
    transaction.on_commit(lambda: storages["private"].delete(path), robust=True)


def respond(stored: StoredFile, *, download: bool) -> FileResponse:
    """Stream a file after the caller has checked the right: no sniffing, no scripts, no cache."""
    inline = not download and stored.mime in INLINE_TYPES
    response = FileResponse(
        open_file(stored),
        as_attachment=not inline,
        filename=stored.shown_name,
        content_type=stored.mime,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def scan_pending(limit: int = 50) -> int:
    """Scan again what waits for the scanner; how many got an answer."""
    answered = 0
    waiting = StoredFile.objects.filter(scan_state=ScanState.PENDING).order_by("created_at")
    for stored in waiting[:limit]:
        with open_file(stored) as handle:
            result = scanner.scan(handle)
        if result.state != ScanState.PENDING:
            answered += StoredFile.objects.filter(
                pk=stored.pk, scan_state=ScanState.PENDING
            ).update(scan_state=result.state, scan_detail=result.detail[:200])
    return answered


def sweep_orphans() -> int:
    """Remove files without a row that are older than a day; how many."""
    root = Path(storages["private"].location)
    oldest = (clock.now() - ORPHAN_AGE).timestamp()
    known = set(StoredFile.objects.values_list("path", flat=True))
    removed = 0
    for file in root.rglob("*"):
        if str(file.relative_to(root)) not in known and _is_older(file, oldest):
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def _is_older(file: Path, moment: float) -> bool:
    """Whether a file was last written before; a file that went meanwhile was not."""
    try:
        return file.is_file() and file.stat().st_mtime < moment
    except FileNotFoundError:
        return False


__all__ = [
    "store_clean",
    "sweep_orphans",
]
