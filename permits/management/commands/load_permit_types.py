"""`manage.py load_permit_types [FOLDER]`: permit types from YAML files, published, idempotent."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from counters.models import Service
from permits import definition as definitions
from permits.models import PermitVersion, VersionState
from permits.versions import CannotPublish, ensure_draft, publish

FOLDER = Path(__file__).parents[2] / "data" / "types"


class Command(BaseCommand):
    help = "Load permit types from YAML files and publish what is new or changed."

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)

    def handle(self, *args, folder: Path, **options) -> None:
        for file in sorted(folder.glob("*.yaml")):
            self.stdout.write(f"{file.stem}: {self._load(file)}")

    def _load(self, file: Path) -> str:
        try:
            defn = definitions.from_yaml(file.read_text(encoding="utf-8"))
            service = Service.objects.get(key=defn.service)
            text = definitions.canonical_json(defn)
            digest = definitions.digest(defn)
            same = PermitVersion.objects.filter(
                permit_type__key=defn.key, state=VersionState.PUBLISHED, digest=digest
            )
            if same.exists():
                return "as it was"
            publish(ensure_draft(defn, service, text), actor=None)
        except Service.DoesNotExist as missing:
            raise CommandError(
                f"{file}: the catalogue has no service {defn.service!r}"
            ) from missing
        except (definitions.DefinitionError, CannotPublish) as refused:
            raise CommandError(f"{file}: {refused}") from refused
        return "published"
