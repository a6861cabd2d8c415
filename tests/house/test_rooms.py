"""Rooms: imports and foreign keys point down only."""

import ast

from django.apps import apps

from tests.house.source import FLOORS, ROOT, files, imports, module_name, room_of, tree

FORBIDDEN_NAMES = {"core", "common", "utils", "helpers"}


def may_know(upper: str, lower: str) -> bool:
    """Whether code of the room `upper` may name something of the room `lower`."""
    return upper == lower or FLOORS[lower] < FLOORS[upper]


def test_imports_point_down():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files()
        for line, name in imports(path)
        if room_of(name) and not may_know(room_of(module_name(path)), room_of(name))
    ]
    assert not wrong, "\n".join(wrong)


def test_foreign_keys_point_down():
    wrong = []
    for model in apps.get_models():
        room = room_of(model.__module__)
        if room is None:
            continue
        for field in model._meta.get_fields(include_hidden=True):
            target = getattr(field, "related_model", None)
            # The user model is swappable: a key to it names a setting, not a room.
            if field.auto_created or target is None or target._meta.label == "accounts.User":
                continue
            lower = room_of(target.__module__)
            if lower and not may_know(room, lower):
                wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert not wrong, "\n".join(wrong)


def test_no_generic_foreign_keys():
    found = [
        model._meta.label
        for model in apps.get_models()
        if room_of(model.__module__) and model._meta.private_fields
    ]
    assert not found


def test_no_import_inside_a_function():
    wrong = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_room_for_everything():
    wrong = [
        str(path.relative_to(ROOT))
        for path in files()
        if FORBIDDEN_NAMES & {*path.relative_to(ROOT).with_suffix("").parts}
    ]
    assert not wrong, "\n".join(wrong)


def test_no_signals_for_flow():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in files()
        for line, name in imports(path)
        if name.startswith(("django.db.models.signals", "django.dispatch"))
    ]
    assert not wrong, "\n".join(wrong)


def test_time_comes_from_the_clock_only():
    """Only `mpp.kit.clock` asks the system for the time (and demo data for a past moment)."""
    allowed = {"mpp/kit/clock.py", "mpp/demo_data.py"}
    wrong = []
    for path in files():
        name = str(path.relative_to(ROOT))
        if name in allowed:
            continue
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            asked = (owner, node.func.attr)
            if asked in {
                ("timezone", "now"),
                ("timezone", "localdate"),
                ("datetime", "now"),
                ("datetime", "utcnow"),
                ("date", "today"),
                ("datetime.datetime", "now"),
                ("datetime.date", "today"),
            }:
                wrong.append(f"{name}:{node.lineno} {owner}.{node.func.attr}()")
    assert not wrong, "\n".join(wrong)
