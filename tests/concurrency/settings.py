"""Settings of a child process: those of the tests, on the database its parent made."""

import json
import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"] |= json.loads(os.environ["CROWD_DATABASE"])
DATABASES["default"].pop("TEST", None)
if os.environ.get("CROWD_MAIL"):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = os.environ["CROWD_MAIL"]
