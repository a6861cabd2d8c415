"""Answers of an application: rows in the database, plain values in between.

Values by field type: text-like -> str; integer -> int; decimal and money -> str of a decimal;
yes_no -> bool; choice -> str; choices -> list of str; date -> "YYYY-MM-DD";
date_range -> {"from", "to"}; time -> "HH:MM"; address -> {"street", "rt", "rw", "region",
"postal_code"}; map_point -> {"lat", "lon"} (str); group -> list of rows, each a dict with
"_row" (its id). Files are documents, not answers.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mpp.kit.keys import decrypt, encrypt
from permits.conditions import is_empty
from permits.definition import Field, PermitDefinition
from permits.models import Answer, Application

ENCRYPTED_TYPES = frozenset({"nik", "npwp"})
SEPARATOR = "."
Values = dict[str, Any]


def is_encrypted(field: Field) -> bool:
    """Whether answers to this field are encrypted wherever they are stored."""
    return field.sensitive or field.type in ENCRYPTED_TYPES


def _read(row: Answer) -> Any:
    return json.loads(decrypt(row.value) if row.is_encrypted else row.value)


def collect(defn: PermitDefinition, rows: Iterable[Answer]) -> Values:
    """Answer rows as plain values, in the order of the definition; unknown keys are left out."""
    single: Values = {}
    groups: dict[str, dict[str, Values]] = {}
    for row in rows:
        outer, _dot, inner = row.field_key.partition(SEPARATOR)
        if inner:
            groups.setdefault(outer, {}).setdefault(row.row_id, {})[inner] = _read(row)
        else:
            single[outer] = _read(row)
    found: Values = {}
    for field in defn.all_fields():
        if field.type == "group":
            rows_of = groups.get(field.key, {})
            # r999 comes before r1000: the shorter name first.
            order = sorted(rows_of, key=lambda row_id: (len(row_id), row_id))
            found[field.key] = [{"_row": row_id, **rows_of[row_id]} for row_id in order]
        elif field.key in single:
            found[field.key] = single[field.key]
    return found


def answers_of(application: Application, defn: PermitDefinition) -> Values:
    """All answers of an application as plain values (one query)."""
    return collect(defn, application.answers.all())


def _row(application: Application, key: str, row_id: str, value: Any, *, secret: bool) -> Answer:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return Answer(
        application=application,
        field_key=key,
        row_id=row_id,
        value=encrypt(text) if secret else text,
        is_encrypted=secret,
    )


def _group_rows(application: Application, field: Field, rows: list[Values]) -> list[Answer]:
    made = []
    inner_fields = {inner.key: inner for inner in field.fields}
    for position, row in enumerate(rows, start=1):
        row_id = f"r{position:03}"
        for key, value in row.items():
            if key in inner_fields and not is_empty(value):
                secret = is_encrypted(field) or is_encrypted(inner_fields[key])
                made.append(_row(application, f"{field.key}.{key}", row_id, value, secret=secret))
    return made


def store(application: Application, defn: PermitDefinition, values: Mapping[str, Any]) -> None:
    """Write the given answers (None or empty removes one); others stay as they are.

    Runs inside the caller's transaction. A group is written as a whole.
    """
    single: list[Answer] = []
    gone: list[str] = []
    for key, value in values.items():
        field = defn.field(key)
        if field.type == "group":
            Answer.objects.filter(
                application=application, field_key__startswith=f"{key}{SEPARATOR}"
            ).delete()
            Answer.objects.bulk_create(_group_rows(application, field, value or []))
        elif is_empty(value):
            gone.append(key)
        else:
            single.append(_row(application, key, "", value, secret=is_encrypted(field)))
    if gone:
        Answer.objects.filter(application=application, field_key__in=gone).delete()
    if single:
        Answer.objects.bulk_create(
            single,
            update_conflicts=True,
            unique_fields=["application", "field_key", "row_id"],
            update_fields=["value", "is_encrypted", "updated_at"],
        )
