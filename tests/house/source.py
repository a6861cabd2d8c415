"""Our own Python sources, parsed once, for the tests that read code."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# From the ground up. A room may know itself and what stands before it in this list;
# permits and visits never know each other.
FLOORS = {"mpp.kit": 0, "accounts": 1, "counters": 2, "permits": 3, "visits": 3, "mpp": 9}


def room_of(module: str) -> str | None:
    """The room a dotted module name belongs to, or None for foreign code."""
    if module == "mpp.kit" or module.startswith("mpp.kit."):
        return "mpp.kit"
    first = module.partition(".")[0]
    return first if first in FLOORS else None


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def files() -> tuple[Path, ...]:
    """Every Python file of the product, without migrations, tests and tools."""
    found = []
    for room in ("mpp", "accounts", "counters", "permits", "visits"):
        found += [path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    return tuple(sorted(found))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of every import in a file; relative ones made absolute."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package[: len(package) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            for name in node.names:
                yield node.lineno, f"{base}.{name.name}"
