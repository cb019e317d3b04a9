"""What would tell where somebody lives lies sealed, row by row, under keys that can be changed (ADR 0008)."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from breaches.models import Addition, Assessment, Move, Report
from common.envelope import Keyring, sealed_by
from database.sealed import Unreadable, sealed_fields
from orders.models import OrderVersion, Zone
from orders.queries import terms
from tests.support.api import Apis
from tests.support.evidence import begin, send
from tests.support.following import claimed
from tests.support.orders import EXCLUSION, NO_CONTACT, ZONE_A, a_condition, a_report, an_order, register

CANARY = "canary-27-Laburnum-Road"
OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)
CASTS = settings.MASTER_KEYS.keys[0]  # second factors of the cast were sealed before


@pytest.mark.parametrize("value", [{"a": "\u00e9"}, {"said": "I can see you. " * 400}, "x" * 300, [], None, 0])
def test_json_opens_packed_and_as_it_was_sealed_before(value: Any) -> None:
    field: Any = Assessment._meta.get_field("answer")
    plain = json.dumps(value, ensure_ascii=False).encode()
    assert field.from_bytes(field.to_bytes(value)) == field.from_bytes(plain) == value
    assert len(field.to_bytes(value)) <= len(plain)


@pytest.fixture
def kept(api: Apis, cast: Any, settings: Any) -> str:
    """An order and a report that say where she lives, under the key `old`; the report's id."""
    settings.MASTER_KEYS = Keyring([OLD])
    zone = {**ZONE_A, "restricted_name": CANARY}
    home = {"kind": "address", "value": CANARY}
    register(
        api,
        cast,
        an_order(
            conditions=[a_condition(EXCLUSION, zones=[zone], wording=CANARY), a_condition(NO_CONTACT)],
            protected_persons=[{"key": "P1", "family_name": CANARY, "given_names": CANARY, "identifiers": [home]}],
        ),
    )
    body = a_report(description=CANARY, witnesses=[{"name": CANARY, "how_to_reach": CANARY}])
    report: str = api.victim.post("victim/reports", body, Idempotency_Key="once").body["id"]
    api.victim.post(f"victim/reports/{report}/messages", {"text": CANARY})
    api.victim.post("victim/diary", {"description": CANARY})
    how = {"channels": ["sms"], "hours": [], "voicemail": False, "who_else_sees_device": CANARY}
    assert api.victim.put("victim/safe-contact", how).status == 200
    api.victim.post(f"victim/reports/{report}/corrections", {"text": CANARY, "corrects": CANARY})
    assert send(api.victim, f"victim/reports/{report}/evidence", b"x", CANARY).status == 201
    begin(api.victim, "victim", 9, report=report, filename=CANARY)
    said = {"reason": f"{CANARY}, seen twice."}
    assert (
        api.officer.post(f"officer/reports/{report}/not-verified", said, If_Match=claimed(api, report).etag).status
        == 200
    )
    return report


def everything_in_the_database() -> str:
    """Every row of every table as text, with what is sealed as the bytes it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")  # noqa: S608
            found.append(cursor.fetchone()[0])
    return "\n".join(found)


def test_a_dump_of_the_database_does_not_say_where_she_lives(kept: str) -> None:
    dump = everything_in_the_database()
    assert len(dump) > 1000
    assert CANARY not in dump
    assert CANARY.encode().hex() not in dump


def test_those_who_may_read_it_read_it_to_the_letter(kept: str, api: Apis) -> None:
    assert api.officer.get(f"officer/reports/{kept}").body["report"]["description"] == CANARY
    assert OrderVersion.objects.get().body["protected_persons"][0]["family_name"] == CANARY
    assert Zone.objects.get().restricted_name == CANARY


def test_bytes_put_into_another_row_do_not_open(kept: str, api: Apis) -> None:
    other = api.victim.post("victim/reports", a_report()).body["id"]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE breaches_report DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE breaches_report a SET body_sent = b.body_sent FROM breaches_report b WHERE a.id = %s AND b.id = %s",
            [other, kept],
        )
    with pytest.raises(Unreadable, match="the bytes were changed"):
        _ = Report.objects.get(id=other).body_sent


def test_a_lost_key_is_a_clear_failure_and_nothing_is_half_read(kept: str, api: Apis, settings: Any) -> None:
    """The drill: the old key is gone before its rows were wrapped anew."""
    settings.MASTER_KEYS = Keyring([NEW])
    answer = api.officer.get(f"officer/reports/{kept}")
    assert (answer.status, answer.code) == (503, "stored_text_unreadable")
    assert "report" not in answer.body
    assert api.victim.get("victim/diary").code == api.victim.get("victim/safe-contact").code == answer.code
    with pytest.raises(Unreadable, match=f"breaches_report.body_sent.{kept}: the master key old is missing"):
        _ = Report.objects.get(id=kept).body_sent


def test_the_command_names_the_rows_whose_key_is_missing(kept: str, settings: Any) -> None:
    settings.MASTER_KEYS = Keyring([NEW])
    said = io.StringIO()
    with pytest.raises(CommandError, match="not in MASTER_KEYS"):
        call_command("sealed_columns", stdout=said)
    assert f"the key is missing for row {kept}" in said.getvalue()
    assert "breaches_report.body_sent  old: 1" in said.getvalue()
    assert CANARY not in said.getvalue()


def test_what_comes_while_a_key_is_lost_is_still_taken(
    kept: str, api: Apis, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report is never refused (rule 33), also one that names an order which cannot be opened."""
    settings.MASTER_KEYS = Keyring([NEW])
    monkeypatch.setattr(terms, "_COMPILED", terms._Cache(1))  # another process than the one that opened it before
    answer = api.victim.post("victim/reports", a_report(description=CANARY))
    assert (answer.status, [w["code"] for w in answer.body["warnings"]][:1]) == (201, ["order_not_readable"])
    assert api.officer.get(f"officer/reports/{answer.body['id']}").body["report"]["description"] == CANARY


def test_after_rewrapping_the_old_key_can_go(kept: str, api: Apis, settings: Any) -> None:
    settings.MASTER_KEYS = Keyring([NEW, OLD, CASTS])
    call_command("sealed_columns", "--rewrap", stdout=io.StringIO())
    settings.MASTER_KEYS = Keyring([NEW])
    call_command("sealed_columns", stdout=io.StringIO())
    assert json.loads(Report.objects.get(id=kept).body_sent)["description"] == CANARY
    assert api.victim.get("victim/diary").body["results"][0]["entry"]["description"] == CANARY
    assert api.victim.get("victim/safe-contact").body["safe_contact"]["who_else_sees_device"] == CANARY
    again = api.victim.post(
        "victim/reports",
        a_report(description=CANARY, witnesses=[{"name": CANARY, "how_to_reach": CANARY}]),
        Idempotency_Key="once",
    )
    assert (again.status, again.body["id"]) == (201, kept)


def test_rewrapping_leaves_what_was_said_and_every_rule_as_it_was(kept: str, settings: Any) -> None:
    before = {a.id: (a.text, a.corrects) for a in Addition.objects.all()}
    settings.MASTER_KEYS = Keyring([NEW, OLD, CASTS])
    call_command("sealed_columns", "--rewrap", stdout=io.StringIO())
    assert {a.id: (a.text, a.corrects) for a in Addition.objects.all()} == before
    raw: Any = Assessment.objects.filter(report_id=UUID(kept)).order_by("assessed_at")[0].__dict__["answer"]
    assert sealed_by(raw.sealed) == "new"


@pytest.mark.parametrize(
    "migration",
    ["orders.migrations.0010_sealed", "breaches.migrations.0009_sealed", "breaches.migrations.0015_sealed_reasons"],
)
def test_a_migration_seals_what_is_there_and_back(kept: str, migration: str) -> None:
    module = importlib.import_module(migration)
    columns = [f for f in sealed_fields() if (f.model._meta.db_table, f.column) in {c[:2] for c in module._COLUMNS}]
    assert len(columns) == len(module._COLUMNS)
    before, triggers = read(columns), triggers_there()
    with connection.schema_editor(atomic=False) as editor:
        module.unseal(None, editor)
        assert CANARY in everything_in_the_database()
        module.seal(None, editor)
    assert (read(columns), triggers_there()) == (before, triggers)


def test_moves_that_were_numbered_keep_their_order_and_their_reasons(kept: str) -> None:
    """The upgrade: a key of the move's own instant in place of its number, there and back."""
    module: Any = importlib.import_module("breaches.migrations.0015_sealed_reasons")
    with connection.schema_editor(atomic=False) as editor:
        module.unseal(None, editor)
        before = moves_there("id, verb, reason")
        module.seal(None, editor)
    numbers = [number for number, _, _ in before]
    assert numbers == sorted(set(numbers)) and all(isinstance(number, int) for number in numbers)
    assert [(move.verb, move.reason) for move in Move.objects.order_by("id")] == [row[1:] for row in before]
    assert [(verb, reason) for _, verb, reason in before] == [("claim", ""), ("not-verified", f"{CANARY}, seen twice.")]
    assert all(move.id.version == 7 for move in Move.objects.all())


def moves_there(columns: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM breaches_move ORDER BY id")  # noqa: S608
        return list(cursor.fetchall())


def read(columns: list[Any]) -> dict[str, list[Any]]:
    """What each column holds, in the order of its rows' keys."""
    return {
        f"{column.model._meta.db_table}.{column.column}": [
            getattr(row, column.attname) for row in column.model._default_manager.order_by("pk")
        ]
        for column in columns
    }


def triggers_there() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger') FROM pg_trigger"
            " WHERE NOT tgisinternal ORDER BY 1"
        )
        return list(cursor.fetchall())


@pytest.mark.parametrize(
    "attempt",
    [lambda: Report.objects.filter(body_sent="x").exists(), lambda: Report.objects.update(body_sent="x")],
    ids=["search", "update"],
)
def test_a_sealed_column_is_not_searched_or_written_apart_from_its_row(kept: str, attempt: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="written with its row"):
        attempt()
