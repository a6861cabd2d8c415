"""What every test stands on: the loaded mall, strict templates, no network, no logged error.

The catalogue, the roles and the permit types are loaded once per test database, by the same
commands as in real life. `people` gives one person per role, made for the test alone.
"""

import hashlib
import logging
import os
import socket
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import django
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import management
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from accounts.models import Role, User
from counters import permissions as places
from counters.models import Agency, Posting
from tests import strict_templates

hypothesis_settings.register_profile("suite", deadline=None, derandomize=True, print_blob=False)
hypothesis_settings.load_profile("suite")
strict_templates.install()

LOCAL = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}
PASSWORD = "kata-sandi-uji-2026"
NEEDS_ROLLBACK_FREE_DATABASE = {"transactional_db", "live_server", "django_db_reset_sequences"}


# The loaded database, kept in memory (SQLite): copying it back is quicker than loading again.
SNAPSHOT: list[sqlite3.Connection] = []
# The file of an earlier run and Django's own call_command, while the tables come from it.
KEPT: list = []
WANTED: list[Path] = []
ROOT = Path(__file__).parents[1]


def pytest_make_parametrize_id(config, val, argname):
    """Bytes and long texts by their length: generated files differ from process to process."""
    if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 60):
        return f"{argname}-{len(val)}"
    return None


# --- the database -------------------------------------------------------------------------
def load_mall() -> None:
    """Roles, catalogue and permit types, as `make demo` loads them."""
    call_command("load_roles", verbosity=0, stdout=open_null())
    call_command("load_catalogue", verbosity=0, stdout=open_null())
    call_command("load_permit_types", verbosity=0, stdout=open_null())


def open_null():
    """Somewhere for the words of a command nobody reads here."""
    return SimpleNamespace(write=lambda *_: None, flush=lambda: None, isatty=lambda: False)


def kept_mall() -> Path:
    """Where a migrated and loaded SQLite database is kept for the next run on this machine.

    Its name is a digest of everything it is made from, so a change of one makes a new one.
    """
    digest = hashlib.sha256(django.__version__.encode())
    made_from = [
        path
        for pattern in ("*/migrations/*.py", "*/*/migrations/*.py", "*/data/**/*", "*/models/*.py")
        for path in ROOT.glob(pattern)
    ]
    made_from += [*ROOT.glob("permits/definition/*.py"), *ROOT.glob("counters/catalogue*.py")]
    made_from += [*ROOT.glob("*/management/commands/load_*.py"), ROOT / "requirements.txt"]
    made_from += [*ROOT.glob("permits/*.py"), *ROOT.glob("mpp/kit/*.py")]
    for path in sorted(path for path in made_from if path.is_file()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return Path(tempfile.gettempdir()) / f"mpp-mall-{digest.hexdigest()[:24]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Where the kept database fits, no table is made and no row loaded a second time."""
    if connection.vendor != "sqlite":
        return
    # Named before anything is made: a file changed meanwhile must not carry the wrong name.
    WANTED.append(kept_mall())
    if not WANTED[0].exists():
        return
    KEPT.append(WANTED[0])
    real = management.call_command
    KEPT.append(real)
    management.call_command = lambda *args, **kwargs: None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """pytest-django's own, then the mall: loaded, or brought back from the kept database."""
    with django_db_blocker.unblock():
        connection.ensure_connection()
        if KEPT:
            path, management.call_command = KEPT
            with closing(sqlite3.connect(path)) as kept:
                kept.backup(connection.connection)
        else:
            load_mall()
            if connection.vendor == "sqlite":
                keep_mall(WANTED[0])
        if connection.vendor == "sqlite":
            SNAPSHOT.append(sqlite3.connect(":memory:", check_same_thread=False))
            connection.connection.backup(SNAPSHOT[0])


def keep_mall(path: Path) -> None:
    """Keep what was just loaded; whole or not at all, whoever else does the same."""
    draft = path.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(draft)) as kept:
        connection.connection.backup(kept)
    draft.replace(path)


@pytest.fixture(autouse=True)
def _mall_after_a_flush(request):
    """Tests with real transactions empty the database behind them: load the mall again."""
    marker = request.node.get_closest_marker("django_db")
    real = bool(marker and marker.kwargs.get("transaction"))
    if not (real or NEEDS_ROLLBACK_FREE_DATABASE & set(request.fixturenames)):
        return
    request.getfixturevalue("transactional_db")
    if Role.objects.exists():
        return
    if SNAPSHOT:
        SNAPSHOT[0].backup(connection.connection)
    else:
        load_mall()


@pytest.fixture
def empty_mall(db):
    """No catalogue and no permit type, for tests of the loading itself."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("counters_", "permits_", "visits_"))
    ]
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            for name in tables:
                cursor.execute(f'DELETE FROM "{name}"')


@pytest.fixture(autouse=True)
def _fresh_caches():
    """Limits on attempts, remembered rows and the language belong to one test only."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    for name in ("default", "local"):
        caches[name].clear()


# --- what a test may not do unseen --------------------------------------------------------
@pytest.fixture(autouse=True, scope="session")
def _no_network():
    """Nothing leaves this machine: any address but our own refuses."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOCAL:
            raise AssertionError(f"a test wanted to reach {address[0]}:{address[1]}")
        return connect(self, address)

    socket.socket.connect = guarded
    yield
    socket.socket.connect = connect


class Collected(logging.Handler):
    """Every record of level ERROR or above, as text."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture
def logged_errors():
    """The errors a test provokes on purpose: ask for this fixture and look at the lines."""
    handler = Collected()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


@pytest.fixture(autouse=True)
def _no_logged_error(request):
    """A logged error fails the test, unless it asks for `logged_errors` or `caplog`."""
    if {"logged_errors", "caplog"} & set(request.fixturenames):
        yield
        return
    handler = Collected()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    assert not handler.lines, "errors were logged: " + "; ".join(handler.lines[:5])


# --- people -------------------------------------------------------------------------------
POSTINGS = {
    "front_desk": ("dpmptsp", ("front_desk", "verifier")),
    "verifier": ("dpmptsp", ("verifier",)),
    "head": ("dpmptsp", ("head",)),
    "supervisor": ("dpmptsp", ("supervisor",)),
    "editor": ("dpmptsp", ("catalogue_editor",)),
    "opinion_giver": ("dinkes", ("opinion_giver",)),
    "stranger_desk": ("dukcapil", ("front_desk", "verifier")),
}


def make_person(email: str, name: str, **columns) -> User:
    """A person with a verified address who can sign in with PASSWORD."""
    user = User.objects.create_user(email, PASSWORD, full_name=name, **columns)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def post(user: User, agency_key: str, *roles: str) -> User:
    """Post a person to an agency in these roles, as the only source of rights."""
    agency = Agency.objects.get(key=agency_key)
    for role in roles:
        Posting.objects.create(user=user, agency=agency, role=Role.objects.get(key=role))
    places.forget_postings(user)
    return user


@pytest.fixture
def people(db):
    """One person per role: citizen, other_citizen, the desks of POSTINGS, superuser."""
    found = {
        "citizen": make_person(
            "siti@contoh.id", "Siti Rahmawati", nik="3579024507900003", phone="+6281234567801"
        ),
        "other_citizen": make_person("budi@contoh.id", "Budi Santoso"),
        "superuser": make_person(
            "admin@contoh.id", "Admin Portal", is_staff=True, is_superuser=True
        ),
    }
    for key, (agency, roles) in POSTINGS.items():
        user = make_person(f"{key}@contoh.id", key.replace("_", " ").title(), is_staff=True)
        found[key] = post(user, agency, *roles)
    return SimpleNamespace(**found)
