"""Plausible answers for any permit type: for the demo, the editor's preview and tests."""

from datetime import timedelta
from typing import Any

from accounts import regions
from accounts.models import User
from mpp.kit import clock
from permits import rules
from permits.casefile import FIELD, REQUIREMENT, CaseFile
from permits.completeness import missing_documents
from permits.conditions import visible_answers, visible_fields
from permits.definition import Field, PermitDefinition

HOME_VILLAGE = "35.79.01.1004"
DIGITS = "1234567890"


def answers(defn: PermitDefinition, owner: User | None = None) -> dict[str, Any]:
    """One valid answer for every visible field, shaped by its type and rules."""
    found: dict[str, Any] = {}
    for section in defn.sections:
        for field in section.fields:
            if field in visible_fields(section, visible_answers(defn, found)):
                value = _value(field, owner)
                if value is not None:
                    found[field.key] = value
    return found


def slots(case: CaseFile) -> list[tuple[str, str]]:
    """Every document slot still empty and needed: (slot, title)."""
    needed = [(f"{REQUIREMENT}{item.key}", item.title) for item, _m in missing_documents(case)]
    for section in case.definition.sections:
        for field in visible_fields(section, case.visible_answers):
            if field.type == "file" and field.required:
                needed.append((f"{FIELD}{field.key}", field.label))
    return needed


def _from_profile(field: Field, owner: User | None) -> Any:
    if owner is None or not field.prefill.startswith("profile."):
        return None
    name = field.prefill.removeprefix("profile.")
    if name == "birth_date":
        return owner.birth_date.isoformat() if owner.birth_date else None
    if name in ("full_name", "nik", "email", "phone", "birth_place"):
        return getattr(owner, name) or None
    return None


def _text(field: Field) -> str:
    text = f"Contoh {field.label.lower()}"
    if field.pattern:
        text = _matching(field)
    longest = rules.max_length(field)
    shortest = field.min_length or 0
    return text[:longest].ljust(shortest, "a")


def _matching(field: Field) -> str:
    """Some text that fits a pattern of digits, letters and separators, by trying."""
    candidates = [DIGITS[:length] for length in range(1, 11)]
    candidates += [(DIGITS * 3)[:length] for length in range(11, 26)]
    candidates += ["2020", "AB 1234 CD", "A1234BC", "503/001/2026", "01.02.03", "1234/ABC/2026"]
    today = rules.check
    for text in candidates:
        if not today(field, text, today=clock.today()):
            return text
    return field.pattern_hint or "contoh"


def _number(field: Field) -> Any:
    low = float(field.min) if field.min is not None else 1
    high = float(field.max) if field.max is not None else max(low, 100)
    middle = int(min(max(low, 10), high))
    return middle if field.type == "integer" else str(middle)


def _date(field: Field, later: int = 0) -> str:
    today = clock.today()
    low, high = rules.bound_date(field.min, today), rules.bound_date(field.max, today)
    day = today + timedelta(days=later)
    if high and day > high:
        day = high
    if low and day < low:
        day = low + timedelta(days=later)
    return day.isoformat()


def _option(field: Field) -> str:
    if field.options_source == "provinces":
        return "35"
    if field.options_source == "regencies":
        return "35.79"
    if field.options_source in ("districts", "villages"):
        return HOME_VILLAGE
    return field.options[0].value if field.options else ""


def _value(field: Field, owner: User | None) -> Any:
    known = _from_profile(field, owner)
    if known is not None:
        return known
    match field.type:
        case "heading" | "explanation" | "file":
            return None
        case "text" | "long_text":
            return _text(field)
        case "integer" | "decimal" | "money":
            return _number(field)
        case "yes_no":
            return True
        case "choice":
            return _option(field)
        case "choices":
            return [_option(field)]
        case "date":
            return _date(field)
        case "date_range":
            return {"from": _date(field), "to": _date(field, later=3)}
        case "time":
            return str(field.min or "08:30")
        case "email":
            return "contoh@demo.id"
        case "phone":
            return "+6281234567890"
        case "nik":
            return "3579014507900001"
        case "npwp":
            return "0013121660091000"
        case "nib":
            return "1234567890123"
        case "address":
            known_home = regions.is_known(HOME_VILLAGE)
            return {
                "street": "Jalan Contoh 1",
                "rt": "001",
                "rw": "002",
                "region": HOME_VILLAGE if known_home else "",
                "postal_code": "65311",
            }
        case "map_point":
            return {"lat": "-7.8710", "lon": "112.5260"}
        case "group":
            row = {inner.key: _value(inner, None) for inner in field.fields}
            rows = max(field.min_rows or 1, 1)
            return [{k: v for k, v in row.items() if v is not None} for _n in range(rows)]
    return None
