"""What the papers say, and that templates stay plain text."""

import io

import pypdfium2 as pdfium
import pytest

from mpp.kit.models import Paper
from tests.factories import visits as make
from visits import actions, letters
from visits.models import LetterTemplate

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(io.BytesIO(pdf))
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def payload_of(paper: Paper) -> dict:
    import json

    return json.loads(paper.payload)


def test_the_reply_letter_fills_its_template(site, desk):
    visit = make.approved(desk.leader, host=desk.host)
    letter = payload_of(visit.letters.get().paper)
    assert visit.letter_number in letter["opening"]
    assert visit.institution in letter["opening"]
    assert letter["signatory"]["name"] == str(desk.leader)
    assert {"label": "Diterima oleh", "value": str(desk.host)} in letter["rows"]


def test_templates_are_never_run(site, desk):
    LetterTemplate.objects.filter(kind="reply").update(
        opening="{% load x %}{{ settings.SECRET_KEY }} {host.password} {unknown} {institution}",
        number_format="tanpa nomor",
    )
    visit = make.approved(desk.host, institution="#include <x> $y$ *z*")
    other = make.approved(desk.host, day=make.open_day(1))
    paper = visit.letters.get().paper
    opening = payload_of(paper)["opening"]
    assert "SECRET" in opening, "what is no placeholder stays as typed"
    assert "#include <x> $y$ *z*" in opening
    assert paper.number != other.letters.get().paper.number
    assert "include" in text_of(letters.agenda_pdf(visit))


def test_numbers_count_up_without_gaps(site, desk):
    numbers = [
        make.approved(desk.host, day=make.open_day(week)).letters.get().paper.number
        for week in range(3)
    ]
    assert [number.split(".")[1][:3] for number in numbers] == ["001", "002", "003"]


def test_the_list_for_travel_orders_names_only_who_came(site, desk):
    visit = make.approved(desk.host)
    ani, _budi = actions.add_participants(
        visit, rows=[{"name": "Ani Hadir", "travel_order": "SPPD/12"}, {"name": "Budi Absen"}]
    )
    import time_machine

    with time_machine.travel(visit.slot.starts_at, tick=False):
        actions.check_in(ani, actor=desk.host)
    text = text_of(letters.stamp_list_pdf(visit))
    assert "Ani Hadir" in text
    assert "SPPD/12" in text
    assert "Budi Absen" not in text


def test_without_templates_there_are_plain_papers(site, desk):
    LetterTemplate.objects.all().delete()
    visit = make.approved(desk.host)
    assert visit.letters.get().paper.number.startswith("001/REPLY/")
    assert "Agenda" in text_of(letters.agenda_pdf(visit))
