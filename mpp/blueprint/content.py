"""A blueprint read whole: every file checked, every fault with its file and line.

Nothing here writes. What comes out is plain data in the one form that export gives, so that equal
things are equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from counters.yaml_lines import YamlProblem, read_yaml
from mpp.blueprint import checking, manifest, seal
from mpp.blueprint.archive import (
    MANIFEST,
    ORIGIN,
    SEALS,
    SIGNATURE,
    Archive,
    NotABlueprint,
    unpack,
)
from mpp.blueprint.items import Id, Item, Mall, Need, Problem, row_needs, section_order, type_needs
from mpp.blueprint.keys import key_of
from mpp.blueprint.manifest import Manifest
from mpp.blueprint.normal import normalised
from mpp.blueprint.rooms import TYPES, Section, by_name
from mpp.blueprint.rules import Rules
from mpp.blueprint.schema import file_schema
from permits import definition as definitions
from permits.definition import DefinitionError

MOST_PROBLEMS = 200
Data = dict[str, Any]


class Faulty(ValueError):
    """The blueprint has faults; `problems` lists them in the order of files and lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class Blueprint:
    """A file that can be compared and brought in."""

    mall: Mall
    manifest: Manifest
    manifest_sha256: str
    origin: dict[str, str]
    seal: seal.Seal


def open_blueprint(path: Path) -> Blueprint:
    """The blueprint at a path. Raises NotABlueprint and Faulty; OSError as it comes."""
    with path.open("rb") as file:
        return read(file)


def read(file: IO[bytes]) -> Blueprint:
    """The blueprint in an open, seekable file.

    Raises NotABlueprint when it is none we read (with one sentence), Faulty with every fault of
    its content.
    """
    archive = unpack(file)
    sheet = manifest.read_manifest(archive)
    origin = manifest.read_origin(archive)
    head = archive.read(MANIFEST)
    signature = archive.read(SIGNATURE) if SIGNATURE in archive.names else None
    found = seal.check(head, archive.read(ORIGIN), signature)
    if found.state == "broken":
        raise NotABlueprint(found.sentence)
    reader = _Reader(archive, sheet)
    mall = reader.read()
    if reader.problems:
        raise Faulty(reader.problems)
    return Blueprint(mall, sheet, manifest.digest(head), origin, found)


class _Reader:
    """Reads one file after another, collecting faults up to a limit."""

    def __init__(self, archive: Archive, sheet: Manifest) -> None:
        self.archive = archive
        self.sheet = sheet
        self.problems: list[Problem] = []
        self.items: dict[Id, Item] = {}
        self.rules = Rules()

    def read(self) -> Mall:
        """All objects in the order of bringing in; look at `problems` before using them."""
        for name in sorted(set(self.archive.names) - set(SEALS)):
            if len(self.problems) >= MOST_PROBLEMS:
                break
            data = self.archive.read(name)
            if manifest.digest(data) != self.sheet.files[name]:
                self._note(name, 0, "", _("The file was changed after the blueprint was made."))
                continue
            self._file(name, manifest.decoded(name, data))
        place = section_order()
        found = sorted(self.items.values(), key=lambda item: (place[item.section], item.key))
        mall = Mall({item.id: item for item in found})
        if not self.problems:
            self._check_counts(mall)
        return mall

    def _note(self, file: str, line: int, path: str, sentence: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(file, line, path, sentence))

    def _file(self, name: str, text: str) -> None:
        """One file: a permit type, one row, or a list of rows."""
        folder, _slash, last = name.rpartition("/")
        if folder == TYPES:
            self._type(name, last.removesuffix(".yaml"), text)
            return
        section = by_name().get(folder) or by_name().get(name.removesuffix(".yaml"))
        if section is None or section.path_of(last.removesuffix(".yaml")) != name:
            self._note(name, 0, "", _("This portal does not know such a file."))
            return
        try:
            data, lines = read_yaml(text)
        except YamlProblem as problem:
            self._note(name, problem.line, "", problem.message)
            return
        data = checking.plain_dates(data)
        found = checking.findings(data, file_schema(section))
        for path, sentence in found:
            self._note(name, line_of(path, lines), path, sentence)
        if found:
            return
        if section.per_file:
            self._row(section, name, data, "", lines)
            return
        for index, row in enumerate(data[section.list_key]):
            self._row(section, name, row, f"{section.list_key}[{index}]", lines)

    def _row(
        self, section: Section, name: str, data: Data, path: str, lines: Mapping[str, int]
    ) -> None:
        before = len(self.problems)
        prefix = f"{path}." if path else ""

        def note(where: str, sentence: str) -> None:
            self._note(name, line_of(prefix + where, lines), prefix + where, sentence)

        row = normalised(section, data, "", note)
        key = key_of(section, row)
        if section.per_file and name != section.path_of(key):
            note("key", _("The key is not the name of the file."))
        if (section.name, key) in self.items:
            note("", _("The key %(key)s stands twice.") % {"key": key})
        if len(self.problems) == before:
            for where, sentence in self.rules.broken(section, data):
                note(where, sentence)
        if len(self.problems) > before:
            return
        needs = tuple(
            Need(target, line_of(prefix + where, lines), prefix + where)
            for target, where in row_needs(section, row)
        )
        item = Item(section.name, key, row, name, line_of(path, lines), needs)
        self.items[item.id] = item

    def _type(self, name: str, key: str, text: str) -> None:
        """A permit type in its own format."""
        try:
            defn = definitions.from_yaml(text)
        except DefinitionError as refused:
            for fault in refused.errors:
                self._note(name, fault.line, fault.path, fault.sentence)
            return
        if defn.key != key:
            self._note(name, 1, "key", _("The key is not the name of the file."))
            return
        needs = tuple(Need(target, 1, "") for target in type_needs(defn))
        item = Item(TYPES, key, definitions.canonical_json(defn), name, 1, needs, text)
        self.items[item.id] = item

    def _check_counts(self, mall: Mall) -> None:
        if mall.counts() != {name: count for name, count in self.sheet.counts.items() if count}:
            self._note(MANIFEST, 0, "counts", _("The counts are not those of the files."))


def line_of(path: str, lines: Mapping[str, int]) -> int:
    """The line of a path, or of the nearest thing around it."""
    while path and path not in lines:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return lines.get(path, 1)
