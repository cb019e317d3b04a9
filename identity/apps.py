"""The app's name."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"
