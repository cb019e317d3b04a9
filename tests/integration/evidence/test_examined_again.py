"""When readers improve, what older ones looked at is looked at again: what is new is told, and nothing else changes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from breaches.evidence import examining, told_places
from breaches.evidence.chats import readers
from breaches.evidence.models import EvidenceEntry, EvidenceExamination, EvidenceItem, EvidenceMessage
from breaches.models import Assessment, Report
from database.roles import worker_role
from database.tenancy import Tenant, acting
from demo.clamd import EICAR
from tests.integration.evidence.conftest import Send
from tests.support import clamd
from tests.support.api import Apis
from tests.support.evidence import picture
from tests.support.following import decided
from tests.support.pictures import with_place
from webhooks.models import Event

CHAT = b"20/11/2026, 18:31 - D: I can see you\n20/11/2026, 18:32 - A: Stop\n"


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch, looked_at: Send) -> Send:
    """An item as a release looked at it that knew no kind of chat and no place in a picture."""

    def look(content: bytes, name: str = "photo.jpg") -> EvidenceItem:
        with monkeypatch.context() as then:
            then.setattr(examining, "READERS_VERSION", 0)
            then.setattr(readers, "READERS", ())
            then.setattr(told_places, "read_exif_place", lambda gps: None)
            then.setattr(told_places, "tells_place", lambda gps: False)
            return looked_at(content, name)

    return look


def run_command(*options: str) -> str:
    """What the command says; then the cluster does all that was queued for it, under its own rights."""
    OrmQ.objects.filter(key="evidence").delete()
    said = io.StringIO()
    call_command("examine_again", *options, stdout=said)
    while row := OrmQ.objects.filter(key="evidence").order_by("id").first():
        task = SignedPackage.loads(row.payload)
        row.delete()
        with acting(Tenant(role=worker_role("evidence"))):
            import_string(task["func"])(*task["args"])
    return said.getvalue()


def read_item(item: EvidenceItem) -> EvidenceItem:
    return EvidenceItem.objects.select_related("report").get(pk=item.pk)


def list_item(api: Apis, item: EvidenceItem, who: str = "officer") -> dict[str, Any]:
    rows = getattr(api, who).get(f"{who}/reports/{item.report.reference}/evidence").body["results"]
    found: dict[str, Any] = next(row for row in rows if row["id"] == str(item.id))
    return found


def told_again() -> list[Event]:
    return list(Event.objects.filter(type="evidence.examined_again"))


def test_what_older_readers_left_unread_is_read_and_the_first_reading_stays(api: Apis, older: Send) -> None:
    item = older(CHAT, "chat.txt")
    assert list_item(api, item)["reading"]["state"] == "none"
    first = EvidenceExamination.objects.values().get()
    assert "1 examined by readers older" in run_command()
    for who in ("officer", "victim"):
        assert (list_item(api, item, who)["reading"]["state"], list_item(api, item, who)["reading"]["read"]) == (
            "whole",
            2,
        )
    assert EvidenceExamination.objects.values().get(number=1) == first
    detail = api.officer.get(f"officer/reports/{item.report.reference}/evidence/{item.id}").body
    assert [(one["number"], one["readers"], one["reading"]["state"]) for one in detail["examinations"]] == [
        (2, 1, "whole"), (1, 0, "none"),
    ]  # fmt: skip
    assert [one["sender"] for one in detail["contacts"]] == ["A", "D"]
    assert (detail["continuity"][-1]["kind"], detail["continuity_whole"]) == ("examined", True)
    messages = api.officer.get(f"officer/reports/{item.report.reference}/evidence/{item.id}/messages").body["results"]
    assert [one["text"] for one in messages] == ["I can see you", "Stop"]


def test_what_changed_is_told_to_the_officers_of_the_case(api: Apis, older: Send) -> None:
    item = older(CHAT, "chat.txt")
    assert api.officer.get("officer/reports?queue=review").body["results"][0]["evidence_changed_at"] is None
    run_command()
    assert list_item(api, item)["changed"] == ["kind", "messages", "notes", "reading", "senders"]
    [told] = told_again()
    assert (told.subject, told.reference, told.state) == (item.id, item.report.reference, "released")
    [queued] = api.officer.get("officer/reports?queue=review").body["results"]
    assert queued["evidence_changed_at"] == list_item(api, item)["examined_at"]
    [happened] = [
        one
        for one in api.officer.get("officer/orders/SPO-05-0001-26/timeline").body["results"]
        if one["kind"] == "evidence_examined_again"
    ]
    assert (happened["record"], happened["about"]["exhibit"]) == (str(item.id), item.exhibit)


def test_a_place_that_is_read_now_is_told_and_judges_nothing(api: Apis, older: Send) -> None:
    item = older(with_place("JPEG"))
    run_command()
    assert list_item(api, item)["changed"] == ["place"]
    assert read_item(item).examination.point is not None


def test_nothing_that_was_decided_changes_by_itself_and_the_officer_sees_that_more_is_known(
    api: Apis, older: Send
) -> None:
    item = older(with_place("JPEG"))
    before = decided(api, str(item.report_id)).body
    assert before["changed_since_decision"] is False
    kept = (Report.objects.values("state", "verdict", "version").get(), list(Assessment.objects.values_list("id")))
    run_command()
    now = api.officer.get(f"officer/reports/{item.report.reference}").body
    assert (now["changed_since_decision"], now["decisions"]) == (True, before["decisions"])
    assert kept == (
        Report.objects.values("state", "verdict", "version").get(), list(Assessment.objects.values_list("id")),
    )  # fmt: skip


def test_what_comes_out_the_same_is_kept_once_and_told_to_nobody(
    api: Apis, looked_at: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(examining, "READERS_VERSION", 0)
        item = looked_at(CHAT, "chat.txt")
        looked_at(picture())
    run_command()
    assert [one.changed for one in EvidenceExamination.objects.filter(number=2)] == [[], []]
    assert (EvidenceMessage.objects.count(), read_item(item).examination.messages_of) == (1, 1)
    assert told_again() == []
    assert EvidenceItem.objects.filter(derived_from__isnull=False).count() == 1


def test_a_dry_run_counts_and_queues_nothing(older: Send) -> None:
    item = older(CHAT, "chat.txt")
    EvidenceItem.objects.filter(pk=older(b"words", "notes.txt").pk).update(state="file_missing")
    said = run_command("--dry-run")
    assert "1 examined by readers older" in said and "1 more cannot be read" in said and "queued" not in said
    assert read_item(item).examinations.count() == 1


def test_it_goes_on_where_it_stopped_and_examines_nothing_twice(older: Send) -> None:
    items = [older(CHAT, f"chat{number}.txt") for number in range(3)]
    run_command("--most", "2")
    assert [one.examinations.count() for one in items] == [2, 2, 1]
    assert "1 examined by readers older" in run_command()
    assert "0 examined by readers older" in run_command()
    assert [one.examinations.count() for one in items] == [2, 2, 2]


def test_an_item_that_ends_the_worker_does_not_end_the_walk(older: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step after it is queued before anybody opens it."""
    first, second = older(CHAT, "a.txt"), older(CHAT, "b.txt")
    again = "breaches.evidence.examining_again.examine_again"
    real = import_string(again)

    def die(*, item_id: Any) -> None:
        if item_id == first.id:
            raise SystemExit
        real(item_id=item_id)

    OrmQ.objects.filter(key="evidence").delete()
    call_command("examine_again", stdout=io.StringIO())
    monkeypatch.setattr(again, die)
    with pytest.raises(SystemExit):
        run_next()
    run_next()
    assert (first.examinations.count(), second.examinations.count()) == (1, 2)


def run_next() -> None:
    """The next step in the queue."""
    row = OrmQ.objects.filter(key="evidence").order_by("id").first()
    assert row
    task = SignedPackage.loads(row.payload)
    row.delete()
    import_string(task["func"])(*task["args"])


def test_with_no_scanner_nothing_changes_and_it_stays_due(older: Send, settings: Any) -> None:
    item, known = older(CHAT, "chat.txt"), settings.CLAMD
    settings.CLAMD = ""
    run_command()
    assert item.examinations.count() == 1
    settings.CLAMD = known
    run_command()
    assert item.examinations.count() == 2


def test_what_is_held_stays_held(older: Send) -> None:
    """A person releases it, if anybody does."""
    item = older(b"#!/bin/sh\nrm -rf /\n", "game.sh")
    assert item.state == "held"
    run_command()
    assert (read_item(item).state, read_item(item).examination.changed) == ("held", [])


def test_what_a_scanner_names_by_now_is_held_and_what_was_read_of_it_stays(
    api: Apis, older: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(clamd, "EICAR", b"nobody knows it yet")
        item = older(b"words " + EICAR, "notes.txt")
    assert item.state == "released"
    run_command()
    assert (read_item(item).state, read_item(item).examination.holds) == ("held", ["malware_found"])
    assert Event.objects.filter(type="evidence.held", subject=item.id).exists()
    assert "holds" in list_item(api, item)["changed"]
    assert EvidenceEntry.objects.filter(item=item).order_by("-number")[0].kind == "held"


@pytest.mark.parametrize(
    "values",
    [{"number": 1}, {"number": 2, "changed": ["weather"]}, {"number": 2, "messages_of": 3},
     {"number": 2, "messages_of": 0}],
    ids=["number twice", "a change of no kind", "messages of one to come", "messages of none"],
)  # fmt: skip
def test_the_database_keeps_examinations_in_their_order(looked_at: Send, values: dict[str, Any]) -> None:
    item = looked_at(CHAT, "chat.txt")
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceExamination.objects.create(
            item=item, examined_at=item.received_at, media_type="text/plain", scanner="", **values
        )
