"""`manage.py permit_type export KEY [FILE] | import FILE [--dry-run] | validate FILE`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from counters.models import Agency
from permits import definition as definitions
from permits import drafts
from permits.definition import DefinitionError, PermitDefinition, Problem
from permits.models import PermitType
from permits.versions import definition_of


class Command(BaseCommand):
    help = "Export, import or check a permit type as one YAML file."

    def add_arguments(self, parser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        export = acts.add_parser("export", help="write the published (or --draft) version")
        export.add_argument("key")
        export.add_argument("file", nargs="?", type=Path, help="standard output when left out")
        export.add_argument("--draft", action="store_true", help="the draft instead")
        bring = acts.add_parser("import", help="keep a file as the draft of its type")
        bring.add_argument("file", type=Path)
        bring.add_argument("--dry-run", action="store_true", help="only show what would change")
        validate = acts.add_parser("validate", help="say what forbids publishing a file")
        validate.add_argument("file", type=Path)

    def handle(self, *args, act: str, **options) -> None:
        if act == "export":
            self._export(options["key"], options["file"], draft=options["draft"])
        elif act == "import":
            self._import(options["file"], dry_run=options["dry_run"])
        else:
            self._validate(options["file"])

    def _export(self, key: str, file: Path | None, *, draft: bool) -> None:
        state = "draft" if draft else "published"
        known = PermitType.objects.filter(key=key).first()
        version = known and known.versions.filter(state=state).first()
        if version is None:
            raise CommandError(f"there is no {state} version of {key!r}")
        text = definitions.to_yaml(definition_of(version))
        if file is None:
            self.stdout.write(text, ending="")
        else:
            file.write_text(text, encoding="utf-8")

    def _import(self, file: Path, *, dry_run: bool) -> None:
        defn = self._read(file)
        try:
            _service, known = drafts.target_of(defn)
            old = drafts.compared_with(known)
            for change in drafts.changes_between(old, defn):
                self.stdout.write(f"{change.kind} {change.path}: {change.old} -> {change.new}")
            if old is None:
                self.stdout.write(f"{defn.key} is new here")
            if dry_run:
                return
            draft = drafts.import_as_draft(defn, base=drafts.fingerprint(drafts.draft_of(known)))
        except drafts.CannotImport as refused:
            raise CommandError(f"{file}: {refused}") from refused
        self.stdout.write(f"{draft} is the draft now")

    def _validate(self, file: Path) -> None:
        agencies = set(Agency.objects.values_list("key", flat=True))
        found = definitions.problems(self._read(file), agencies=agencies)
        if found:
            raise CommandError("\n".join(_line(file, problem) for problem in found))
        self.stdout.write(f"{file}: can be published")

    def _read(self, file: Path) -> PermitDefinition:
        try:
            return definitions.from_yaml(file.read_text(encoding="utf-8-sig"))
        except OSError as fault:
            raise CommandError(f"{file}: {fault.strerror}") from fault
        except UnicodeDecodeError as fault:
            raise CommandError(f"{file}: not text in UTF-8") from fault
        except DefinitionError as refused:
            raise CommandError("\n".join(_line(file, e) for e in refused.errors)) from refused


def _line(file: Path, problem: Problem) -> str:
    """`file:line: path: sentence`, as editors open it."""
    place = f"{file}:{problem.line}" if problem.line else str(file)
    return (
        f"{place}: {problem.path}: {problem.sentence}"
        if problem.path
        else (f"{place}: {problem.sentence}")
    )
