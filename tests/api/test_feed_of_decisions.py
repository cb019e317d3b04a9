"""Line 24: GET /force/breaches is a feed of decisions; read from anywhere, it ends with the truth."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from breaches.models import BreachEntry, Decision
from common.ids import uuid7
from demo.cast import Cast
from edge.pagination import sign
from orders.models import Order
from tests.api.orders.example import Json
from tests.support.api import Answer, Api, Apis
from tests.support.following import REASON, claimed, in_hours, submitted
from tests.support.orders import REFERENCE, a_report
from webhooks.models import Event

OTHERWISE = {"reason": "The camera shows somebody else."}
OUTCOME = {"kind": "no_further_action", "reason": "The family asked for none."}


def verify(api: Apis, report: str, etag: str, *, view: str = "agree", offences: Any = ("ST19001",)) -> Json:
    """Verified by whoever holds it; the first finding agreed with, the others as asked."""
    found: Json = api.officer.get(f"officer/reports/{report}").body
    needed = [f for f in found["assessment"]["findings"] if f["outcome"] in ("indicated", "possible", "needs_officer")]
    views = [{"clause": f["clause"], "view": view, "reason": "Seen on the camera."} for f in needed]
    views[0]["view"] = "agree"
    body = {"findings": views, "offences": list(offences)}
    answer = api.officer.post(f"officer/reports/{report}/verify", body, If_Match=etag)
    assert answer.status == 200, answer.body
    return dict(answer.body)


def verified(api: Apis) -> str:
    report = submitted(api)
    verify(api, report, claimed(api, report).etag)
    return report


def reopened(api: Apis, report: str) -> str:
    """Followed up, closed and opened again; the tag to decide with."""
    answer = claimed(api, report)
    closed = api.officer.post(f"officer/reports/{report}/outcome", OUTCOME, If_Match=answer.etag)
    assert closed.status == 200, closed.body
    again = api.officer.post(f"officer/reports/{report}/reopen", OTHERWISE, If_Match=closed.etag)
    assert again.status == 200, again.body
    return str(again.etag)


def overturn(api: Apis, report: str) -> None:
    answer = api.officer.post(f"officer/reports/{report}/not-verified", OTHERWISE, If_Match=reopened(api, report))
    assert answer.status == 200, answer.body


def feed(client: Api, cursor: str = "") -> list[Json]:
    """Everything from a cursor on, page by page."""
    rows: list[Json] = []
    while True:
        page = client.get(f"force/breaches?limit=2&cursor={cursor}").body
        rows += page["results"]
        if page["next"] is None:
            return rows
        cursor = page["next"]


def short(rows: list[Json]) -> list[tuple[str, int, str]]:
    return [(row["decision"], row["sequence"], row["report"]) for row in rows]


def test_an_entry_is_a_decision_with_what_it_was_made_on(api: Apis, order: str) -> None:
    report = verified(api)
    (row,) = feed(api.force)
    made = Decision.objects.get()
    assert {name: row[name] for name in ("sequence", "decision", "overturns", "report", "order", "order_force")} == {
        "sequence": 1, "decision": "verified", "overturns": None, "report": report, "order": order, "order_force": "05",
    }  # fmt: skip
    assert (row["offences"], row["state"]) == (["ST19001"], "verified")
    assert row["decided_at"] == made.decided_at.isoformat().replace("+00:00", "Z")
    assert row["assessment"] == {"id": str(made.assessment_id), **made.assessment.answer}
    assert row["id"] not in (report, str(made.id))


def test_opening_a_report_again_says_nothing_and_changes_no_entry(api: Apis, order: str) -> None:
    report = verified(api)
    before = feed(api.force)
    reopened(api, report)
    assert feed(api.force) == before


def test_decided_otherwise_appends_an_overturned_entry_that_names_the_first(api: Apis, order: str) -> None:
    report = verified(api)
    first = feed(api.force)
    cursor = api.force.get("force/breaches").body["cursor"]
    overturn(api, report)
    rows = feed(api.force)
    assert rows[:1] == first
    assert short(rows) == [("verified", 1, report), ("overturned", 2, report)]
    assert (rows[1]["overturns"], rows[1]["offences"], rows[1]["state"]) == (first[0]["id"], [], "not_verified")
    assert feed(api.force, cursor) == rows[1:]


def test_verified_again_with_other_findings_is_overturned_and_verified(api: Apis, order: str) -> None:
    report = verified(api)
    verify(api, report, reopened(api, report), view="cannot_say")
    rows = feed(api.force)
    assert short(rows) == [("verified", 1, report), ("overturned", 2, report), ("verified", 3, report)]
    assert rows[1]["overturns"] == rows[0]["id"]
    verify(api, report, reopened(api, report), view="cannot_say", offences=["ST19001", "PH97006"])
    assert [row["overturns"] for row in feed(api.force)[3:]] == [rows[2]["id"], None]


def test_verified_again_alike_says_nothing_new(api: Apis, order: str) -> None:
    report = verified(api)
    verify(api, report, reopened(api, report))
    assert short(feed(api.force)) == [("verified", 1, report)]


def test_overturned_and_verified_once_more_is_a_new_entry(api: Apis, order: str) -> None:
    report = verified(api)
    overturn(api, report)
    tag = api.officer.get(f"officer/reports/{report}").etag
    again = api.officer.post(f"officer/reports/{report}/reopen", REASON, If_Match=tag)
    verify(api, report, again.etag)
    assert short(feed(api.force)) == [("verified", 1, report), ("overturned", 2, report), ("verified", 3, report)]


def test_what_was_never_verified_is_no_entry(api: Apis, order: str) -> None:
    report = submitted(api)
    answer = api.officer.post(f"officer/reports/{report}/not-verified", REASON, If_Match=claimed(api, report).etag)
    assert answer.status == 200
    asked = submitted(api)
    body = {"question": "Was anybody with you?", "due": in_hours(24)}
    claimed(api, asked)
    assert api.officer.post(f"officer/reports/{asked}/request-information", body).status == 200
    assert feed(api.force) == []


def test_numbers_have_no_gap_and_an_entry_stays_as_it_was(api: Apis, order: str) -> None:
    """Between decisions much else happens, and is told elsewhere."""
    reports = [verified(api) for _ in range(3)]
    seen = feed(api.force)
    overturn(api, reports[1])
    submitted(api)
    rows = feed(api.force)
    assert (rows[:3], [row["sequence"] for row in rows]) == (seen, [1, 2, 3, 4])


@pytest.mark.parametrize("read", range(5))
def test_read_from_any_cursor_a_consumer_ends_with_the_truth(api: Apis, order: str, read: int) -> None:
    one, two = verified(api), verified(api)
    cursor = ""
    stands: dict[str, str] = {}

    def consume(rows: list[Json]) -> None:
        for row in rows:
            if row["decision"] == "verified":
                stands[row["id"]] = row["report"]
            else:
                stands.pop(row["overturns"])

    def go_on(steps: int) -> None:
        nonlocal cursor
        for _ in range(steps):
            page = api.force.get(f"force/breaches?limit=1&cursor={cursor}").body
            consume(page["results"])
            cursor = page["cursor"]

    go_on(min(read, 2))
    overturn(api, one)
    verify(api, two, reopened(api, two), offences=["PH97006"])
    go_on(max(read - 2, 0))
    consume(feed(api.force, cursor))
    assert list(stands.values()) == [two]


def test_an_old_cursor_goes_on_where_it_was(api: Apis, order: str) -> None:
    """Handed out while the feed was one of events: it counts in their numbers, which decisions on record keep."""
    one, two = verified(api), verified(api)
    overturn(api, one)
    feed(api.force)
    number_events(api)
    rebuild()
    old = [e.sequence for e in Event.objects.filter(type="report.verified").order_by("id")]
    assert short(feed(api.force, sign("force-breaches", [0]))) == [
        ("verified", 1, one), ("verified", 2, two), ("overturned", 3, one),
    ]  # fmt: skip
    assert short(feed(api.force, sign("force-breaches", old[:1]))) == [("verified", 2, two), ("overturned", 3, one)]
    assert short(feed(api.force, sign("force-breaches", old[1:]))) == [("overturned", 3, one)]
    three = verified(api)
    latest = sign("force-breaches", [10_000])
    assert short(feed(api.force, latest))[-1] == ("verified", 4, three)


def number_events(api: Apis) -> None:
    assert api.force.get("force/events").status == 200


def rebuild() -> None:
    """The entries as the migration draws them from decisions and events on record."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE breaches_breachentry")
    importlib.import_module("breaches.migrations.0023_decisions_on_record").draw_entries(apps, None)


def test_decisions_on_record_become_the_entries_that_they_would_have_been(api: Apis, order: str) -> None:
    one, two = verified(api), verified(api)
    overturn(api, one)
    verify(api, two, reopened(api, two), offences=["PH97006"])
    before = feed(api.force)
    rebuild()
    rows = feed(api.force)
    told = ("sequence", "decision", "report", "order", "decided_at", "assessment", "offences", "state")
    parts = [[{name: row[name] for name in told} for row in entries] for entries in (rows, before)]
    assert parts[0] == parts[1]
    named = {row["id"]: row["sequence"] for row in rows}
    assert [named.get(row["overturns"]) for row in rows] == [None, None, 1, 2, None]


@pytest.mark.parametrize(
    "cursor",
    ["x", sign("force-events", [1]), sign("breach-decisions", [1, 2])],
    ids=["no cursor", "of the events", "of two parts"],
)
def test_a_cursor_of_something_else_is_refused(api: Apis, order: str, cursor: str) -> None:
    answer = api.force.get(f"force/breaches?cursor={cursor}")
    assert (answer.status, answer.code) == (422, "cursor_invalid")


def test_what_was_told_is_numbered_once_and_never_changed_or_removed(api: Apis, order: str) -> None:
    verified(api)
    feed(api.force)
    for act in (
        lambda: BreachEntry.objects.update(state="closed"),
        lambda: BreachEntry.objects.update(sequence=7),
        lambda: BreachEntry.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "guessed"}, {"overturns": "01a203e7-034e-71e3-82b3-2a8c7ec19d79"}, {"sequence": 0}, {"order_force": ""}],
)
def test_the_database_refuses_an_entry_that_is_none(api: Apis, order: str, wrong: Any) -> None:
    report = verified(api)
    row = BreachEntry.objects.filter(report=report).values().get()
    fresh = {"id": None, "key": Order.objects.get(reference=REFERENCE).id, "sequence": None}
    with pytest.raises(DatabaseError), transaction.atomic():
        BreachEntry.objects.create(**{**row, **fresh, **wrong})


# ---- what an entry no longer says ----------------------------------------------------------------------------------

OFFER = {"force": "06", "reason": "It happened in your area."}


def handed_over(api: Apis, report: str) -> None:
    tag = api.officer.get(f"officer/reports/{report}").etag
    assert api.officer.post(f"officer/reports/{report}/transfer", OFFER, If_Match=tag).status == 200
    tag = api.other_officer.get(f"officer/reports/{report}").etag
    taken = api.other_officer.post(f"officer/reports/{report}/transfer/accept", {}, If_Match=tag)
    assert taken.status == 200, taken.body


def test_an_entry_that_a_force_may_not_read_any_more_says_so(api: Apis, order: str) -> None:
    """Verified without an order, and handed over: whoever gave it away keeps no copy."""
    report = str(api.other_victim.post("victim/reports", a_report(order=None, force="05")).body["id"])
    body = {"findings": [], "offences": ["PH97006"], "reason": "He followed her for a week; three saw him."}
    answer = api.officer.post(f"officer/reports/{report}/verify", body, If_Match=claimed(api, report).etag)
    assert answer.status == 200, answer.body
    assert [row["withheld"] for row in feed(api.force)] == [None]
    claimed(api, report)
    handed_over(api, report)
    (row,) = feed(api.force)
    assert (row["withheld"], row["assessment"], row["findings"], row["offences"]) == ("not_readable", None, [], [])
    assert (row["decision"], row["report"]) == ("verified", report)


def test_an_entry_of_an_erased_report_says_so(api: Apis, order: str) -> None:
    """What is left of one: its entries, without anything behind them."""
    report = verified(api)
    row = BreachEntry.objects.filter(report=report).values().get()
    gone = {"id": None, "key": uuid7(), "report": uuid7(), "decision": uuid7(), "sequence": None}
    BreachEntry.objects.create(**{**row, **gone})
    assert [(one["withheld"], one["assessment"] is None) for one in feed(api.force)] == [
        (None, False),
        ("erased", True),
    ]


def test_of_reports_that_the_feed_never_told_a_force_it_learns_nothing(api: Apis, order: str) -> None:
    report = verified(api)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.force = '06'")
        cursor.execute("SELECT app_reports_kept(%s::uuid[])", [[report]])
        assert cursor.fetchone() == ([],)


# ---- verified by a slip --------------------------------------------------------------------------------------------


def reopen(client: Api, report: str, **body: str) -> Answer:
    tag = client.get(f"officer/reports/{report}").etag
    return client.post(f"officer/reports/{report}/reopen", {**OTHERWISE, **body}, If_Match=tag)


@pytest.mark.parametrize(
    ("who", "followed"), [("officer", False), ("officer", True), ("supervisor", False), ("supervisor", True)]
)
def test_what_was_verified_by_a_slip_is_taken_back_without_closing_it_first(
    api: Apis, order: str, who: str, followed: bool
) -> None:
    """Line 24: what was decided stands until it is decided otherwise, and is overturned then."""
    report = verified(api)
    first = feed(api.force)
    if followed:
        claimed(api, report)
    client = getattr(api, who)
    assert "reopen" in client.get(f"officer/reports/{report}").body["allowed"]
    answer = reopen(client, report)
    assert (answer.status, answer.body["state"]) == (200, "in_review")
    assert answer.body["claimed_by"] == ("4401" if who == "officer" else "4403")
    assert (answer.body["moves"][-1]["verb"], answer.body["moves"][-1]["reason"]) == ("reopen", OTHERWISE["reason"])
    assert feed(api.force) == first
    done = client.post(f"officer/reports/{report}/not-verified", OTHERWISE, If_Match=answer.etag)
    assert done.status == 200, done.body
    assert [(row["decision"], row["overturns"]) for row in feed(api.force)] == [
        ("verified", None), ("overturned", first[0]["id"]),
    ]  # fmt: skip


def test_nobody_else_takes_back_what_is_verified(api: Apis, cast: Cast, order: str) -> None:
    """Neither another reviewer, nor whoever verified it while another officer has it in hand."""
    report = verified(api)
    assert "reopen" not in api.reviewer.get(f"officer/reports/{report}").body["allowed"]
    refused = reopen(api.reviewer, report)
    assert (refused.status, refused.code) == (403, "not_decider")
    assert reopen(api.auditor, report).code == "wrong_role"
    assert api.supervisor.post(f"officer/reports/{report}/claim", {}).status == 200
    refused = reopen(api.officer, report)
    assert (refused.status, refused.code) == (403, "not_decider")
    assert reopen(api.supervisor, report, reason="short").codes == {("/reason", "too_short")}


def test_what_is_verified_can_still_be_put_aside(api: Apis, order: str) -> None:
    report = verified(api)
    aside = {"until": in_hours(48), "reason": "Waiting for the laboratory."}
    assert api.officer.post(f"officer/reports/{report}/snooze", aside).status == 200


def test_a_force_that_takes_a_report_over_is_told_what_was_decided_and_what_it_decides_itself(
    api: Apis, order: str
) -> None:
    """Line 24: everybody who reads the decisions of a report gets each in their own feed, under their own numbers."""
    report = verified(api)
    own = feed(api.force)
    claimed(api, report)
    handed_over(api, report)
    (told,) = feed(api.other_force)
    assert (told["decision"], told["sequence"], told["report"]) == ("verified", 1, report)
    assert (told["decided_at"], told["offences"], told["state"]) == (own[0]["decided_at"], ["ST19001"], "verified")
    assert (feed(api.force), told["id"] == own[0]["id"]) == (own, False)
    cursor = api.other_force.get("force/breaches").body["cursor"]
    taken_back(api, report)
    assert short(feed(api.other_force)) == [("verified", 1, report), ("overturned", 2, report)]
    (later,) = feed(api.other_force, cursor)
    assert later["overturns"] == told["id"]
    assert short(feed(api.force)) == [("verified", 1, report), ("overturned", 2, report)]


def taken_back(api: Apis, report: str) -> None:
    """Claimed by the force that took it over, opened again and decided otherwise."""
    root = f"officer/reports/{report}"
    tag = api.other_officer.post(f"{root}/claim", {}, If_Match=api.other_officer.get(root).etag).etag
    for verb, body in (("outcome", OUTCOME), ("reopen", OTHERWISE), ("not-verified", OTHERWISE)):
        answer = api.other_officer.post(f"{root}/{verb}", body, If_Match=tag)
        assert answer.status == 200, answer.body
        tag = answer.etag
