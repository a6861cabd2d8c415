"""Run the whole suite: what `make test` does.

    make test                        everything this machine can do
    make test ARGS=--coverage        with branch coverage of acts, guards and rights
    make test ARGS="tests/kit -k fields"   only these, on SQLite

Pass 1 is SQLite whatever DATABASE_URL says: ordinary tests in parallel, then tests with several
processes and tests in a browser on a file. Pass 2 is PostgreSQL when TEST_DATABASE_URL or
DATABASE_URL names one; only its test_ database is made, used and dropped. What was left out is
printed at the end with its reason; with MPP_NO_SKIP=1 that is a failure.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
NOTHING_COLLECTED = 5
BRANCH_GOAL = 95.0
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GUARDED = PROJECT["tool"]["coverage"]["run"]["include"]


@dataclass
class Run:
    """What happened so far."""

    folder: Path
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)


def postgres_url() -> str:
    """The PostgreSQL database named by the environment, or an empty string."""
    for name in ("TEST_DATABASE_URL", "DATABASE_URL"):
        url = os.environ.get(name, "")
        if url.startswith(("postgres://", "postgresql://", "psql://")):
            return url
    return ""


def browser() -> str:
    """The path of a Chromium, or an empty string."""
    named = os.environ.get("CHROMIUM", "")
    candidates = [named] if named else [shutil.which(name) or "" for name in BROWSERS]
    return next((path for path in candidates if path and Path(path).exists()), "")


def environment(run: Run, **more: str) -> dict[str, str]:
    """The environment of one step: no database but the one given here."""
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "TEST_DATABASE_URL"}}
    return env | {"TMPDIR": str(run.folder), "PYTHONDONTWRITEBYTECODE": "1"} | more


def step(run: Run, title: str, arguments: list[str], env: dict[str, str]) -> None:
    """Run pytest once and note failures and skips."""
    print(f"\n=== {title}", flush=True)
    report = run.folder / "report.xml"
    report.unlink(missing_ok=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments]
    code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    seconds = time.monotonic() - started
    if code == NOTHING_COLLECTED:
        run.left_out.append(f"{title}: there is no such test")
        return
    if code:
        run.failed.append(f"{title} (exit code {code})")
    total, skips = outcome(report)
    run.counted.append(f"{title}: {total} tests in {seconds:.0f} s")
    run.left_out += [f"{title}: {name}: {reason}" for name, reason in skips]


def outcome(report: Path) -> tuple[int, list[tuple[str, str]]]:
    """(number of tests, [(name, reason)] of those skipped) from a JUnit report."""
    if not report.exists():
        return 0, []
    cases = list(ET.parse(report).getroot().iter("testcase"))
    skips = [
        (case.get("name", ""), found.get("message", ""))
        for case in cases
        if (found := case.find("skipped")) is not None
    ]
    return len(cases), skips


def whole_pass(run: Run, title: str, env: dict[str, str], *, coverage: bool) -> None:
    """Ordinary tests in parallel, then those with real processes one after another."""
    workers = os.environ.get("TEST_WORKERS", "2")
    measured = ["--cov", "--cov-branch", f"--cov-report=json:{run.folder}/coverage.json"]
    ordinary = ["-n", workers, "-m", "not browser and not processes"]
    step(run, f"{title}, ordinary", ordinary + (measured if coverage else []), env)
    alone = ["-p", "no:xdist", "-m", "processes"]
    step(run, f"{title}, several processes", alone, env | {"TEST_SQLITE_FILE": "1"})


def browser_pass(run: Run) -> None:
    """Tests in Chromium, on a file-backed SQLite database."""
    path = browser()
    if not path:
        run.left_out.append(
            "tests in a browser: no Chromium here (sudo apt install chromium, or CHROMIUM=path)"
        )
        return
    env = environment(run, CHROMIUM=path, TEST_SQLITE_FILE="1", DJANGO_ALLOW_ASYNC_UNSAFE="true")
    step(run, "SQLite, browser", ["-p", "no:xdist", "-m", "browser"], env)


def report_coverage(run: Run) -> None:
    """Print the branch coverage of acts, guards and rights; below the goal is a failure."""
    file = run.folder / "coverage.json"
    if not file.exists():
        run.failed.append("coverage was not measured")
        return
    measured = json.loads(file.read_text(encoding="utf-8"))["files"]
    branches = covered = 0
    print("\nBranch coverage of acts, guards and rights:")
    for path in sorted({p for pattern in GUARDED for p in ROOT.glob(pattern)}):
        name = str(path.relative_to(ROOT))
        summary = measured.get(name, {}).get("summary")
        if summary is None:
            continue
        branches += summary["num_branches"]
        covered += summary["covered_branches"]
        missing = summary["missing_lines"]
        share = 100 * summary["covered_branches"] / (summary["num_branches"] or 1)
        shown = f"{share:5.1f} %" if summary["num_branches"] else "   no  "
        print(f"  {shown}  {name}" + (f"  ({missing} lines never run)" if missing else ""))
    share = 100 * covered / (branches or 1)
    print(f"  {share:5.1f} %  together ({covered} of {branches} branches)")
    if share < BRANCH_GOAL:
        run.failed.append(f"branch coverage {share:.1f} % is below {BRANCH_GOAL:.0f} %")


def close(run: Run) -> int:
    """Print what ran, what was left out and why; return the exit code."""
    print("\n=== What ran")
    for line in run.counted:
        print(f"  {line}")
    strict = os.environ.get("MPP_NO_SKIP") == "1"
    print("\n=== Left out" if run.left_out else "\nNothing was left out.")
    for line in run.left_out:
        print(f"  {line}")
    if strict and run.left_out:
        run.failed.append("something was left out, and MPP_NO_SKIP=1 allows nothing")
    for line in run.failed:
        print(f"\nFAILED: {line}")
    print("\nAll tests passed." if not run.failed else "")
    return 1 if run.failed else 0


def main() -> int:
    """Run what this machine can run; the exit code says whether all of it passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--coverage", action="store_true", help="branch coverage as well")
    options, chosen = parser.parse_known_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mpp-tests-", ignore_cleanup_errors=True) as folder:
        run = Run(Path(folder))
        if chosen:
            step(run, "SQLite, chosen tests", chosen, environment(run))
            return close(run)
        whole_pass(run, "SQLite", environment(run), coverage=options.coverage)
        browser_pass(run)
        url = postgres_url()
        if url:
            env = environment(run, TEST_DATABASE_URL=url)
            whole_pass(run, "PostgreSQL", env, coverage=False)
        else:
            run.left_out.append(
                "PostgreSQL: neither TEST_DATABASE_URL nor DATABASE_URL names a database"
            )
        if options.coverage:
            report_coverage(run)
        code = close(run)
    print(f"{time.monotonic() - started:.0f} seconds in all.")
    return code


if __name__ == "__main__":
    sys.exit(main())
