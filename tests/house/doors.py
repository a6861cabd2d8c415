"""Every address of the portal: its arguments, and the table of who gets what.

The table is `doors.yaml`: URL name -> method and the status code for each role, in the order of
`ROLES`. A new address without a line there fails a test.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from counters.models import Agency, Counter, Queue, Service, ServiceStandard
from counters.views.secrets import secret_of
from permits.casefile import CaseFile
from permits.models import PermitType, PermitVersion
from permits.versions import definition_of
from tests.house.conftest import ROLES
from visits import links
from visits.models import Material
from visits.querysets import secret_of as secret_of_visit

TABLE = Path(__file__).with_name("doors.yaml")
# Django's own pieces without a page: the catch-all, the redirect of an old address.
NAMELESS = {"admin:None", "None"}
# Pages of one queue.
QUEUE_DOORS = {"queue-detail", "queue-now"}
# Switched by MPP_DEMO, which is off in tests.
DEMO_ONLY = {"demo-messages"}


def names() -> Iterator[str]:
    """Every URL name, with its namespace, once."""
    yield from dict.fromkeys(_walk(get_resolver().url_patterns, ""))


def _walk(patterns, namespace: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            name = f"{namespace}:{pattern.name}" if namespace else str(pattern.name)
            if name not in NAMELESS:
                yield name
        else:
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from _walk(pattern.url_patterns, inner)


def table() -> dict[str, dict]:
    """The role table as it is written."""
    return yaml.safe_load(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}


def arguments(name: str, world) -> list:
    """What stands in the address of `name`, of objects of `people.citizen` wherever there are."""
    room, _colon, short = name.rpartition(":")
    if room == "admin":
        return _desk_arguments(short, world)
    if room == "permits":
        return _citizen_arguments(short, world)
    if room == "accounts":
        return _account_arguments(short, world)
    if room == "visits":
        return _guest_arguments(short, world.visit)
    if room == "counters" and short in QUEUE_DOORS:
        return [world.queue.key]
    if room == "counters" and short.startswith("ticket"):
        return [secret_of(world.ticket)]
    if short == "booking-new":
        return [world.queue.key, world.booking.slot_id]
    if short == "waiting-list":
        return [world.queue.key, world.booking.day]
    if short.startswith("booking-"):
        return [secret_of(world.booking)]
    return {
        "verify-code": [world.paper.code],
        "blueprint-desk-choose": ["tidak-ada"],
        "blueprint-desk-names": ["tidak-ada"],
        "blueprint-desk-result": ["tidak-ada"],
        "counters:service-detail": ["ktp-hilang"],
        "counters:agency-detail": ["dpmptsp"],
        "counters:board": ["among-warga"],
        "counters:board-data": ["among-warga"],
        "counters:board-alive": ["among-warga"],
        "counters:device-open": ["tautan"],
        "counters:kiosk": ["among-warga"],
        "counters:kiosk-agencies": ["among-warga", "id"],
        "counters:kiosk-find": ["among-warga", "id"],
        "counters:kiosk-ticket": ["among-warga", "id"],
        "counters:kiosk-printed": ["among-warga", "id"],
        "counters:kiosk-come-back": ["among-warga", "id"],
        "counters:kiosk-services": ["among-warga", "id", "dukcapil"],
        "counters:kiosk-take": ["among-warga", "id", "dukcapil"],
        "mfa_remove_webauthn": [1],
        "mfa_edit_webauthn": [1],
        "account_confirm_email": ["x"],
        "account_reset_password_from_key": ["1", "x"],
    }.get(name, [])


def _guest_arguments(short: str, visit) -> list:
    """Public pages of visits; what needs a later state answers 404 or 409."""
    if short in {"calendar", "request", "region-search", "regions"}:
        return []
    if short in {"screen", "screen-code"}:
        return [visit.site.key]
    person = visit.participants.first()
    if short in {"badge", "own-proof"}:
        return [links.badge_of(person)]
    secret = secret_of_visit(visit)
    return {
        "material": ["paparan"],
        "public-photo": [visit.photos.first().pk],
        "act": [secret, "batal"],
        "person-change": [secret, person.pk],
        "paper": [secret, visit.letters.first().paper.code],
        "follow-up": [secret, 30],
        "material-file": [secret, Material.objects.first().pk],
        "photo": [secret, visit.photos.first().pk],
    }.get(short, [secret])


def _account_arguments(short: str, world) -> list:
    return {
        "notice-open": [world.notice.pk],
        "business-detail": [world.business.pk],
        "member-invite": [world.business.pk],
        "member-end": [world.business.pk, world.membership.pk],
        "invite-end": [world.business.pk, world.invite.pk],
        "invite-answer": [world.invite.pk],
    }.get(short, [])


def _citizen_arguments(short: str, world) -> list:
    draft, at_desk = world.draft.public_ref, world.at_desk.public_ref
    sections = CaseFile(world.draft).definition.sections
    field = sections[0].fields[0].key
    return {
        "application-list": [],
        "track": [],
        "application-new": ["sip-dokter"],
        "option-search": [draft, field],
        "application-page": [draft, sections[0].key],
        "answer-save": [draft, sections[0].key, field],
        "document-open": [at_desk, world.document.pk],
        "document-slot": [draft, world.draft_document.slot],
        "application-receipt": [at_desk],
        "application-status": [at_desk],
        "application-correct": [world.correction.public_ref],
        "application-sent": [at_desk],
        "message-post": [at_desk],
        "message-file": [at_desk, world.message.pk],
        "application-withdraw": [at_desk],
        "permit-file": [world.issued.public_ref],
        "application-booking": [draft, world.queue.pk],
        "booking-file": [world.booking.pk],
        "ticket-file": [world.ticket.pk],
        "ticket-panel": [world.ticket.pk],
    }.get(short, [draft])


def _desk_arguments(short: str, world) -> list:
    if short.startswith("permits_application_"):
        return _file_arguments(short.removeprefix("permits_application_"), world)
    if short.startswith(("counters_console_", "counters_hall_", "counters_figures_")):
        return _console_arguments(short)
    if short.startswith("visits_visit_"):
        return _visit_arguments(short.removeprefix("visits_visit_"), world.visit)
    if short in {"view_on_site"}:
        return [1, 1]
    if short == "app_list":
        return ["accounts"]
    version = PermitVersion.objects.get(permit_type__key="sip-dokter")
    if short.startswith(("permits_permittype_", "permits_permitversion_")):
        return _editor_arguments(short, version)
    last = short.rpartition("_")[2]
    objects = {
        "counters_paper_block": 1,
        "counters_paper_print": 1,
        "counters_service_draft": Service.objects.get(key="ktp-hilang").pk,
        "counters_servicestandard_put_in_force": ServiceStandard.objects.first().pk,
        "counters_agency": Agency.objects.get(key="dpmptsp").pk,
        "counters_daychange_reopen": 1,
        "auth_user_password_change": world.people.citizen.pk,
    }
    if short in objects:
        return [objects[short]]
    if last in {"change", "delete", "history"} and "password" not in short:
        model = _model_of(short.removesuffix(f"_{last}"))
        row = world.people.citizen if model.__name__ == "User" else model.objects.first()
        return [row.pk if row is not None else 1]
    return []


def _console_arguments(short: str) -> list:
    """A counter of the agency where `front_desk` works."""
    counter = Counter.objects.filter(agency__key="dpmptsp").order_by("pk").first()
    known = {
        "counters_console_ticket": [counter.pk, 1],
        "counters_console_ticket_link": [counter.pk, 1],
        "counters_console_act": [counter.pk, "buka"],
        "counters_hall_live": [],
        "counters_hall_disruption": [],
        "counters_hall_disruption_end": [1],
        "counters_hall_end_day": [],
        "counters_hall_announce": [],
        "counters_hall_announcement_end": [1],
        "counters_hall_queue": [getattr(Queue.objects.order_by("pk").first(), "pk", 1)],
        "counters_figures_download": ["csv"],
    }
    return known.get(short, [counter.pk])


def _editor_arguments(short: str, version: PermitVersion) -> list:
    """Arguments of the editor's pages, by what their address asks for."""
    first = definition_of(version).sections[0]
    known = {
        "key": version.permit_type.key,
        "type_key": version.permit_type.key,
        "object_id": PermitType.objects.get(pk=version.permit_type_id).pk,
        "pk": version.pk,
        "number": version.number,
        "version": version.number,
        "other": version.number,
        "part": "sections",
        "kind": "section",
        "section": first.key,
        "index": 0,
        "page": first.key,
    }
    wanted = next(iter(get_resolver().namespace_dict["admin"][1].reverse_dict.getlist(short)))
    return [known.get(name, 1) for name in wanted[0][0][1]]


def _visit_arguments(short: str, visit) -> list:
    """Arguments of the visit desk's pages."""
    lists = {"list", "calendar", "today", "figures", "figures_csv", "figures_xlsx", "materials"}
    if short in lists | {"changelist", "add"}:
        return []
    if short in {"change", "delete", "history"}:
        return [visit.pk]
    return {
        "screen": [visit.site.key],
        "badge": [links.badge_of(visit.person)],
        "material": [Material.objects.get().pk],
        "material_withdraw": [Material.objects.get().pk],
        "act": [visit.number, "jumlah"],
        "paper": [visit.number, visit.letters.get().paper.code],
        "print": [visit.number, "agenda"],
        "entry": [visit.number, visit.guest_entries.get().pk],
        "photo": [visit.number, visit.photos.get().pk],
        "photo_change": [visit.number, visit.photos.get().pk],
        "person_change": [visit.number, visit.person.pk],
    }.get(short, [visit.number])


def _file_arguments(short: str, world) -> list:
    number = world.at_desk.number
    if short in {"worklist", "search", "take_many", "export", "papers", "changelist", "add"}:
        return []
    if short in {"change", "delete", "history"}:
        return [world.at_desk.pk]
    action = CaseFile(world.at_desk).stage.actions[0].key
    return {
        "attachment": [number, world.message.pk],
        "opinion": [number, getattr(world.opinion, "pk", 1)],
        "opinion_file": [number, getattr(world.opinion, "pk", 1)],
        "round_cancel": [world.correction.number],
        "verdict": [number, world.document.pk],
        "page": [number, world.document.pk, 1],
        "download": [number, world.document.pk],
        "decide": [number, action],
        "preview": [number],
        "paper": [world.issued.number],
        "paper_change": [world.issued.number, "suspend"],
    }.get(short, [number])


def _model_of(label: str):
    for model in apps.get_models():
        if f"{model._meta.app_label}_{model._meta.model_name}" == label:
            return model
    raise LookupError(label)


def address(name: str, world) -> str:
    """The address of a door in this world."""
    return reverse(name, args=arguments(name, world))


def knock(name: str, method: str, role: str, world) -> int:
    """The status code somebody in `role` gets; a fresh browser each time."""
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(world.user(role))
    return getattr(client, method.lower())(address(name, world)).status_code


__all__ = ["DEMO_ONLY", "ROLES", "TABLE", "address", "arguments", "knock", "names", "table"]
