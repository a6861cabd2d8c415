"""Doors: every address stands in the role table and answers as written there."""

import os

import pytest
import yaml
from django.db import transaction

from accounts.models import AccessEvent
from tests.house import doors
from tests.house.conftest import ROLES

pytestmark = pytest.mark.django_db
# Record the table anew with DOORS=record, then read every changed line before committing it.
RECORD = os.environ.get("DOORS") == "record"
REFUSED = {302, 403, 404, 405}
STAFF = ("front_desk", "head")
# Addresses below these are of one person's file or business: nobody else gets in.
PRIVATE = (
    "permits:",
    "admin:permits_application_",
    "admin:visits_visit_",
    "accounts:business-",
    "accounts:notice-",
)
PUBLIC_IN_PERMITS = {"permits:track", "permits:application-list", "permits:application-new"}
LISTS = {
    "admin:permits_application_worklist",
    "admin:permits_application_take_many",
    "admin:permits_application_search",
    "admin:permits_application_export",
    "admin:permits_application_papers",
    "admin:permits_application_changelist",
    "admin:permits_application_add",
    "accounts:business-list",
    "accounts:business-create",
}
# Staff pages of one person's file or account: opening one leaves exactly one line in the log.
LOGGED = (
    "admin:permits_application_review",
    "admin:permits_application_page",
    "admin:permits_application_download",
    "admin:permits_application_attachment",
    "admin:permits_application_preview",
    "admin:permits_application_preview_page",
    "admin:permits_application_round",
    "admin:permits_application_round_cancel",
    "admin:permits_application_paper",
    "admin:permits_application_paper_change",
    "admin:visits_visit_review",
    "admin:visits_visit_day",
    "admin:visits_visit_letter",
    "admin:visits_visit_paper",
    "admin:visits_visit_print",
    "admin:visits_visit_badge",
    "admin:visits_visit_person_change",
)
# Staff pages of a file that show nothing of the person.
NOT_LOGGED = {
    "admin:permits_application_purpose": "asks for the purpose before anything is shown",
    "admin:permits_application_decide": "stands behind the review page, which was logged",
}


def _undone(call):
    """Run `call` and undo what it wrote, so that each knock finds the same world."""
    with transaction.atomic():
        try:
            return call()
        finally:
            transaction.set_rollback(True)


def record(world) -> None:
    """Write the table as the doors answer now."""
    known = doors.table()
    lines = {}
    for name in sorted(doors.names()):
        method = known.get(name, {}).get("method", "GET")
        if (
            name not in known
            and _undone(lambda n=name: doors.knock(n, "GET", "front_desk", world)) == 405
        ):
            method = "POST"
        codes = [
            _undone(lambda n=name, m=method, r=role: doors.knock(n, m, r, world)) for role in ROLES
        ]
        lines[name] = {"method": method, "codes": codes}
    head = "# name: method, and the status code for " + ", ".join(ROLES) + "\n"
    text = yaml.safe_dump(lines, default_flow_style=None, sort_keys=True, width=200)
    doors.TABLE.write_text(head + text, encoding="utf-8")


def test_every_door_is_in_the_table(world):
    if RECORD:
        record(world)
    known = doors.table()
    missing = [name for name in doors.names() if name not in known]
    gone = [name for name in known if name not in {*doors.names(), *doors.DEMO_ONLY}]
    assert not missing, f"new addresses without a line in doors.yaml: {missing}"
    assert not gone, f"lines in doors.yaml without an address: {gone}"


@pytest.mark.parametrize("role", ROLES)
def test_every_door_answers_as_the_table_says(world, role):
    wrong = []
    place = ROLES.index(role)
    present = set(doors.names())
    for name, line in doors.table().items():
        if name not in present:
            continue
        code = _undone(lambda n=name, m=line["method"]: doors.knock(n, m, role, world))
        if code != line["codes"][place]:
            wrong.append(f"{name} ({line['method']}): {code}, not {line['codes'][place]}")
    assert not wrong, f"{role}:\n" + "\n".join(wrong)


def test_nobody_enters_what_belongs_to_somebody_else():
    """The table itself: strangers get 404 (or the sign-in page) at every private door."""
    wrong = []
    for name, line in doors.table().items():
        if not name.startswith(PRIVATE) or name in PUBLIC_IN_PERMITS | LISTS:
            continue
        codes = dict(zip(ROLES, line["codes"], strict=True))
        for role in ("anonymous", "other_citizen", "stranger_desk", "superuser"):
            if codes[role] not in REFUSED:
                wrong.append(f"{name}: {role} gets {codes[role]}")
        inside = codes["citizen"] < 300 or codes["front_desk"] < 300
        if inside and not name.startswith("admin:") and codes["other_citizen"] != 404:
            wrong.append(f"{name}: a stranger gets {codes['other_citizen']} instead of 404")
    assert not wrong, "\n".join(wrong)


def test_the_desk_is_closed_to_citizens():
    wrong = [
        name
        for name, line in doors.table().items()
        if name.startswith("admin:") and name not in {"admin:login", "admin:logout"}
        for role in ("anonymous", "citizen", "other_citizen")
        if line["codes"][ROLES.index(role)] not in {302, 403, 404, 405}
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("name", LOGGED)
def test_opening_leaves_exactly_one_line_in_the_access_log(world, name, client):
    role = "head" if "paper" in name or "visits_" in name else "front_desk"
    client.force_login(world.user(role))
    address = doors.address(name, world)
    answer = client.get(address)
    if answer.status_code == 302:
        # Outside one's task the purpose is typed first; asking for it logs nothing.
        assert not AccessEvent.objects.exists()
        client.post(answer.url, {"purpose": "Aduan 12/2026"})
        AccessEvent.objects.all().delete()
        answer = client.get(address)
    assert answer.status_code == 200, f"{name} answers {answer.status_code}"
    events = list(AccessEvent.objects.order_by("pk"))
    assert len(events) == 1, [str(event) for event in events]
    assert events[0].actor == world.user(role)
    # Who is in a delegation has no account: the visit itself is named.
    assert events[0].subject == (None if "visits_" in name else world.people.citizen)
    assert events[0].purpose
    assert events[0].office


def test_every_staff_door_of_a_file_is_logged_or_an_act():
    """A new desk page of a file is either in LOGGED or answers to POST only."""
    table = doors.table()
    present = set(doors.names())
    unknown = [
        name
        for name, line in table.items()
        if name in present
        and name.startswith("admin:permits_application_")
        and name not in LISTS
        and name not in LOGGED
        and name not in NOT_LOGGED
        and line["method"] == "GET"
        and any(line["codes"][ROLES.index(role)] == 200 for role in STAFF)
    ]
    assert not unknown, unknown


def test_a_refused_door_logs_nothing(world):
    for role in ("stranger_desk", "superuser", "other_citizen"):
        for name in LOGGED:
            _undone(lambda n=name, r=role: doors.knock(n, "GET", r, world))
    assert not AccessEvent.objects.exists()
