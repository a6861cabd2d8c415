"""Applying through real pages: begin, fill in, leave, come back, check, send."""

import re

import pytest
from django.urls import reverse

from permits import samples
from permits.casefile import CaseFile
from permits.completeness import page_fields, page_states
from permits.forms import typed
from permits.models import Application, Phase
from tests.permits import engine

pytestmark = pytest.mark.django_db


@pytest.fixture
def citizen(people, client):
    client.force_login(people.citizen)
    return people.citizen


def address(name, application, *more):
    return reverse(f"permits:{name}", args=[application.public_ref, *more])


def posted(case, page):
    """What a person would send who types the sample answers into a page."""
    data = {}
    for field in page_fields(case, page):
        if not field.is_answered or field.type == "file":
            continue
        value = typed.from_value(
            field, samples.answers(case.definition, case.application.owner).get(field.key)
        )
        data |= flat(field, field.key, value)
    return data


def flat(field, name, value):
    if field.type == "group":
        found = {f"{name}.rows": " ".join(str(n) for n in range(len(value)))}
        for number, row in enumerate(value):
            for inner in field.fields:
                found |= flat(inner, f"{name}.{number}.{inner.key}", row.get(inner.key, ""))
        return found
    if isinstance(value, dict):
        return {f"{name}.{part}": text for part, text in value.items()}
    return {name: value}


@pytest.mark.parametrize(
    "type_key",
    [
        "sip-dokter",
        "izin-penelitian",
        "ktp-hilang",
        "izin-reklame",
        "sip-apoteker",
        "sip-bidan",
    ],
)
def test_every_page_of_every_type_can_be_filled_in(client, citizen, type_key):
    application = engine.draft(type_key, citizen, filled=False)
    assert client.get(address("application-tasks", application)).status_code == 200
    seen = set()
    for _round in range(12):
        case = CaseFile(Application.objects.get(pk=application.pk))
        left = [s.page for s in page_states(case) if s.page.key not in seen]
        if not left:
            break
        page = left[0]
        seen.add(page.key)
        url = address("application-page", application, page.key)
        assert client.get(url).status_code == 200
        answer = client.post(url, posted(case, page))
        for _further in range(3):  # an answer may lead to further questions on the page
            if answer.status_code == 302:
                break
            case = CaseFile(Application.objects.get(pk=application.pk))
            answer = client.post(url, posted(case, page))
        assert answer.status_code == 302, re.findall(
            r'class="error"[^>]*>.*?</p>', answer.content.decode()
        )
    case = CaseFile(Application.objects.get(pk=application.pk))
    assert [s.state for s in page_states(case)] == ["done"] * len(page_states(case))


def test_story_of_sending(client, citizen):
    application = engine.draft("sip-dokter", citizen)
    page = client.get(address("application-check", application))
    assert page.status_code == 200
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]
    refused = client.post(address("application-send", application), {"key": key})
    assert refused.status_code == 422
    first = client.post(address("application-send", application), {"key": key, "declare": "yes"})
    second = client.post(
        reverse("permits:application-send", args=[application.reference]),
        {"key": key, "declare": "yes"},
    )
    third = client.post(
        reverse("permits:application-send", args=[application.reference]),
        {"key": "another tab", "declare": "yes"},
    )
    assert first.status_code == second.status_code == third.status_code == 302
    assert first.url == second.url == third.url
    application.refresh_from_db()
    assert application.phase == Phase.SUBMITTED
    assert client.get(first.url).status_code == 200
    assert Application.objects.exclude(number=None).count() == 1
    status = client.get(address("application-status", application))
    assert status.status_code == 200
    assert client.get(reverse("permits:application-list")).status_code == 200
    old = client.get(reverse("permits:application-status", args=[application.reference]))
    assert old.url == address("application-status", application)
