"""The blueprint of this mall, written. What runs twice over the same rows gives the same bytes."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.db import transaction

from mpp.blueprint import manifest as sheets
from mpp.blueprint import seal
from mpp.blueprint.archive import MANIFEST, ORIGIN, SIGNATURE, NotABlueprint, pack
from mpp.blueprint.content import Faulty, read
from mpp.blueprint.items import Problem
from mpp.blueprint.keys import Keys
from mpp.blueprint.plain_yaml import dump
from mpp.blueprint.rooms import TYPES, top
from mpp.blueprint.rows import objects
from permits import exchange


class CannotExport(ValueError):
    """Rows here that no mall could bring in; `problems` name each row instead of a file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class Exported:
    """What was written: how many of each kind, and the sha256 of the manifest."""

    counts: dict[str, int]
    manifest_sha256: str


def export(target: IO[bytes]) -> Exported:
    """Write the blueprint of this mall into an open file.

    Published permit types, standards in force and every declared configuration row; drafts,
    retired versions and everything personal stay here. The file is read back first, as another
    mall will read it: raises CannotExport, and nothing is written then.
    """
    files: dict[str, bytes] = {}
    keys: dict[str, tuple[str, ...]] = {}
    counts: dict[str, int] = {}
    with transaction.atomic():
        for name, path, text in texts():
            counts[name] = counts.get(name, 0) + len(text.keys)
            files[path], keys[path] = text.text.encode(), text.keys
    digests = {path: sheets.digest(data) for path, data in files.items()}
    head, origin = sheets.write_manifest(counts, digests), sheets.write_origin()
    last = [(ORIGIN, origin), (SIGNATURE, seal.sign(head, origin))]
    made = io.BytesIO()
    pack(made, [(MANIFEST, head), *sorted(files.items()), *last])
    files.clear()
    try:
        read(made)
    except Faulty as refused:
        raise CannotExport([_of_row(one, keys) for one in refused.problems]) from refused
    except NotABlueprint as refused:
        raise CannotExport([Problem("cetak-biru.zip", 0, "", str(refused))]) from refused
    target.write(made.getbuffer())
    return Exported(counts, sheets.digest(head))


def _of_row(problem: Problem, keys: dict[str, tuple[str, ...]]) -> Problem:
    """The same problem with the key of the row in place of a line nobody has seen."""
    held, path = keys.get(problem.file, ()), problem.path
    name = problem.file.removesuffix(".yaml")
    if not held or name.endswith(f"/{held[0]}"):
        return Problem(name, 0, path, problem.sentence)
    place, _closed, rest = path.partition("[")[2].partition("]")
    row = held[int(place)] if place.isdecimal() and int(place) < len(held) else ""
    return Problem(f"{name}/{row}" if row else name, 0, rest.lstrip("."), problem.sentence)


@dataclass(frozen=True)
class Text:
    """One file and the keys of the objects in it, in their order."""

    text: str
    keys: tuple[str, ...]


def texts() -> Iterator[tuple[str, str, Text]]:
    """(section, path, text) of every file, section by section."""
    keys = Keys()
    for section in top():
        found = list(objects(section, keys))
        if section.per_file:
            for key, data in found:
                yield section.name, section.path_of(key), Text(dump(data), (key,))
        elif found:
            rows = {section.list_key: [data for _key, data in found]}
            yield (
                section.name,
                section.path_of(""),
                Text(dump(rows), tuple(key for key, _data in found)),
            )
    for key, definition in exchange.published():
        yield TYPES, f"{TYPES}/{key}.yaml", Text(exchange.written(definition), (key,))
