"""Starting: refused with a sentence when a key is missing, clean in production settings."""

import os
import subprocess
import sys

import pytest

from tests.house.source import ROOT

KEYS = {
    "SECRET_KEY": "k3y-" + "s9ZtQ2mXw7" * 6,
    "FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "LOOKUP_KEY": "lookup-" + "q8RtY3nVb6" * 4,
    "LINK_KEY": "link-" + "w5PoL1kMz0" * 4,
}


def manage(tmp_path, *arguments, **settings):
    """`manage.py` in a fresh process with only these settings in its environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = kept | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mpp.settings"} | settings
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif((ROOT / ".env").exists(), reason="a .env file here would set the keys")
@pytest.mark.parametrize("missing", sorted(KEYS))
def test_a_missing_key_is_one_clear_sentence(tmp_path, missing):
    settings = {name: value for name, value in KEYS.items() if name != missing}
    done = manage(tmp_path, "check", **settings)
    assert done.returncode != 0
    assert f"{missing} is not set." in done.stderr
    assert not (tmp_path / "keys.json").exists()


PRODUCTION = KEYS | {
    "ALLOWED_HOSTS": "mpp.example.go.id",
    "SITE_URL": "https://mpp.example.go.id",
    "CSRF_TRUSTED_ORIGINS": "https://mpp.example.go.id",
    "DATABASE_URL": "postgres://mpp:geheim@127.0.0.1:5432/mpp",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "SMS_URL": "https://sms.example.go.id/send",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "TRUSTED_PROXY_COUNT": "1",
    "CLAMD_SOCKET": "/run/clamav/clamd.ctl",
    "SCANNER_REQUIRED": "1",
    "SIGNING_CERT": "/etc/mpp/segel.pem",
    "SIGNING_KEY": "/etc/mpp/segel.key",
}


def test_check_deploy_is_clean_in_production_settings(tmp_path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SITE_URL": "http://127.0.0.1:8000"}, "mpp.W001"),
        ({"SIGNING_CERT": ""}, "mpp.W002"),
        ({"SCANNER_REQUIRED": "0"}, "mpp.W003"),
        ({"LOOKUP_KEY": KEYS["SECRET_KEY"]}, "mpp.E001"),
        ({"FIELD_KEYS": "not-a-key"}, "mpp.E002"),
        ({"STAFF_MFA_REQUIRED": "0"}, "mpp.W004"),
        ({"DATABASE_URL": "sqlite:////tmp/portal.sqlite3"}, "mpp.W005"),
        ({"EMAIL_URL": "filemail:///tmp/mail"}, "mpp.W006"),
    ],
)
def test_check_deploy_names_what_is_not_ready(tmp_path, change, code):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | change)
    assert done.returncode != 0
    assert code in done.stderr
