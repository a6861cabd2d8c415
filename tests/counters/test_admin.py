"""The desk of places and catalogue: scope by agency, lines, standards, postings."""

import pytest
from django.urls import reverse

from accounts.models import Role, User
from counters import actions
from counters.models import Posting, Service, ServiceStandard, Site
from tests.factories.accounts import RoleFactory, SuperuserFactory, UserFactory
from tests.factories.counters import (
    AgencyFactory,
    CounterFactory,
    HolidayFactory,
    LifeEventFactory,
    PostingFactory,
    RequirementFactory,
    ServiceFactory,
    SiteFactory,
    StandardFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_mall")]
MODELS = [
    "agency",
    "counter",
    "posting",
    "service",
    "servicestandard",
    "site",
    "holiday",
    "lifeevent",
]


@pytest.fixture
def editor():
    """A catalogue editor of one agency."""
    return PostingFactory(role=Role.objects.get(key="catalogue_editor"))


@pytest.fixture
def desk(client, editor):
    client.force_login(editor.user)
    return client


@pytest.fixture
def root(client):
    client.force_login(SuperuserFactory())
    return client


def change_url(row) -> str:
    return reverse(f"admin:counters_{row._meta.model_name}_change", args=[row.pk])


def form_of(response) -> dict:
    """What a browser would send back unchanged."""
    form = response.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    for inline in response.context["inline_admin_formsets"]:
        for part in (inline.formset.management_form, *inline.formset.forms):
            data |= {part.add_prefix(name): part[name].value() for name in part.fields}
    return {name: value for name, value in data.items() if value is not None}


@pytest.mark.parametrize("name", MODELS)
def test_every_list_and_form_opens_for_a_superuser(root, name):
    service = StandardFactory(service__life_events=[LifeEventFactory()]).service
    PostingFactory(agency=service.agency)
    CounterFactory(agency=service.agency)
    HolidayFactory()
    listing = root.get(reverse(f"admin:counters_{name}_changelist"), {"q": "a"})
    assert listing.status_code == 200
    row = {
        "agency": service.agency,
        "counter": service.agency.counters.get(),
        "posting": Posting.objects.get(),
        "service": service,
        "servicestandard": service.standards.get(),
        "site": Site.objects.get(),
        "holiday": HolidayFactory(day="2027-01-01"),
        "lifeevent": service.life_events.get(),
    }[name]
    assert root.get(change_url(row)).status_code == 200


def test_citizen_is_not_let_in(client):
    client.force_login(UserFactory())
    response = client.get(reverse("admin:counters_service_changelist"))
    assert response.status_code in (302, 403)


def test_staff_see_only_their_own_agencys_rows(desk, editor):
    own = ServiceFactory(agency=editor.agency, name="Milik sendiri")
    foreign = ServiceFactory(name="Milik instansi lain")
    page = desk.get(reverse("admin:counters_service_changelist")).content.decode()
    assert "Milik sendiri" in page
    assert "Milik instansi lain" not in page
    assert desk.get(change_url(own)).status_code == 200
    assert desk.get(change_url(foreign)).status_code == 302
    assert desk.get(change_url(foreign.agency)).status_code == 302


def test_autocomplete_offers_own_agencies_only(desk, editor):
    AgencyFactory(abbr="ZZZ")
    response = desk.get(
        reverse("admin:autocomplete"),
        {"app_label": "counters", "model_name": "service", "field_name": "agency", "term": ""},
    )
    assert [row["text"] for row in response.json()["results"]] == [editor.agency.abbr]


def test_new_service_cannot_be_given_to_a_foreign_agency(desk, editor):
    foreign = AgencyFactory()
    data = form_of(desk.get(reverse("admin:counters_service_add")))
    data |= {"key": "baru", "name": "Baru", "agency": foreign.pk}
    response = desk.post(reverse("admin:counters_service_add"), data)
    assert response.status_code == 200
    assert not Service.objects.filter(key="baru").exists()
    data["agency"] = editor.agency.pk
    response = desk.post(reverse("admin:counters_service_add"), data)
    assert response.status_code == 302
    assert Service.objects.get(key="baru").agency == editor.agency


def test_lines_become_lists_and_the_change_shows_at_once(desk, editor):
    service = ServiceFactory(agency=editor.agency, synonyms=["lama"])
    assert desk.get(f"/layanan/{service.key}/").status_code == 200
    data = form_of(desk.get(change_url(service)))
    assert data["synonyms"] == "lama"
    data |= {"synonyms": " ktp hilang \r\n\r\nkehilangan ktp", "sources": "", "assumed": ""}
    data["name"] = "Nama baru"
    assert desk.post(change_url(service), data).status_code == 302
    service.refresh_from_db()
    assert service.synonyms == ["ktp hilang", "kehilangan ktp"]
    assert "Nama baru" in desk.get(f"/layanan/{service.key}/").content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"sources": "javascript:alert(1)"},
        {"sources": "http://[abc"},
        {"sources": "http://a\u2100b/x"},
        {"synonyms": "x" * 401},
        {"name": "a\x00b"},
    ],
)
def test_bad_lines_are_refused_and_kept(desk, editor, bad):
    service = ServiceFactory(agency=editor.agency)
    data = form_of(desk.get(change_url(service)))
    data |= {"synonyms": "", "sources": "", "assumed": "", **bad}
    response = desk.post(change_url(service), data)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert response.context["adminform"].form[next(iter(bad))].value() == next(iter(bad.values()))


def test_online_cannot_be_chosen_by_hand(desk, editor):
    service = ServiceFactory(agency=editor.agency)
    data = form_of(desk.get(change_url(service)))
    data |= {"synonyms": "", "sources": "", "assumed": "", "channel": "online"}
    assert desk.post(change_url(service), data).status_code == 200
    service.refresh_from_db()
    assert service.channel == "counter"


# --- Standards ---------------------------------------------------------------------------
def test_standard_in_force_is_read_only(desk, editor):
    standard = StandardFactory(service__agency=editor.agency, decree="SK 1")
    assert desk.get(change_url(standard)).status_code == 200
    assert desk.post(change_url(standard), {"decree": "SK 2"}).status_code == 403
    standard.refresh_from_db()
    assert standard.decree == "SK 1"


def test_next_version_is_drafted_and_put_into_force(desk, editor):
    current = RequirementFactory(standard__service__agency=editor.agency).standard
    draft_url = reverse("admin:counters_service_draft", args=[current.service_id])
    assert desk.get(draft_url).status_code == 302
    assert current.service.standards.count() == 1
    desk.post(draft_url)
    desk.post(draft_url)
    draft = current.service.standards.get(state="draft")
    assert (draft.version, draft.decree, draft.requirements.count()) == (2, "", 1)
    put = reverse("admin:counters_servicestandard_put_in_force", args=[draft.pk])
    refused = desk.get(put)
    assert refused.status_code == 403
    assert "Isi dulu keputusan" in refused.content.decode()
    ServiceStandard.objects.filter(pk=draft.pk).update(decree="SK 2", effective_on="2026-12-01")
    assert desk.get(put).status_code == 200
    assert desk.post(put).status_code == 302
    states = dict(current.service.standards.values_list("version", "state"))
    assert states == {1: "past", 2: "current"}


def test_foreign_standard_is_not_found(desk):
    foreign = StandardFactory(state="draft")
    url = reverse("admin:counters_servicestandard_put_in_force", args=[foreign.pk])
    assert desk.post(url).status_code == 404
    bad = reverse("admin:counters_servicestandard_put_in_force", args=["9" * 40])
    assert desk.post(bad).status_code == 404


def test_viewer_may_not_put_into_force(client):
    role = RoleFactory(key="reader", rights=["counters.view_servicestandard"])
    posting = PostingFactory(role=role)
    draft = StandardFactory(service__agency=posting.agency, state="draft")
    client.force_login(posting.user)
    url = reverse("admin:counters_servicestandard_put_in_force", args=[draft.pk])
    assert client.post(url).status_code == 403
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_second_of_two_publishers_is_told():
    draft = RequirementFactory(standard__state="draft").standard
    stale = ServiceStandard.objects.get(pk=draft.pk)
    actions.put_in_force(draft)
    with pytest.raises(actions.Refused):
        actions.put_in_force(stale)
    assert ServiceStandard.objects.get().state == "current"


def test_standard_of_an_online_service_belongs_to_its_permit_type():
    draft = RequirementFactory(
        standard__state="draft", standard__service__channel="online"
    ).standard
    assert not actions.can_put_in_force(draft)


# --- Places ------------------------------------------------------------------------------
def test_site_with_impossible_hours_or_zone_is_refused(root):
    site = SiteFactory()
    data = form_of(root.get(change_url(site)))
    data |= {"opens_at": "15:00", "closes_at": "08:00", "time_zone": "Asia/Batu", "assumed": ""}
    response = root.post(change_url(site), data)
    assert set(response.context["adminform"].form.errors) == {"closes_at", "time_zone"}


def test_site_weekdays_are_whole_numbers(root):
    site = SiteFactory()
    data = form_of(root.get(change_url(site))) | {"weekdays": ["1", "3"], "assumed": ""}
    assert root.post(change_url(site), data).status_code == 302
    site.refresh_from_db()
    assert site.weekdays == [1, 3]


def test_posting_made_in_the_desk_makes_staff_and_ending_it_ends_that(root):
    person, role = UserFactory(), RoleFactory()
    agency = AgencyFactory()
    add = reverse("admin:counters_posting_add")
    root.post(add, {"user": person.pk, "agency": agency.pk, "role": role.pk, "counter": ""})
    assert User.objects.get(pk=person.pk).is_staff
    posting = Posting.objects.get(user=person)
    listing = reverse("admin:counters_posting_changelist")
    root.post(listing, {"action": "end_postings", "_selected_action": [posting.pk]})
    assert not User.objects.get(pk=person.pk).is_staff


@pytest.mark.parametrize("name", ["agency", "service", "site", "posting", "servicestandard"])
def test_nobody_deletes_in_the_desk(root, name):
    row = {
        "agency": AgencyFactory,
        "service": ServiceFactory,
        "site": SiteFactory,
        "posting": PostingFactory,
        "servicestandard": StandardFactory,
    }[name]()
    url = reverse(f"admin:counters_{name}_delete", args=[row.pk])
    assert root.post(url, {"post": "yes"}).status_code == 403
