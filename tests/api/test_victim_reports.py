"""GET /victim/reports: where one's own report stands, and what one said oneself."""

from __future__ import annotations

from tests.support.api import Apis
from tests.support.orders import a_report


def test_one_sees_where_ones_report_stands(api: Apis, order: str) -> None:
    report = api.victim.post("victim/reports", a_report()).body
    api.officer.post(f"officer/reports/{report['id']}/claim", {})
    answer = api.victim.get(f"victim/reports/{report['reference']}")
    assert answer.body["status"] == "being_reviewed"
    assert set(answer.body) == {
        "id", "reference", "status", "received_at", "review_due", "officer_contact_due", "questions",
        "messages", "looked", "advice", "report", "current", "reported_by", "assurance",
    }  # fmt: skip


def test_one_sees_only_ones_own(api: Apis, order: str) -> None:
    """Rule 83."""
    report = api.victim.post("victim/reports", a_report()).body
    assert api.other_victim.get("victim/reports").body["results"] == []
    assert api.other_victim.get(f"victim/reports/{report['reference']}").status == 404
    assert api.victim.get("victim/reports").body["results"][0]["reference"] == report["reference"]


def test_a_list_goes_on_by_its_cursor_and_back(api: Apis, order: str) -> None:
    references = [api.victim.post("victim/reports", a_report()).body["reference"] for _ in range(3)]
    first = api.victim.get("victim/reports?limit=2").body
    second = api.victim.get(f"victim/reports?limit=2&cursor={first['next']}").body
    back = api.victim.get(f"victim/reports?limit=2&cursor={second['previous']}").body
    assert [r["reference"] for page in (first, second) for r in page["results"]] == references
    assert (second["next"], first["previous"]) == (None, None)
    assert back["results"] == first["results"]


def test_a_cursor_that_was_not_given_out_is_refused(api: Apis, order: str) -> None:
    for _ in range(2):
        api.victim.post("victim/reports", a_report())
    good = api.victim.get("victim/reports?limit=1").body["next"]
    for bad in ("x", good[:-1] + "A" if good[-1] != "A" else good[:-1] + "B", "cD0yMDI2", good + "%00"):
        answer = api.victim.get(f"victim/reports?cursor={bad}")
        assert (answer.status, answer.code) == (422, "cursor_invalid")
    other_list = api.officer.get(f"officer/reports?cursor={good}")
    assert other_list.code == "cursor_invalid"


def test_a_limit_that_is_none_is_refused(api: Apis) -> None:
    for bad in ("0", "201", "-1", "many", "1e2", "٣", "0" * 8 + "1" + "9" * 20, "000000001999999"):
        answer = api.victim.get(f"victim/reports?limit={bad}")
        assert (answer.status, answer.code) == (422, "limit_invalid")
