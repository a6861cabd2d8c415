"""What `make bench` measures on: beside the demo, a form page of 25 fields and a full work list.

Everything passes through the acts of the portal, in the database of the environment (a temporary
one). Import it only after `django.setup()`.
"""

import dataclasses

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from accounts.models import User
from counters.models import Service
from mpp import demo_data
from permits import actions, definition, samples
from permits.casefile import CaseFile
from permits.definition import Field, Option, Section
from permits.models import Application, PermitVersion
from permits.versions import definition_of, ensure_draft, publish

CITIZEN, VERIFIER = "warga@demo.id", "verifikator@demo.id"
FIELDS, ROWS = 25, 20
# The kinds of a usual form, in turn: mostly lines of text, some numbers, dates and choices.
KINDS = ("text", "text", "integer", "date", "choice", "text", "long_text", "yes_no")


def cookie(email: str) -> str:
    """The Cookie header of a fresh session of this person."""
    user = User.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _field(number: int) -> Field:
    kind = KINDS[number % len(KINDS)]
    names = ("Satu", "Dua", "Tiga", "Empat", "Lima")
    options = tuple(Option(value=name.lower(), label=name, label_en=name) for name in names)
    return Field(
        key=f"q{number}",
        type=kind,
        label=f"Pertanyaan {number}",
        label_en=f"Question {number}",
        help="Tulis seperti pada dokumen Anda." if number % 3 == 0 else "",
        help_en="As it stands on your document." if number % 3 == 0 else "",
        required=number % 2 == 0,
        options=options if kind == "choice" else (),
    )


def long_form() -> tuple[Application, str]:
    """An answered draft of a permit type whose first page has 25 fields, and that page's key."""
    base = definition_of(PermitVersion.objects.get(permit_type__key="izin-penelitian"))
    service = Service.objects.filter(permit_type=None).order_by("key").first()
    long = Section(
        "long", "Halaman panjang", "Long page", fields=tuple(map(_field, range(FIELDS)))
    )
    defn = dataclasses.replace(
        base, key="bench", service=service.key, sections=(long, *base.sections)
    )
    version = publish(ensure_draft(defn, service, definition.canonical_json(defn)), actor=None)
    owner = User.objects.get(email=CITIZEN)
    draft = actions.start(version, owner=owner, filed_by=owner)
    values = samples.answers(defn, owner)
    actions.save_answers(draft, actor=owner, values=values)
    return draft, long.key


def full_list() -> Application:
    """Twenty files taken by the verifier, some days old; returns one of them."""
    people = {user.email: user for user in User.objects.all()}
    maker = demo_data.Maker(people)
    maker.count = 1_000
    owners = (people[CITIZEN], people["usaha@demo.id"])
    for number in range(ROWS):
        kind = ("sip-dokter", "izin-penelitian")[number % 2]
        sent = maker.sent(kind, owners[number // 2 % 2], number % 5)
        last = actions.take(sent, actor=people[VERIFIER])
    return last


def pages() -> list[tuple]:
    """(name, address, goal, cookie, is a desk page, note) of everything that is measured."""
    draft, page = long_form()
    file = full_list()
    status = Application.objects.filter(owner__email=CITIZEN, phase="in_review").first()
    status = status or Application.objects.filter(owner__email=CITIZEN, phase="submitted").first()
    citizen, desk = cookie(CITIZEN), cookie(VERIFIER)
    services = reverse("counters:service-list")
    form = reverse("permits:application-page", args=[draft.public_ref, page])
    journey = reverse("permits:application-status", args=[status.public_ref])
    documents = len(CaseFile(status).documents)
    return [
        ("home", reverse("home"), 5, "", False, ""),
        ("catalogue", services, 9, "", False, ""),
        ("  words", f"{services}?q=ktp+hilang", 9, "", False, "search words"),
        ("  filters", f"{services}?for=person&channel=online", 9, "", False, "two filters"),
        ("service", reverse("counters:service-detail", args=["sip-dokter"]), 6, "", False, ""),
        ("visits", reverse("visits:calendar"), 10, "", False, "public month"),
        ("visit form", reverse("visits:request"), 14, "", False, "request, without account"),
        ("form step", form, 14, citizen, False, f"{FIELDS} fields"),
        ("status", journey, 12, citizen, False, f"{documents} documents"),
        (
            "work list",
            reverse("admin:permits_application_worklist"),
            16,
            desk,
            True,
            f"{ROWS} rows",
        ),
        (
            "review",
            reverse("admin:permits_application_review", args=[file.number]),
            0,
            desk,
            True,
            "no goal",
        ),
    ]
