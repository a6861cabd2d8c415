"""The desk's pages: who gets in, what they do, what bad input keeps."""

import io
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AccessEvent
from mpp import demo_data
from tests.factories import visits as make
from visits import actions, invariants, links
from visits.models import Material, Visit, VisitDay, VisitRules, VisitSession
from visits.states import VisitState

pytestmark = pytest.mark.django_db
LISTS = ("list", "calendar", "today", "figures", "materials")


def at(name, *args):
    return reverse(f"admin:visits_visit_{name}", args=args)


@pytest.fixture
def as_host(site, desk, client):
    client.force_login(desk.host)
    return client


@contextmanager
def on_the_day(visit, client=None, person=None):
    """The day of the visit; a session of today is over then, so one signs in anew."""
    with time_machine.travel(visit.slot.starts_at + timedelta(minutes=5), tick=False):
        if client is not None:
            client.force_login(person)
        yield
    if client is not None:
        client.force_login(person)


def send(client, visit, slug, **data):
    return client.post(at("act", visit.number, slug), {"key": f"k-{slug}", **data})


# --- who gets in ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", LISTS)
def test_lists_are_for_the_visit_desk(site, desk, client, people, name):
    assert client.get(at(name)).status_code == 302
    for person, code in (
        (people.citizen, 302),
        (desk.stranger, 403),
        (people.superuser, 403),
        (desk.host, 200),
        (desk.leader, 200),
        (people.supervisor, 200),
    ):
        client.force_login(person)
        assert client.get(at(name)).status_code == code, person


def test_a_visit_does_not_exist_for_strangers(site, desk, client, people):
    visit = make.sent()
    for person in (desk.stranger, people.superuser, people.front_desk):
        client.force_login(person)
        for name in ("review", "day", "letter", "photos", "agenda"):
            assert client.get(at(name, visit.number)).status_code == 404
        assert client.get(at("act", visit.number, "tolak")).status_code == 404


def test_opening_a_visit_is_recorded_once_an_hour(as_host, desk):
    visit = make.sent()
    for _time in range(2):
        assert as_host.get(at("review", visit.number)).status_code == 200
    event = AccessEvent.objects.get(object_ref=visit.number)
    assert (event.actor, event.object_kind) == (desk.host, "visit")


def test_a_draft_is_nobodys_business(as_host):
    draft = make.draft()
    assert as_host.get(at("review", draft.reference)).status_code == 404


# --- lists ----------------------------------------------------------------------------------
def test_piles_show_what_stands_where(as_host, desk):
    new = make.sent(institution="Dinas Baru")
    make.decided_by(make.sent(institution="Dinas Putus"), desk.host)
    page = as_host.get(at("list")).content.decode()
    assert new.number in page
    assert "Dinas Putus" not in page
    assert "Dinas Putus" in as_host.get(at("list") + "?daftar=putuskan").content.decode()
    assert "Dinas Putus" in as_host.get(at("list") + "?q=putus").content.decode()
    for odd in ("?daftar=zzz", "?q=%00", "?halaman=99999999999999999999", "?q=" + "x" * 500):
        assert as_host.get(at("list") + odd).status_code == 200


@pytest.mark.parametrize(
    "month", ["2026-13", "0000-01", "x", "9999999-1", "2999-12", "", "\u0662-1"]
)
def test_the_calendar_takes_any_month(as_host, month):
    assert as_host.get(at("calendar"), {"bulan": month, "situs": month}).status_code == 200


def test_the_calendar_shows_who_comes_and_who_receives(as_host, desk):
    visit = make.approved(desk.host)
    day = visit.slot.day.date
    page = as_host.get(at("calendar"), {"bulan": f"{day:%Y-%m}"}).content.decode()
    assert visit.institution in page
    assert str(desk.host) in page


def test_the_list_asks_as_often_for_30_as_for_1(as_host, django_assert_max_num_queries):
    make.sent()
    with django_assert_max_num_queries(60) as one:
        as_host.get(at("list"))
    for _number in range(5):
        make.sent()
    with django_assert_max_num_queries(len(one)):
        as_host.get(at("list"))


def test_the_calendar_asks_as_often_for_many_as_for_one(
    as_host, desk, django_assert_max_num_queries
):
    day = make.open_day()
    make.approved(desk.host, day=day, size=5)
    with django_assert_max_num_queries(60) as one:
        as_host.get(at("calendar"), {"bulan": f"{day:%Y-%m}"})
    make.approved(desk.host, day=day, size=5)
    make.sent(day=make.open_day(1))
    with django_assert_max_num_queries(len(one)):
        as_host.get(at("calendar"), {"bulan": f"{day:%Y-%m}"})


# --- acts -----------------------------------------------------------------------------------
def test_from_request_to_approval_by_the_pages(as_host, desk):
    visit = make.sent()
    page = as_host.get(at("review", visit.number))
    assert at("act", visit.number, "disposisi") in page.content.decode()
    answer = send(as_host, visit, "disposisi", leader=desk.leader.pk, host=desk.host.pk)
    assert answer.status_code == 302
    day = make.open_day()
    assert as_host.get(at("act", visit.number, "setujui")).status_code == 200
    answer = send(
        as_host,
        visit,
        "setujui",
        session=make.session().pk,
        date=day.isoformat(),
        host=desk.host.pk,
    )
    assert answer.status_code == 302, answer.context["form"].errors
    visit.refresh_from_db()
    assert visit.state == VisitState.APPROVED
    page = as_host.get(at("review", visit.number)).content.decode()
    assert "Sambutan" in page
    for kind in ("agenda", "sppd", "ics"):
        printed = as_host.get(at("print", visit.number, kind))
        assert printed.status_code == 200
        assert printed.content[:4] in (b"%PDF", b"BEGI")
    assert as_host.get(at("print", visit.number, "zzz")).status_code == 404


def test_a_full_day_is_told_at_the_field_and_nothing_typed_is_lost(as_host, desk):
    day = make.open_day()
    make.approved(desk.host, day=day, size=45)
    visit = make.decided_by(make.sent(day=make.open_day(1)), desk.host)
    answer = send(
        as_host,
        visit,
        "setujui",
        session=make.session("siang").pk,
        date=day.isoformat(),
        host=desk.host.pk,
        note="Catatan panjang",
    )
    assert answer.status_code == 409
    assert answer.context["form"].errors["session"]
    assert "Catatan panjang" in answer.content.decode()
    visit.refresh_from_db()
    assert visit.state == VisitState.UNDER_REVIEW


def test_bad_input_is_answered_kindly(as_host, desk):
    visit = make.decided_by(make.sent(), desk.host)
    for slug in ("setujui", "tawarkan", "tolak", "tanya", "disposisi", "jumlah"):
        for data in (
            {},
            {"session": "x", "date": "32-13-2026", "host": "9" * 30, "size": "-1", "leader": "a"},
            {"reason": "a\x00b", "text": "a\x00b", "note": "a\x00b", "key": "k" * 70},
        ):
            answer = as_host.post(at("act", visit.number, slug), data)
            assert answer.status_code == 400, (slug, data)
    assert as_host.get(at("act", visit.number, "zzz")).status_code == 404
    assert as_host.get(at("act", visit.number, "selesai")).status_code == 409
    assert as_host.get(at("act", "KUNJ-0", "setujui")).status_code == 404
    odd = {"session": "zz", "date": "zz"}
    assert as_host.get(at("act", visit.number, "setujui"), odd).status_code == 200


def test_the_same_form_twice_is_one_act(as_host, desk):
    visit = make.sent()
    data = {"text": "Berapa orang?"}
    assert send(as_host, visit, "tanya", **data).status_code == 302
    assert send(as_host, visit, "tanya", **data).status_code == 302
    assert visit.steps.filter(act="ask").count() == 1


@pytest.mark.parametrize(
    ("slug", "state"), [("tolak", VisitState.REJECTED), ("batalkan", VisitState.CANCELLED_BY_HOST)]
)
def test_ending_acts_need_a_reason(as_host, desk, slug, state):
    visit = make.sent() if slug == "tolak" else make.approved(desk.host)
    assert send(as_host, visit, slug, reason=" ").status_code == 400
    assert send(as_host, visit, slug, reason="Banjir.").status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.end_reason) == (state, "Banjir.")


# --- the day --------------------------------------------------------------------------------
def test_check_in_by_button_badge_and_phone(as_host, desk):
    visit = make.approved(desk.host)
    one, two, three = actions.add_participants(
        visit, rows=[{"name": "Ani"}, {"name": "Budi"}, {"name": "Cici"}]
    )
    with on_the_day(visit, as_host, desk.host):
        page = as_host.get(at("day", visit.number)).content.decode()
        assert "Ani" in page
        assert as_host.post(at("check", visit.number), {"person": one.pk}).status_code == 302
        code = {"code": links.badge_url(two)}
        assert as_host.post(at("scan", visit.number), code).status_code == 302
        again = as_host.post(at("scan", visit.number), code)
        assert again.status_code == 400
        assert links.badge_of(two) in again.content.decode()
        assert as_host.get(at("badge", links.badge_of(three))).status_code == 200
        assert as_host.post(at("badge", links.badge_of(three))).status_code == 302
        out = {"person": one.pk, "what": "out"}
        assert as_host.post(at("check", visit.number), out).status_code == 302
        assert "Budi" in as_host.get(at("today")).content.decode()
        added = {"name": "Dedi", "what": "in"}
        assert as_host.post(at("person", visit.number), added).status_code == 302
        assert send(as_host, visit, "selesai").status_code == 302
        assert as_host.get(at("day", visit.number)).status_code == 200
    visit.refresh_from_db()
    assert visit.state == VisitState.COMPLETED
    assert visit.participants.filter(attendance__isnull=False).count() == 4
    assert invariants.problems() == []


def test_odd_badges_and_people_are_answered_kindly(as_host, desk):
    visit, other = make.approved(desk.host), make.approved(desk.host, day=make.open_day(1))
    [person] = actions.add_participants(other, rows=[{"name": "Lain"}])
    with on_the_day(visit, as_host, desk.host):
        for code in ("", "zzz", links.badge_of(person), "x" * 400, "\x00"):
            assert as_host.post(at("scan", visit.number), {"code": code}).status_code == 400
        for text in ("", "x", "9" * 40, str(person.pk), "-1"):
            assert as_host.post(at("check", visit.number), {"person": text}).status_code == 404
        for data in ({}, {"name": "a\x00"}, {"name": "Ani", "phone": "12", "staff_number": "3"}):
            assert as_host.post(at("person", visit.number), data).status_code == 400
    assert as_host.get(at("badge", "zzz")).status_code == 404
    old = links.badge_of(person)
    actions.renew_link(other)
    assert as_host.get(at("badge", old)).status_code == 404


def test_people_are_corrected_and_removed_before_they_come(as_host, desk):
    visit = make.approved(desk.host)
    [person] = actions.add_participants(visit, rows=[{"name": "Ani"}])
    address = at("person_change", visit.number, person.pk)
    assert as_host.get(address).status_code == 200
    assert as_host.post(address, {"name": "", "position": "Kasi"}).status_code == 400
    assert as_host.post(address, {"name": "Ani Baru", "position": "Kasi"}).status_code == 302
    person.refresh_from_db()
    assert person.name == "Ani Baru"
    assert as_host.post(address, {"what": "remove"}).status_code == 302
    assert not visit.participants.exists()


def test_the_code_on_site_turns(as_host, desk, site):
    with time_machine.travel("2026-12-01T02:00:10Z", tick=False):
        as_host.force_login(desk.host)
        first = as_host.get(at("screen", site.key))
        assert "no-store" in first.headers["Cache-Control"]
        assert first.context["left"] == 50
    with time_machine.travel("2026-12-01T02:01:10Z", tick=False):
        second = as_host.get(at("screen", site.key))
        assert as_host.get(at("screen", "zzz")).status_code == 404
    assert first.context["code"] != second.context["code"]


# --- what remains ---------------------------------------------------------------------------
def picture():
    return SimpleUploadedFile(
        "foto.jpg", demo_data.picture_of("Foto", "Rombongan").read(), content_type="image/jpeg"
    )


def test_photos_are_public_only_with_consent(as_host, desk):
    visit = make.approved(desk.host)
    [person] = actions.add_participants(visit, rows=[{"name": "Ani"}])
    address = at("photos", visit.number)
    assert as_host.post(address, {"file": picture(), "caption": "A"}).status_code == 409
    with on_the_day(visit):
        actions.check_in(person, actor=desk.host)
    assert as_host.post(address, {"file": picture(), "caption": "Bersama"}).status_code == 302
    bad = SimpleUploadedFile("a.jpg", b"no picture", content_type="image/jpeg")
    assert as_host.post(address, {"file": bad}).status_code == 400
    assert as_host.post(address, {}).status_code == 400
    photo = visit.photos.get()
    assert as_host.get(at("photo", visit.number, photo.pk)).status_code == 200
    change = at("photo_change", visit.number, photo.pk)
    assert as_host.post(change, {"what": "show"}).status_code == 409
    actions.set_listed(visit, is_listed=True)
    assert as_host.post(change, {"what": "show"}).status_code == 302
    photo.refresh_from_db()
    assert photo.is_public
    assert as_host.post(change, {"what": "remove"}).status_code == 302
    assert not visit.photos.exists()


def test_a_material_gets_a_new_version(as_host):
    columns = {"key": "paparan", "title": "Paparan", "audience": "visitors", "order": 0}
    for number in (1, 2):
        upload = SimpleUploadedFile("p.pdf", pdf(number), content_type="application/pdf")
        answer = as_host.post(at("materials"), {**columns, "upload": upload})
        assert answer.status_code == 302, answer.context["form"].errors
    assert [m.version for m in Material.objects.order_by("version")] == [1, 2]
    current = Material.objects.get(is_current=True)
    assert current.version == 2
    assert as_host.get(at("material", current.pk)).status_code == 200
    assert as_host.get(at("materials")).status_code == 200
    assert as_host.post(at("materials"), {**columns, "key": "x y"}).status_code == 400
    assert as_host.post(at("material_withdraw", current.pk)).status_code == 302
    assert not Material.objects.filter(is_current=True).exists()


def pdf(number: int) -> bytes:
    import pikepdf

    made = pikepdf.new()
    made.add_blank_page(page_size=(100 + number, 100))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_the_agenda_is_edited_line_by_line(as_host, desk):
    visit = make.approved(desk.host)
    address = at("agenda", visit.number)
    assert as_host.get(address).status_code == 200
    parts = list(visit.itinerary.order_by("starts_at"))
    data = {
        "bagian-TOTAL_FORMS": "4",
        "bagian-INITIAL_FORMS": "3",
        "key": "first",
    }
    for number, part in enumerate(parts):
        data |= {
            f"bagian-{number}-id": part.pk,
            f"bagian-{number}-starts_at": f"{part.starts_at:%H:%M}",
            f"bagian-{number}-ends_at": f"{part.ends_at:%H:%M}",
            f"bagian-{number}-title": part.title,
        }
    data["bagian-0-DELETE"] = "on"
    data |= {
        "bagian-3-starts_at": "08:50",
        "bagian-3-ends_at": "09:00",
        "bagian-3-title": "Registrasi",
    }
    assert [as_host.post(address, data).status_code for _press in range(2)] == [302, 302]
    titles = [row.title for row in visit.itinerary.order_by("order")]
    assert titles == ["Registrasi", "Paparan", "Keliling gerai"]
    visit.refresh_from_db()
    assert visit.steps.filter(act="agenda").count() == visit.revision == 1
    data["key"] = "another"
    data["bagian-3-ends_at"] = "08:00"
    assert as_host.post(address, data).status_code in (400,)
    assert as_host.post(address, {}).status_code == 400


def test_figures_count_who_came(as_host, desk):
    visit = make.approved(desk.host, institution="=HYPERLINK(1)")
    people = actions.add_participants(visit, rows=[{"name": f"P{n}"} for n in range(4)])
    make.approved(desk.host, day=make.open_day(1))
    with on_the_day(visit, as_host, desk.host):
        for person in people[:3]:
            actions.check_in(person, actor=desk.host)
        actions.complete(visit, actor=desk.host, key="x")
        page = as_host.get(at("figures"))
        assert (page.context["visits"], page.context["people"]) == (1, 3)
        text = page.content.decode()
        assert "Kalimantan Selatan" in text
        assert "Kabupaten Tanah Laut" in text
        assert "Sistem antrean" in text
        table = as_host.get(at("figures_csv"))
        assert "'=HYPERLINK(1)" in table.content.decode("utf-8-sig")
        book = load_workbook(io.BytesIO(as_host.get(at("figures_xlsx")).content))
        assert book.worksheets[0].cell(2, 8).value == 3
    for odd in ({"dari": "x", "sampai": "y"}, {"dari": "2026-02-01", "sampai": "2026-01-01"}):
        assert as_host.get(at("figures"), odd).status_code == 400


def test_the_link_is_sent_again_or_made_new(as_host):
    visit = make.sent()
    assert as_host.post(at("link", visit.number), {"what": "again"}).status_code == 302
    assert as_host.post(at("link", visit.number), {"what": "new"}).status_code == 302
    assert Visit.objects.get(pk=visit.pk).link_version == 2


# --- set-up ---------------------------------------------------------------------------------
MODELS = ("visitrules", "visitsession", "blackout", "topic", "lettertemplate", "agendatemplate")


@pytest.mark.parametrize("model", [*MODELS, "visitday"])
def test_set_up_is_for_the_desk_and_who_configures(site, desk, client, people, model):
    address = reverse(f"admin:visits_{model}_changelist")
    for person, code in (
        (desk.stranger, 403),
        (people.editor, 403),
        (desk.host, 200),
        (people.superuser, 200),
    ):
        client.force_login(person)
        assert client.get(address).status_code == code, person


@pytest.mark.parametrize("model", MODELS)
def test_set_up_forms_answer_bad_input(as_host, model):
    address = reverse(f"admin:visits_{model}_add")
    assert as_host.get(address).status_code == 200
    answer = as_host.post(address, {"key": "a b", "weekdays": ["9"], "follow_up_days": "x"})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors


def test_a_changed_session_never_falls_below_what_is_taken(as_host, desk, site):
    visit = make.approved(desk.host)
    session = visit.slot.session
    address = reverse("admin:visits_visitsession_change", args=[session.pk])
    form = as_host.get(address).context["adminform"].form
    data = {
        name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()
    }
    data |= {"weekdays": ["0", "1"], "people_max": "10", "groups_max": "1", "site": site.pk}
    data |= {"is_active": "on", "order": "0"}
    answer = as_host.post(address, data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    visit.slot.refresh_from_db()
    assert (visit.slot.people_max, visit.slot.groups_max) == (20, 1)
    assert VisitSession.objects.get(pk=session.pk).weekdays == [0, 1]


def test_a_day_cannot_be_made_smaller_than_it_is_taken(as_host, desk):
    make.approved(desk.host)
    day = VisitDay.objects.get()
    address = reverse("admin:visits_visitday_change", args=[day.pk])
    assert as_host.post(address, {"groups_max": "0", "people_max": "60"}).status_code == 200
    assert as_host.post(address, {"groups_max": "1", "people_max": "30"}).status_code == 302
    day.refresh_from_db()
    assert (day.groups_max, day.people_max, day.groups) == (1, 30, 1)


def test_the_desk_names_the_visits_in_its_navigation(site, desk, client):
    client.force_login(desk.host)
    assert at("calendar") in client.get(reverse("admin:index")).content.decode()
    client.force_login(desk.stranger)
    assert at("calendar") not in client.get(reverse("admin:index")).content.decode()
    assert VisitRules.objects.count() == 1
