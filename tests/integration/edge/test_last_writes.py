"""Writes that are sent with the COMMIT of their transaction: all of them or none, and Django knows that it is over."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from common.ids import uuid7
from database.writes import BETWEEN, gathered, write
from webhooks.models import Event

EVENT = {
    "type": "report.received",
    "occurred_at": "2026-11-20T18:05:00Z",
    "subject": "01a20b0c-03df-7bdf-a774-e0f4215a5199",
    "reference": "R-1",
    "state": "received",
    "quiet": False,
}


def owe(force: str) -> None:
    write("SELECT webhooks_owe(%s::jsonb)", [json.dumps({**EVENT, "key": str(uuid7()), "force_id": force})])


def test_they_are_kept_and_what_waits_for_the_commit_happens(own_database: str) -> None:
    happened: list[str] = []
    with transaction.atomic(), gathered(last=True):
        transaction.on_commit(lambda: happened.append("told"))
        owe("05")
    assert happened == ["told"]
    connection.close()  # whatever was not committed is gone
    assert Event.objects.count() == 1


def test_functions_that_follow_one_another_are_called_by_one_statement_in_their_order(own_database: str) -> None:
    with CaptureQueriesContext(connection) as seen, transaction.atomic(), gathered(last=True):
        owe("05")
        owe("06")
        write("UPDATE webhooks_event SET reference = %s WHERE force_id = %s", ["R-2", "06"])
        write("SELECT webhooks_look(%s, %s, %s)", ["outbox", "look", 0.4])
    (gone,) = [query["sql"] for query in seen.captured_queries if "webhooks_owe" in query["sql"]]
    sent = [statement.split("(")[0] for statement in gone.split(BETWEEN)]
    assert [s.split()[:2] for s in sent] == [
        ["SELECT", "webhooks_owe"],
        ["UPDATE", "webhooks_event"],
        ["SELECT", "webhooks_look"],
        ["COMMIT"],
    ]
    assert list(Event.objects.order_by("id").values_list("force_id", "reference")) == [("05", "R-1"), ("06", "R-2")]


def test_one_that_is_refused_takes_the_others_along(own_database: str) -> None:

    def written() -> None:
        with transaction.atomic(), gathered(last=True):
            owe("05")
            write("SELECT no_such_function(%s)", [1])

    with pytest.raises(ProgrammingError):
        written()
    assert not Event.objects.exists()
    with transaction.atomic():  # the connection is good for the next
        assert connection.is_usable()


def test_what_only_the_commit_finds_out_is_raised(own_database: str) -> None:
    """Foreign keys are looked at when the transaction ends."""
    happened: list[str] = []

    def written() -> None:
        with transaction.atomic(), gathered(last=True):
            transaction.on_commit(lambda: happened.append("told"))
            owe("99")

    with pytest.raises(IntegrityError):
        written()
    assert happened == []
    assert not Event.objects.exists()


def test_inside_another_transaction_that_one_decides(own_database: str) -> None:
    with transaction.atomic():
        with transaction.atomic(), gathered(last=True):
            owe("05")
        transaction.set_rollback(True)
    assert not Event.objects.exists()
