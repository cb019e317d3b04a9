"""The support screen is opened by a password alone: in production it is not there until somebody asks for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.test_secrets import GOOD

_ASKED = """
import django
django.setup()
from django.conf import settings
from spo_service.urls import urlpatterns
there = any(str(entry.pattern) == settings.SUPPORT_PATH for entry in urlpatterns)
print(there, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)
"""


@pytest.mark.parametrize(("asked", "there"), [(None, False), ("false", False), ("true", True)])
def test_it_is_there_only_when_asked_for(asked: str | None, there: bool) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "SUPPORT_SCREEN"}
    more = {"SPO_ENV": "production", "DJANGO_SETTINGS_MODULE": "spo_service.settings", **GOOD}
    more |= {"SUPPORT_SCREEN": asked} if asked else {}
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", _ASKED], check=True, env={**clean, **more}, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(there), "True", "True"]
