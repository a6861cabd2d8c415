"""Measure the live pages of the queue under a full hall: `make bench-queue`.

30 boards ask every one and a half seconds and 300 ticket pages as they are told to (every two
seconds when called or near, else every fifteen), while counters call. Server, database and this
client share the machine. A call counts as on a board when its answer has arrived there, measured
from the commit of the call. Then the queries of the three hot paths are counted.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench import free_port
from simulate_day import database, environment

ROOT = Path(__file__).resolve().parent.parent
BOARD_SECONDS, NEAR_SECONDS, FAR_SECONDS = 1.5, 2.0, 15.0
MEMORY_MB, BOARD_BYTES = 600, 2048
TICKS = os.sysconf("SC_CLK_TCK")


class Page:
    """One open page: a connection that stays, an ETag, and what it saw."""

    def __init__(self, port: int, path: str, seconds: float) -> None:
        self.port, self.path, self.seconds = port, path, seconds
        self.etag = ""
        self.asked = self.same = self.faults = 0
        self.took: list[float] = []
        self.bodies: list[tuple[float, bytes]] = []
        self.stream: tuple | None = None

    async def live(self, until: float) -> None:
        """Ask again and again, from a random moment on."""
        await asyncio.sleep(random.uniform(0, self.seconds))
        while time.time() < until:
            started = time.time()
            try:
                await self.ask()
            except (OSError, asyncio.IncompleteReadError, ValueError):
                self.faults += 1
                self.stream = None
            self.took.append(time.time() - started)
            await asyncio.sleep(max(0.0, self.seconds - (time.time() - started)))

    async def ask(self) -> None:
        """One request over HTTP/1.1."""
        # The server closes a connection that is silent for long; a browser opens another one.
        if self.stream is None or self.stream[0].at_eof():
            self.stream = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.stream
        head = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += f"If-None-Match: {self.etag}\r\n" if self.etag else ""
        writer.write((head + "\r\n").encode())
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            k.lower(): v.strip() for k, _c, v in (each.partition(":") for each in lines[1:])
        }
        status = int(lines[0].split()[1])
        body = b""
        if headers.get("transfer-encoding") == "chunked":
            while size := int((await reader.readline()).strip(), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        elif status != 304:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            writer.close()
            self.stream = None
        self.asked += 1
        self.etag = headers.get("etag", self.etag)
        if status == 304:
            self.same += 1
        elif status == 200:
            self.seen(time.time(), body)
        else:
            self.faults += 1

    def seen(self, at: float, body: bytes) -> None:
        """A new answer arrived."""


class Board(Page):
    """Keeps its answers: the calls in them are looked up afterwards."""

    def seen(self, at: float, body: bytes) -> None:
        self.bodies.append((at, body))


class TicketPage(Page):
    """Asks at the pace the fragment tells it."""

    def seen(self, _at: float, body: bytes) -> None:
        near = b'data-seconds="2"' in body or b'data-live-seconds="2"' in body
        self.seconds = NEAR_SECONDS if near else FAR_SECONDS


def family(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def memory_mb(pid: int) -> float:
    """Proportional memory of a process and its children: what they really occupy together."""
    total = 0
    for each in family(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and its children so far."""
    total = 0
    for each in family(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[18] if len(values) > 1 else float("nan")


async def watch(pages: list[Page], until: float) -> None:
    """All pages at once."""
    await asyncio.gather(*(page.live(until) for page in pages))


def measure(port: int, server: int, found: dict, helper, seconds: float) -> list[str]:
    """Open the pages, let the counters call, print; what is above a limit."""
    boards = [Board(port, found["board"], BOARD_SECONDS) for _n in range(30)]
    tickets = [TicketPage(port, path, FAR_SECONDS) for path in found["tickets"]]
    until = time.time() + seconds
    calls: dict[int, float] = {}

    def listen() -> None:
        for line in helper.stdout:
            told = json.loads(line)
            calls[told["call"]] = told["at"]

    threading.Thread(target=listen, daemon=True).start()
    before, started = cpu_seconds(server), time.time()
    asyncio.run(watch([*boards, *tickets], until))
    spent = (cpu_seconds(server) - before) / (time.time() - started)
    memory = memory_mb(server)
    first: list[float] = []
    missed = 0
    for board in boards:
        known: set[int] = set()
        for at, body in board.bodies:
            for call in json.loads(body)["calls"]:
                if call[0] in calls and call[0] not in known:
                    known.add(call[0])
                    first.append(at - calls[call[0]])
        settled = [pk for pk, at in calls.items() if at < until - 5]
        missed += len(set(settled) - known)
    sizes = [len(body) for board in boards for _at, body in board.bodies]
    print(f"calls {len(calls)}, seen on boards {len(first)} times, missed {missed}")
    if first:
        print(
            f"commit -> on the board  median {statistics.median(first):.2f} s, "
            f"p95 {p95(first):.2f} s, longest {max(first):.2f} s"
        )
    for name, pages in (("board", boards), ("ticket page", tickets)):
        took = [each for page in pages for each in page.took]
        asked = sum(page.asked for page in pages)
        same = sum(page.same for page in pages)
        print(
            f"{name:12} {asked} answers ({same / max(asked, 1):.0%} unchanged), "
            f"p95 {p95(took) * 1000:.0f} ms, faults {sum(page.faults for page in pages)}"
        )
    print(
        f"server CPU {spent:.0%} of one core, memory {memory:.0f} MB, board <= {max(sizes)} bytes"
    )
    wrong = [] if first and p95(first) <= 2.0 else ["a call is not on the boards within 2 s"]
    wrong += [f"{missed} calls missed"] if missed else []
    wrong += ["memory"] if memory > MEMORY_MB else []
    wrong += ["board payload"] if max(sizes) > BOARD_BYTES else []
    return wrong


def main() -> int:
    """Prepare a full hall, serve it, measure; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", default="", help="PostgreSQL server (default: SQLite file)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mpp-bench-queue-") as name:
        folder = Path(name)
        plan = {"seed": "bench", "people": 0, "counters": 40, "day": "2026-11-23", "always": True}
        (folder / "plan.json").write_text(json.dumps(plan))
        with database(options.database, folder) as url:
            env = environment(url, folder)

            def helper(what: str) -> subprocess.Popen:
                command = [sys.executable, "tools/bench_queue_hall.py", what]
                command.append(str(folder / "plan.json"))
                return subprocess.Popen(
                    command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
                )

            found = json.loads(helper("prepare").communicate()[0].splitlines()[-1])
            port = free_port()
            command = [sys.executable, "-m", "gunicorn", "mpp.wsgi", "--config"]
            command += ["mpp/gunicorn.py", "--bind", f"127.0.0.1:{port}"]
            server = subprocess.Popen(command, cwd=ROOT, env=env)
            caller = None
            try:
                time.sleep(8)
                caller = helper("call")
                wrong = measure(port, server.pid, found, caller, options.seconds)
            finally:
                for process in (server, caller):
                    if process is not None:
                        process.terminate()
                        process.wait(20)
            counted = helper("queries").communicate()[0].splitlines()[-1]
    queries = json.loads(counted)
    print(f"queries right after a change: {queries}")
    limits = {"call next": 6, "board": 3, "ticket page": 8}
    wrong += [
        f"{name}: {queries[name]} queries" for name in limits if queries[name] > limits[name]
    ]
    print("FAILED: " + "; ".join(wrong) if wrong else "all goals met")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
