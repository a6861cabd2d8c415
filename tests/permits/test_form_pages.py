"""Pages of the form over HTTP: autosave, offers, search, sessions that end, what they cost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from permits.casefile import CaseFile
from permits.definition import canonical_json, parse, to_data
from permits.models import Answer, Application
from permits.versions import definition_of, ensure_draft, publish
from tests.permits import engine

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def citizen(people, client):
    client.force_login(people.citizen)
    return people.citizen


@pytest.fixture
def draft(citizen):
    return engine.draft("sip-dokter", citizen, filled=False)


def page_url(application, page="applicant"):
    return reverse("permits:application-page", args=[application.public_ref, page])


def save_url(application, field, page="applicant"):
    return f"{page_url(application, page)}simpan/{field}/"


def answers(application):
    found = CaseFile(Application.objects.get(pk=application.pk)).answers
    return {key: value for key, value in found.items() if value != []}


def test_one_field_is_saved_as_typed(client, draft):
    answer = client.post(save_url(draft, "full_name"), {"full_name": "Siti"}, headers=HTMX)
    assert re.search(r"Tersimpan \d\d\.\d\d", answer.content.decode())
    assert answers(draft)["full_name"] == "Siti"


def test_a_wrong_value_is_told_and_not_stored(client, draft):
    client.post(save_url(draft, "nik"), {"nik": "3579024507900003"}, headers=HTMX)
    answer = client.post(save_url(draft, "nik"), {"nik": "12"}, headers=HTMX)
    assert "Belum tersimpan" in answer.content.decode()
    assert 'id="id_nik_error"' in answer.content.decode()
    assert answers(draft)["nik"] == "3579024507900003"


def test_saving_a_field_touches_no_other(client, draft):
    client.post(save_url(draft, "full_name"), {"full_name": "Siti"}, headers=HTMX)
    client.post(save_url(draft, "birth_place"), {"birth_place": "Batu"}, headers=HTMX)
    assert answers(draft)["full_name"] == "Siti"


def test_what_is_right_is_saved_when_something_is_wrong(client, draft):
    data = {"full_name": "Siti", "nik": "12", "birth_place": "Batu"}
    answer = client.post(page_url(draft), data)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'value="12"' in html
    assert 'value="Siti"' in html
    assert "yang perlu diperbaiki" in html
    assert answers(draft)["birth_place"] == "Batu"
    assert "nik" not in answers(draft)


def test_saving_for_later_asks_for_nothing(client, draft):
    answer = client.post(page_url(draft), {"full_name": "Siti", "later": "1"})
    assert answer.status_code == 302
    assert answers(draft) == {"full_name": "Siti"}


def test_nik_is_stored_encrypted(client, draft):
    client.post(save_url(draft, "nik"), {"nik": "3579024507900003"}, headers=HTMX)
    row = Answer.objects.get(field_key="nik")
    assert row.is_encrypted
    assert "3579" not in row.value


def test_known_answers_are_offered_and_never_filled_in(client, draft, citizen):
    html = client.get(page_url(draft)).content.decode()
    assert "Dari profil Anda:" in html
    assert f'value="{citizen.nik}"' not in html
    assert answers(draft) == {}
    client.post(page_url(draft), {"use": "full_name"})
    assert answers(draft)["full_name"] == citizen.full_name
    taken = client.post(page_url(draft), {"use": "*", "birth_place": "Malang"})
    assert taken.status_code == 200
    assert f'value="{citizen.nik}"' in taken.content.decode()
    assert answers(draft)["birth_place"] == "Malang"


def test_an_earlier_answer_is_offered(client, citizen):
    first = engine.sent("sip-dokter", citizen)
    value = CaseFile(first).answers["birth_place"]
    second = engine.draft("sip-dokter", citizen, filled=False)
    html = client.get(page_url(second)).content.decode()
    assert "Dari permohonan Anda sebelumnya:" in html
    assert value in html


def test_a_strangers_draft_is_not_found(client, draft, people):
    client.force_login(people.other_citizen)
    assert client.get(page_url(draft)).status_code == 404
    assert client.post(page_url(draft), {"full_name": "X"}).status_code == 404
    answer = client.post(save_url(draft, "full_name"), {"full_name": "X"}, headers=HTMX)
    assert answer.status_code == 404


def test_unknown_pages_and_fields_are_not_found(client, draft):
    assert client.get(page_url(draft, "nothing")).status_code == 404
    assert client.post(save_url(draft, "nothing"), {}, headers=HTMX).status_code == 404
    assert client.get("/permohonan/%00/").status_code == 404
    assert client.get(f"/permohonan/{'x' * 300}/").status_code == 404


def test_a_session_that_ends_while_typing_loses_nothing(client, draft, citizen):
    client.logout()
    answer = client.post(page_url(draft), {"full_name": "Siti Baru", "nik": "12"})
    assert answer.status_code == 302
    assert "next=" in answer.url
    stored = client.session["typed"]
    assert "Siti" not in stored
    client.login(username=citizen.email, password="kata-sandi-uji-2026")
    html = client.get(page_url(draft)).content.decode()
    assert 'value="Siti Baru"' in html
    assert 'value="12"' in html
    assert "Isian terakhir Anda masih ada" in html
    assert 'value="Siti Baru"' not in client.get(page_url(draft)).content.decode()


def test_htmx_is_told_when_the_session_has_ended(client, draft):
    client.logout()
    answer = client.post(save_url(draft, "full_name"), {"full_name": "Siti"}, headers=HTMX)
    assert answer.status_code == 200
    assert "Sesi Anda sudah berakhir" in answer.content.decode()


def test_kept_text_is_not_shown_to_somebody_else(client, draft, people):
    client.logout()
    client.post(page_url(draft), {"full_name": "Rahasia"})
    client.force_login(people.other_citizen)
    assert client.get(page_url(draft)).status_code == 404


def test_a_sent_file_refuses_with_its_sentence(client, citizen):
    application = engine.sent("sip-dokter", citizen)
    answer = client.post(page_url(application), {"full_name": "X"})
    assert answer.status_code == 409
    assert "sudah dikirim" in answer.content.decode()
    assert client.get(page_url(application)).status_code == 302
    answer = client.post(save_url(application, "full_name"), {"full_name": "X"}, headers=HTMX)
    assert "sudah dikirim" in answer.content.decode()


def test_options_are_searched_by_the_endpoint_and_without_javascript(client, draft):
    case = CaseFile(draft)
    page = next(p for p in case.definition.pages() for f in p.fields if f.type == "address")
    field = next(f for f in page.fields if f.type == "address")
    url = reverse("permits:option-search", args=[draft.reference, field.key])
    name = f"{field.key}.region"
    found = client.get(url, {"name": name, "id": f"id_{field.key}-region", "q.region_q": "temas"})
    assert "35.79.01.1001" in found.content.decode()
    assert f'name="{name}"' in found.content.decode()
    assert client.get(url, {"name": '"><script>', "id": "x"}).status_code == 404
    plain = client.post(
        page_url(draft, page.key), {"search": name, f"{field.key}.region_q": "temas"}
    )
    assert "35.79.01.1001" in plain.content.decode()


def with_version(change):
    """A new published version of the doctor's permit, its data changed by `change`."""
    version = engine.version_of("sip-dokter")
    data = to_data(definition_of(version))
    change(data)
    defn = parse(data)
    text = canonical_json(defn)
    return publish(ensure_draft(defn, version.permit_type.service, text), actor=None)


def test_a_draft_on_a_retired_version_shows_what_changed_and_moves(client, citizen):
    draft = engine.draft("sip-dokter", citizen)

    def change(data):
        section = data["sections"][0]
        section["fields"][0]["max_length"] = 90
        section["fields"].append(
            {"key": "nickname", "type": "text", "label": "Nama panggilan", "label_en": "Nickname"}
        )

    version = with_version(change)
    answer = client.get(reverse("permits:application-check", args=[draft.reference]))
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "Nama panggilan" in page
    before = answers(draft)
    sent = client.post(
        reverse("permits:application-send", args=[draft.reference]), {"declare": "yes", "key": "k"}
    )
    assert "formulir-baru" in sent.url
    assert client.post(answer.url).status_code == 302
    draft.refresh_from_db()
    assert draft.version == version
    assert answers(draft) == before


def big_form(data):
    """270 more fields: with its own the form is as long as a form may be."""
    fields = [
        {
            "key": f"f{n}",
            "type": "text",
            "label": f"Isian {n}",
            "label_en": f"Field {n}",
            "help": "Seperti pada kartu.",
            "help_en": "As on the card.",
        }
        for n in range(270)
    ]
    data["sections"].append({"key": "big", "title": "Besar", "title_en": "Big", "fields": fields})


def test_hundreds_of_fields_are_split_into_pages_of_forty(client, citizen):
    with_version(big_form)
    draft = engine.draft("sip-dokter", citizen, filled=False)
    for page in CaseFile(draft).definition.pages():
        if not page.key.startswith("big"):
            continue
        assert len(page.fields) <= 40
        html = client.get(page_url(draft, page.key)).content.decode()
        assert html.count('class="field') == len(page.fields)


def test_a_page_costs_the_same_with_one_or_forty_fields(client, citizen):
    with_version(big_form)
    draft = engine.draft("sip-dokter", citizen)
    counts = []
    for page in ("applicant", "big", "big-2"):
        client.get(page_url(draft, page))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page_url(draft, page)).status_code == 200
        counts.append(len(caught))
    assert max(counts) <= 12, caught.captured_queries


@pytest.mark.parametrize("service", ["sip-dokter"])
def test_beginning_shows_the_draft_already_begun(client, citizen, service):
    url = reverse("permits:application-new", args=[service])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"for": "self"})
    assert answer.status_code == 302
    assert "Lanjutkan draf" in client.get(url).content.decode()
    assert client.post(url, {"for": "b999"}).status_code == 422
    assert client.get(reverse("permits:application-new", args=["tidak-ada"])).status_code == 404


def test_every_page_is_there_in_english(client, citizen):
    client.cookies["bahasa"] = "en"
    draft = engine.draft("sip-dokter", citizen)
    for name in ("application-tasks", "document-list", "application-check"):
        html = client.get(reverse(f"permits:{name}", args=[draft.reference])).content.decode()
        assert 'lang="en"' in html
    assert "Full name with titles" in client.get(page_url(draft)).content.decode()


def test_tracking_shows_status_and_nothing_personal(client, citizen):
    application = engine.sent("sip-dokter", citizen)
    client.logout()
    url = reverse("permits:track")
    assert client.get(url).status_code == 200
    data = {"number": application.number, "code": application.tracking_code.lower()}
    page = client.post(url, data).content.decode()
    assert application.number in page
    assert application.holder_name not in page
    assert citizen.full_name not in page
    wrong = client.post(url, data | {"code": "0" * 16})
    assert wrong.status_code == 422
    assert "tidak cocok" in wrong.content.decode()
    assert client.post(url, {"number": "\x00", "code": "x" * 500}).status_code == 422


def test_tracking_is_limited(client, db):
    url = reverse("permits:track")
    answers_ = [client.post(url, {"number": "x", "code": "y"}).status_code for _n in range(62)]
    assert answers_[-1] == 429


def test_a_double_click_begins_one_draft(client, citizen):
    url = reverse("permits:application-new", args=["sip-dokter"])
    first, second = (client.post(url, {"for": "self"}) for _n in range(2))
    assert first.url == second.url
    assert Application.objects.filter(owner=citizen).count() == 1
