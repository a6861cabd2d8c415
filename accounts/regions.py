"""Region codes of Indonesia (province, regency or city, district, village) as pure look-ups.

The codes are dotted (`35.79.01.1004`), as in the code list of the Ministry of Home Affairs. The
table is read once per process from `data/regions.csv`; its source and licence stand beside it.
Provinces and regencies are complete; districts and villages cover the home city and its
neighbours.
"""

import csv
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

DATA_FILE = Path(__file__).with_name("data") / "regions.csv"
LEVELS = ("province", "regency", "district", "village")
QUERY_LIMIT = 80
FUZZY_FLOOR = 78


@dataclass(frozen=True, slots=True)
class Region:
    """One region: its dotted code, its name and its level (one of `LEVELS`)."""

    code: str
    name: str
    level: str

    @property
    def parent_code(self) -> str:
        """The code one level up; empty for a province."""
        return self.code.rpartition(".")[0]

    @property
    def kind(self) -> str:
        """`kelurahan`, `desa` or `desa adat` for a village (first digit 1, 2, 3); else empty."""
        if self.level != "village":
            return ""
        return {"1": "kelurahan", "2": "desa", "3": "desa adat"}.get(self.code[9:10], "")


@cache
def _table() -> dict[str, Region]:
    with DATA_FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: Region(row["code"], row["name"], LEVELS[row["code"].count(".")])
            for row in csv.DictReader(lines)
        }


@cache
def _children() -> dict[str, tuple[Region, ...]]:
    found = defaultdict(list)
    for region in _table().values():
        found[region.parent_code].append(region)
    return {code: tuple(regions) for code, regions in found.items()}


@cache
def _names(level: str) -> tuple[tuple[Region, ...], tuple[str, ...]]:
    """The regions of a level (all for the empty one) and their folded names, in step."""
    regions = tuple(r for r in _table().values() if not level or r.level == level)
    return regions, tuple(_fold(r.name) for r in regions)


def _proper(name: str) -> str:
    """The name without the word for its kind, which nobody types."""
    return name.removeprefix("kabupaten ").removeprefix("kota ")


def _fold(text: str) -> str:
    """Lower case without marks and punctuation, so that `Oro-Oro Ombo` meets `oro oro ombo`."""
    plain = unicodedata.normalize("NFKD", text).lower()
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def region(code: str) -> Region | None:
    """The region with this dotted code, or None when the table does not know it."""
    return _table().get(code)


def province(code: str) -> Region | None:
    """The province in which `code` (of any level) lies, or None."""
    return _table().get(str(code)[:2])


def regency(code: str) -> Region | None:
    """The regency or city in which `code` (regency or below) lies, or None."""
    return _table().get(code[:5]) if len(code) >= 5 else None


def children(code: str = "") -> tuple[Region, ...]:
    """The regions one level below `code`, in code order; all provinces for the empty code."""
    return _children().get(code, ())


def is_known(code: str) -> bool:
    """Whether the table holds this code."""
    return code in _table()


def region_name(code: str) -> str:
    """The plain name of a code; empty when unknown."""
    found = _table().get(code)
    return found.name if found else ""


def region_path(code: str) -> str:
    """The name with all above it: `Temas, Batu, Kota Batu, Jawa Timur`; empty if unknown."""
    names = []
    found = _table().get(code)
    while found:
        names.append(found.name)
        found = _table().get(found.parent_code)
    return ", ".join(names)


def search(query: str, level: str = "", limit: int = 20) -> list[Region]:
    """Regions whose name fits `query`, best first; forgives small typing errors.

    `level` is one of `LEVELS` or empty for all. A code typed as it is finds its region.
    Never raises for odd text; an empty query finds nothing.
    """
    exact = _table().get(query.strip()) if len(query) <= QUERY_LIMIT else None
    if exact and level in ("", exact.level):
        return [exact]
    wanted = _fold(query[:QUERY_LIMIT])
    if not wanted:
        return []
    regions, names = _names(level)
    found = [
        (_closeness(wanted, name), regions[index].code, regions[index])
        for index, name in enumerate(names)
        if wanted in name
    ]
    if not found:
        hits = process.extract(
            _proper(wanted),
            [_proper(name) for name in names],
            scorer=fuzz.WRatio,
            limit=limit,
            score_cutoff=FUZZY_FLOOR,
        )
        found = [(100 - score, regions[i].code, regions[i]) for _, score, i in hits]
    return [item for _, _, item in sorted(found, key=lambda row: row[:2])[:limit]]


def _closeness(wanted: str, name: str) -> int:
    """0 = the same, 1 = the name proper starts so, 2 = a word starts so, 3 = somewhere inside."""
    proper = _proper(name)
    if wanted in (name, proper):
        return 0
    if name.startswith(wanted) or proper.startswith(wanted):
        return 1
    return 2 if f" {wanted}" in name else 3
