"""Lists of the desk answer to their own filters only."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.conftest import post

pytestmark = pytest.mark.django_db
# Column -> what would read it letter by letter.
SECRETS = {
    "accounts_notice": ("body__startswith", "subject__contains", "recipient__email__contains"),
    "accounts_delivery": ("address__startswith", "notice__body__contains"),
    "accounts_user": ("password__startswith", "nik_hash__startswith", "phone__regex"),
    "permits_opinion": ("text__contains",),
}


@pytest.mark.parametrize(
    ("model", "lookup"), [(model, lookup) for model in SECRETS for lookup in SECRETS[model]]
)
@pytest.mark.parametrize("role", ["supervisor", "superuser"])
def test_a_list_cannot_be_asked_for_what_it_hides(
    people, client, logged_errors, role, model, lookup
):
    client.force_login(getattr(people, role))
    answer = client.get(reverse(f"admin:{model}_changelist"), {lookup: "1"})
    assert answer.status_code in (400, 403)


def lists():
    """(model, its admin, address) of every list; versions have none of their own."""
    for model, shown in admin.site._registry.items():
        name = f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"
        if name != "admin:permits_permitversion_changelist":
            yield model, shown, reverse(name)


def test_the_filters_of_every_list_still_work(people, client):
    post(people.superuser, "dpmptsp", "supervisor")
    client.force_login(people.superuser)
    for _model, shown, page in lists():
        answer = client.get(page)
        if answer.status_code != 200 or "cl" not in (answer.context_data or {}):
            continue
        for spec in answer.context_data["cl"].filter_specs:
            for choice in spec.choices(answer.context_data["cl"]):
                found = client.get(f"{page}{choice['query_string']}")
                assert found.status_code == 200, f"{shown}: {choice['query_string']}"


ODD_KEYS = ["undefined", "9" * 21, "\x00", "1e9", "2026-02-30", ""]


def test_no_action_of_any_list_breaks_on_keys_that_are_none(people, client, logged_errors):
    post(people.superuser, "dpmptsp", "supervisor")
    client.force_login(people.superuser)
    for model, _shown, page in lists():
        before = model._default_manager.count()
        for action in ("delete_selected", "nothing"):
            data = {"action": action, "_selected_action": ODD_KEYS, "post": "yes"}
            assert client.post(page, data).status_code < 500, page
        assert model._default_manager.count() == before


def test_no_list_breaks_on_a_date_that_is_none(people, client, logged_errors):
    post(people.superuser, "dpmptsp", "supervisor")
    client.force_login(people.superuser)
    asked = 0
    for _model, shown, page in lists():
        column = shown.date_hierarchy
        for part in ("year", "month", "year__gt", "regex", "gte", "exact") if column else ():
            for odd in (*ODD_KEYS, "("):
                asked += 1
                answer = client.get(page, {f"{column}__{part}": odd})
                assert answer.status_code < 500, f"{page} {part} {odd!r}"
    assert asked


def test_no_stock_form_breaks_on_keys_that_are_none(people, client, logged_errors):
    client.force_login(people.superuser)
    for _model, shown, page in lists():
        answer = client.get(f"{page}add/")
        form = (getattr(answer, "context_data", None) or {}).get("adminform")
        if form is None:
            continue
        for key in ODD_KEYS:
            sent = dict.fromkeys(form.form.fields, [key])
            for inline in answer.context_data["inline_admin_formsets"]:
                prefix = inline.formset.prefix
                sent |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0"}
                sent |= {f"{prefix}-0-{name}": key for name in inline.formset.empty_form.fields}
            assert client.post(f"{page}add/", sent).status_code < 500, f"{shown}: {key!r}"
