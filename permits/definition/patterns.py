"""Patterns that people write into a form: valid, and cheap on every answer.

Python's engine backtracks: `(a+)+` or `(a|a)*` can take minutes on thirty characters. What can
grow without bound is therefore limited by shape, not by a timer.
"""

import re
from re import _constants, _parser
from typing import Any

from django.utils.translation import gettext as _

MAX_LENGTH = 200
MAX_ANSWER = 500  # signs of an answer that a pattern may be asked to match
MAX_WAYS = 300_000  # ways to split an answer that the engine may have to try
MAX_REPEAT = 1000
MAX_DEPTH = 12
_REPEATS = 2
MAX_REPEAT = 1000
MAX_DEPTH = 12
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_PLAIN = (
    _constants.LITERAL,
    _constants.NOT_LITERAL,
    _constants.ANY,
    _constants.IN,
    _constants.AT,
)


def pattern_fault(pattern: str) -> str:
    """Why a pattern is refused, as a sentence; empty when it is fine."""
    if len(pattern) > MAX_LENGTH:
        return _("This pattern is too long.")
    try:
        tree = _parser.parse(pattern)
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return _("This pattern is not a valid expression.")
    walker = _Walker()
    walker.visit(tree, in_repeat=False, depth=0)
    return walker.fault


class _Walker:
    """Multiplies the ways in which an answer can be split while going through a pattern."""

    def __init__(self) -> None:
        self.fault = ""
        self.ways = 1

    def visit(self, tree: Any, *, in_repeat: bool, depth: int) -> None:
        for code, argument in tree:
            if self.fault:
                return
            if depth > MAX_DEPTH:
                self.fault = _("This pattern is nested too deeply.")
            elif code in _REPEATS:
                self._repeat(argument, in_repeat=in_repeat, depth=depth)
            elif code is _constants.SUBPATTERN:
                self.visit(argument[-1], in_repeat=in_repeat, depth=depth + 1)
            elif code is _constants.BRANCH:
                self._branch(argument[1], in_repeat=in_repeat, depth=depth)
            elif code not in _PLAIN:
                self.fault = _("This pattern looks around or back. Write it more simply.")

    def _branch(self, choices: Any, *, in_repeat: bool, depth: int) -> None:
        if in_repeat:
            self.fault = _("This pattern could take very long. Do not repeat alternatives.")
            return
        self._count(len(choices))
        for choice in choices:
            self.visit(choice, in_repeat=False, depth=depth + 1)

    def _repeat(self, argument: Any, *, in_repeat: bool, depth: int) -> None:
        low, high, inner = argument
        if high != _constants.MAXREPEAT and high > MAX_REPEAT:
            self.fault = _("This pattern repeats too often.")
        elif low != high and in_repeat:
            self.fault = _("This pattern could take very long. Do not nest repeats.")
        else:
            self._count(1 + min(high - low, MAX_ANSWER))
            self.visit(inner, in_repeat=in_repeat or high > 1, depth=depth + 1)

    def _count(self, ways: int) -> None:
        self.ways *= ways
        if self.ways > MAX_WAYS:
            self.fault = _("This pattern has too many open repeats.")
