"""The command: whole files or none, refusals in words, and nothing that waits for ever."""

import os

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, connection
from django.utils import translation

from counters.models import Agency, Service
from mpp.blueprint.exporting import CannotExport
from tests.blueprint.conftest import entries, exported, resealed


@pytest.mark.parametrize("act", ["validate", "import", "diff"])
def test_a_pipe_is_not_waited_for(db, tmp_path, act):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    files = [pipe, pipe] if act == "diff" else [pipe]
    with pytest.raises(CommandError, match="bukan berkas biasa"):
        call_command("blueprint", act, *map(str, files))
    with pytest.raises(CommandError, match="bukan berkas biasa"):
        call_command("blueprint", act, *[str(tmp_path) for _file in files])


def test_a_file_that_is_not_there(db, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("blueprint", "validate", str(tmp_path / "none.zip"))


def test_faults_are_counted_in_both_languages(mall, tmp_path):
    path = tmp_path / "a.zip"
    files = entries(exported())
    for name in ("counters/agencies.yaml", "counters/sites.yaml"):
        files[name] = b"x: 1\n"
        path.write_bytes(resealed(files))
        count = 2 if name.endswith("agencies.yaml") else 4
        english = f"^{count} faults; nothing was changed"
        for language, said in (("en", english), ("id", f"^{count} kesalahan; tidak ada")):
            with translation.override(language), pytest.raises(CommandError, match=said):
                call_command("blueprint", "validate", str(path))
    files = entries(exported())
    files["counters/agencies.yaml"] = b"- &a\n"
    path.write_bytes(resealed(files))
    with translation.override("en"), pytest.raises(CommandError, match="^1 fault; nothing"):
        call_command("blueprint", "validate", str(path))


def test_what_cannot_be_brought_in_is_not_written(mall, tmp_path):
    Agency.objects.filter(key="dpmptsp").update(abbr=" ")
    Service.objects.filter(key="ktp-hilang").update(name="a\nb")
    with pytest.raises(CannotExport) as refused:
        exported()
    named = {(one.file, one.line, one.path) for one in refused.value.problems}
    assert named == {
        ("counters/agencies/dpmptsp", 0, ""),
        ("counters/services/ktp-hilang", 0, "name"),
    }
    path = tmp_path / "a.zip"
    path.write_bytes(b"former")
    with translation.override("en"), pytest.raises(CommandError, match="^2 faults; nothing was w"):
        call_command("blueprint", "export", str(path))
    assert path.read_bytes() == b"former"
    assert os.listdir(tmp_path) == ["a.zip"]


def test_a_number_only_sqlite_holds_is_named(mall):
    """PostgreSQL refuses it itself, so no export ever meets one there."""
    too_large = Agency.objects.filter(key="dpmptsp")
    if connection.vendor == "postgresql":
        with pytest.raises(DataError):
            too_large.update(order=62_812)
        return
    too_large.update(order=62_812)
    with pytest.raises(CannotExport, match="counters/agencies/dpmptsp: order"):
        exported()
