"""The service's own database and server settings (processes, threads, pool), and nothing else of it.

Everything else is as `startproject` and Django REST Framework leave it: the floor is the bare framework, with
its own middleware and its own way of sending statements.
"""

from spo_service.settings import DATABASES as _OURS

_DEFAULT = {**_OURS["default"], "OPTIONS": {k: v for k, v in _OURS["default"]["OPTIONS"].items() if k == "pool"}}
DATABASES = {"default": _DEFAULT}

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
