"""Production has no default secret and takes none that could be guessed (issue 2, item 10)."""

from __future__ import annotations

import base64
import os
import subprocess
import sys

import pytest

KEY = "v1:" + base64.b64encode(b"k" * 32).decode()
GOOD = {"SECRET_KEY": "s" * 32, "FIELD_KEY": "f" * 32, "ALLOWED_HOSTS": "spo.example", "MASTER_KEYS": KEY}


def starts(environment: dict[str, str]) -> bool:
    """Whether the settings load in production with this environment."""
    clean = {name: value for name, value in os.environ.items() if name not in GOOD}
    more = {"SPO_ENV": "production", "DJANGO_SETTINGS_MODULE": "spo_service.settings", **environment}
    command = [sys.executable, "-c", "import spo_service.settings"]
    done = subprocess.run(command, check=False, env={**clean, **more}, capture_output=True)  # noqa: S603 - our own
    return done.returncode == 0


def test_it_starts_with_secrets() -> None:
    assert starts(GOOD)


@pytest.mark.parametrize("name", sorted(GOOD))
@pytest.mark.parametrize("value", [None, "", "short"])
def test_it_does_not_start_without(name: str, value: str | None) -> None:
    changed = {key: found for key, found in {**GOOD, name: value}.items() if found is not None}
    assert starts(changed) is (name == "ALLOWED_HOSTS" and value == "short")
