"""A blueprint of the mall the tests stand in, and files that are changed by hand."""

import io
import zipfile
from collections.abc import Callable

import pytest
import yaml
from django.apps import apps
from django.core.cache import caches
from django.db import connection

from mpp import demo_data
from mpp.blueprint import manifest, seal
from mpp.blueprint.archive import MANIFEST, ORIGIN, SEALS, SIGNATURE, pack
from mpp.blueprint.content import Blueprint, read
from mpp.blueprint.exporting import export
from mpp.blueprint.importing import Brought, bring_in
from mpp.blueprint.rooms import ROOMS


def exported() -> bytes:
    """This mall as a file."""
    target = io.BytesIO()
    export(target)
    return target.getvalue()


def entries(data: bytes) -> dict[str, bytes]:
    """Name -> bytes of every entry."""
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def read_bytes(data: bytes) -> Blueprint:
    return read(io.BytesIO(data))


def resealed(files: dict[str, bytes]) -> bytes:
    """The files with a manifest and seal that fit: what somebody with an editor can make."""
    content = {name: data for name, data in files.items() if name not in SEALS}
    digests = {name: manifest.digest(data) for name, data in content.items()}
    head = manifest.write_manifest(counts_of(files), digests)
    origin = files[ORIGIN]
    target = io.BytesIO()
    last = [(ORIGIN, origin), (SIGNATURE, seal.sign(head, origin))]
    pack(target, [(MANIFEST, head), *sorted(content.items()), *last])
    return target.getvalue()


def counts_of(files: dict[str, bytes]) -> dict[str, int]:
    """The counts that stand in the manifest of these files."""
    return yaml.safe_load(files[MANIFEST])["counts"]


def imported(data: bytes, **options) -> Brought:
    """The whole file brought in."""
    return bring_in(read_bytes(data).mall, actor=None, **options)


def empty() -> None:
    """A new installation: no row of any room is left."""
    tables = [
        table
        for room in (*ROOMS, "blueprint", "account", "mfa", "usersessions", "sessions")
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        if (table := model._meta.db_table)
    ]
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        if connection.vendor == "postgresql":
            # What was written in this very test is checked now: a table with checks to come
            # cannot be emptied.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            for name in tables:
                cursor.execute(f'DELETE FROM "{name}"')
    caches["local"].clear()


@pytest.fixture
def mall(db):
    """The demo's place with the mall of every test."""
    demo_data.make_places()
    caches["local"].clear()


@pytest.fixture
def changed(mall) -> Callable[..., bytes]:
    """Exports the mall and changes one file by replacing a text; the manifest fits again."""

    def change(name: str, old: str, new: str, *, count: int = 1) -> bytes:
        files = entries(exported())
        text = files[name].decode()
        assert old in text, f"{old!r} is not in {name}"
        files[name] = text.replace(old, new, count).encode("utf-8", "surrogatepass")
        return resealed(files)

    return change
