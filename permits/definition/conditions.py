"""The shape of a condition (`show_if`): a comparison, or all, any, not over conditions."""

from dataclasses import dataclass
from typing import Any

COMPARISONS = ("eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "contains", "filled", "empty")
LIST_OPS = ("in", "not_in")
VALUELESS_OPS = ("filled", "empty")
JOINS = ("all", "any", "not")


@dataclass(frozen=True, slots=True)
class Condition:
    """`op` is a comparison over `field` and `value`, or a join (all, any, not) over `parts`."""

    op: str
    field: str = ""
    value: Any = None
    parts: tuple["Condition", ...] = ()


def fields_of(condition: Condition | None) -> frozenset[str]:
    """Keys of the fields a condition looks at; empty for no condition."""
    if condition is None:
        return frozenset()
    if condition.op in JOINS:
        return frozenset().union(*(fields_of(part) for part in condition.parts))
    return frozenset({condition.field})
