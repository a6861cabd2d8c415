"""Settings of the test suite: fixed keys, mail in memory, plain static files.

SQLite in memory by default; `TEST_DATABASE_URL` names another database (PostgreSQL), and
`TEST_SQLITE_FILE=1` a file-backed one for tests with several processes.
"""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("FIELD_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
os.environ.setdefault("LOOKUP_KEY", "tests-lookup")
os.environ.setdefault("LINK_KEY", "tests-link")
os.environ["MPP_DEMO"] = os.environ.get("TEST_MPP_DEMO", "0")
os.environ["DEBUG"] = "0"
os.environ["HTTPS"] = "0"
os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR") or tempfile.mkdtemp(prefix="mpp-tests-")
os.environ["STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ["EMAIL_URL"] = "memorymail://"
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

from mpp.settings import *  # noqa: F403
from mpp.settings import BASE_DIR, CACHES, DATABASES, MIDDLEWARE

if "sqlite3" in DATABASES["default"]["ENGINE"] and os.environ.get("TEST_SQLITE_FILE"):
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["DATA_DIR"], "test.sqlite3")}
CACHES["default"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "limits",
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STAFF_MFA_REQUIRED = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
MIDDLEWARE = [m for m in MIDDLEWARE if not m.startswith("whitenoise")]
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = BASE_DIR / "static"
