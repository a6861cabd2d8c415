"""A child of `tests.concurrency.crowd`: prepare, wait at the barrier, act, tell."""

import json
import os
import sys
import time
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from mpp.kit.states import WrongState  # noqa: E402
from permits.workflow import Refused  # noqa: E402
from tests.concurrency import queue_tasks, tasks, visit_tasks  # noqa: E402

TASKS = vars(tasks) | vars(queue_tasks) | vars(visit_tasks)


def outcome_of(act) -> dict:
    """What became of an act, as plain data."""
    try:
        return {"ok": act()}
    except (WrongState, Refused) as told:
        return {"error": type(told).__name__, "text": str(told)}
    except Exception as fault:
        return {"error": type(fault).__name__, "text": str(fault)[:300]}


def main(task: str, folder: Path, number: str) -> None:
    """Run the task once per round, after the barrier; print all outcomes as one line of JSON."""
    outcomes = []
    for index, argument in enumerate(json.loads(os.environ["CROWD_ROUNDS"])):
        act = TASKS[task](argument)
        connection.ensure_connection()
        (folder / f"ready-{index}-{number}").touch()
        while not (folder / f"go-{index}").exists():
            time.sleep(0.0005)
        outcomes.append(outcome_of(act))
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
