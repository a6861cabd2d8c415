"""What tests of the desk share: clients, addresses, files on disk, many rows."""

import io

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import AccessEvent, User
from mpp.kit import clock
from mpp.kit.files import store_clean
from mpp.kit.uploads import inspect
from permits.models import Application, ApplicationStep, Message


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(name: str, *args: object) -> str:
    return reverse(f"admin:permits_application_{name}", args=args)


def real_file(name: str = "surat.jpg"):
    """A picture that really lies on disk."""
    target = io.BytesIO()
    Image.new("RGB", (80, 120), "#fbf8f2").save(target, "JPEG")
    content = ContentFile(target.getvalue())
    return store_clean(inspect(content, name=name, declared_type="image/jpeg", accept={"image"}))


def events(user: User | None = None):
    rows = AccessEvent.objects.order_by("pk")
    return rows.filter(actor=user) if user else rows


def copies(application: Application, count: int) -> list[Application]:
    """More files at the same desk, straight into the table: for lists only."""
    made = []
    for number in range(count):
        row = Application.objects.get(pk=application.pk)
        row.pk = None
        row._state.adding = True
        row.reference = f"X{application.pk}-{number}"
        row.number = f"UJI-2026-{900000 + number}-A"
        made.append(row)
    return Application.objects.bulk_create(made)


def busy(application: Application, count: int) -> None:
    """Many steps and messages on one file."""
    now = clock.now()
    ApplicationStep.objects.bulk_create(
        ApplicationStep(
            application=application,
            act="take",
            from_state="in_review",
            to_state="in_review",
            actor_name="Petugas",
            at=now,
        )
        for _number in range(count)
    )
    Message.objects.bulk_create(
        Message(
            application=application,
            author=application.owner,
            author_name="Siti",
            body=f"Pesan {number}",
            at=now,
        )
        for number in range(count)
    )
