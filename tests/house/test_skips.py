"""No test leaves itself out, except where the machine lacks a browser or a real database."""

import re

from tests.house.source import ROOT

# A database that behaves otherwise is asserted, not skipped: both are first class.
ALLOWED = {
    "tests/browser/conftest.py",
    "tests/concurrency/test_crowds.py",
    "tests/concurrency/test_queue_crowds.py",
    "tests/concurrency/test_visit_crowds.py",
    "tests/house/test_settings.py",
}
SKIP = re.compile(r"\b(?:pytest|mark)\.(?:skip|skipif|importorskip|xfail)\b")


def test_no_other_test_skips_itself():
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if SKIP.search(path.read_text(encoding="utf-8"))
    }
    assert found == ALLOWED
