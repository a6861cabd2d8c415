"""Measure our pages beside a bare Django page on the same server: what `make bench` does.

    make bench                        CPU time, requests per second and p95, as ratios
    make bench ARGS=--weights         page weights (Brotli, first visit) and numbers of requests
    make bench ARGS="--rounds 9"      longer, steadier
    make bench ARGS="--only visit"    the pages whose name holds this word

Both servers run gunicorn with mpp/gunicorn.py and one process; rounds of all pages alternate, so
that a noisy machine disturbs all alike. CPU time is the server's own, from /proc: compare the
ratios of one run, never figures of two machines. The portal gets its own data in a temporary
folder; nothing of yours is touched.
"""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
CLIENTS = 4
PUBLIC_KB, DESK_KB, PUBLIC_REQUESTS, DESK_REQUESTS = 70, 90, 4, 6


@dataclass
class Target:
    """One page and its goal: CPU per request in multiples of the bare page, 0 for none."""

    name: str
    path: str
    goal: float
    cookie: str = ""
    is_desk: bool = False
    note: str = ""


def targets() -> list[dict]:
    """The pages to measure, with data made for them in the database of the environment."""
    import django

    django.setup()
    import bench_data

    return [asdict(Target(*row)) for row in bench_data.pages()]


BARE = {
    "bare/__init__.py": "",
    "bare/settings.py": """
from pathlib import Path
BASE = Path(__file__).resolve().parent
SECRET_KEY = "bare-" + "x" * 50
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "bare.urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes",
                  "django.contrib.sessions", "django.contrib.messages"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [BASE / "templates"], "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE / "db.sqlite3"}}
""",
    "bare/urls.py": """
from django.shortcuts import render
from django.urls import path
def page(request):
    return render(request, "page.html", {"title": "Bare", "words": ["one", "two", "three"]})
urlpatterns = [path("", page)]
""",
    "bare/wsgi.py": """
import os
from django.core.wsgi import get_wsgi_application
os.environ["DJANGO_SETTINGS_MODULE"] = "bare.settings"
application = get_wsgi_application()
""",
    "bare/templates/base.html": "<!doctype html><html lang='id'><head><title>"
    "{% block title %}{% endblock %}</title></head><body>{% block body %}{% endblock %}</body>",
    "bare/templates/page.html": "{% extends 'base.html' %}{% block title %}{{ title }}"
    "{% endblock %}{% block body %}<h1>{{ title }}</h1><ul>{% for word in words %}"
    "<li>{{ word }}</li>{% endfor %}</ul>{% endblock %}",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(application: str, folder: Path, env: dict[str, str]):
    """gunicorn with our own settings for it; yields (port, process id of the master)."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += ["--config", str(ROOT / "mpp" / "gunicorn.py")]
    log = (folder / f"{application}.log").open("w")
    server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        for _try in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if server.poll() is not None:
                raise SystemExit((folder / f"{application}.log").read_text())
            time.sleep(0.1)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def cpu_seconds(master: int) -> float:
    """CPU time used so far by the children of this process (the ones that answer)."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    total = 0
    for pid in children:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def shoot(port: int, path: str, cookie: str, count: int) -> tuple[float, list[float]]:
    """`count` requests over a few connections; (seconds in all, seconds of each)."""
    times: list[float] = []
    faults: list[str] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _each in range(number):
            started = time.perf_counter()
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - started)
            if answer.status != 200:
                faults.append(f"{path} answers {answer.status}")
                return
        connection.close()

    threads = [threading.Thread(target=client, args=(count // CLIENTS,)) for _n in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])
    return time.perf_counter() - started, times


class Figures:
    """What was measured of one page over all rounds."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.rate: list[float] = []
        self.times: list[float] = []

    def add(self, master: int, port: int, path: str, cookie: str, count: int) -> None:
        before = cpu_seconds(master)
        seconds, times = shoot(port, path, cookie, count)
        self.cpu.append((cpu_seconds(master) - before) / len(times))
        self.rate.append(len(times) / seconds)
        self.times += times

    def line(self, bare: "Figures") -> tuple[float, float, float, float]:
        """(CPU ms, multiple of the bare page, requests per second, p95 in ms)."""
        cpu = statistics.median(self.cpu)
        p95 = statistics.quantiles(self.times, n=20)[18] * 1000
        multiple = cpu / statistics.median(bare.cpu)
        return cpu * 1000, multiple, statistics.median(self.rate), p95


def measure(found: list[Target], ours, bare_server, rounds: int, count: int) -> None:
    """Alternate rounds over the bare page and all of ours; print the table."""
    bare = Figures()
    figures = {target.name: Figures() for target in found}
    gone = []
    for target in list(found):
        try:
            shoot(ours[0], target.path, target.cookie, 20)
        except RuntimeError as fault:
            gone.append(f"{target.name}: {fault}")
            found.remove(target)
    shoot(bare_server[0], "/", "", 40)
    for _round in range(rounds):
        bare.add(bare_server[1], bare_server[0], "/", "", count * 4)
        for target in found:
            figures[target.name].add(ours[1], ours[0], target.path, target.cookie, count)
    print(f"\n{'page':12}{'CPU ms':>9}{'x bare':>9}{'goal':>7}{'req/s':>9}{'p95 ms':>9}")
    cpu, _one, rate, p95 = bare.line(bare)
    print(f"{'bare':12}{cpu:9.2f}{1:9.1f}{'':7}{rate:9.0f}{p95:9.1f}")
    for target in found:
        cpu, multiple, rate, p95 = figures[target.name].line(bare)
        mark = "  above the goal" if 0 < target.goal < multiple else ""
        note = f"  ({target.note})" if target.note else ""
        print(
            f"{target.name:12}{cpu:9.2f}{multiple:9.1f}{target.goal or '-':>7}"
            f"{rate:9.0f}{p95:9.1f}{mark}{note}"
        )
    for line in gone:
        print(f"not measured: {line}")


def weigh(found: list[Target], port: int) -> None:
    """Print the Brotli weight of each page with all it loads at a first visit."""
    import brotli

    base = f"http://127.0.0.1:{port}"

    def fetch(path: str, cookie: str = "") -> tuple[bytes, int]:
        headers = {"Accept-Encoding": "br"} | ({"Cookie": cookie} if cookie else {})
        with urllib.request.urlopen(urllib.request.Request(base + path, headers=headers)) as got:
            body = got.read()
            packed = got.headers.get("Content-Encoding") == "br"
        if packed:
            return brotli.decompress(body), len(body)
        is_packed_already = path.endswith((".woff2", ".png", ".jpg", ".webp"))
        return body, len(body) if is_packed_already else len(brotli.compress(body, quality=5))

    print(f"\n{'page':12}{'HTML':>8}{'rest':>8}{'all KB':>9}{'requests':>10}")
    for target in found:
        html, page = fetch(target.path, target.cookie)
        text = html.decode()
        paths = re.findall(r'<script[^>]*\ssrc="(/[^"]+)"', text)
        paths += re.findall(r'<img[^>]*\ssrc="(/[^"]+)"', text)
        for tag in re.findall(r"<link[^>]+>", text):
            if re.search(r'rel="(stylesheet|icon|preload)"', tag):
                paths += re.findall(r'href="(/[^"]+)"', tag)
        paths = list(dict.fromkeys(path.replace("&amp;", "&") for path in paths))
        rest = 0
        for path in list(paths):
            body, size = fetch(path)
            rest += size
            if ".css" in path:
                for inner in re.findall(rb'url\("?([^")]+\.woff2)"?\)', body):
                    font = urllib.parse.urljoin(path, inner.decode())
                    if font not in paths:
                        paths.append(font)
                        rest += fetch(font)[1]
        total, count = (page + rest) / 1024, len(paths) + 1
        limits = (DESK_KB, DESK_REQUESTS) if target.is_desk else (PUBLIC_KB, PUBLIC_REQUESTS)
        mark = "" if total <= limits[0] and count <= limits[1] else "  above the budget"
        print(
            f"{target.name:12}{page / 1024:8.1f}{rest / 1024:8.1f}{total:9.1f}{count:10}"
            f"{mark} (at most {limits[0]} KB, {limits[1]} requests)"
        )


def main() -> int:
    """Prepare both servers, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", action="store_true")
    parser.add_argument("--targets", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", help="pages whose name holds this word")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=120, help="per page and round")
    options = parser.parse_args()
    if options.targets:
        sys.path.insert(0, str(ROOT))
        print(json.dumps(targets()))
        return 0
    with tempfile.TemporaryDirectory(prefix="mpp-bench-") as name:
        folder = Path(name)
        env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DEBUG"}}
        env |= {"WEB_CONCURRENCY": "1", "PYTHONPATH": str(ROOT), "LOG_LEVEL": "WARNING"}
        ours_env = env | {
            "MPP_DEMO": "1",
            "DATA_DIR": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "mpp.settings",
        }
        print("Preparing the demo's data and more...", flush=True)
        prepare = [sys.executable, "manage.py", "demo", "--prepare-only"]
        subprocess.run(prepare, cwd=ROOT, env=ours_env, check=True)
        listed = subprocess.run(
            [sys.executable, __file__, "--targets"],
            cwd=ROOT,
            env=ours_env,
            check=True,
            capture_output=True,
            text=True,
        )
        found = [Target(**each) for each in json.loads(listed.stdout.splitlines()[-1])]
        found = [target for target in found if options.only in target.name]
        for path, text in BARE.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        bare_env = env | {"PYTHONPATH": str(folder)}
        with served("mpp.wsgi", folder, ours_env) as ours:
            if options.weights:
                weigh(found, ours[0])
                return 0
            with served("bare.wsgi", folder, bare_env) as bare:
                measure(found, ours, bare, options.rounds, options.requests)
    return 0


if __name__ == "__main__":
    sys.exit(main())
