"""Real processes that start together: each runs one function of a test and tells its outcome.

A process of its own has its own connections, caches and clock, like a gunicorn worker. Nothing
is inherited: the child is a fresh interpreter that is told the name of the test database.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[2]
START_SECONDS = 180


def environment() -> dict[str, str]:
    """What a child needs to reach the very database of this test, its files and its mails."""
    database = connection.settings_dict
    values = {
        key: database[key]
        for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    }
    values["NAME"] = str(values["NAME"])
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.concurrency.settings",
        "CROWD_DATABASE": json.dumps(values),
        "TEST_DATA_DIR": str(settings.DATA_DIR),
        "PYTHONPATH": str(ROOT),
    }


def start(task: str, rounds: list[dict], folder: Path, number: int) -> subprocess.Popen:
    """One child that prepares, and per round waits at the barrier and runs `task`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.concurrency.child", task, str(folder), str(number)],
        cwd=ROOT,
        env=environment() | {"CROWD_ROUNDS": json.dumps(rounds)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(task: str, rounds: Sequence[Sequence[dict[str, Any]]], folder: Path) -> list[list[dict]]:
    """Run `task` (a name in tests.concurrency.tasks) in as many processes as a round has entries.

    All processes of a round start at one moment. Returns per round what each returned:
    {"ok": value}, {"error": class name, "text": sentence}, or {"killed": True}.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection.close()
    count = len(rounds[0])
    children = [start(task, [each[n] for each in rounds], folder, n) for n in range(count)]
    for number in range(len(rounds)):
        wait_until_ready(children, folder, number)
        (folder / f"go-{number}").touch()
    told = [child.communicate(timeout=180) for child in children]
    results = []
    for child, (out, err) in zip(children, told, strict=True):
        killed = child.returncode == -signal.SIGKILL
        assert killed or child.returncode == 0, err[-3000:]
        results.append([{"killed": True}] if killed else json.loads(out.splitlines()[-1]))
    return [list(each) for each in zip(*results, strict=True)]


def wait_until_ready(children: Sequence[subprocess.Popen], folder: Path, number: int) -> None:
    """Until every child stands at the barrier; fails when one died on the way."""
    deadline = time.monotonic() + START_SECONDS
    while len(list(folder.glob(f"ready-{number}-*"))) < len(children):
        for child in children:
            assert child.poll() is None, child.communicate()[1][-3000:]
        assert time.monotonic() < deadline, "the processes did not come to the barrier in time"
        time.sleep(0.005)
