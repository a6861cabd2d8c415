"""The blueprint of this mall, written. What runs twice over the same rows gives the same bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.db import transaction

from mpp.blueprint import manifest as sheets
from mpp.blueprint import seal
from mpp.blueprint.archive import MANIFEST, ORIGIN, SIGNATURE, pack
from mpp.blueprint.keys import Keys
from mpp.blueprint.plain_yaml import dump
from mpp.blueprint.rooms import TYPES, top
from mpp.blueprint.rows import objects
from permits import exchange


@dataclass(frozen=True)
class Exported:
    """What was written: how many of each kind, and the sha256 of the manifest."""

    counts: dict[str, int]
    manifest_sha256: str


def export(target: IO[bytes]) -> Exported:
    """Write the blueprint of this mall into an open file.

    Published permit types, standards in force and every declared configuration row; drafts,
    retired versions and everything personal stay here.
    """
    with transaction.atomic():
        files: dict[str, bytes] = {}
        counts: dict[str, int] = {}
        for name, path, text in texts():
            counts[name] = counts.get(name, 0) + text.count
            files[path] = text.text.encode()
    digests = {path: sheets.digest(data) for path, data in files.items()}
    head, origin = sheets.write_manifest(counts, digests), sheets.write_origin()
    last = [(ORIGIN, origin), (SIGNATURE, seal.sign(head, origin))]
    pack(target, [(MANIFEST, head), *sorted(files.items()), *last])
    return Exported(counts, sheets.digest(head))


@dataclass(frozen=True)
class Text:
    """One file and how many objects stand in it."""

    text: str
    count: int


def texts() -> Iterator[tuple[str, str, Text]]:
    """(section, path, text) of every file, section by section."""
    keys = Keys()
    for section in top():
        found = list(objects(section, keys))
        if section.per_file:
            for key, data in found:
                yield section.name, section.path_of(key), Text(dump(data), 1)
        elif found:
            rows = {section.list_key: [data for _key, data in found]}
            yield section.name, section.path_of(""), Text(dump(rows), len(found))
    for key, definition in exchange.published():
        yield TYPES, f"{TYPES}/{key}.yaml", Text(exchange.written(definition), 1)
