"""MANIFEST and ORIGIN: what the file holds, in which format, and where it is from."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from counters.yaml_lines import YamlProblem, read_yaml
from mpp import VERSION
from mpp.blueprint.archive import MANIFEST, ORIGIN, SEALS, Archive, NotABlueprint, shown
from mpp.blueprint.plain_yaml import dump
from mpp.kit import clock
from mpp.kit.installation import installation

FORMAT = "mpp.blueprint"
SCHEMA = 1
KNOWN = re.compile(r"mpp\.blueprint/([0-9]{1,4})")
SHA256 = re.compile(r"[0-9a-f]{64}")
MANIFEST_KEYS = ("schema", "product", "counts", "files")
ORIGIN_KEYS = ("mall", "region", "address", "exported_at")


@dataclass(frozen=True)
class Manifest:
    """What stands in MANIFEST.yaml, checked."""

    product: str
    counts: dict[str, int]
    files: dict[str, str]


def write_manifest(counts: dict[str, int], files: dict[str, str]) -> bytes:
    """MANIFEST.yaml: the same bytes for the same configuration and version of the product."""
    data = {
        "schema": f"{FORMAT}/{SCHEMA}",
        "product": VERSION,
        "counts": dict(sorted(counts.items())),
        "files": dict(sorted(files.items())),
    }
    return dump(data).encode()


def write_origin() -> bytes:
    """ORIGIN.yaml: which mall wrote the file, where and when. Never a person's name."""
    row = installation()
    data = {
        "mall": row.name,
        "region": row.region_name,
        "address": settings.SITE_URL,
        "exported_at": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return dump(data).encode()


def read_manifest(archive: Archive) -> Manifest:
    """The manifest, when it is of our format and names exactly the entries there are.

    Raises NotABlueprint with the reason.
    """
    data = _block(archive, MANIFEST)
    _check_schema(data)
    _check_keys(data, MANIFEST_KEYS, MANIFEST)
    counts, files = data["counts"], data["files"]
    sound = (
        isinstance(counts, dict)
        and isinstance(files, dict)
        and all(type(count) is int and 0 <= count <= 10**6 for count in counts.values())
        and all(isinstance(one, str) and SHA256.fullmatch(one) for one in files.values())
        and isinstance(data["product"], str)
        and len(data["product"]) <= 40
    )
    if not sound:
        raise NotABlueprint(_("%(name)s cannot be read.") % {"name": MANIFEST})
    here = set(archive.names) - set(SEALS)
    for name in sorted(here ^ set(files)):
        said = {"name": shown(str(name))}
        if name in here:
            raise NotABlueprint(_("%(name)s does not stand in the manifest.") % said)
        raise NotABlueprint(_("%(name)s stands in the manifest but is missing.") % said)
    return Manifest(data["product"], counts, files)


def read_origin(archive: Archive) -> dict[str, str]:
    """What the file says about where it comes from: four short texts. Raises NotABlueprint."""
    data = _block(archive, ORIGIN)
    _check_keys(data, ORIGIN_KEYS, ORIGIN)
    if not all(isinstance(value, str) and len(value) <= 300 for value in data.values()):
        raise NotABlueprint(_("%(name)s cannot be read.") % {"name": ORIGIN})
    return {name: shown(data[name]) for name in ORIGIN_KEYS}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def decoded(name: str, data: bytes) -> str:
    """An entry as text. Raises NotABlueprint with the line that is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        said = {"name": name, "line": line}
        raise NotABlueprint(_("%(name)s:%(line)s: this is not text in UTF-8.") % said) from fault


def _block(archive: Archive, name: str) -> dict[str, Any]:
    try:
        data, _lines = read_yaml(decoded(name, archive.read(name)))
    except YamlProblem as problem:
        said = {"name": name, "line": problem.line, "reason": problem.message}
        raise NotABlueprint(_("%(name)s:%(line)s: %(reason)s.") % said) from problem
    if not isinstance(data, dict):
        raise NotABlueprint(_("%(name)s cannot be read.") % {"name": name})
    return data


def _check_schema(data: dict[str, Any]) -> None:
    """A clear answer for files of other versions of the format."""
    schema, product = data.get("schema"), data.get("product")
    found = KNOWN.fullmatch(schema) if isinstance(schema, str) else None
    if found is None:
        raise NotABlueprint(_("The manifest does not say that this is a blueprint."))
    version = int(found[1])
    named = shown(product) if isinstance(product, str) else "?"
    said = {"theirs": version, "ours": SCHEMA, "product": named}
    if version > SCHEMA:
        raise NotABlueprint(
            _(
                "The blueprint has format %(theirs)s (product %(product)s), this portal reads "
                "format %(ours)s. Update this portal first."
            )
            % said
        )
    if version < SCHEMA:
        raise NotABlueprint(
            _(
                "The blueprint has the old format %(theirs)s, this portal reads format %(ours)s. "
                "Ask for a new export from a portal that is up to date."
            )
            % said
        )


def _check_keys(data: dict[str, Any], known: tuple[str, ...], name: str) -> None:
    for key in data:
        if key not in known:
            said = {"name": name, "key": shown(str(key))}
            raise NotABlueprint(_("%(name)s: the key %(key)s is unknown.") % said)
    for key in known:
        if key not in data:
            raise NotABlueprint(
                _("%(name)s: the key %(key)s is missing.") % {"name": name, "key": key}
            )
