"""Evidence of a report, a scanner, and the worker's part done at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import LazySettings

from breaches.evidence.models import EvidenceItem
from breaches.evidence.tasks import examine
from tests.support import clamd
from tests.support.api import Apis
from tests.support.evidence import send
from tests.support.orders import a_report

Send = Callable[..., EvidenceItem]


@pytest.fixture(autouse=True)
def _empty_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def scanner(settings: LazySettings) -> Iterator[clamd.Fake]:
    with clamd.fake() as server:
        settings.CLAMD = server.setting
        yield server


@pytest.fixture
def report(api: Apis, order: str) -> str:
    """The reference of a report that the victim made."""
    return str(api.victim.post("victim/reports", a_report()).body["reference"])


@pytest.fixture
def looked_at(api: Apis, report: str, scanner: clamd.Fake) -> Send:
    """Send a file as the victim and have the worker look at it: the item afterwards."""

    def send_and_examine(content: bytes, name: str = "photo.jpg") -> EvidenceItem:
        answer = send(api.victim, f"victim/reports/{report}/evidence", content, name)
        assert answer.status == 201, answer.body
        examine(answer.body["id"])
        return EvidenceItem.objects.select_related("report").get(id=UUID(answer.body["id"]))

    return send_and_examine
