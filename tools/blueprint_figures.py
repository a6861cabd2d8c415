"""Time and memory of a large blueprint: 100 agencies, 1,000 services, 500 permit types.

    .venv/bin/python tools/blueprint_figures.py
    .venv/bin/python tools/blueprint_figures.py --server postgres://user@host/postgres

The demo's file is multiplied to that size, brought into an empty database and exported again; both
files are compared entry by entry. Every step is a process of its own,
so that its largest memory (VmHWM) is its own too. SQLite by default; with --server two databases
`blueprint_a` and `blueprint_b` are made there and dropped again. Nothing else is touched.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
AGENCIES, SERVICES, TYPES = 100, 1_000, 500
GOAL_SECONDS, GOAL_MB = 60, 500
STEP = "--step"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", help="address of a PostgreSQL server's own database")
    parser.add_argument(STEP, nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        return step(*asked.step)
    with tempfile.TemporaryDirectory(prefix="mpp-figures-") as folder:
        return measure(Path(folder), asked.server)


def measure(folder: Path, server: str | None) -> int:
    """Run all steps and print one line each; 1 when a goal is missed or the files differ."""
    one, two = (databases(server, name, folder) for name in ("blueprint_a", "blueprint_b"))
    small, first, second = folder / "small.zip", folder / "one.zip", folder / "two.zip"
    try:
        run(one, folder, "small", small)
        run(one, folder, "multiply", small, first)
        run(two, folder, "migrate")
        figures = {
            "import": run(two, folder, "import", first),
            "export": run(two, folder, "export", second),
        }
    finally:
        if server:
            for name in ("blueprint_a", "blueprint_b"):
                administer(server, f"DROP DATABASE IF EXISTS {name}")
    print(f"{first.stat().st_size / 2**20:.1f} MB file, {'PostgreSQL' if server else 'SQLite'}")
    for name, found in figures.items():
        print(
            f"{name:16} {found['seconds']:6.1f} s, {found['cpu']:5.1f} s of CPU, "
            f"{found['mb']:4.0f} MB"
        )
    same = equal(first, second)
    print("the two files are equal but for ORIGIN and SIGNATURE" if same else "THE FILES DIFFER")
    late = [n for n, f in figures.items() if f["seconds"] > GOAL_SECONDS or f["mb"] > GOAL_MB]
    return 0 if same and not late else 1


def databases(server: str | None, name: str, folder: Path) -> str:
    """The address of an empty database."""
    if not server:
        return f"sqlite:///{folder / name}.sqlite3"
    administer(server, f"DROP DATABASE IF EXISTS {name}")
    administer(server, f"CREATE DATABASE {name}")
    return f"{server.rpartition('/')[0]}/{name}"


def administer(server: str, statement: str) -> None:
    """One statement on the server's own database, outside a transaction."""
    command = [sys.executable, __file__, STEP, "sql", statement]
    subprocess.run(command, env=environment(server, ROOT / "var"), check=True)


def environment(database: str, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mpp.settings",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database,
        "DATA_DIR": str(folder),
        "MPP_DEMO": "1",
        "LOG_LEVEL": "WARNING",
    }


def run(database: str, folder: Path, name: str, *paths: Path) -> dict:
    """One step in a process of its own: its seconds and its largest memory in MB."""
    command = [sys.executable, __file__, STEP, name, *map(str, paths)]
    done = subprocess.run(
        command, env=environment(database, folder), check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def step(name: str, *arguments: str) -> int:
    """What a child process does; the last line it prints are its figures."""
    import django

    django.setup()
    started = time.monotonic()
    STEPS[name](*arguments)
    figures = {
        "seconds": time.monotonic() - started,
        "cpu": time.process_time(),
        "mb": largest_memory(),
    }
    print(json.dumps(figures))
    return 0


def largest_memory() -> float:
    """The largest resident memory of this process so far, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def do_sql(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def do_migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def do_small(path: str) -> None:
    """The demo's mall as a file."""
    from django.core.management import call_command

    from mpp import demo_data

    do_migrate()
    call_command("load_roles", verbosity=0)
    call_command("load_catalogue", verbosity=0)
    call_command("load_permit_types", verbosity=0)
    demo_data.make_places()
    do_export(path)


def do_multiply(small: str, large: str) -> None:
    """The same file with more agencies, services and types, each as large as those of the demo."""
    from mpp.blueprint.plain_yaml import dump

    with zipfile.ZipFile(small) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    agencies = yaml.safe_load(files["counters/agencies.yaml"])["agencies"]
    model = next(one for one in agencies if not one["is_operator"])
    agencies += [
        {**model, "key": f"dinas-{number:03}", "name": f"Dinas Urusan {number}"}
        for number in range(AGENCIES - len(agencies))
    ]
    agencies.sort(key=lambda one: one["key"])
    files["counters/agencies.yaml"] = dump({"agencies": agencies}).encode()
    services = [name for name in files if name.startswith("counters/services/")]
    at_counter = next(name for name in services if b"requirements:" in files[name])
    online = "counters/services/sip-dokter.yaml"
    large_type = yaml.safe_load(files["permits/types/sip-dokter.yaml"])
    models = {name: yaml.safe_load(files[name]) for name in (online, at_counter)}
    types = sum(name.startswith("permits/types/") for name in files)
    for number in range(SERVICES - len(services)):
        key, agency = f"layanan-{number:04}", agencies[number % len(agencies)]["key"]
        more = number < TYPES - types
        own = {"key": key, "agency": agency, "name": f"Layanan nomor {number}"}
        data = models[online if more else at_counter] | own
        files[f"counters/services/{key}.yaml"] = dump(data).encode()
        if more:
            files[f"permits/types/{key}.yaml"] = own_type(large_type, key, number)
    counts = yaml.safe_load(files["MANIFEST.yaml"])["counts"] | {
        "counters/agencies": AGENCIES,
        "counters/services": SERVICES,
        "permits/types": TYPES,
    }
    write(large, files, counts)


def own_type(data: dict, key: str, number: int) -> bytes:
    """The largest type of the demo under another key, with numbers of its own."""
    from permits import definition as definitions

    paper = {**data["document"], "sequence": key, "number_format": f"{{seq}}/{number}/{{year}}"}
    own = {**data, "key": key, "service": key, "name": f"Layanan nomor {number}"}
    return definitions.to_yaml(definitions.parse({**own, "document": paper})).encode()


def write(path: str, files: dict[str, bytes], counts: dict[str, int]) -> None:
    from mpp.blueprint import manifest, seal
    from mpp.blueprint.archive import MANIFEST, ORIGIN, SEALS, SIGNATURE, pack

    content = {name: data for name, data in files.items() if name not in SEALS}
    digests = {name: manifest.digest(data) for name, data in content.items()}
    head, origin = manifest.write_manifest(counts, digests), files[ORIGIN]
    last = [(ORIGIN, origin), (SIGNATURE, seal.sign(head, origin))]
    with Path(path).open("wb") as target:
        pack(target, [(MANIFEST, head), *sorted(content.items()), *last])


def do_export(path: str) -> None:
    from mpp.blueprint.exporting import export

    with Path(path).open("wb") as target:
        export(target)


def do_import(path: str) -> None:
    from mpp.blueprint.content import open_blueprint
    from mpp.blueprint.importing import bring_in

    bring_in(open_blueprint(Path(path)).mall, actor=None)


def equal(one: Path, two: Path) -> bool:
    """Whether two files have the same entries but for ORIGIN and SIGNATURE."""
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(two) as second:
        names = first.namelist()
        if names != second.namelist():
            return False
        kept = [name for name in names if name not in ("ORIGIN.yaml", "SIGNATURE")]
        return all(first.read(name) == second.read(name) for name in kept)


STEPS = {
    "sql": do_sql,
    "migrate": do_migrate,
    "small": do_small,
    "multiply": do_multiply,
    "export": do_export,
    "import": do_import,
}

if __name__ == "__main__":
    sys.exit(main())
