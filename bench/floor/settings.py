"""The service's own database and server settings, and nothing else of it."""

from spo_service.settings import DATABASES as DATABASES

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
