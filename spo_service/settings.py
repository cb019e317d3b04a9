"""All settings, from the environment. `SPO_ENV` is `development`, `demo`, `test` or `production`."""

from __future__ import annotations

import base64
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv, validate

from accounts.federation import read_providers
from accounts.types import SCOPES
from common.envelope import read_ring
from database.pooling import Pooled
from database.roles import ROLES

# `NAME_FILE` names a file that holds the value of `NAME`, and counts before it: secrets need not be in the environment.
env = FileAwareEnv(strip_whitespace=True)
BASE_DIR = Path(__file__).resolve().parent.parent

_ENVIRONMENTS = ("development", "demo", "test", "production")
SPO_ENV = env.str("SPO_ENV", "development", validate=lambda name: name in _ENVIRONMENTS)
PRODUCTION = SPO_ENV == "production"
DEMO = SPO_ENV == "demo"
DEBUG = False  # a debug page prints locals: addresses, narratives, tokens. Never on, in any environment

_SHORTEST_SECRET = 32


def _secret(name: str) -> str:
    """A secret from the environment. In production there is no default, and none that could be guessed."""
    if not PRODUCTION:
        return env.str(name, f"development-only-{name}-{'x' * _SHORTEST_SECRET}")
    return env.str(name, validate=validate.Length(min=_SHORTEST_SECRET))


SECRET_KEY = _secret("SECRET_KEY")
FIELD_KEY = _secret("FIELD_KEY")  # what keyed hashes are made with
FIELD_KEY_OLD: list[str] = env.list("FIELD_KEY_OLD", [])  # those before it, by which what they made is still found
# Master keys that wrap the keys of evidence and of sealed columns, `id:base64 of 32 bytes`, the newest first. Lost, so
# are the evidence and every word that was reported (docs/adr/0008).
MASTER_KEYS = read_ring(
    env.list("MASTER_KEYS", validate=validate.Length(min=1))
    if PRODUCTION
    else env.list("MASTER_KEYS", [f"development:{base64.b64encode(b'development only'.ljust(32)).decode()}"])
)
ALLOWED_HOSTS = (
    env.list("ALLOWED_HOSTS", validate=validate.Length(min=1))
    if PRODUCTION
    else ["127.0.0.1", "localhost", "testserver"]
)
SERVICE_FORCE = env.str("DEFAULT_FORCE", "05")  # who reviews a report that names no order and no force

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin.apps.SimpleAdminConfig",  # pages are those of spo_service.admin, none are found by name
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "pgtrigger",
    "django_q",
    "audit",
    "accounts",
    "edge",
    "identity",
    "webhooks",
    "orders",
    "breaches",
    "retention",
    "spo_service",
]
MIDDLEWARE = [
    "spo_service.middleware.correlation",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "spo_service.middleware.private",
    "spo_service.admin_middleware.support_pages",
    "spo_service.admin_middleware.SupportSession",
    "spo_service.admin_middleware.SupportSignIn",
    "spo_service.admin_middleware.SupportMessages",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "spo_service.urls"
WSGI_APPLICATION = "spo_service.wsgi.application"
APPEND_SLASH = False
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# The screen of support staff (spo_service.admin). A password alone opens it: in production it is off until asked for.
SUPPORT_SCREEN = env.bool("SUPPORT_SCREEN", not PRODUCTION)
SUPPORT_PATH = "support/"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"/{SUPPORT_PATH}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 1800  # seconds without a request
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# GDAL below 3.9 cannot be told to leave files and the network alone. Nothing a caller sends ever reaches it:
# shapes are read by geo.shapes, and no user text goes to GEOS, OGR or a spatial lookup.
# W002: X-Frame-Options comes from spo_service.middleware. W003: no cookie signs
# anybody in to the API; the support screen's views check for forgery themselves (AdminSite.admin_view).
SILENCED_SYSTEM_CHECKS = ["gis.W001", "security.W002", "security.W003"]

DATABASES: dict[str, Any] = {"default": env.dj_db_url("DATABASE_URL", "postgis:///spo")}
DATABASES["default"]["ENGINE"] = "database.postgis"
_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
# A duplicate of a request in flight waits on the first one's row at most this long (edge.idempotency).
_OPTIONS["options"] = "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
# The role that this process works as, where it is not the one that signs in (docs/adr/0007). Set where the session
# begins, so that RESET ROLE leads back to it and not to the owner of the tables.
DB_ROLE = env.str("DB_ROLE", "", validate=lambda name: name in ("", *ROLES))
if DB_ROLE:
    _OPTIONS["options"] += f" -c role={DB_ROLE}"
# The same few statements again and again: PostgreSQL parses and plans each once in a connection.
_OPTIONS |= {"server_side_binding": True, "prepare_threshold": 2}
if env.bool("DB_POOL", False):
    # Web processes only. Never under qcluster: its forked processes share the pool's sockets and its
    # protocol falls apart (django-q2 issue 209).
    # A restarted database costs nobody a report: `database.pooling` sees to it, for less than Django's own checks.
    _OPTIONS["pool"] = {
        "min_size": 2, "max_size": env.int("DB_POOL_SIZE", 6), "timeout": 10, "connection_class": Pooled
    }  # fmt: skip
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60), "CONN_HEALTH_CHECKS": True}
# The role that erases what two people let go (docs/data-protection.md): known to `erase_disposed` only.
ERASER_DATABASE_URL = env.str("ERASER_DATABASE_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # django-q2 beats its heart into a cache twice a second: never into a database.
    "q": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "q"},
}
if env.str("REDIS_URL", ""):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("REDIS_URL"),
    }

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["accounts.hashing.Aside"]

# Signing in (docs/identity.md). Only the addresses in identity.urls are there, whatever allauth could do besides;
# limits are our own (accounts.attempts), in the database: allauth's would lock a force out, and count in a cache.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SESSION_ENGINE = "accounts.sessions"
# Minutes that a session may be idle, and that it may last at all, by who signed in ("nobody" is still doing so).
SESSION_LIMITS = {
    "officer": (env.int("OFFICER_IDLE_MINUTES", 30), env.int("OFFICER_SESSION_MINUTES", 600)),
    "victim": (env.int("VICTIM_IDLE_MINUTES", 15), env.int("VICTIM_SESSION_MINUTES", 120)),
    "advocate": (env.int("ADVOCATE_IDLE_MINUTES", 15), env.int("ADVOCATE_SESSION_MINUTES", 480)),
    "support": (30, 480),
    "nobody": (15, 15),
}
STEP_UP_MINUTES = env.int("STEP_UP_MINUTES", 15)  # how long a second factor counts as shown just now
SIGN_INS_AT_ONCE = env.int("SIGN_INS_AT_ONCE", 1)  # passwords hashed at the same time in one process
# Forces whose officers sign in by OpenID Connect (docs/identity.md): a JSON object by force code, its secrets in it.
OFFICER_SIGN_IN = read_providers(env.str("OFFICER_SIGN_IN", "") or "{}")
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_ADAPTER = "identity.adapters.Described"
HEADLESS_FRONTEND_URLS = {"account_signup": "/"}  # nobody signs up; asked for where a letter goes to nobody
ACCOUNT_ADAPTER = "identity.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # a decoy, sent to nobody (identity.adapters)
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = STEP_UP_MINUTES * 60
MFA_ADAPTER = "identity.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Sign in"
INVITATION_HOURS = 72
# Where an app takes an invitation up; the token is put after it. Better behind a "#", which no scanner asks for.
INVITATION_URL = env.str("INVITATION_URL", "http://127.0.0.1/welcome#")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "no-reply@localhost")
if PRODUCTION:
    globals().update(env.dj_email_url("EMAIL_URL", "smtp://localhost:25"))
else:
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", BASE_DIR / "var" / "mail"
# Certificate-bound tokens of force systems (docs/identity.md): the header in which the TLS proxy passes on the
# certificate that a caller showed, and the networks that proxy calls from. Both, or none.
CLIENT_CERTIFICATE_HEADER = env.str("CLIENT_CERTIFICATE_HEADER", "")
_PROXIES: list[str] = env.list("CLIENT_CERTIFICATE_PROXIES", [])
CLIENT_CERTIFICATE_PROXIES = [ip_network(name) for name in _PROXIES]
if bool(CLIENT_CERTIFICATE_HEADER) != bool(CLIENT_CERTIFICATE_PROXIES):
    raise ImproperlyConfigured("CLIENT_CERTIFICATE_HEADER and CLIENT_CERTIFICATE_PROXIES: both, or none")
# How long a client's old secret goes on beside a new one, where its force does not say, and at most.
CLIENT_SECRET_OVERLAP_DAYS = env.int("CLIENT_SECRET_OVERLAP_DAYS", 7)
CLIENT_SECRET_OVERLAP_MOST_DAYS = env.int("CLIENT_SECRET_OVERLAP_MOST_DAYS", 30)
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.ApiClient"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"  # noqa: S105 - the name of a model
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "accounts.clients.Validator",
    "SCOPES": SCOPES,
    "SCOPES_BACKEND_CLASS": "accounts.scopes.ClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 86_400 if DEMO else 600,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 3_600,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "PKCE_REQUIRED": True,
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_SCHEME",
            "REDIRECT_URI_MATCHING",
            "PKCE_REQUIRED",
        )
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["edge.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["edge.permissions.ClosedByDefault"],
    "DEFAULT_THROTTLE_CLASSES": ["edge.throttles.CallerThrottle"],
    "DEFAULT_PARSER_CLASSES": ["edge.parsing.JsonBody"],
    "DEFAULT_RENDERER_CLASSES": ["edge.rendering.JsonAnswer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "edge.rendering.OneFormat",
    "DEFAULT_SCHEMA_CLASS": "edge.schema.ProblemAwareSchema",
    "EXCEPTION_HANDLER": "edge.problem_json.handle",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "URL_FORMAT_OVERRIDE": None,
    # Whom a limit counts: behind a proxy whom it names, otherwise who calls; never what a caller says of himself.
    "NUM_PROXIES": 1 if env.bool("BEHIND_PROXY", False) else 0,
}
# Requests a second for each caller and audience. Immediate danger is outside every limit (rule 37).
CALLER_LIMITS = (
    {"force": 1000, "officer": 1000, "victim": 1000, "public": 1000}
    if DEMO
    else {"force": 100, "officer": 30, "victim": 10, "public": 5}
)
SPECTACULAR_SETTINGS = {
    "TITLE": "Stalking Protection Order breach service",
    "DESCRIPTION": "Orders, reports, verdicts with their uncertainty, and the officer's decision.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["edge.permissions.Open"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "POSTPROCESSING_HOOKS": ["edge.schema.add_problem_answers"],
}

Q_CLUSTER = {
    "name": "spo",
    "orm": "default",
    "workers": env.int("Q_WORKERS", 1),
    "queue_limit": 2,
    "bulk": 1,
    # retry > timeout x (queue_limit / workers + 2), or a task that still runs is run again beside itself.
    "timeout": 20,
    "retry": 90,
    "max_attempts": 3,
    "ack_failures": True,
    "poll": 0.2,
    "save_limit": -1,
    "catch_up": False,
    "guard_cycle": 0.5,
    "cache": "q",
    "label": "Queue",
    # Deliveries wait for other people's servers: they have workers of their own (`webhooks.wake`), started
    # with Q_CLUSTER_NAME=outbox.
    # Reading and scanning a large file takes minutes, and what reads hostile files stands apart.
    "ALT_CLUSTERS": {
        "outbox": {"workers": env.int("Q_OUTBOX_WORKERS", 1)},
        "evidence": {"workers": env.int("Q_EVIDENCE_WORKERS", 1), "timeout": 900, "retry": 4000, "queue_limit": 1},
    },
}

TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en-gb"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static" if PRODUCTION else None  # elsewhere served where they lie
WHITENOISE_USE_FINDERS = not PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None

# The clocks of a report (rule 36): elapsed hours, never working days.
REVIEW_DUE_HOURS = env.int("REVIEW_DUE_HOURS", 4)
OFFICER_CONTACT_DUE_HOURS = env.int("OFFICER_CONTACT_DUE_HOURS", 48)
# Whoever claimed a report and was not heard of for so long can be relieved of it by a colleague (takeover).
HOLDER_SILENT_MINUTES = env.int("HOLDER_SILENT_MINUTES", 30)
SNOOZE_MOST_DAYS = env.int("SNOOZE_MOST_DAYS", 14)  # in follow-up; in review nothing is put aside past its due time
# What is coming (rule 24): told so long before an order runs out, and looked at again so often where none is set.
EXPIRING_WITHIN_DAYS = env.int("EXPIRING_WITHIN_DAYS", 90)
REVIEW_EVERY_DAYS = env.int("REVIEW_EVERY_DAYS", 365)
REPLAY_SAMPLE = env.int("REPLAY_SAMPLE", 100)  # assessments worked out again each night
# Where places in words are looked up (docs/gazetteer.md). Without it they stay words, for an officer to read.
GAZETTEER_FILE = env.str("GAZETTEER_FILE", "")
FORCE_AREAS_FILE = env.str("FORCE_AREAS_FILE", "")  # which force's area a place lies in; without it nobody says
# The position feed (docs/positions.md). Metres around a zone in which an approach is kept; days after which a fix
# near no zone goes; the oldest fix that is taken; and for how long a device may be unheard of.
NEAR_RING_M = env.float("NEAR_RING_M", 200.0)
POSITION_FAR_DAYS = env.int("POSITION_FAR_DAYS", 7)
POSITION_MAX_AGE_DAYS = env.int("POSITION_MAX_AGE_DAYS", 400)
DEVICE_SILENT_MINUTES = env.int("DEVICE_SILENT_MINUTES", 60)
POSITION_TIME_TOLERANCE_MINUTES = env.int("POSITION_TIME_TOLERANCE_MINUTES", 15)
# Rule 8: orders on conviction or acquittal are refused until a commencement date is known.
ROUTE_COMMENCEMENT = {
    "on_conviction": env.date("ROUTE_ON_CONVICTION_FROM", None),
    "on_acquittal": env.date("ROUTE_ON_ACQUITTAL_FROM", None),
}
BODY_LIMIT_BYTES = 5 * 1024 * 1024
IMPORT_LIMIT_BYTES = env.int("IMPORT_LIMIT_BYTES", 2 * 1024**3)  # a file of a force's existing orders

# Evidence (docs/evidence.md). Sealed originals lie in EVIDENCE_DIR, or in a bucket where one is named; what is
# being received always lies in EVIDENCE_DIR first.
EVIDENCE_DIR = env.path("EVIDENCE_DIR", BASE_DIR / "var" / "evidence")
EVIDENCE_BUCKET = env.str("EVIDENCE_BUCKET", "")
EVIDENCE_S3 = {
    "endpoint_url": env.str("EVIDENCE_S3_ENDPOINT", "") or None,
    "region_name": env.str("EVIDENCE_S3_REGION", "") or None,
    "access_key": env.str("EVIDENCE_S3_ACCESS_KEY", "") or None,
    "secret_key": env.str("EVIDENCE_S3_SECRET_KEY", "") or None,
}
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", 2 * 1024**3)
EVIDENCE_MAX_ITEMS = env.int("EVIDENCE_MAX_ITEMS", 500)  # of one report
EVIDENCE_STRAY_HOURS = env.int("EVIDENCE_STRAY_HOURS", 24)  # what a crash left without a row is kept this long
EVIDENCE_NIGHTLY_SAMPLE = env.int("EVIDENCE_NIGHTLY_SAMPLE", 200)  # items read again each night
EVIDENCE_PLACE_TOLERANCE_M = env.float("EVIDENCE_PLACE_TOLERANCE_M", 500.0)
EVIDENCE_TIME_TOLERANCE_MINUTES = env.int("EVIDENCE_TIME_TOLERANCE_MINUTES", 15)  # rule 68
# `unix:/path` or `tcp:host:port`. Without a scanner evidence is taken as ever, and stays in quarantine.
CLAMD = env.str("CLAMD", "")
# An authority for timestamps (RFC 3161), and the file of the PEM roots its signatures must lead to. Both, or none.
EVIDENCE_TSA_URL = env.str("EVIDENCE_TSA_URL", "")
EVIDENCE_TSA_ROOTS = env.str("EVIDENCE_TSA_ROOTS", "")
WEBHOOK_LOOPBACK_ALLOWED = DEMO or SPO_ENV == "test"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"fields": {"()": "spo_service.logs.AllowedFields"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "fields"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # a refusal is the caller's affair
        "django-q": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
