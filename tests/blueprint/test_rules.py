"""What the desk refuses is refused in a file too, in words, with file and line."""

from datetime import time

import pytest
from django.core.exceptions import ValidationError

from counters.models import Agency, Queue, Service, ServiceStandard, Site
from mpp.blueprint.content import Faulty
from tests.blueprint.conftest import entries, exported, imported, read_bytes
from visits.models import VisitSession

AGENCIES = "counters/agencies.yaml"
QUEUES = "counters/queues.yaml"
SESSIONS = "visits/sessions.yaml"
SERVICE = "counters/services/loket.yaml"
RAW = ("CHECK", "UNIQUE", "constraint", "violates")


@pytest.fixture(autouse=True)
def hall(mall):
    """A queue, a session and a plan of the first site, and a service with a time limit."""
    site, agency = Site.objects.order_by("pk").first(), Agency.objects.get(key="dpmptsp")
    Queue.objects.create(site=site, agency=agency, key="satu", letter="ZA", name="Satu")
    VisitSession.objects.all().delete()
    VisitSession.objects.create(
        site=site, key="pagi", name="Pagi", weekdays=[0], starts_at=time(8), ends_at=time(10)
    )
    service = Service.objects.create(key="loket", agency=agency, name="Loket")
    ServiceStandard.objects.create(
        service=service, state="current", limit_count=3, limit_unit="minutes", product="Kartu"
    )


def lines_of(data: bytes, name: str) -> list[str]:
    return entries(data)[name].decode().split("\n")


def refused(data: bytes) -> list:
    """The faults that are found before anything is asked to come in."""
    with pytest.raises(Faulty) as caught:
        read_bytes(data)
    said = str(caught.value)
    assert not [word for word in RAW if word in said], said
    return caught.value.problems


@pytest.mark.parametrize(
    ("name", "old", "new", "at"),
    [
        (SESSIONS, 'ends_at: "10:00"', 'ends_at: "07:00"', "ends_at: "),
        (QUEUES, "release_from_minutes: 5", "release_from_minutes: 50", "release_to_minutes: "),
        (QUEUES, "booked_percent: 50", "booked_percent: 101", "booked_percent: "),
        (QUEUES, "service_minutes: ", "service_minutes: 0 #", "service_minutes: "),
        (QUEUES, "late_minutes: ", "late_minutes: 1441 #", "late_minutes: "),
        (SERVICE, "  limit_unit: minutes", '  limit_unit: ""', "  limit_unit: "),
        (AGENCIES, "    abbr: DPMPTSP", '    abbr: "\\u200b\\u2060"', "    abbr: "),
        (AGENCIES, "    abbr: DPMPTSP", '    abbr: "\\u3164"', "    abbr: "),
        (AGENCIES, "    abbr: DPMPTSP", '    abbr: "DPMPTSP\\n"', "    abbr: "),
        (AGENCIES, "  - key: dpmptsp", '  - key: "dpmptsp\\n"', '  - key: "dpmptsp'),
    ],
)
def test_what_the_desk_refuses_is_named_with_its_line(changed, name, old, new, at):
    data = changed(name, old, new)
    problem = refused(data)[0]
    assert problem.file == name
    assert at in lines_of(data, name)[problem.line - 1]


def test_what_a_model_says_itself(mall, monkeypatch):
    data = exported()

    def clean(self: Agency) -> None:
        if self.key == "dpmptsp":
            raise ValidationError({"abbr": "Jangan begitu."})

    monkeypatch.setattr(Agency, "clean", clean)
    [problem] = refused(data)
    assert (problem.file, problem.path[-5:]) == (AGENCIES, ".abbr")
    assert problem.sentence == "Jangan begitu."
    assert "abbr: DPMPTSP" in lines_of(data, AGENCIES)[problem.line - 1]


def test_a_rule_that_looks_at_other_rows_is_asked_when_they_are_here(mall, monkeypatch):
    data = exported()

    def clean(self: Queue) -> None:
        if self.agency.key and self.site.key:
            raise ValidationError("Tidak di sini.")

    monkeypatch.setattr(Queue, "clean", clean)
    Queue.objects.update(name="Lain")
    with pytest.raises(Faulty, match="Tidak di sini"):
        imported(data)
    assert set(Queue.objects.values_list("name", flat=True)) == {"Lain"}


def test_an_optional_name_nobody_can_see_is_none(changed):
    data = changed(QUEUES, "    name: Satu", '    name: Satu\n    name_en: "\\u200b"')
    [found] = [one for one in read_bytes(data).mall.items.values() if one.file == QUEUES]
    assert found.content["name"] == "Satu"
    assert "name_en" not in found.content


def test_a_row_in_the_way_is_told_in_words(mall):
    """The letter of the queue is taken here by a queue of another key."""
    data = exported()
    Queue.objects.update(key="lain")
    with pytest.raises(Faulty) as caught:
        imported(data)
    said = str(caught.value)
    assert not [word for word in RAW if word in said], said
    assert QUEUES in said
