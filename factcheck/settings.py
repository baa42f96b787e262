"""Settings; the only reader of the environment.  A file ``.env`` beside ``manage.py`` serves development; real variables win."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from environs import Env

from factcheck.vardir import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# --- this installation
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).expanduser().absolute()
PORT = env.int("PORT", 8000)
HOST = env.str("HOST", "127.0.0.1")  # the address the web server listens on
BASE_URL = env.str("BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")  # how readers reach this desk
WEB_WORKERS = env.int("WEB_WORKERS", 2)  # processes that answer pages
WEB_THREADS = env.int("WEB_THREADS", 4)  # of each
POOL_PROCESSES = env.int("POOL_PROCESSES", 2)  # of each of the two pools of background work
DEMO = env.bool("DEMO", True)  # False: start with an empty desk
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret(VAR_DIR, "secret_key")
ANCHOR_KEY = env.str("ANCHOR_KEY", "") or kept_secret(VAR_DIR, "anchor_key")  # signs VAR_DIR/anchors.log
OUTBOUND_ALLOW: list[str] = env.list("OUTBOUND_ALLOW", [])  # host:port of private targets an administrator may use

_site = urlsplit(BASE_URL)
_over_tls = _site.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [_site.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL] if _over_tls else [])

# --- parts
INSTALLED_APPS = [
    "factcheck.apps.FactcheckConfig",
    "claims",
    "factcheck.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "claims.views.context.BrowserLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "claims.views.context.local_manner",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "claims.views.not_allowed.say_not_allowed",
    "claims.views.once.SentOnce",
]
ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "claims.views.context.desk",
            ],
        },
    },
]

# --- PostgreSQL.  Without DATABASE_URL the embedded one serves; ``servers.use`` then fills in where it listens.
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASES: dict[str, Any] = {
    "default": Env().dj_db_url("DATABASE_URL", f"postgres://factcheck@/factcheck?host={VAR_DIR}/not-running"),
}
DATABASES["default"]["CONN_MAX_AGE"] = 0  # a pool asks for it; a worker's connection lasts one bell
DB_POOL_SIZE = env.int("DB_POOL_SIZE", 0)  # connections of one web process; 0: no pool, as commands and workers want
if DB_POOL_SIZE:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": DB_POOL_SIZE, "timeout": 5}
CACHES = {
    # In the database: shared by every web process, and its ``add`` is atomic, which the sign-in limits rely on.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "factcheck_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# --- Celery, the bell.  Without CELERY_BROKER_URL the embedded Redis serves.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "") or "memory://"
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Long, so that no bell is rung twice while its work runs; prompt recovery is the ledger's task.
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # A web request must not wait for a dead broker: one short try, here and in the publish policy below.
    "socket_timeout": 1,
    "socket_connect_timeout": 0.5,
    "retry_on_timeout": False,
    "health_check_interval": 10,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
    # For the broker of last resort, files; the others do not read these.
    "data_folder_in": str(VAR_DIR / "bells"),
    "data_folder_out": str(VAR_DIR / "bells"),
    "control_folder": str(VAR_DIR / "bells-control"),
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"

# --- people
AUTH_USER_MODEL = "claims.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # seconds for which a link to set a password is good
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "factcheck.accounts.ClosedDesk"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int(
    "TRUSTED_PROXY_COUNT", 0
)  # reverse proxies in front, whose X-Forwarded-For counts

# --- language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]  # each by its own name; docs/translating.md
FORMAT_MODULE_PATH = "factcheck.formats"  # how dates and times are written in each of them
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", not DEBUG)  # names with hashes; needs collectstatic, which ``up`` does
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "evidence", "base_url": None},  # never served from a path of its own
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
EVIDENCE_S3_BUCKET = env.str("EVIDENCE_S3_BUCKET", "")  # unset: files under VAR_DIR/evidence; needs the extra "s3"
if EVIDENCE_S3_BUCKET:
    from botocore.config import Config

    _endpoint = env.str("EVIDENCE_S3_ENDPOINT", "")
    STORAGES["evidence"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": EVIDENCE_S3_BUCKET,
            "location": env.str("EVIDENCE_S3_PREFIX", ""),
            "endpoint_url": _endpoint or None,  # of a store that is not Amazon's
            "region_name": env.str("EVIDENCE_S3_REGION", "") or None,
            "access_key": env.str("EVIDENCE_S3_ACCESS_KEY", "") or None,  # unset: boto3's own ways, as a role
            "secret_key": env.str("EVIDENCE_S3_SECRET_KEY", "") or None,
            "file_overwrite": True,  # a blob's name is its hash: another name would be lost
            "default_acl": None,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if _endpoint else "auto"},
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
            ),
        },
    }
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # half the files to compress at the first run
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- the browser
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "claims.views.sign_in.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _over_tls
# Browsers keep to this for as long as it says; the publisher's other hosts are not ours to bind, nor is a browser's list.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if _over_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # which ask for that
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", False) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]

# --- mail
# EMAIL_URL says all in one line; else Django's own names, EMAIL_HOST first; else mail is written to the workers' log.
EMAIL_CONFIG: dict[str, Any] = env.dj_email_url("EMAIL_URL") if env.str("EMAIL_URL", "") else {}
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST") or env.str("EMAIL_HOST", "")
_mail_backend = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_BACKEND = EMAIL_CONFIG.get("EMAIL_BACKEND") or env.str("EMAIL_BACKEND", _mail_backend)
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER") or env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS") or env.bool("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL") or env.bool("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 10)  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "desk@localhost")

# --- captures

CAPTURE_GAP_SECONDS = env.float("CAPTURE_GAP_SECONDS", 2.0)  # between two visits to one website
CAPTURE_ROBOTS = env.str("CAPTURE_ROBOTS", "record")  # "respect": pages that robots.txt refuses are not read
RENDERED_CAPTURE = env.bool("RENDERED_CAPTURE", False)  # pages may be captured as a browser shows them
RENDERED_WITHOUT_SANDBOX = env.bool("RENDERED_WITHOUT_SANDBOX", False)  # needed as root; see docs/operations.md
CHROMIUM = env.str("CHROMIUM", "")  # its path; unset: the first one on PATH
ARCHIVE_ORG = env.str("ARCHIVE_ORG", "off")  # the Internet Archive: "find" its copies, or "save" one after a capture
ARCHIVE_ORG_ACCESS = env.str("ARCHIVE_ORG_ACCESS", "")  # the keys of an account there, which "save" needs
ARCHIVE_ORG_SECRET = env.str("ARCHIVE_ORG_SECRET", "")

# --- what is said to the log
LOG_LEVEL = env.str("LOG_LEVEL", "INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(process)d: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
