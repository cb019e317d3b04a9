"""POST /victim/reports: kept whatever it says, judged at once, and in the queue."""

from __future__ import annotations

from tests.support.api import Apis
from tests.support.orders import a_report


def test_a_report_is_kept_and_in_the_queue(api: Apis, order: str) -> None:
    answer = api.victim.post("victim/reports", a_report())
    assert answer.status == 201, answer.body
    assert answer.body["status"] == "received"
    assert answer.body["warnings"] == []
    queue = api.officer.get("officer/reports?queue=review").body["results"]
    assert [row["reference"] for row in queue] == [answer.body["reference"]]
    detail = api.officer.get(f"officer/reports/{answer.body['id']}")
    assert detail.body["assessment"]["verdict"] == "breach_indicated"
