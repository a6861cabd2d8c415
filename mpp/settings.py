"""All settings, from the environment; `.env.example` explains every variable.

There is one file and no "if production": what differs is a variable. With DEBUG off and no
SECRET_KEY the program refuses to start, unless it is the demo, which makes its own keys.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("MPP_DEMO", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()


def _demo_keys(path: Path) -> dict[str, str]:
    """Read the demo's own keys, making them on the first start (mode 0600)."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "LOOKUP_KEY": secrets.token_urlsafe(32),
            "LINK_KEY": secrets.token_urlsafe(32),
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(keys), encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))


_KEYS = _demo_keys(DATA_DIR / "keys.json") if DEMO or DEBUG else {}


def _key(name: str) -> str:
    """The key `name` from the environment, else the demo's own; refuse to start without."""
    value = env.str(name, _KEYS.get(name, ""))
    if not value:
        message = (
            f"{name} is not set. Put a long random value for it into the environment or .env "
            "(see .env.example), or start the demo with `make demo`."
        )
        raise ImproperlyConfigured(message)
    return value


# Three keys beside SECRET_KEY, none derived from another: field encryption (newest first,
# comma separated), lookup hashes, secret links.
SECRET_KEY = _key("SECRET_KEY")
FIELD_KEYS = _key("FIELD_KEYS").split(",")
LOOKUP_KEY = _key("LOOKUP_KEY")
LINK_KEY = _key("LINK_KEY")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = env.bool("HTTPS", not (DEBUG or DEMO))

INSTALLED_APPS = [
    "mpp.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "django_htmx",
    "mpp.apps.KitConfig",
    "mpp.blueprint.apps.BlueprintConfig",
    "mpp.apps.PortalConfig",
    "accounts.apps.AccountsConfig",
    "counters.apps.CountersConfig",
    "permits.apps.PermitsConfig",
    "visits.apps.VisitsConfig",
]

MIDDLEWARE = [
    "mpp.middleware.FaultMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mpp.middleware.LanguageMiddleware",
    "mpp.middleware.BodyLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.StaffMiddleware",
]

ROOT_URLCONF = "mpp.urls"
WSGI_APPLICATION = "mpp.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mpp.context.portal",
            ],
            "builtins": ["mpp.templatetags.ui", "django.templatetags.i18n"],
        },
    }
]

# --- Data ---------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
# The folder of a socket stands in an address as %2Fvar%2Frun%2Fpostgresql.
DATABASES["default"]["HOST"] = unquote(DATABASES["default"].get("HOST") or "")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 600)
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    # Limits on attempts must be shared by all workers, so never per-process memory here.
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    ),
    # Things each process can rebuild: parsed definitions, the search index, public fragments.
    "local": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "accounts.sessions"

# --- Language and time --------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "mpp" / "locale"]
LANGUAGE_COOKIE_NAME = "bahasa"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = env.str("TIME_ZONE", "Asia/Jakarta")
USE_TZ = True
USE_I18N = True

# --- Files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files"), "base_url": None},
    },
    "staticfiles": {
        "BACKEND": env.str(
            "STATIC_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
MEDIA_ROOT = DATA_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 20 * 1024 * 1024)
UPLOAD_MAX_PIXELS = env.int("UPLOAD_MAX_PIXELS", 60_000_000)
UPLOAD_MAX_PAGES = env.int("UPLOAD_MAX_PAGES", 200)
CLAMD_SOCKET = env.str("CLAMD_SOCKET", "")
SCANNER_REQUIRED = env.bool("SCANNER_REQUIRED", False)

# Signing of issued papers; empty = the demo's own authority in DATA_DIR.
SIGNING_CERT = env.str("SIGNING_CERT", "")
SIGNING_KEY = env.str("SIGNING_KEY", "")
SIGNING_CHAIN = env.str("SIGNING_CHAIN", "")
SIGNING_PASSPHRASE = env.str("SIGNING_PASSPHRASE", "")

# --- People -------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# allauth's backend is Django's with e-mail and phone; beside it each password would be hashed
# twice.
AUTHENTICATION_BACKENDS = ["accounts.sessions.PreparedBackend"]
# E-mail is unique by Lower(email), which the check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
# The star is for allauth's check only: accounts.forms wants an e-mail or a mobile number.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1"]
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
    "request_login_code": "accounts.forms.LoginCodeForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
# One-time codes: eight digits (three tries each), hold ten minutes, can be sent again.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# The mall's own Wi-Fi and front desk are one address: the per-address limits are wide, the
# per-account ones are the hard limit.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "200/m/ip,5/5m/key",
    "signup": "60/m/ip",
    "reset_password": "60/m/ip,5/m/key",
    "request_login_code": "100/m/ip,3/m/key",
    "confirm_email": "1/10s/key",
    "verify_phone": "100/m/ip,3/m/key",
    "track": "60/m/ip",
    "verify": "60/m/ip",
    "upload": "60/m/user",
    "message": "20/m/user",
    "draft": "20/h/user",
    # Numbers and bookings: per address, per person served, and per helper (numbers for others).
    "queue": "300/m/ip",
    "queue_person": "12/h/key",
    "queue_help": "3/d/key",
    # The link of one's live number sent again, per number.
    "queue_link": "60/m/ip,1/10m/key",
    # Study visits: a request, a letter, a link by mail, the code on site (one net, many guests).
    "visit_request": "20/m/ip",
    "visit_upload": "30/m/ip",
    "visit_link": "60/m/ip,3/5m/key",
    "visit_code": "300/m/ip,15/5m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "accounts.passkeys.AddPasskeyForm",
    "authenticate_webauthn": "accounts.passkeys.AuthenticatePasskeyForm",
    "login_webauthn": "accounts.passkeys.LoginPasskeyForm",
    "reauthenticate_webauthn": "accounts.passkeys.ReauthenticatePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO or DEBUG
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", not DEMO)
# Citizens: 12 hours sliding. Staff: 30 minutes idle (accounts.middleware.StaffMiddleware).
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
STAFF_IDLE_SECONDS = 30 * 60

# --- Mail and jobs ------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url(
    "EMAIL_URL",
    f"filemail:///{DATA_DIR / 'mail'}" if DEMO or DEBUG else "smtp://localhost:25",
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "MPP Portal <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Ways out for notices and codes (accounts.channels). Without SMS_URL the demo's page shows the
# short messages; elsewhere they wait and then count as failed.
SMS_URL = env.str("SMS_URL", "")
SMS_TOKEN = env.str("SMS_TOKEN", "")
MESSAGE_CHANNELS = {
    "email": "accounts.channels.EmailChannel",
    "sms": (
        "accounts.channels.DemoSmsChannel"
        if DEMO and not SMS_URL
        else "accounts.channels.WebhookSmsChannel"
    ),
}

# --- Pages --------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "mpp"
CRISPY_TEMPLATE_PACK = "mpp"
CRISPY_FAIL_SILENTLY = False
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-sesi" if HTTPS else "sesi"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "mpp.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "pikepdf": {"level": "WARNING"},
        "pyhanko": {"level": "ERROR"},
        "pyhanko_certvalidator": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

STAFF_NAME_SHOWN = env.bool("STAFF_NAME_SHOWN", True)
DESK_TITLE = _("Desk")
