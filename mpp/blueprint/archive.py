"""The zip file: written the same every time, read without trusting a byte of it.

Limits are checked before anything is unpacked: on the size of the file, the number and names of
its entries, the sizes they claim; an entry that holds more than it claims is refused while it is
read. Nothing is ever written to a disk under a name from the file.
"""

import io
import re
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

MANIFEST, ORIGIN, SIGNATURE = "MANIFEST.yaml", "ORIGIN.yaml", "SIGNATURE"
SEALS = (MANIFEST, ORIGIN, SIGNATURE)
NAME = re.compile(
    r"[a-z]{1,20}/[a-z0-9][a-z0-9-]{0,40}(?:/[A-Za-z0-9_][A-Za-z0-9_-]{0,99})?\.yaml"
)
MAX_FILE = 50 * 1024 * 1024
MAX_ENTRY = 4 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_DIRECTORY = 1024 * 1024
MAX_RATIO = 200
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
MODE = stat.S_IFREG | 0o644
END_RECORD = b"PK\x05\x06"
END_LENGTH = 22
ENCRYPTED = 0x1 | 0x40 | 0x2000


class NotABlueprint(ValueError):
    """The file cannot be used; the message is the sentence people read."""


@dataclass(frozen=True)
class Archive:
    """The entries of a file that passed all limits, still packed."""

    zipped: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """One entry, not more of it than it claims. Raises NotABlueprint when it is damaged."""
        info = self.zipped.getinfo(name)
        try:
            with self.zipped.open(info) as entry:
                data = entry.read(info.file_size + 1)
                # A read to the end makes zipfile compare the checksum.
                surplus = entry.read(1)
        except Exception as fault:
            # The unpacker meets hostile bytes here: any fault of theirs is an answer.
            raise NotABlueprint(_("%(name)s is damaged.") % {"name": name}) from fault
        if surplus or len(data) != info.file_size:
            raise NotABlueprint(_("%(name)s is damaged.") % {"name": name})
        return data


def pack(target: IO[bytes], entries: Iterable[tuple[str, bytes]]) -> None:
    """Write the entries in this order, stored as they are, with fixed dates and permissions."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as zipped:
        for name, data in entries:
            info = zipfile.ZipInfo(name, FIXED_TIME)
            info.create_system = 3
            info.external_attr = MODE << 16
            zipped.writestr(info, data)


def unpack(file: IO[bytes]) -> Archive:
    """The archive in an open, seekable file. Raises NotABlueprint with the reason."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_FILE:
        raise NotABlueprint(
            _("The file is larger than %(size)s MB.") % {"size": MAX_FILE // 1024**2}
        )
    _check_directory(file, size)
    try:
        file.seek(0)
        zipped = zipfile.ZipFile(file)
        infos = zipped.infolist()
    except Exception as fault:
        raise NotABlueprint(_("This is not a zip file, or it is damaged.")) from fault
    for info in infos:
        _check_entry(info)
    names = [info.filename for info in infos]
    twice = sorted({name for name in names if names.count(name) > 1}) if _has_twins(names) else []
    if twice:
        raise NotABlueprint(_("%(name)s stands in the file twice.") % {"name": twice[0]})
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise NotABlueprint(_("Unpacked the file would be too large."))
    for name in (MANIFEST, ORIGIN):
        if name not in names:
            raise NotABlueprint(
                _("%(name)s is missing: this is not a blueprint.") % {"name": name}
            )
    return Archive(zipped, tuple(names))


def _has_twins(names: list[str]) -> bool:
    return len(set(names)) != len(names)


def _check_directory(file: IO[bytes], size: int) -> None:
    """Read the end record alone: a directory of millions of entries costs memory to open."""
    file.seek(0)
    if file.read(4) != b"PK\x03\x04":
        raise NotABlueprint(_("This is not a zip file, or it is damaged."))
    file.seek(max(0, size - END_LENGTH))
    end = file.read(END_LENGTH)
    if len(end) < END_LENGTH or end[:4] != END_RECORD:
        # A comment at the end, several disks or 64-bit sizes: nothing a blueprint needs.
        raise NotABlueprint(_("This is not a zip file, or it is damaged."))
    entries, directory = int.from_bytes(end[10:12], "little"), end[12:16]
    if entries > MAX_ENTRIES:
        raise NotABlueprint(_("The file has too many entries."))
    if int.from_bytes(directory, "little") > MAX_DIRECTORY:
        raise NotABlueprint(_("The file has too many entries."))


def _check_entry(info: zipfile.ZipInfo) -> None:
    """Whether one entry may be here at all, by what the directory says of it."""
    name = shown(info.orig_filename)
    mode = info.external_attr >> 16
    if info.orig_filename not in SEALS and not NAME.fullmatch(info.orig_filename):
        raise NotABlueprint(_("%(name)s is no name of a blueprint's file.") % {"name": name})
    if info.flag_bits & ENCRYPTED:
        raise NotABlueprint(_("%(name)s is encrypted.") % {"name": name})
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise NotABlueprint(_("%(name)s is not an ordinary file.") % {"name": name})
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotABlueprint(_("%(name)s is packed in a way we do not read.") % {"name": name})
    if info.file_size > MAX_ENTRY:
        raise NotABlueprint(_("%(name)s is too large.") % {"name": name})
    if info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise NotABlueprint(_("%(name)s is packed too tightly.") % {"name": name})


def shown(text: str) -> str:
    """A name from a hostile file, short and with printable signs only."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)[
        :80
    ]
