"""`manage.py load_roles`: the roles of the desks from their data file, idempotent."""

from pathlib import Path

import yaml
from django.core.management.base import BaseCommand

from accounts.models import Role

FILE = Path(__file__).parents[2] / "data" / "roles.yaml"


class Command(BaseCommand):
    help = "Load the roles of the desks (adds and changes by key, never deletes)."

    def handle(self, *args, **options) -> None:
        rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["roles"]
        for order, row in enumerate(rows):
            Role.objects.update_or_create(
                key=row["key"],
                defaults={
                    "name": row["name"],
                    "name_en": row["name_en"],
                    "rights": row.get("rights", []),
                    "order": order,
                },
            )
        self.stdout.write(f"{len(rows)} roles")
