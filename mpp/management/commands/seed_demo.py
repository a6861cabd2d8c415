"""`manage.py seed_demo`: the demo's people and some files in every phase; idempotent."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from mpp import demo_data, demo_hall, demo_visits
from mpp.blueprint.actions import publish
from mpp.kit.models import Installation


class Command(BaseCommand):
    help = "Make the people, postings and example files of the demo (once)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--without-files", action="store_true", help="people only")

    def handle(self, *args, without_files: bool, **options) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data are made with MPP_DEMO=1 only.")
        if Installation.objects.filter(key="main").exists():
            self.stdout.write("The demo is there already.")
            return
        # All or nothing: a demo that was interrupted starts from the beginning.
        with transaction.atomic():
            call_command("load_roles", verbosity=0)
            demo_data.make_places()
            demo_hall.make_hall()
            people = demo_data.make_people()
            if not without_files:
                demo_data.make_files(people)
                demo_hall.make_queue_life(people)
                demo_visits.make_visits(people)
        publish(actor=None, key="demo")
        self.stdout.write(f"{len(people)} people")
