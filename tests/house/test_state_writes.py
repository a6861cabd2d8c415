"""States change through `mpp.kit.states.move` only; exceptions stand here with a reason."""

import ast

from django.apps import apps
from django.db import models

from tests.house.source import ROOT, files, room_of, tree

STATE_NAMES = {"state", "phase", "scan_state", "pdf_state"}
# Conditional UPDATEs on rows that are not a file's phase or a paper's state, each inside the
# act (or worker step) that owns the row. A person never chooses these states by name.
ALLOWED = {
    "accounts/outbox.py": "the worker claims and ends a delivery; the attempt is its fence",
    "mpp/kit/files.py": "the state of the scan is the scanner's answer",
    "mpp/kit/paper_pdfs.py": "the PDF of a paper: pending, ready, failed; written by the worker",
    "permits/versions.py": "publishing: draft, published, retired; UNIQUE and CHECK behind it",
    "permits/actions/apply.py": "an answered correction round, inside the act of sending again",
    "permits/actions/correct.py": "a cancelled correction round, inside its act",
    "permits/actions/opinions.py": "an opinion given or silent, by a conditional UPDATE",
    "permits/actions/base.py": "opinions nobody needs any more, when the file leaves the gate",
    "permits/deadlines.py": "the reading of the clock's ledger, a value in memory and no row",
    "counters/catalogue_load.py": "a new standard takes the place of the one before it",
    "counters/actions/places.py": "a standard put in force: draft, current, past; UNIQUE behind",
    "counters/standard_versions.py": "a standard from another mall: a new version, as by the file",
    "accounts/admin/notices.py": "a failed delivery is queued again by hand",
}
DOOR = "mpp/kit/states.py"


def _state_columns() -> set[str]:
    """Names of enum columns called state or phase in our models (so that the list is honest)."""
    return {
        field.name
        for model in apps.get_models()
        if room_of(model.__module__)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField)
        and (field.name in STATE_NAMES or field.name.endswith(("_state", "_phase")))
        and field.name not in {"from_state", "to_state"}
    }


def _writes(node: ast.AST, names: set[str]) -> str | None:
    """What this node writes, when it writes a state."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr in names:
                return f".{target.attr} ="
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in {"update", "bulk_update", "update_or_create"}:
            for word in node.keywords:
                if word.arg in names:
                    return f"{called}({word.arg}=...)"
                if word.arg == "defaults" and isinstance(word.value, ast.Dict):
                    keys = {getattr(key, "value", None) for key in word.value.keys}
                    if keys & names:
                        return f"{called}(defaults={{{keys & names}}})"
        named = called == "setattr" and len(node.args) > 1
        if named and getattr(node.args[1], "value", None) in names:
            return "setattr"
    return None


def found_writes() -> dict[str, list[str]]:
    """File -> lines that write a state without the door."""
    names = _state_columns() | {"phase"}
    found: dict[str, list[str]] = {}
    for path in files():
        name = str(path.relative_to(ROOT))
        if name == DOOR:
            continue
        for node in ast.walk(tree(path)):
            what = _writes(node, names)
            # A variable, a TextChoices member or a dataclass of one's own is no row.
            if what and not _is_plain_object(node):
                found.setdefault(name, []).append(f"{name}:{node.lineno} {what}")
    return found


def _is_plain_object(node: ast.AST) -> bool:
    """`self.state = ...` in a class that is no model (a handler, a value)."""
    if not isinstance(node, ast.Assign):
        return False
    target = node.targets[0]
    return isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self"


def test_states_are_written_by_the_one_door_only():
    wrong = [
        line for name, lines in found_writes().items() if name not in ALLOWED for line in lines
    ]
    assert not wrong, "use mpp.kit.states.move, or say here why not:\n" + "\n".join(wrong)


def test_phase_and_paper_state_have_no_exception():
    """The two states people rely on are never written beside the door, in no file at all."""
    lines = [line for found in found_writes().values() for line in found if ".phase" in line]
    lines += [line for found in found_writes().values() for line in found if "(phase=" in line]
    assert not lines, "\n".join(lines)


def test_exceptions_are_used():
    """An exception whose file writes no state any more is taken off the list."""
    present = {str(path.relative_to(ROOT)) for path in files()}
    stale = [name for name in ALLOWED if name in present and name not in found_writes()]
    assert not stale, stale


def test_every_state_column_has_a_check_in_the_database():
    """CHECK repeats the known states, so that no code path can store another."""
    missing = []
    for model in apps.get_models():
        if not room_of(model.__module__):
            continue
        for field in model._meta.concrete_fields:
            if field.name not in _state_columns() or not field.choices:
                continue
            checks = [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
            if not any(f"{field.name}__in" in str(check.condition) for check in checks):
                missing.append(f"{model._meta.label}.{field.name}")
    assert not missing, missing
