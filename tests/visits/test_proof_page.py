"""/verifikasi/ names a proof of attendance for what it is."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from mpp.kit import paper_pdfs
from mpp.kit.files import open_file
from mpp.kit.models import Paper
from tests.factories import visits as make
from visits import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def proof(site, desk) -> Paper:
    visit = make.approved(desk.leader, host=desk.host)
    [person] = actions.add_participants(visit, rows=[{"name": "Rina Marlina"}])
    with time_machine.travel(visit.slot.starts_at + timedelta(minutes=5), tick=False):
        actions.check_in(person, actor=desk.host)
        actions.complete(visit, actor=desk.host, key="x")
    return Paper.objects.get(kind="visit_attendance")


def test_a_proof_says_the_day_and_a_masked_name(proof, client):
    page = client.get(reverse("verify-code", args=[proof.code]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "mengikuti kunjungan" in text
    assert "R••• M•••" in text
    assert "Rina Marlina" not in text
    assert "Berlaku sampai" not in text


def test_the_signed_proof_checks_by_its_pdf(proof, client):
    assert paper_pdfs.make_pending(10) == 2
    proof.refresh_from_db()
    with open_file(proof.pdf) as handle:
        handle.name = "bukti.pdf"
        answer = client.post(reverse("verify-upload"), {"pdf": handle})
    assert answer.context["upload"]["is_original"]
    assert "Asli" in answer.content.decode()


def test_a_letter_of_a_cancelled_visit_is_not_in_force(site, desk, client):
    visit = make.approved(desk.host)
    actions.cancel_by_host(visit, actor=desk.host, reason="Banjir.", key="c")
    paper = visit.letters.get().paper
    text = client.get(reverse("verify-code", args=[paper.code])).content.decode()
    assert "dicabut" in text
    assert "Asli dan masih berlaku" not in text
