"""Sizes: a module that grew past its ceiling is split, a long function is looked at hard."""

import ast

from tests.house.source import ROOT, files, tree

MODULE_LINES = 400
FUNCTION_LINES = 60
# Long for a reason, which stands beside it.
LONG_FUNCTIONS: dict[str, str] = {}


def test_modules_stay_below_the_ceiling():
    wrong = []
    for path in files():
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > MODULE_LINES:
            wrong.append(f"{path.relative_to(ROOT)}: {lines} lines")
    assert not wrong, "\n".join(wrong)


def test_functions_stay_below_the_ceiling():
    wrong = []
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                name = f"{path.relative_to(ROOT)}:{node.name}"
                if length > FUNCTION_LINES and name not in LONG_FUNCTIONS:
                    wrong.append(f"{name}: {length} lines")
    assert not wrong, "\n".join(wrong)
