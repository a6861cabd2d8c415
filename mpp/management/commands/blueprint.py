"""`manage.py blueprint export|import|validate|diff|schema`: the mall's configuration as a file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mpp.blueprint import difference, importing, schema
from mpp.blueprint.archive import NotABlueprint
from mpp.blueprint.content import Blueprint, Faulty, open_blueprint
from mpp.blueprint.exporting import CannotExport, export
from mpp.blueprint.items import Problem

LONGEST = 100


class Command(BaseCommand):
    help = "The configuration of the mall as one file: write, check, compare, bring in."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        out = acts.add_parser("export", help="write this mall's configuration")
        out.add_argument("file", type=Path)
        bring = acts.add_parser("import", help="bring a file in, in one transaction")
        bring.add_argument("file", type=Path)
        bring.add_argument("--dry-run", action="store_true", help="only show the difference")
        bring.add_argument("--drafts", action="store_true", help="nothing becomes public yet")
        bring.add_argument(
            "--only", action="append", default=[], metavar="KIND[/KEY]",
            help="only this kind or object and what it needs; can be given several times",
        )  # fmt: skip
        bring.add_argument(
            "--without", action="append", default=[], metavar="KIND[/KEY]",
            help="leave this kind or object out; can be given several times",
        )  # fmt: skip
        check = acts.add_parser("validate", help="say what is wrong with a file")
        check.add_argument("file", type=Path)
        diff = acts.add_parser("diff", help="what differs from one file to another")
        diff.add_argument("a", type=Path)
        diff.add_argument("b", type=Path)
        acts.add_parser("schema", help="print the JSON Schema of the format")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        getattr(self, f"_{act}")(**options)

    def _export(self, *, file: Path, **options: Any) -> None:
        scratch = file.with_name(file.name + ".new")
        try:
            with scratch.open("wb") as target:
                found = export(target)
            scratch.replace(file)
        except OSError as fault:
            raise CommandError(f"{file}: {fault.strerror}") from fault
        except CannotExport as refused:
            self._tell(refused.problems)
            raise CommandError(
                ngettext(
                    "%(count)s fault; nothing was written",
                    "%(count)s faults; nothing was written",
                    len(refused.problems),
                )
                % {"count": len(refused.problems)}
            ) from refused
        finally:
            scratch.unlink(missing_ok=True)
        self._counts(found.counts)
        self.stdout.write(f"{file}: manifest sha256 {found.manifest_sha256}")

    def _validate(self, *, file: Path, **options: Any) -> None:
        found = self._open(file)
        self._counts(found.mall.counts())
        self._told(found)
        self.stdout.write(f"{file}: can be brought in")

    def _diff(self, *, a: Path, b: Path, **options: Any) -> None:
        found = difference.compare(self._open(a).mall, self._open(b).mall)
        self._differences(found, missing="only in the first")

    def _schema(self, **options: Any) -> None:
        self.stdout.write(json.dumps(schema.document(), ensure_ascii=False, indent=2))

    def _import(
        self, *, file: Path, dry_run: bool, drafts: bool, only: list, without: list, **options: Any
    ) -> None:
        found = self._open(file)
        self._told(found)
        chosen = None
        if only or without:
            chosen = {
                key
                for key in found.mall.items
                if (not only or _is_named(key, only)) and not _is_named(key, without)
            }
            if not chosen:
                raise CommandError("The file has nothing of that name.")
        try:
            brought = importing.bring_in(
                found.mall, actor=None, chosen=chosen, as_draft=drafts, dry_run=dry_run
            )
        except Faulty as refused:
            self._refuse(refused)
        self._differences(brought.differences, missing="here, not in the file (stays)")
        done = "would be" if dry_run else "were"
        self.stdout.write(
            f"{brought.count('added')} {done} added, {brought.count('changed')} {done} changed, "
            f"{brought.count('missing')} stay that the file does not have"
        )

    def _open(self, file: Path) -> Blueprint:
        try:
            # A pipe or device would be waited for, not read.
            if file.exists() and not file.is_file():
                raise CommandError(_("%(file)s is not an ordinary file.") % {"file": file})
            return open_blueprint(file)
        except OSError as fault:
            raise CommandError(f"{file}: {fault.strerror}") from fault
        except NotABlueprint as refused:
            raise CommandError(f"{file}: {refused}") from refused
        except Faulty as refused:
            self._refuse(refused)

    def _refuse(self, refused: Faulty) -> None:
        self._tell(refused.problems)
        count = len(refused.problems)
        raise CommandError(
            ngettext(
                "%(count)s fault; nothing was changed",
                "%(count)s faults; nothing was changed",
                count,
            )
            % {"count": count}
        ) from refused

    def _tell(self, problems: list[Problem]) -> None:
        for problem in problems:
            self.stderr.write(str(problem))

    def _told(self, found: Blueprint) -> None:
        """Where the file comes from and who sealed it."""
        origin = found.origin
        self.stdout.write(
            f"from {origin['mall']}, {origin['region']} ({origin['address']}), "
            f"{origin['exported_at']}, product {found.manifest.product}"
        )
        name = f"{found.seal.name}: " if found.seal.name else ""
        self.stdout.write(f"seal: {name}{found.seal.sentence}")

    def _counts(self, counts: dict[str, int]) -> None:
        for name, count in counts.items():
            self.stdout.write(f"{count:6} {name}")

    def _differences(self, found: list[difference.Difference], *, missing: str) -> None:
        words = {"added": "added", "changed": "changed", "missing": missing}
        for one in found:
            place = f" ({one.item.file}:{one.item.line})" if one.item.line else ""
            self.stdout.write(f"{'/'.join(one.id)}: {words[one.kind]}{place}")
            for change in one.fields:
                old, new = _short(change.old), _short(change.new)
                self.stdout.write(f"    {change.kind} {change.path}: {old} -> {new}")


def _is_named(key: tuple[str, str], names: list[str]) -> bool:
    """Whether an object is one of these kinds or objects."""
    return key[0] in names or "/".join(key) in names


def _short(value: Any) -> str:
    if value is None:
        return "-"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
