"""A database with rows in it goes back to an earlier version of this service and forward again, and nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection

from breaches.evidence.models import EvidenceItem
from breaches.models import Decision, Move
from demo.cast import Cast
from tests.support.api import Apis
from tests.support.evidence import send
from tests.support.following import followed_up, submitted
from tests.support.orders import an_order, register


def rows(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def moves() -> list[tuple[str, str]]:
    return [(move.verb, move.reason) for move in Move.objects.order_by("id")]


def test_reasons_and_file_names_that_lay_open_are_sealed_by_the_upgrade(
    committed_cast: tuple[Cast, Apis], settings: LazySettings, tmp_path: Path
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    cast, api = committed_cast
    register(api, cast, an_order())
    report = submitted(api)
    assert send(api.victim, f"victim/reports/{report}/evidence", b"x", "näme.jpg").status == 201
    followed_up(api, report)
    made, findings = moves(), Decision.objects.get().findings

    call_command("migrate", "breaches", "0013_store_by_index", verbosity=0)
    assert rows("SELECT filename FROM breaches_evidenceitem") == [("näme.jpg",)]
    assert rows("SELECT verb, reason FROM breaches_move ORDER BY id") == made
    add = "INSERT INTO breaches_move (report_id, verb, source, target, reason) VALUES (%s, %s, %s, %s, %s) RETURNING id"
    assert rows(add, report, "release", "in_follow_up", "verified", "By the version before.")

    call_command("migrate", verbosity=0)
    assert moves() == [*made, ("release", "By the version before.")]
    assert EvidenceItem.objects.get().filename == "näme.jpg"
    assert Decision.objects.get().findings == findings != []
    assert rows("SELECT 1 FROM breaches_move WHERE reason::text LIKE '%%before%%'") == []
