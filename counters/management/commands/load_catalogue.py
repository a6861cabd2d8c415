"""`manage.py load_catalogue [FILE]`: the catalogue file into the database, as often as wanted."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from counters.catalogue_file import CatalogueError, parse_catalogue
from counters.catalogue_load import load

DEMO_FILE = Path(__file__).parents[2] / "data" / "catalogue.yaml"


class Command(BaseCommand):
    help = "Load agencies, sites, counters and services from a catalogue file (never deletes)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DEMO_FILE)
        parser.add_argument("--check", action="store_true", help="only check the file")

    def handle(self, *, file: Path, check: bool, **options: object) -> None:
        try:
            catalogue = parse_catalogue(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except CatalogueError as error:
            raise CommandError(f"{file} was not loaded:\n{error}") from error
        if check:
            self.stdout.write(f"{file} is in order: {len(catalogue.services)} services.")
            return
        loaded = load(catalogue)
        self.stdout.write(f"created: {_counts(loaded.created)}")
        self.stdout.write(f"changed: {_counts(loaded.changed)}")
        self.stdout.write(f"as they were: {loaded.same}")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
