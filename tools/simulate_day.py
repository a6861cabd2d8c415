"""A whole day of the hall on a real database: what `make simulate-day` does.

    make simulate-day                                   1,000 people, 40 counters, SQLite on a file
    make simulate-day ARGS="--kill 5"                   processes are killed on the way
    make simulate-day ARGS="--database postgres://root@%2Fvar%2Frun%2Fpostgresql/x"
    make simulate-day ARGS="--people 200 --counters 16 --speed 400"

People arrive, book, print, wait, leave, let others go first, miss their call and come back;
counters open late, pause and close; all through the acts of the portal, in several processes on
one clock that runs at most `--speed` times as fast and waits for the slowest process. Ranges are
learned from other days, shown to waiting people and kept as the portal does it. At the end the
portal's own audit looks at every row. The database is made for the run and dropped after it: with
--database only that server is used.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter as Tally
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from simulate_clock import DONE, SharedClock

ROOT = Path(__file__).resolve().parent.parent
FIRST_MINUTE, LAST_MINUTE = 7 * 60 + 55, 16 * 60
HIT_RATE = 0.75


@contextmanager
def database(url: str, folder: Path):
    """The address of a new, empty database: a file, or one on the server of `url`."""
    if not url:
        yield f"sqlite:///{folder / 'day.sqlite3'}"
        return
    import psycopg

    parts = urlsplit(url)
    name = f"simulate_{os.getpid()}"
    server = {
        "host": unquote(parts.hostname or ""),
        "port": parts.port or 5432,
        "user": parts.username,
        "password": parts.password,
        "dbname": "postgres",
        "autocommit": True,
    }
    with psycopg.connect(**server) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield parts._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(**server) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def environment(url: str, folder: Path) -> dict[str, str]:
    """Settings of the processes: that database, a data folder of their own, no mail."""
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DEBUG"}}
    return env | {
        "MPP_DEMO": "1",
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "mpp.settings",
        "LOG_LEVEL": "ERROR",
        # No collected files: pages name them as they lie.
        "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "PYTHONPATH": str(ROOT),
    }


class Day:
    """The run: its plan, its processes and their kills."""

    def __init__(self, options: argparse.Namespace, env: dict[str, str], folder: Path) -> None:
        self.options, self.env, self.folder = options, env, folder
        self.plan = {
            "seed": options.seed,
            "people": options.people,
            "counters": options.counters,
            "processes": options.processes,
            "day": options.day,
            "speed": options.speed,
            "first_minute": FIRST_MINUTE,
            "last_minute": LAST_MINUTE,
            "folder": str(folder),
        }
        self.file = folder / "plan.json"
        self.children: dict[int, subprocess.Popen] = {}
        self.killed = 0

    def step(self, what: str) -> dict:
        """Prepare or audit, in a process of its own."""
        self.file.write_text(json.dumps(self.plan))
        command = [sys.executable, "tools/simulate_hall.py", what, str(self.file)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.env, check=True, stdout=subprocess.PIPE, text=True
        )
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, number: int) -> None:
        """One worker, for the first time or again."""
        command = [sys.executable, "tools/simulate_worker.py", str(self.file), str(number)]
        log = (self.folder / f"worker-{number}.log").open("a")
        self.children[number] = subprocess.Popen(command, cwd=ROOT, env=self.env, stderr=log)

    def run(self) -> float:
        """Let the day pass; how many seconds it took."""
        self.plan["clock"] = str(self.folder / "clock")
        self.file.write_text(json.dumps(self.plan))
        clock = SharedClock(self.folder / "clock", self.options.processes)
        clock.start(FIRST_MINUTE)
        chance = random.Random(f"kills {self.options.seed}")
        # While people come: in the evening a kill would meet nobody.
        kills = sorted(chance.uniform(8 * 60, 14 * 60) for _n in range(self.options.kill))
        began = at = time.monotonic()
        for number in range(self.options.processes):
            self.start(number)
        while self.children:
            time.sleep(0.005)
            at = clock.advance(self.options.speed, at)
            if kills and clock.now() >= kills[0]:
                kills.pop(0)
                self.kill(chance.choice(sorted(self.children)), clock.now())
            for number, child in list(self.children.items()):
                if child.poll() is None:
                    continue
                del self.children[number]
                clock.report(number, DONE)
                if child.returncode:
                    raise SystemExit((self.folder / f"worker-{number}.log").read_text()[-3000:])
        return time.monotonic() - began

    def kill(self, number: int, minute: float) -> None:
        """SIGKILL one process wherever it is, and start it again."""
        child = self.children[number]
        child.send_signal(signal.SIGKILL)
        child.wait()
        self.killed += 1
        at = f"{int(minute // 60):02d}.{int(minute % 60):02d}"
        print(f"  {at}: killed process {number} (pid {child.pid}), started again", flush=True)
        self.start(number)

    def counted(self) -> Tally:
        """What all lives of all processes counted; the largest of what is a maximum."""
        total: Tally = Tally()
        for file in self.folder.glob("stats-*.json"):
            for name, value in json.loads(file.read_text()).items():
                if name.startswith("max "):
                    total[name] = max(total[name], value)
                else:
                    total[name] += value
        return total


def report(day: Day, found: dict, counted: Tally, seconds: float) -> list[str]:
    """Print the figures; what is not as it must be."""
    shown, passed = found["ranges"], found["overtaking"]
    print(f"people with a number   {found['people']} of {day.options.people}")
    print(f"numbers by state       {found['states']}")
    print(f"bookings by state      {found['bookings']}")
    print(f"acts                   {found['acts']}")
    print(f"minutes waited         {found['waits']}")
    print(f"ranges shown           {shown['shown']}")
    for name in ("all", "over 10", "over 30"):
        row = shown[name]
        print(
            f"  waits {name:8} {row['count']:6}  hit rate {row['hit_rate']:.1%}"
            f"  median width {row['median_width']} min  narrow {row['narrow']:.0%}"
        )
    print(
        f"overtaking             {passed['calls']} calls, {passed['overtakes']} overtakes, "
        f"{passed['excused']} of them with a reason; longest {passed['longest']} of "
        f"{passed['bound']} min, beyond: {passed['violations']}"
    )
    print(f"acts tried             {counted['acts']}, slowest {counted['max slowest']:.2f} s")
    told = {k[5:]: v for k, v in counted.items() if k.startswith("told ")}
    print(f"sentences to people    {told}")
    print(f"acts run again         {counted['retries']}, given up {counted['given up']}")
    print(f"database is locked     {counted['locked']}, other faults {counted['fault']}")
    print(f"processes killed       {day.killed}")
    print(f"behind the clock       {counted['max lag']:.1f} simulated minutes at most")
    print(f"problems found         {len(found['problems'])}")
    for line in found["problems"][:20]:
        print(f"  {line}")
    print(f"time                   {seconds:.0f} s for {(LAST_MINUTE - FIRST_MINUTE) / 60:.1f} h")
    wrong = list(found["problems"])
    wrong += [f"{found['doubles']} have several numbers"] if found["doubles"] else []
    wrong += ["somebody saw a locked database"] if counted["locked"] else []
    wrong += ["faults"] if counted["fault"] else []
    if shown["all"]["hit_rate"] < HIT_RATE:
        wrong.append(f"hit rate {shown['all']['hit_rate']:.1%}")
    if shown["all"]["narrow"] < 0.5:
        wrong.append("ranges too wide")
    return wrong


def main() -> int:
    """Prepare, let the day pass, audit, print; 1 when something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--counters", type=int, default=40)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--kill", type=int, default=0, help="so many SIGKILLs on the way")
    parser.add_argument("--database", default="", help="PostgreSQL server (default: SQLite file)")
    parser.add_argument("--speed", type=float, default=600, help="times real time, at most")
    parser.add_argument("--day", default="2026-11-23", help="the simulated date (a Monday)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mpp-day-") as name:
        folder = Path(name)
        with database(options.database, folder) as url:
            day = Day(options, environment(url, folder), folder)
            kind = "SQLite " + sqlite3.sqlite_version if url.startswith("sqlite") else "PostgreSQL"
            print(f"{options.people} people, {options.counters} counters, {kind}", flush=True)
            print(f"prepared: {day.step('prepare')}", flush=True)
            seconds = day.run()
            wrong = report(day, day.step("audit"), day.counted(), seconds)
            logs = [file.read_text() for file in folder.glob("worker-*.log")]
    if any(logs):
        print("\n".join(log[-1500:] for log in logs if log))
    print("FAILED: " + "; ".join(wrong[:5]) if wrong else "all as it must be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
