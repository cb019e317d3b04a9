"""The service's own database and server settings (processes, threads, pool), and nothing else of it.

How a statement is sent is left as Django has it: the floor is the bare framework.
"""

from spo_service.settings import DATABASES as _OURS

_DEFAULT = {**_OURS["default"], "OPTIONS": {k: v for k, v in _OURS["default"]["OPTIONS"].items() if k == "pool"}}
DATABASES = {"default": _DEFAULT}

SECRET_KEY = "not-secret"  # noqa: S105 - signs nothing
INSTALLED_APPS = ["django.contrib.gis", "rest_framework", "bench.floor"]
ROOT_URLCONF = "bench.floor.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
