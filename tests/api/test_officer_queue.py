"""GET /officer/reports: the queue, most urgent first, of one's own force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from audit.models import Entry
from tests.support.api import Apis
from tests.support.orders import a_position, a_report


def queue(api: Apis, query: str = "") -> list[dict[str, Any]]:
    return list(api.officer.get(f"officer/reports{query}").body["results"])


def submit(api: Apis, **changes: Any) -> str:
    return str(api.victim.post("victim/reports", a_report(**changes)).body["reference"])


def test_the_most_urgent_comes_first(api: Apis, order: str) -> None:
    outside = submit(api, behaviours=[], positions=[a_position(longitude=-2.9721)])
    inside = submit(api)
    danger = submit(api, immediate_danger=True, positions=[])
    assert [row["reference"] for row in queue(api)] == [danger, inside, outside]
    assert [row["priority"] for row in queue(api)] == [1, 2, 5]


def test_a_row_says_what_an_officer_needs_and_no_narrative(api: Apis, order: str) -> None:
    submit(api)
    assert set(queue(api)[0]) == {
        "id", "reference", "state", "priority", "priority_reasons", "verdict", "review_due", "officer_contact_due",
        "overdue", "claimed_by", "snoozed_until", "order", "order_force", "received_at", "incident_from",
        "evidence_count", "linked_count", "withdrawn_at", "assurance", "evidence_changed_at",
    }  # fmt: skip


def test_another_force_sees_nothing_of_it(api: Apis, order: str) -> None:
    """Rule 80."""
    submit(api)
    assert api.other_officer.get("officer/reports").body["results"] == []


def test_the_queue_names_whom_a_claimed_report_is_with(api: Apis, order: str) -> None:
    reference = submit(api)
    api.officer.post(f"officer/reports/{reference}/claim", {})
    assert [row["claimed_by"] for row in queue(api, "?mine=true")] == ["4401"]
    assert api.reviewer.get("officer/reports?mine=true").body["results"] == []


def test_overdue_is_what_no_one_reviewed_in_time(api: Apis, order: str, cast: Any) -> None:
    """Rule 36: four elapsed hours."""
    submit(api)
    assert queue(api, "?queue=overdue") == []
    with time_machine.travel(later(4.01), tick=False):
        assert [row["overdue"] for row in queue(api, "?queue=overdue")] == [True]


def later(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?queue=review", 1),
        ("?queue=follow_up", 0),
        ("?state=received", 1),
        ("?state=verified", 0),
        ("?verdict=breach_indicated", 1),
        ("?verdict=not_indicated", 0),
        ("?order=SPO-05-0001-26", 1),
        ("?order=SPO-NO-SUCH", 0),
        ("?order=%00", 0),
        ("?queue=review&state=received&verdict=breach_indicated", 1),
    ],
)
def test_filters(api: Apis, order: str, query: str, count: int) -> None:
    submit(api)
    assert len(queue(api, query)) == count


def test_unknown_filter_values_are_told_all_at_once(api: Apis) -> None:
    answer = api.officer.get("officer/reports?queue=x&state=y&verdict=z&mine=perhaps")
    assert answer.codes == {(f"?{name}", "unknown_value") for name in ("queue", "state", "verdict", "mine")}


def test_a_list_leaves_one_trace_with_every_id(api: Apis, order: str) -> None:
    """Rule 76: list results count as consultation, one row a request."""
    for _ in range(2):
        submit(api)
    ids = {row["id"] for row in queue(api)}
    entry = Entry.objects.filter(verb="queue_listed").latest("id")
    assert (set(entry.record_ids), entry.action) == (ids, "consultation")
