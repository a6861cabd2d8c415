"""A short run over HTTP with the server killed on the way: `python tools/simulate_http.py`.

Citizens take numbers with the public form, officers call and serve at the console, all against
gunicorn on this machine. The whole server is killed with SIGKILL several times and started again.
Who got no answer sends the same form again, as a browser would. At the end everything that was
acknowledged is there, nothing is there twice, and the audit finds nothing.
"""

import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from bench import free_port
from simulate_day import database, environment

ROOT = Path(__file__).resolve().parent.parent
QUEUE, HALL = "dukcapil", 13
PATIENCE = 90


class Browser:
    """One browser: its cookies, and its patience with a server that is gone for a moment."""

    def __init__(self, port: int, cookies: str = "") -> None:
        self.port, self.cookies, self.again = port, dict(_pairs(cookies)), 0

    def ask(self, method: str, path: str, form: dict | None = None) -> tuple[int, str, str]:
        """(status, body, Location); asks again while there is no answer or a 5xx."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._once(method, path, form)
                if answer[0] < 500:
                    return answer
            except (OSError, http.client.HTTPException):
                pass
            if time.monotonic() > until:
                raise SystemExit(f"no answer to {method} {path}")
            self.again += 1
            time.sleep(0.2)

    def _once(self, method: str, path: str, form: dict | None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            for value in answer.headers.get_all("Set-Cookie") or ():
                self.cookies.update(_pairs(value.partition(";")[0]))
            return answer.status, text, answer.headers.get("Location", "")
        finally:
            connection.close()


def _pairs(cookies: str):
    for each in cookies.split(";"):
        name, equals, value = each.strip().partition("=")
        if equals:
            yield name, value


def hidden(text: str, name: str) -> str:
    """The value of a hidden field on a page."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    return found.group(1) if found else ""


class Run:
    """Server, browsers and what they were told."""

    def __init__(self, port: int, env: dict, folder: Path, options: argparse.Namespace) -> None:
        self.port, self.env, self.folder, self.options = port, env, folder, options
        self.server: subprocess.Popen | None = None
        self.numbers: dict[int, str] = {}
        self.served: list[str] = []
        self.faults: list[str] = []
        self.again = self.killed = 0
        self.lock = threading.Lock()

    # --- the server -----------------------------------------------------------------------
    def start(self) -> None:
        """gunicorn with two workers, in a process group of its own."""
        command = [sys.executable, "-m", "gunicorn", "mpp.wsgi", "--config", "mpp/gunicorn.py"]
        command += ["--bind", f"127.0.0.1:{self.port}"]
        log = (self.folder / "server.log").open("a")
        self.server = subprocess.Popen(
            command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self) -> None:
        """Everything of the server, at once, without a word."""
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()
        self.killed += 1

    # --- people ---------------------------------------------------------------------------
    def citizen(self, number: int) -> None:
        """Take a number with the form; remember its secret address once it was told."""
        browser = Browser(self.port)
        path = f"/antrean/ambil/{QUEUE}/sekarang/"
        _status, page, _to = browser.ask("GET", path)
        form = {
            "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"),
            "key": hidden(page, "key"),
            "for_whom": "self",
            "name": f"Warga {number}",
            "phone": f"0812{number:08d}",
        }
        status, _page, to = browser.ask("POST", path, form)
        with self.lock:
            self.again += browser.again
            if status == 302:
                self.numbers[number] = to
            else:
                self.faults.append(f"citizen {number}: {status}")

    def citizens(self, first: int) -> None:
        """Every eighth of them, one after the other."""
        for number in range(first, self.options.people, 8):
            self.citizen(number)

    def officer(self, counter: int, cookie: str, stop: threading.Event) -> None:
        """Open, then call, serve and finish until told to stop and nobody waits."""
        browser = Browser(self.port, cookie)
        console = f"/admin/loket/{counter}/"
        _status, page, _to = browser.ask("GET", console)
        self._press(browser, console, "buka", page)
        while True:
            _status, page, _to = browser.ask("GET", console)
            current = hidden(page, "ticket") if f"{console}selesai/" in page else ""
            if not current and f"{console}datang/" not in page:
                status = self._press(browser, console, "panggil", page)
                if status == 409 and stop.is_set():
                    break
                time.sleep(0.05)
                continue
            act = "datang" if f"{console}datang/" in page else "selesai"
            ticket = self._ticket_of(page, f"{console}{act}/")
            status = self._press(browser, console, act, page, ticket=ticket)
            if act == "selesai" and status == 302:
                with self.lock:
                    self.served.append(ticket)
        with self.lock:
            self.again += browser.again

    def _press(self, browser: Browser, console: str, act: str, page: str, **more: str) -> int:
        form = {
            "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"),
            "key": hidden(page, "key"),
            **more,
        }
        status, _page, _to = browser.ask("POST", f"{console}{act}/", form)
        if status not in (302, 409):
            with self.lock:
                self.faults.append(f"{act} at {console}: {status}")
        return status

    def _ticket_of(self, page: str, action: str) -> str:
        # "Done" stands beside "done, call the next one" in one form.
        mark = 'id="finish-form"' if action.endswith("/selesai/") else f'action="{action}"'
        part = page[page.index(mark) :]
        return hidden(part[: part.index("</form>")], "ticket")

    # --- the run --------------------------------------------------------------------------
    def go(self, cookies: dict[str, str]) -> None:
        """People and officers at once; the server is killed `--kill` times meanwhile."""
        self.start()
        Browser(self.port).ask("GET", "/antrean/")
        stop = threading.Event()
        people = [threading.Thread(target=self.citizens, args=(n,)) for n in range(8)]
        desks = [
            threading.Thread(target=self.officer, args=(int(pk), cookie, stop))
            for pk, cookie in list(cookies.items())[:4]
        ]
        for thread in people + desks:
            thread.daemon = True
            thread.start()
        for each in range(1, self.options.kill + 1):
            share = each / (self.options.kill + 1)
            while len(self.numbers) < share * self.options.people and any(
                thread.is_alive() for thread in people
            ):
                time.sleep(0.02)
            self.kill()
            print(f"  killed the server after {len(self.numbers)} numbers", flush=True)
            time.sleep(0.5)
            self.start()
        for thread in people:
            thread.join()
        stop.set()
        for thread in desks:
            thread.join()


def main() -> int:
    """Prepare, run, audit, print; 1 when something acknowledged is missing or there twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=80)
    parser.add_argument("--kill", type=int, default=2)
    parser.add_argument("--database", default="", help="PostgreSQL server (default: SQLite file)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mpp-http-") as name:
        folder = Path(name)
        with database(options.database, folder) as url:
            env = environment(url, folder)
            plan = {"seed": "http", "people": 0, "counters": 40, "day": "2026-11-23"}
            (folder / "plan.json").write_text(json.dumps(plan | {"always": True}))

            def step(what: str) -> dict:
                command = [sys.executable, "tools/simulate_hall.py", what]
                command.append(str(folder / "plan.json"))
                done = subprocess.run(
                    command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True
                )
                return json.loads(done.stdout.splitlines()[-1])

            cookies = step("prepare")["cookies"]
            run = Run(free_port(), env, folder, options)
            started = time.monotonic()
            try:
                run.go(cookies)
                missing = [
                    number
                    for number, path in run.numbers.items()
                    if Browser(run.port).ask("GET", path)[0] != 200
                ]
            finally:
                os.killpg(run.server.pid, signal.SIGTERM)
                run.server.wait(20)
            seconds = time.monotonic() - started
            found = step("count")
    wrong = list(found["problems"]) + run.faults
    wrong += [f"the numbers of {missing} are gone"] if missing else []
    if not len(run.numbers) == found["tickets"] == found["called"] == found["done"]:
        wrong.append("numbers, calls and services differ")
    print(f"numbers acknowledged {len(run.numbers)}, in the database {found['tickets']}")
    print(f"called {found['called']} (calls {found['calls']}), served {found['done']}")
    print(f"services acknowledged {len(set(run.served))}")
    print(f"server killed {run.killed} times, forms sent again {run.again}")
    print(f"problems {len(found['problems'])}, time {seconds:.0f} s")
    print("FAILED: " + "; ".join(wrong[:8]) if wrong else "all as it must be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
