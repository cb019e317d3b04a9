"""A report to send evidence with, and an empty folder to send it into."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.support.api import Apis
from tests.support.orders import a_report


@pytest.fixture(autouse=True)
def _empty_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def report(api: Apis, order: str) -> str:
    """The reference of a report that the victim made."""
    return str(api.victim.post("victim/reports", a_report()).body["reference"])
