"""Who is posted where, and what follows from it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from counters import actions
from counters import permissions as places
from counters.models import Posting
from mpp.kit import clock
from tests.factories.accounts import RoleFactory, StaffFactory, SuperuserFactory, UserFactory
from tests.factories.counters import AgencyFactory, PostingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_mall")]


def fresh(user: User) -> User:
    """The person as the next request reads him."""
    return User.objects.get(pk=user.pk)


def test_stranger_is_posted_nowhere():
    agency = AgencyFactory()
    for person in (AnonymousUser(), UserFactory()):
        assert places.agency_ids_of(person) == frozenset()
        assert not places.has_role(person, agency, "verifier")
        assert not places.is_supervisor(person)
        assert not places.can_publish(person)


def test_posting_gives_the_role_at_its_agency_only():
    posting = PostingFactory()
    other = AgencyFactory()
    user = fresh(posting.user)
    assert places.has_role(user, posting.agency, "head", "verifier")
    assert places.has_role(user, posting.agency_id, "verifier")
    assert not places.has_role(user, posting.agency, "head")
    assert not places.has_role(user, other, "verifier")
    assert not places.has_role(user, None, "verifier")
    assert list(places.agencies_of(user)) == [posting.agency]
    assert places.roles_of(user) == places.roles_of(user, posting.agency) == {"verifier"}
    assert places.roles_of(user, other) == frozenset()


def test_postings_are_read_once_per_request(django_assert_num_queries):
    user = fresh(PostingFactory().user)
    with django_assert_num_queries(1):
        places.is_supervisor(user)
        places.agency_ids_of(user)
        places.has_role(user, 1, "head")


@pytest.mark.parametrize("hours", [-1, 1])
def test_posting_with_an_end_counts_until_then(hours):
    posting = PostingFactory()
    Posting.objects.update(ended_at=clock.now() + timedelta(hours=hours))
    assert bool(places.agency_ids_of(fresh(posting.user))) is (hours > 0)


def test_nothing_follows_from_a_posting_at_an_agency_that_left():
    posting = PostingFactory(agency__is_active=False)
    assert not places.agency_ids_of(fresh(posting.user))


def test_account_that_is_off_has_no_rights():
    user = fresh(PostingFactory().user)
    user.is_active = False
    assert not places.agency_ids_of(user)
    assert not places.can_configure(user)


def test_only_the_operators_supervisor_supervises():
    role = RoleFactory(key="supervisor")
    assert places.is_supervisor(PostingFactory(role=role, agency__is_operator=True).user)
    assert not places.is_supervisor(PostingFactory(role=role).user)
    head = RoleFactory(key="head")
    operator = PostingFactory(role=head).user
    assert not places.is_supervisor(operator)


def test_superuser_configures_but_reaches_no_file():
    admin = SuperuserFactory()
    agency = AgencyFactory()
    assert places.can_configure(admin)
    assert places.can_publish(admin, agency)
    assert not places.has_role(admin, agency, "verifier", "head", "supervisor")
    assert not places.is_supervisor(admin)


@pytest.mark.parametrize(
    ("key", "may"), [("catalogue_editor", True), ("head", True), ("verifier", False)]
)
def test_publishing_follows_the_role(key, may):
    posting = PostingFactory(role=RoleFactory(key=key))
    assert places.can_publish(posting.user, posting.agency) is may
    assert places.can_publish(posting.user) is may
    assert not places.can_publish(posting.user, AgencyFactory())


# --- Acts --------------------------------------------------------------------------------
def test_appointing_makes_staff_with_the_rights_of_the_role():
    user = UserFactory()
    role = RoleFactory(key="editor-of-tests", rights=["counters.change_service", "no.such", "x"])
    actions.appoint(user, agency=AgencyFactory(), role=role)
    user = fresh(user)
    assert user.is_staff
    assert user.has_perm("counters.change_service")
    assert not user.has_perm("counters.change_agency")


def test_appointing_twice_keeps_one_posting():
    posting = PostingFactory()
    again = actions.appoint(posting.user, agency=posting.agency, role=posting.role)
    assert again.pk == posting.pk
    assert Posting.objects.count() == 1


def test_ending_the_last_posting_ends_staff_rights():
    posting = PostingFactory(role=RoleFactory(key="x", rights=["counters.change_service"]))
    actions.end_posting(posting)
    user = fresh(posting.user)
    assert not user.is_staff
    assert not user.has_perm("counters.change_service")
    assert not places.agency_ids_of(user)
    first_end = Posting.objects.get().ended_at
    actions.end_posting(Posting.objects.get())
    assert Posting.objects.get().ended_at == first_end


def test_ending_one_of_two_postings_keeps_the_other():
    user = StaffFactory()
    first = PostingFactory(user=user)
    second = PostingFactory(user=user, role=RoleFactory(key="head"))
    actions.end_posting(first)
    assert fresh(user).is_staff
    assert places.agency_ids_of(fresh(user)) == {second.agency_id}
    assert set(user.groups.values_list("name", flat=True)) == {"head"}
