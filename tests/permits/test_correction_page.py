"""The corrections page: what was asked, and what a corrected answer makes necessary too."""

import pytest

from mpp.demo_data import picture_of
from permits.forms.reading import YES
from permits.models import Phase
from tests.permits import engine, situations
from tests.web import Person, photo

pytestmark = pytest.mark.django_db


def test_a_corrected_answer_that_asks_for_more_is_shown_before_sending():
    application = situations.conditional()
    team = engine.desk_team(application)
    situations.in_correction(application, engine.at_desk(application, team), "field:by_agent")
    siti = Person()
    siti.client.force_login(application.owner)
    siti.open(f"/permohonan/{application.number}/perbaikan/")
    siti.send({"by_agent": YES}, with_field="by_agent", button="Kirim")
    application.refresh_from_db()
    assert application.phase == Phase.NEEDS_CORRECTION
    assert "Nama kuasa" in siti.text
    assert "Surat kuasa" in siti.text

    picture = photo(picture_of("Surat kuasa", "Siti").read())
    siti.send({"file": picture}, with_field="file", to="/dokumen/req:surat-kuasa/")
    siti.open(f"/permohonan/{application.number}/perbaikan/")
    siti.send({"agent_name": "Budi"}, with_field="agent_name", button="Kirim")
    application.refresh_from_db()
    assert application.phase == Phase.IN_REVIEW, siti.text
