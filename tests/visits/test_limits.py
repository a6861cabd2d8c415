"""What a region may set for visits: no value that pages or the worker cannot bear."""

from datetime import date, time
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse

from mpp.blueprint.columns import from_plain
from tests.factories import visits as make
from visits import sweeps
from visits.models import (
    AgendaTemplate,
    Blackout,
    LetterTemplate,
    Topic,
    VisitDay,
    VisitRules,
    VisitSession,
)

pytestmark = pytest.mark.django_db
LIMITS = [
    (VisitRules, "lead_days", 0, 60),
    (VisitRules, "answer_days", 0, 60),
    (VisitRules, "offer_days", 0, 60),
    (VisitRules, "horizon_days", 1, 730),
    (VisitRules, "day_groups", 1, 100),
    (VisitRules, "day_people", 1, 10_000),
    (VisitRules, "size_max", 1, 1_000),
    (VisitRules, "cutoff_hours", 0, 720),
    (VisitRules, "retention_months", 1, 120),
    (VisitSession, "groups_max", 1, 100),
    (VisitSession, "people_max", 1, 10_000),
    (VisitSession, "order", 0, 32_767),
    (VisitDay, "groups_max", 0, 100),
    (VisitDay, "people_max", 0, 10_000),
    (AgendaTemplate, "minutes", 5, 480),
    (AgendaTemplate, "order", 0, 32_767),
    (Topic, "order", 0, 32_767),
]


@pytest.mark.parametrize(("model", "name", "least", "most"), LIMITS)
def test_numbers_have_limits_at_the_desk_and_in_a_blueprint(model, name, least, most):
    field = model._meta.get_field(name)
    for value in (least, most):
        assert from_plain(field, value) == value
    for value in (least - 1, most + 1, 10**12):
        with pytest.raises(ValidationError):
            from_plain(field, value)


@pytest.mark.parametrize(
    ("model", "name", "good", "bad"),
    [
        (VisitRules, "number_prefix", "KUNJ", ["kunj", "K", "KU1", "KUNJ\n", "ÄB"]),
        (
            VisitRules,
            "follow_up_days",
            [30, 90],
            [[0], [1001], [30, 30], ["30"], [True], {"1": 2}, 30],
        ),
        (VisitRules, "follow_up_days", [], [[1, 2, 3, 4, 5, 6, 7]]),
        (LetterTemplate, "number_format", "{seq:03}/X/{year}", ["000/X/{year}"]),
        (VisitSession, "weekdays", [0, 6], [[7], [1, 1]]),
    ],
)
def test_texts_and_lists_have_forms(model, name, good, bad):
    field = model._meta.get_field(name)
    assert from_plain(field, good) == good
    for value in bad:
        with pytest.raises(ValidationError):
            from_plain(field, value)


def test_sessions_and_periods_end_after_they_begin():
    for row in (
        VisitSession(starts_at=time(10), ends_at=time(10)),
        Blackout(starts_on=date(2026, 12, 2), ends_on=date(2026, 12, 1)),
    ):
        with pytest.raises(ValidationError) as refused:
            row.clean()
        assert set(refused.value.message_dict) <= {"ends_at", "ends_on"}
    VisitSession(starts_at=time(10)).clean()
    Blackout(starts_on=date(2026, 12, 2), ends_on=date(2026, 12, 2)).clean()


def filled(client, address, **values):
    form = client.get(address).context["adminform"].form
    data = {
        name: form[name].value() if form[name].value() is not None else "" for name in form.fields
    }
    return client.post(address, {**data, **values})


def test_the_desk_refuses_what_would_break_the_pages(site, desk, client):
    client.force_login(desk.host)
    rules = VisitRules.objects.get()
    address = reverse("admin:visits_visitrules_change", args=[rules.pk])
    absurd = {"horizon_days": 10**10, "cutoff_hours": 10**12, "retention_months": 10**9}
    answer = filled(client, address, **absurd)
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == set(absurd)
    answer = filled(client, address, number_prefix="tamu", follow_up_days="90, 30")
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    rules.refresh_from_db()
    assert (rules.number_prefix, rules.follow_up_days) == ("TAMU", [30, 90])
    session = make.session()
    address = reverse("admin:visits_visitsession_change", args=[session.pk])
    answer = filled(client, address, ends_at="08:00")
    assert set(answer.context["adminform"].form.errors) == {"ends_at"}


def test_rows_beyond_the_limits_are_brought_within(site, client):
    VisitRules.objects.update(
        horizon_days=32_000, cutoff_hours=32_000, retention_months=32_000, answer_days=2
    )
    limits = import_module("visits.migrations.0003_limits_of_what_a_region_sets")
    limits.bring_within(apps, None)
    rules = VisitRules.objects.get()
    assert (rules.horizon_days, rules.cutoff_hours, rules.retention_months) == (730, 720, 120)
    assert rules.answer_days == 2
    assert client.get("/studi-tiru/").status_code == 200
    assert sweeps.forget_contacts() == 0
