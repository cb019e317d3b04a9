"""The service's own database and server settings (processes, threads, pool), and nothing else of it.

Everything else is as `startproject` and Django REST Framework leave it: the floor is the bare framework, with
its own middleware and its own way of sending statements.
"""

from spo_service.settings import DATABASES as _OURS

_POOL = {name: value for name, value in _OURS["default"]["OPTIONS"]["pool"].items() if name != "connection_class"}
DATABASES = {
    "default": {
        **_OURS["default"],
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": _POOL},
    }
}

SECRET_KEY = "not-secret"  # noqa: S105 - signs nothing
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.gis",
    "rest_framework",
    "bench.floor",
]
ROOT_URLCONF = "bench.floor.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
