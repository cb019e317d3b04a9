"""A database with rows in it goes back to an earlier version of this service and forward again, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection

from breaches.evidence.models import EvidenceItem
from breaches.evidence.tasks import examine
from breaches.models import Decision, Move
from demo.cast import Cast
from tests.support import clamd
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


@contextmanager
def longest() -> Iterator[set[str]]:
    """How long a statement that goes through all rows of a table may take, each time one did."""
    found: set[str] = set()

    def look(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        done = execute(sql, params, many, context)
        if any(word in str(sql) for word in ("ON COMMIT DROP", "ALTER COLUMN id TYPE", "_turned")):
            found.add(context["connection"].connection.execute("SHOW statement_timeout").fetchone()[0])
        return done

    with connection.execute_wrapper(look):
        yield found


CHAT = b"""20/11/2026, 18:31 - +44 7700 900123: I can see you
20/11/2026, 18:32 - Ama: Stop
20/11/2026, 18:33 - +44 7700 900123: No
"""


def chat_looked_at(api: Apis, report: str, settings: LazySettings) -> str:
    """The id of a chat, examined."""
    with clamd.fake() as server:
        settings.CLAMD = server.setting
        item = str(send(api.victim, f"victim/reports/{report}/evidence", CHAT, "chat.txt").body["id"])
        examine(item)
    return item


def test_what_lay_open_is_sealed_by_the_upgrade(
    committed_cast: tuple[Cast, Apis], settings: LazySettings, tmp_path: Path
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    cast, api = committed_cast
    register(api, cast, an_order())
    report = submitted(api)
    assert send(api.victim, f"victim/reports/{report}/evidence", b"x", "näme.jpg").status == 201
    followed_up(api, report)
    chat = chat_looked_at(api, report, settings)
    before = [api.officer.get(f"officer/reports/{report}/evidence/{chat}{more}").body for more in ("", "/messages")]
    made, findings = moves(), Decision.objects.get().findings

    with longest() as back:
        call_command("migrate", "breaches", "0013_store_by_index", verbosity=0)
    assert rows("SELECT filename FROM breaches_evidenceitem WHERE number = 1") == [("näme.jpg",)]
    assert rows("SELECT sender, text FROM breaches_evidencemessage ORDER BY index") == [
        ("+44 7700 900123", "I can see you"), ("Ama", "Stop"), ("+44 7700 900123", "No"),
    ]  # fmt: skip
    assert rows("SELECT verb, reason FROM breaches_move ORDER BY id") == made
    add = "INSERT INTO breaches_move (report_id, verb, source, target, reason) VALUES (%s, %s, %s, %s, %s) RETURNING id"
    assert rows(add, report, "release", "in_follow_up", "verified", "By the version before.")

    with longest() as forward:
        call_command("migrate", "breaches", verbosity=0)
    assert (back, forward) == ({"0"}, {"0"})
    call_command("migrate", verbosity=0)
    assert moves() == [*made, ("release", "By the version before.")]
    assert EvidenceItem.objects.get(number=1).filename == "näme.jpg"
    after = [api.officer.get(f"officer/reports/{report}/evidence/{chat}{more}").body for more in ("", "/messages")]
    assert (after[0]["contacts"], after[1]) == (before[0]["contacts"], before[1])
    assert Decision.objects.get().findings == findings != []
    assert rows("SELECT 1 FROM breaches_move WHERE reason::text LIKE '%%before%%'") == []
