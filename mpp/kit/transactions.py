"""The atomic block around an act, tried again when two acts stood in each other's way.

A deadlock or a busy database undoes the whole block, so the whole block is run again: never a
part of it, and never in a view. The worker and the tests read how often that happened.
"""

import functools
import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

# How often acts of this process were run again or given up, by name: "accounts.actions.verify".
retries: Counter[str] = Counter()
given_up: Counter[str] = Counter()

ATTEMPTS = 3
_LONGEST_WAIT = 0.05
# PostgreSQL: serialization failure, deadlock, lock not available.
_PASSING_STATES = frozenset({"40001", "40P01", "55P03"})
_PASSING_NAMES = ("SQLITE_BUSY", "SQLITE_LOCKED")


def is_passing(fault: OperationalError) -> bool:
    """Whether the same block may well succeed a moment later (deadlock, database locked)."""
    cause = fault.__cause__
    if getattr(cause, "sqlstate", None) in _PASSING_STATES:
        return True
    return (getattr(cause, "sqlite_errorname", None) or "").startswith(_PASSING_NAMES)


def act(call: Callable[P, R]) -> Callable[P, R]:
    """Run a function in one transaction; outermost, run it again on deadlock or lock.

    At most `ATTEMPTS` runs in all. Inside another transaction it is a savepoint and a fault
    goes up, because only the outermost block can be run again. The function must have no
    effect outside the database except through `transaction.on_commit`.
    """
    name = f"{call.__module__}.{call.__qualname__}"

    @functools.wraps(call)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                return call(*args, **kwargs)
        return _run_again(name, functools.partial(call, *args, **kwargs))

    return run


def _run_again(name: str, call: Callable[[], R]) -> R:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return call()
        except OperationalError as fault:
            if not is_passing(fault):
                raise
            if attempt == ATTEMPTS:
                given_up[name] += 1
                raise
            retries[name] += 1
            first_line = str(fault).partition("\n")[0]
            log.info("act %s is run again after attempt %d: %s", name, attempt, first_line)
        # Different waits, so that the two do not meet again.
        time.sleep(random.uniform(0, _LONGEST_WAIT * attempt))  # noqa: S311
    raise AssertionError("unreachable")
