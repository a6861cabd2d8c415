"""A mall that receives delegations, and the people of its visit desk."""

from types import SimpleNamespace

import pytest

from tests.conftest import make_person, post
from tests.factories import visits as make


@pytest.fixture
def site(db, settings, tmp_path):
    """A site with rules, sessions, topics and templates; files go to a folder of the test."""
    settings.DATA_DIR = tmp_path
    return make.make_site()


@pytest.fixture
def desk(db):
    """Two hosts, a leader, and somebody of another agency."""
    people = SimpleNamespace()
    for name, agency, roles in (
        ("host", "dpmptsp", ("host",)),
        ("second", "dpmptsp", ("host",)),
        ("leader", "dpmptsp", ("head",)),
        ("stranger", "dinkes", ("head",)),
    ):
        user = make_person(f"{name}.tamu@contoh.id", f"{name.title()} Tamu", is_staff=True)
        setattr(people, name, post(user, agency, *roles))
    return people
