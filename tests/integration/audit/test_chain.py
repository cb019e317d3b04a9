"""The trail is chained after the fact, sealed each day, and a single changed bit is found (rule 77)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from audit import sealing, tasks
from audit.models import DaySeal, Entry, Link
from audit.sealing import chain, first_broken, seal_day
from audit.services import record
from audit.types import Actor

HERE, THERE = Actor("officer", "a", "05"), Actor("officer", "b", "06")


def act(actor: Actor, verb: str = "looked", **changes: Any) -> None:
    record(actor=actor, action="consultation", verb=verb, records=["x", "y"], **changes)


@pytest.fixture
def trail(db: None) -> None:
    """Three acts of one force, two of another, chained."""
    chain(everything=True)
    Entry.objects.count()
    for actor in (HERE, THERE, HERE, THERE, HERE):
        act(actor, reason="why")
    chain()


@pytest.fixture
def tampering(trail: None) -> None:
    """Somebody who owns the database: triggers do not stop him."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("audit_entry", "audit_link", "audit_dayseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def last_of(organisation: str) -> Link:
    return Link.objects.filter(organisation=organisation).order_by("sequence").reverse()[0]


def test_each_organisation_has_a_chain_of_its_own(trail: None) -> None:
    for organisation in ("05", "06"):
        found = list(Link.objects.filter(organisation=organisation).order_by("sequence"))
        assert [link.sequence for link in found] == list(range(1, len(found) + 1))
    assert Entry.objects.filter(link=None).count() == 0
    assert first_broken() is None


def test_chaining_again_changes_nothing(trail: None) -> None:
    before = Link.objects.count()
    assert (chain().rows, chain(everything=True).rows, Link.objects.count()) == (0, 0, before)


def test_writers_take_no_lock_of_the_chain(trail: None) -> None:
    """Writing leaves no link: nobody queues behind another."""
    before = Link.objects.count()
    act(HERE)
    assert Link.objects.count() == before


COLUMNS: dict[str, Any] = {
    "at": timezone.now(),
    "actor_kind": "victim",
    "actor": "c",
    "action": "alteration",
    "verb": "looker",
    "record_ids": ["x", "z"],
    "reason_code": "!",
    "reason": "whx",
    "correlation_id": "0",
    "recipient": "05",
    "organisation": "06",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_in_any_column_is_found_and_named_rule_77(tampering: None, column: str) -> None:
    link = last_of("05")
    Entry.objects.filter(pk=link.entry_id).update(**{column: COLUMNS[column]})
    found = first_broken()
    assert found and (found["organisation"], found["entry"], found["what"]) == (
        "05",
        link.entry_id,
        "the row is not what was chained",
    )


def test_a_single_flipped_bit_is_found(tampering: None) -> None:
    link = last_of("06")
    Entry.objects.filter(pk=link.entry_id).update(reason="whx")  # y and x differ in one bit
    found = first_broken()
    assert found and found["entry"] == link.entry_id
    with pytest.raises(CommandError, match=f"entry {link.entry_id}"):
        call_command("verify_trail")


def test_a_row_taken_out_is_found(tampering: None) -> None:
    link = Link.objects.filter(organisation="05").order_by("sequence").reverse()[1]
    Link.objects.filter(pk=link.pk)._raw_delete("default")
    Entry.objects.filter(pk=link.entry_id)._raw_delete("default")
    found = first_broken()
    assert found and (found["sequence"], found["what"]) == (link.sequence, "a row or its link is missing")


def test_an_end_cut_off_is_found_by_the_seal_of_the_day(tampering: None) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert seal_day(day=timezone.now().date() - timedelta(days=1))
    link = last_of("05")
    Link.objects.filter(pk=link.pk)._raw_delete("default")
    Entry.objects.filter(pk=link.entry_id)._raw_delete("default")
    found = first_broken()
    assert found and found["what"].startswith("the seal of")


def test_a_seal_rewritten_to_fit_is_found(tampering: None) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        seal_day(day=timezone.now().date() - timedelta(days=1))
    DaySeal.objects.update(digest="0" * 64)
    assert first_broken() is not None


def test_a_row_that_was_never_chained_is_found_once_it_is_old(trail: None) -> None:
    act(HERE)
    assert first_broken() is None
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        found = first_broken()
    assert found and found["what"] == "the row was never chained"


def test_a_day_is_sealed_once_and_only_when_it_is_over(trail: None) -> None:
    today = timezone.now().date()
    assert seal_day(day=today) is None
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert seal_day(day=today) is not None
        assert seal_day(day=today) is None


def test_the_workers_look_chains_and_seals(trail: None) -> None:
    act(HERE)
    with time_machine.travel(timezone.now() + timedelta(days=1, hours=1)):
        tasks.chain_trail()
        tasks.chain_trail()
    assert Entry.objects.filter(link=None).count() == 0
    assert DaySeal.objects.count() == 1


def test_no_day_is_sealed_while_another_process_chains_it(own_database: str) -> None:
    act(HERE)
    another = connection.copy()
    with another.cursor() as cursor, time_machine.travel(timezone.now() + timedelta(days=1, hours=1)):
        cursor.execute("SELECT pg_advisory_lock(%s)", [sealing._LOCK])
        tasks.chain_trail()
        assert not DaySeal.objects.exists()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [sealing._LOCK])
        tasks.chain_trail()
    another.close()
    assert DaySeal.objects.count() == 1


def test_the_command_prints_the_seals(trail: None) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        seal = seal_day(day=timezone.now().date() - timedelta(days=1))
    out = io.StringIO()
    call_command("verify_trail", stdout=out)
    assert seal and f"{seal.day}  {seal.digest}" in out.getvalue()


@pytest.mark.parametrize("model", [Link, DaySeal], ids=lambda m: str(m.__name__))
def test_links_and_seals_are_never_edited(trail: None, model: Any) -> None:
    DaySeal.objects.create(day=timezone.now().date(), heads={}, digest="")
    with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
        model.objects.all()._raw_delete("default")
