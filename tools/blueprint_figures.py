"""Time and memory of a large blueprint: 100 agencies, 1,000 services, 500 permit types.

    .venv/bin/python tools/blueprint_figures.py
    .venv/bin/python tools/blueprint_figures.py --server postgres://user@host/postgres

A mall of that size is made in a database of its own, exported, brought into a second, empty one
and exported again; the two files are compared entry by entry. Every step is a process of its own,
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
    first, second = folder / "one.zip", folder / "two.zip"
    try:
        run(one, folder, "make")
        run(two, folder, "migrate")
        figures = {
            "export": run(one, folder, "export", first),
            "import, dry run": run(two, folder, "dry", first),
            "import": run(two, folder, "import", first),
            "export again": run(two, folder, "export", second),
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


def do_make() -> None:
    """The demo's mall, multiplied."""
    from django.core.management import call_command

    from counters.models import Agency, Service, ServiceStandard, StandardRequirement
    from mpp import demo_data

    do_migrate()
    call_command("load_roles", verbosity=0)
    call_command("load_catalogue", verbosity=0)
    call_command("load_permit_types", verbosity=0)
    demo_data.make_places()
    for number in range(AGENCIES - Agency.objects.count()):
        Agency.objects.create(
            key=f"dinas-{number}", abbr=f"D{number}", name=f"Dinas Urusan {number}",
            name_en=f"Office of Matters {number}", kind="regional", order=100 + number,
        )  # fmt: skip
    agencies = list(Agency.objects.order_by("key"))
    model = ServiceStandard.objects.filter(state="current", service__channel="counter").first()
    rows = list(model.requirements.all())
    for number in range(SERVICES - Service.objects.count()):
        service = model.service
        service.pk, service.key = None, f"layanan-{number}"
        service.name, service.agency = f"Layanan nomor {number}", agencies[number % AGENCIES]
        service.save()
        standard = ServiceStandard.objects.get(pk=model.pk)
        standard.pk, standard.service = None, service
        standard.save()
        copies = []
        for row in rows:
            values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
            copies.append(
                StandardRequirement(**{**values, "id": None, "standard_id": standard.pk})
            )
        StandardRequirement.objects.bulk_create(copies)
    make_types()


def make_types() -> None:
    """Published permit types as large as the largest of the demo."""
    from counters.models import Service
    from permits import definition as definitions
    from permits.models import PermitType, PermitVersion
    from permits.versions import definition_of, ensure_draft, publish

    model = PermitVersion.objects.get(permit_type__key="sip-dokter", state="published")
    data = definitions.to_data(definition_of(model))
    taken = PermitType.objects.values("service")
    services = list(Service.objects.exclude(pk__in=taken).order_by("pk"))
    for service in services[: TYPES - PermitType.objects.count()]:
        paper = {**data["document"], "sequence": service.key}
        paper["number_format"] = f"{{seq}}/{service.pk}/{{year}}"
        own = {**data, "key": service.key, "service": service.key, "name": service.name}
        defn = definitions.parse({**own, "document": paper})
        publish(ensure_draft(defn, service, definitions.canonical_json(defn)), actor=None)


def do_export(path: str) -> None:
    from mpp.blueprint.exporting import export

    with Path(path).open("wb") as target:
        export(target)


def do_import(path: str, *, dry_run: bool = False) -> None:
    from mpp.blueprint.content import open_blueprint
    from mpp.blueprint.importing import bring_in

    bring_in(open_blueprint(Path(path)).mall, actor=None, dry_run=dry_run)


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
    "make": do_make,
    "export": do_export,
    "dry": lambda path: do_import(path, dry_run=True),
    "import": do_import,
}

if __name__ == "__main__":
    sys.exit(main())
