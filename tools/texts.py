"""Interface texts: find them, say which lack a translation, compile them. Needs no gettext.

    make texts                          report, write locale/en, compile every .mo
    python tools/texts.py --check       report only; the exit code says whether all is well

Source texts (msgids) are English. Indonesian is written by hand into <room>/locale/id; English
needs no translation, so its catalogue holds each msgid as it is. Text that a region words in
its own way is data (`name`, `name_en`) and never comes here.
"""

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("mpp", "accounts", "counters", "permits", "visits")
LANGUAGES = ("id", "en")
# Template folders that belong to a room; every other one is the portal's own.
FOLDERS = {
    "account": "accounts",
    "accounts": "accounts",
    "allauth": "accounts",
    "mfa": "accounts",
    "usersessions": "accounts",
    "counters": "counters",
    "permits": "permits",
    "visits": "visits",
}
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ugettext"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
CALL = re.compile(r"\b(_|n?p?gettext)\s*\(")
# The same word in both languages: abbreviations, names, and words Indonesian has taken over.
SAME = {
    "Admin",
    "Agenda",
    "agenda",
    "Bahasa Indonesia",
    "Chat",
    "Data",
    "Email",
    "English",
    "Indonesia",
    "MPP",
    "NIB",
    "NIK",
    "NIK %(nik)s",
    "NPWP",
    "Normal",
    "PDF",
    "QR",
    "RT",
    "RW",
    "Status",
    "WhatsApp",
    "Total",
}


@dataclass(frozen=True, order=True)
class Message:
    """One text as the code asks for it."""

    msgid: str
    plural: str = ""
    context: str = ""


def python_files(room: str) -> Iterator[Path]:
    for path in sorted((ROOT / room).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def template_files(room: str) -> Iterator[Path]:
    base = ROOT / "templates"
    for path in sorted(p for p in base.rglob("*") if p.suffix in {".html", ".txt", ".svg"}):
        parts = path.relative_to(base).parts
        first = parts[1] if parts[0] in {"emails", "admin"} and len(parts) > 2 else parts[0]
        if FOLDERS.get(first, "mpp") == room:
            yield path


def literal(node: ast.expr) -> str:
    """The text of a string literal (joined pieces too), or an empty string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""


def message_of(name: str, arguments: list[str]) -> Message | None:
    """The message behind a call of `name` with these literal arguments."""
    if name in PLAIN and arguments[:1] and arguments[0]:
        return Message(arguments[0])
    if name in PLURAL and len(arguments) > 1 and arguments[0]:
        return Message(arguments[0], arguments[1])
    if name in CONTEXT and len(arguments) > 1 and arguments[1]:
        return Message(arguments[1], "", arguments[0])
    if name in CONTEXT_PLURAL and len(arguments) > 2 and arguments[1]:
        return Message(arguments[1], arguments[2], arguments[0])
    return None


def in_python(path: Path) -> Iterator[Message]:
    """Every message of a Python file, whatever its functions are called there."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {name: name for name in PLAIN | PLURAL | CONTEXT | CONTEXT_PLURAL}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            known |= {n.asname: n.name for n in node.names if n.asname and n.name in known}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in known:
                found = message_of(known[called], [literal(each) for each in node.args])
                if found:
                    yield found


def in_template(path: Path) -> Iterator[Message]:
    """Every message of a template, through Django's own translation of it to calls."""
    text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in CALL.finditer(text):
        call = call_at(text, match.start())
        if call is not None:
            found = message_of(match[1], [literal(each) for each in call.args])
            if found:
                yield found


def call_at(text: str, start: int) -> ast.Call | None:
    """The call that starts here: up to the first closing bracket that makes it Python."""
    end = start
    while (end := text.find(")", end + 1)) != -1:
        try:
            node = ast.parse(text[start : end + 1].strip(), mode="eval").body
        except SyntaxError:
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def wanted(room: str) -> dict[Message, list[str]]:
    """Every message of a room with the files that ask for it."""
    found: dict[Message, list[str]] = defaultdict(list)
    for read, paths in ((in_python, python_files(room)), (in_template, template_files(room))):
        for path in paths:
            for message in read(path):
                found[message].append(str(path.relative_to(ROOT)))
    return found


def catalogue_path(room: str, language: str) -> Path:
    return ROOT / room / "locale" / language / "LC_MESSAGES" / "django.po"


def catalogue(room: str, language: str) -> polib.POFile:
    """The catalogue of a room, empty when there is none yet."""
    path = catalogue_path(room, language)
    return polib.pofile(str(path), wrapwidth=99) if path.exists() else polib.POFile(wrapwidth=99)


def translated(language: str = "id") -> dict[tuple[str, str], polib.POEntry]:
    """Every translated entry of all rooms, by (msgid, context): at run time they are one."""
    return {
        (entry.msgid, entry.msgctxt or ""): entry
        for room in ROOMS
        for entry in catalogue(room, language)
        if not entry.obsolete and (entry.msgstr or any(entry.msgstr_plural.values()))
    }


def problems() -> list[str]:
    """What is wrong with the Indonesian texts, as sentences."""
    known = translated()
    found = []
    for room in ROOMS:
        for message, places in sorted(wanted(room).items()):
            where = f"{places[0]}: {message.msgid!r}"
            entry = known.get((message.msgid, message.context))
            if entry is None:
                found.append(f"{where} has no Indonesian text")
            elif message.plural and not entry.msgid_plural:
                found.append(f"{where} needs the plural {message.plural!r}")
            elif "fuzzy" in entry.flags:
                found.append(f"{where} is marked fuzzy")
            elif entry.msgstr == message.msgid and message.msgid not in SAME:
                found.append(f"{where} is the same in Indonesian (see SAME in tools/texts.py)")
            elif placeholders(entry.msgid) - placeholders(shown(entry)):
                found.append(f"{where} loses a placeholder in Indonesian")
    return found


def shown(entry: polib.POEntry) -> str:
    return entry.msgstr or " ".join(entry.msgstr_plural.values())


def placeholders(text: str) -> set[str]:
    """The named placeholders of a text."""
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def unused() -> list[str]:
    """Entries that no code asks for any more."""
    asked = {(m.msgid, m.context) for room in ROOMS for m in wanted(room)}
    return [
        f"{room}: {entry.msgid!r}"
        for room in ROOMS
        for entry in catalogue(room, "id")
        if (entry.msgid, entry.msgctxt or "") not in asked
    ]


def is_current(room: str, language: str) -> bool:
    """Whether the compiled file says what the catalogue says."""
    path = catalogue_path(room, language)
    compiled = path.with_suffix(".mo")
    if not path.exists() or not compiled.exists():
        return False

    def plain(entries) -> dict:
        return {
            (e.msgid, e.msgctxt or ""): (e.msgstr, tuple(sorted(e.msgstr_plural.items())))
            for e in entries
            if e.msgstr or any(e.msgstr_plural.values())
        }

    return plain(polib.mofile(str(compiled))) == plain(polib.pofile(str(path)))


def write_english(room: str) -> None:
    """English as it stands in the code, so that both catalogues are complete."""
    po = polib.POFile(wrapwidth=99)
    po.metadata = {
        "Project-Id-Version": "mpp-portal",
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for message in sorted(wanted(room)):
        entry = polib.POEntry(msgid=message.msgid, msgctxt=message.context or None)
        if "%(" in message.msgid:
            entry.flags.append("python-format")
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = {0: message.msgid, 1: message.plural}
        else:
            entry.msgstr = message.msgid
        if not po.find(message.msgid, msgctxt=message.context or False):
            po.append(entry)
    path = catalogue_path(room, "en")
    path.parent.mkdir(parents=True, exist_ok=True)
    po.save(str(path))


def compile_all() -> None:
    for room in ROOMS:
        for language in LANGUAGES:
            path = catalogue_path(room, language)
            if path.exists():
                polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def main() -> int:
    """Report, and unless only checking, write and compile; 1 when a text is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="report only")
    parser.add_argument("--unused", action="store_true", help="also list texts nobody asks for")
    options = parser.parse_args()
    found = problems()
    for line in found:
        print(line)
    if options.unused:
        for line in unused():
            print(f"unused: {line}")
    if not options.check:
        for room in ROOMS:
            write_english(room)
        compile_all()
    total = sum(len(wanted(room)) for room in ROOMS)
    print(f"{total} texts, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
