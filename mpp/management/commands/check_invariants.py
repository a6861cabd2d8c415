"""`manage.py check_invariants`: an audit of what must always be true, in every room."""

from datetime import date
from types import ModuleType

from django.core.management.base import BaseCommand, CommandError

from counters import invariants as queue_rules
from visits import invariants as visit_rules

# Each has `problems(since)`: sentences with ids; `since` bounds what is read line by line.
ROOMS: tuple[ModuleType, ...] = (queue_rules, visit_rules)


class Command(BaseCommand):
    """Prints 0, or one line per problem and ends with rc 1; changes nothing."""

    help = "Ask the database whether everything that must be true is true (0 = all well)."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--since",
            type=date.fromisoformat,
            help="read histories from this day on, as 2026-11-25 (default: the last seven days)",
        )

    def handle(self, *args, **options) -> None:
        """Collect the rooms' problems."""
        found = [line for room in ROOMS for line in room.problems(options["since"])]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} problems", returncode=1)
        self.stdout.write("0")
