"""Migrations: complete, and named by what they do."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests.house.source import ROOT

ROOMS = ("mpp/kit", "accounts", "counters", "permits", "visits")
AUTOMATIC = re.compile(r"_auto_|_alter_|^0001_initial$|_and_more$")


@pytest.mark.django_db
def test_migrations_are_complete():
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, verbosity=1, stdout=out)


def test_migrations_say_what_they_do():
    names = [
        path.stem for room in ROOMS for path in (ROOT / room / "migrations").glob("[0-9]*.py")
    ]
    assert len(names) >= len(ROOMS)
    assert not [name for name in names if AUTOMATIC.search(name)]
