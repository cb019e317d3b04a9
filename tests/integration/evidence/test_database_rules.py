"""PostgreSQL keeps what the services promise, whoever writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.queries import caller_for_token
from breaches.evidence.models import (
    EvidenceEntry,
    EvidenceExamination,
    EvidenceItem,
    EvidenceLink,
    EvidenceMessage,
    EvidencePiece,
    EvidenceUpload,
)
from breaches.evidence.services import make_link
from breaches.models import DiaryEntry, DiaryEvidence, EvidenceStampTry, ForensicLink, ForensicTake
from common.ids import uuid7
from tests.integration.evidence.conftest import Send
from tests.support.api import Apis
from tests.support.evidence import add, begin, picture


@pytest.fixture
def item(looked_at: Send, api: Apis) -> EvidenceItem:
    """An item with everything that hangs on one."""
    item = looked_at(b"20/11/2026, 18:31 - Danny: I can see you\n", "chat.txt")
    caller = caller_for_token(api.officer.token or "", at=timezone.now())
    assert caller
    make_link(caller=caller, item=item, kind="original", purpose="To look")
    where = begin(api.victim, "victim", 9, report=item.report.reference).headers["Location"]
    add(api.victim, where, 0, b"123")
    return item


@pytest.mark.parametrize(
    "values",
    [
        {"state": "gone"},
        {"state": "quarantined"},
        {"sha256": "0" * 64},
        {"filename": b"x"},
        {"size": 1},
        {"exhibit": "x"},
        {"received_at": timezone.now()},
        {"key": "0" * 32},
        {"report": uuid7()},
        {"received_from": "x"},
    ],
)
def test_an_item_stays_as_it_was_received(item: EvidenceItem, values: dict[str, Any]) -> None:
    """Rule 66: write-once."""
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidenceItem.objects.filter(pk=item.pk).update(**values)


@pytest.mark.parametrize(
    "changes",
    [
        {"exhibit": None},
        {"number": None},
        {"key": None},
        {"size": -1},
        {"sha256": "x"},
        {"sender_sha256": "0" * 64},
        {"state": "gone"},
        {"key": ""},
        {"wrapped_key": b""},
    ],
    ids=[
        "exhibit twice",
        "number twice",
        "key twice",
        "size",
        "digest",
        "another digest",
        "state",
        "a key of nothing",
        "a name without a key",
    ],
)
def test_a_row_that_cannot_be_is_refused(item: EvidenceItem, changes: dict[str, Any]) -> None:
    """None takes the value of the row that is there."""
    fresh: dict[str, Any] = {"exhibit": "X/1", "number": 99, "key": "f" * 32, "size": 1, "sha256": "0" * 64}
    taken = {name: getattr(item, name) if value is None else value for name, value in changes.items()}
    values = {**fresh, **taken}
    if "sender_sha256" in values:
        values["sha256"] = "1" * 64
    values = {"wrapped_key": b"w", "received_at": timezone.now(), **values}
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceItem.objects.create(report=item.report, **values)


@pytest.mark.parametrize("itself", [False, True])
def test_one_copy_of_an_original_and_none_of_itself(looked_at: Send, itself: bool) -> None:
    original, new = looked_at(picture()), uuid7()
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceItem.objects.create(
            id=new,
            report=original.report,
            number=98,
            exhibit="X/98",
            size=1,
            sha256="0" * 64,
            key="e" * 32,
            wrapped_key=b"w",
            received_at=timezone.now(),
            derived_from_id=new if itself else original.id,
        )


@pytest.mark.parametrize(
    "model",
    [EvidenceItem, EvidenceEntry, EvidenceExamination, EvidenceMessage, EvidenceLink, EvidenceUpload],
    ids=lambda model: model.__name__,
)
def test_nothing_is_deleted(item: EvidenceItem, model: Any) -> None:
    """Rule 69."""
    assert model.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - the model's own table


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (EvidenceEntry, {"reason": "x"}),
        (EvidenceExamination, {"holds": []}),
        (EvidenceMessage, {"said": b"x"}),
        (EvidenceLink, {"expires_at": timezone.now()}),
        (EvidenceUpload, {"size": 1}),
        (EvidenceUpload, {"filename": b"x"}),
    ],
)
def test_what_was_written_stays(item: EvidenceItem, model: Any, values: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**values)


def test_entries_cannot_fork(item: EvidenceItem) -> None:
    entry = item.continuity.order_by("number").last()
    assert entry
    for changes in ({}, {"number": 9, "previous": ""}, {"number": 9, "kind": "gone"}):
        values = {"number": entry.number, "kind": entry.kind, "previous": entry.previous, **changes}
        with pytest.raises(IntegrityError), transaction.atomic():
            EvidenceEntry.objects.create(item=item, at=entry.at, actor="x", digest="0" * 64, **values)


def test_pieces_links_and_examinations_are_what_they_say(item: EvidenceItem) -> None:
    upload = EvidenceUpload.objects.get()
    link = EvidenceLink.objects.get()
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (EvidencePiece, {"upload": upload, "start": 0, "size": 1, "key": "d" * 32, "wrapped_key": b""}),
        (EvidencePiece, {"upload": upload, "start": 5, "size": 0, "key": "d" * 32, "wrapped_key": b""}),
        (EvidencePiece, {"upload": upload, "start": 5, "size": 1, "key": upload.pieces.get().key, "wrapped_key": b""}),
        (EvidenceLink, {"item": item, "person": link.person, "kind": "raw", "made_at": link.made_at,
                        "expires_at": link.expires_at}),
        (EvidenceLink, {"item": item, "person": link.person, "kind": "original", "made_at": link.made_at,
                        "expires_at": link.made_at}),
        (EvidenceMessage, {"item": item, "index": 0, "said": []}),
        (EvidenceUpload, {"report": item.report, "size": -1}),
        (EvidenceUpload, {"report": item.report, "size": 1, "item": item, "refused": "x"}),
    ]  # fmt: skip
    for model, values in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**values)


def test_tries_archives_and_files_of_a_diary_are_what_they_say(item: EvidenceItem, api: Apis) -> None:
    now, link = timezone.now(), EvidenceLink.objects.get()
    made = ForensicLink.objects.create(link=link, recipient="A unit", passphrase="x")
    ForensicTake.objects.create(link=made, number=1, at=now)
    entry = DiaryEntry.objects.create(person=link.person, written_at=now, sealed=b"x")
    file = {"entry": entry, "number": 1, "size": 1, "sha256": "0" * 64, "key": "a" * 32, "wrapped_key": b"w",
            "received_at": now}  # fmt: skip
    DiaryEvidence.objects.create(**file)
    tried = {"item": item, "tries": 1, "why": "authority_away", "last_at": now, "next_at": now}
    EvidenceStampTry.objects.create(**tried)
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (EvidenceStampTry, {**tried, "item": looked_up(item), "tries": 0}),
        (EvidenceStampTry, {**tried, "item": looked_up(item), "why": "gone"}),
        (ForensicLink, {"link": link, "recipient": "Another", "passphrase": "x"}),
        (ForensicTake, {"link": made, "number": 1, "at": now}),
        (ForensicTake, {"link": made, "number": 4, "at": now}),
        (DiaryEvidence, {**file, "key": "b" * 32}),
        (DiaryEvidence, {**file, "number": 2}),
        (DiaryEvidence, {**file, "number": 2, "key": "b" * 32, "size": 0}),
        (DiaryEvidence, {**file, "number": 2, "key": "b" * 32, "sha256": "x"}),
        (DiaryEvidence, {**file, "number": 2, "key": "b" * 32, "sender_sha256": "1" * 64}),
    ]
    for model, values in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**values)
    for model, change in (
        (ForensicLink, {"recipient": "x"}),
        (ForensicTake, {"at": now}),
        (DiaryEvidence, {"size": 2}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            model._default_manager.update(**change)
    for model in (ForensicTake, ForensicLink, DiaryEvidence, EvidenceStampTry):
        with pytest.raises(DatabaseError), transaction.atomic():
            model._default_manager.all()._raw_delete("default")


def looked_up(item: EvidenceItem) -> EvidenceItem:
    """Another item of the same report, with nothing that hangs on it."""
    other, _ = EvidenceItem.objects.get_or_create(
        report=item.report, number=97,
        defaults={"exhibit": "X/97", "size": 1, "sha256": "0" * 64, "key": "c" * 32, "wrapped_key": b"w",
                  "received_at": timezone.now()},
    )  # fmt: skip
    return other


def test_the_pieces_of_an_item_stay_and_get_no_more(item: EvidenceItem, api: Apis) -> None:
    """Rule 66: they are what was received."""
    upload = EvidenceUpload.objects.get()
    add(api.victim, f"/api/v1/victim/evidence-uploads/{upload.id}", 3, b"456789")
    piece = EvidencePiece.objects.get()
    attempts: list[Callable[[], Any]] = [
        piece.delete,
        lambda: EvidencePiece.objects.update(key="0" * 32),
        lambda: EvidencePiece.objects.update(start=1),
        lambda: upload.pieces.create(start=9, size=1, key="0" * 32, wrapped_key=b"w"),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert upload.pieces.get() == piece


@pytest.mark.parametrize("values", [{"place": "near"}, {"place": "consistent"}, {"time": "consistent"}])
def test_an_examination_measures_what_it_says(looked_at: Send, values: dict[str, Any]) -> None:
    copy = looked_at(picture()).derivatives.get()  # never examined
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceExamination.objects.create(
            item=copy, examined_at=timezone.now(), media_type="x/y", scanner="", **values
        )
