"""Production has no default secret and takes none that could be guessed (issue 2, item 10)."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_secret_may_lie_in_a_file_instead(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(GOOD[name] + "\n")
    rest = {key: found for key, found in GOOD.items() if key != name}
    assert starts({**rest, f"{name}_FILE": str(tmp_path / "secret")})


def test_a_file_that_is_not_there_is_no_secret(tmp_path: Path) -> None:
    rest = {key: found for key, found in GOOD.items() if key != "SECRET_KEY"}
    assert not starts({**rest, "SECRET_KEY_FILE": str(tmp_path / "secret")})


_HARDENED = """
from spo_service import settings as s
print(s.SECURE_HSTS_SECONDS >= 31536000, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_SSL_REDIRECT,
      s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, not s.DEBUG, not s.WEBHOOK_LOOPBACK_ALLOWED)
"""


def test_in_production_nothing_goes_without_tls() -> None:
    clean = {name: value for name, value in os.environ.items() if name not in GOOD}
    more = {"SPO_ENV": "production", "DJANGO_SETTINGS_MODULE": "spo_service.settings", **GOOD}
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", _HARDENED], check=True, env={**clean, **more}, capture_output=True, text=True
    )
    assert set(done.stdout.split()) == {"True"}
