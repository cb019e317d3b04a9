"""What two people let go is erased by a role of its own, and nothing else is (rule 79)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import Officer
from audit.models import Entry
from breaches.evidence import tidying
from breaches.evidence.models import EvidencePiece
from breaches.models import Addition, Report
from demo.cast import Cast
from retention.erasing import erase_due, tables_that_go
from retention.models import HoldAct, Review, Tombstone
from tests.support.api import Apis
from tests.support.evidence import add, begin, stored
from tests.support.following import decided, submitted
from tests.support.orders import an_order, register

WHY = {"reason": "Looked at with the case file."}


def eraser(url: str) -> str:
    return url.replace("://spo@", "://spo_eraser@")


@pytest.fixture
def disposed(
    committed_cast: tuple[Cast, Apis], own_database: str, settings: LazySettings, tmp_path: Path
) -> tuple[str, str]:
    """A report that two people let go, and one that nobody did; their ids."""
    cast, api = committed_cast
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    register(api, cast, an_order())
    going, staying = submitted(api), submitted(api)
    for report in (going, staying):
        api.victim.post(f"victim/reports/{report}/messages", {"text": "More."})
        where = begin(api.victim, "victim", 5, report=report).headers["Location"]
        assert add(api.victim, where, 0, b"words").status == 204
        decided(api, report)
    Review.objects.create(
        report=going,
        group=3,
        review_on=date(2026, 1, 1),
        reason="Old.",
        reviewed_by_id=cast.supervisor.user_id,
        staff_id="x",
    )
    disposal = api.supervisor.post(f"officer/reports/{going}/retention/disposal", WHY).body["id"]
    Officer.objects.filter(user_id=cast.officer.user_id).update(role="supervisor")
    path = f"officer/retention/disposals/{disposal}/decision"
    assert api.officer.post(path, {"approve": True, **WHY}).status == 201
    return going, staying


def test_only_what_was_let_go_goes_and_a_tombstone_stays(disposed: tuple[str, str], own_database: str) -> None:
    going, staying = disposed
    reference = Report.objects.get(pk=going).reference
    [erased] = erase_due(eraser(own_database), most=10)
    assert str(erased.report) == going
    assert list(Report.objects.values_list("id", flat=True)) == [Report.objects.get(pk=staying).id]
    assert Addition.objects.filter(report_id=UUID(staying)).count() == 1
    stone = Tombstone.objects.get()
    assert (str(stone.report), stone.reference) == (going, reference)
    assert stone.rows["breaches_report"] == stone.rows["breaches_addition"] == 1
    assert stone.rows["breaches_evidenceitem"] == stone.rows["breaches_evidencepiece"] == 1


def test_nobody_opens_evidence_that_was_erased(disposed: tuple[str, str], own_database: str) -> None:
    """Its keys went with it; the bytes are swept away in time."""
    [going] = EvidencePiece.objects.filter(upload__report_id=UUID(disposed[0])).values_list("key", flat=True)
    erase_due(eraser(own_database), most=10)
    assert len(stored()) == 2
    tidying.remove_strays(before=datetime.now(UTC) + timedelta(minutes=1))
    [left] = stored()
    assert left.name == EvidencePiece.objects.get().key != going


def test_erasure_is_itself_recorded(disposed: tuple[str, str], own_database: str) -> None:
    """Data Protection Act 2018, section 62(1)(f)."""
    erase_due(eraser(own_database), most=10)
    entry = Entry.objects.get(action="erasure")
    assert (entry.actor, entry.verb, entry.organisation) == ("spo_eraser", "report_erased", "05")
    assert disposed[0] in entry.record_ids


def test_a_second_run_finds_nothing_left(disposed: tuple[str, str], own_database: str) -> None:
    erase_due(eraser(own_database), most=10)
    assert erase_due(eraser(own_database), most=10) == []


def test_the_services_own_role_cannot_erase(disposed: tuple[str, str]) -> None:
    going, _ = disposed
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.filter(pk=going)._raw_delete("default")
    with connection.cursor() as cursor:  # the way round the triggers that keep rows as they are
        cursor.execute("SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, false) FROM pg_trigger")
        with pytest.raises(DatabaseError, match="erased by another role"):
            cursor.execute("DELETE FROM breaches_addition WHERE report_id = %s", [going])


def test_the_eraser_cannot_take_what_nobody_let_go(disposed: tuple[str, str], own_database: str) -> None:
    _, staying = disposed
    with psycopg.connect(eraser(own_database).replace("postgis", "postgresql", 1)) as other:
        other.execute("SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, false) FROM pg_trigger")
        with pytest.raises(psycopg.errors.CheckViolation, match="nobody let it go"):
            other.execute("DELETE FROM breaches_addition WHERE report_id = %s", [staying])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE breaches_report SET state = 'closed'",
        "DELETE FROM audit_entry",
        "UPDATE retention_disposaldecision SET approved = true",
        "INSERT INTO retention_disposal SELECT * FROM retention_disposal",
        "DELETE FROM orders_order",
    ],
)
def test_the_eraser_can_do_nothing_else(disposed: tuple[str, str], own_database: str, statement: str) -> None:
    url = eraser(own_database).replace("postgis", "postgresql", 1)
    with psycopg.connect(url) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
        other.execute(statement)


def test_a_hold_placed_after_approval_still_stops_it(
    disposed: tuple[str, str], own_database: str, settings: Any, committed_cast: tuple[Cast, Apis]
) -> None:
    going, _ = disposed
    HoldAct.objects.create(
        report=going, held=True, reason="A court asked.", by_id=committed_cast[0].supervisor.user_id, staff_id="x"
    )
    settings.ERASER_DATABASE_URL = eraser(own_database)
    with pytest.raises(CommandError, match="stays whole"):
        call_command("erase_disposed", stdout=StringIO())
    assert Report.objects.filter(pk=going).exists()
    assert Addition.objects.filter(report_id=UUID(going)).count() == 1


def test_the_eraser_may_delete_from_every_table_that_holds_something_of_a_report(db: None) -> None:
    """Whoever adds such a table grants it in its migration: see `retention/migrations/0002_erasing.py`."""
    with connection.cursor() as cursor:
        tables = tables_that_go(cursor.cursor)
        cursor.execute(
            "SELECT t FROM unnest(%s::text[]) t WHERE NOT has_table_privilege('spo_eraser', t, 'SELECT, DELETE')",
            [sorted(tables)],
        )
        assert cursor.fetchall() == []
    assert {"breaches_report", "breaches_addition", "breaches_evidenceitem"} <= tables


def test_without_its_address_nothing_is_erased(settings: Any) -> None:
    settings.ERASER_DATABASE_URL = ""
    with pytest.raises(CommandError, match="not set"):
        call_command("erase_disposed")
