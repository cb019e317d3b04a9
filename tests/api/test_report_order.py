"""POST /officer/reports/{id}/order: an officer says which order a report is about (issue 13, 19)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from breaches import assessing
from breaches.models import Assessment, OrderChange, Report
from database import tenancy
from demo.cast import Cast
from orders.models import Order
from orders.queries import terms_by_id
from tests.support.api import Answer, Api, Apis
from tests.support.following import claimed, decided, detail, in_hours, submitted
from tests.support.orders import NO_CONTACT, REFERENCE, a_report, an_order, register
from tests.support.restricted import restrict
from webhooks.models import Event

WHY = "She named it on the telephone today."
SECOND = "SPO-05-0002-26"


@pytest.fixture
def report(api: Apis, order: str) -> str:
    """Of somebody whom no order protects, in the queue of the order's force."""
    answer = api.other_victim.post("victim/reports", a_report(order=None, force="05"))
    return str(answer.body["id"])


def put_under(client: Api, report: str, order: str | None, **more: Any) -> Answer:
    headers = {name: more.pop(name) for name in list(more) if name[0].isupper()}
    return client.post(f"officer/reports/{report}/order", {"order": order, "reason": WHY, **more}, **headers)


def test_an_order_is_attached_and_the_report_judged_again(api: Apis, report: str) -> None:
    tag = claimed(api, report).etag
    answer = put_under(api.officer, report, REFERENCE, If_Match=tag)
    assert (answer.status, answer.body["order"], answer.body["state"]) == (200, REFERENCE, "in_review")
    assert answer.body["assessment"]["verdict"] == "breach_indicated"
    assert [one["cause"] for one in answer.body["assessments"]] == ["order_changed", "submitted"]
    assert answer.etag != tag
    (row,) = api.officer.get("officer/reports?queue=review").body["results"]
    assert (row["order"], row["verdict"]) == (REFERENCE, "breach_indicated")


def test_it_is_detached_by_the_same_verb_and_both_are_kept(api: Apis, report: str) -> None:
    claimed(api, report)
    assert put_under(api.officer, report, REFERENCE).status == 200
    answer = put_under(api.officer, report, None)
    assert (answer.status, answer.body["order"], answer.body["assessment"]["verdict"]) == (200, None, "needs_officer")
    changes = [(one["from"], one["to"], one["by"], one["reason"]) for one in answer.body["order_changes"]]
    assert changes == [(None, REFERENCE, "4401", WHY), (REFERENCE, None, "4401", WHY)]
    assert Assessment.objects.filter(report_id=report).count() == 3
    assert put_under(api.officer, report, REFERENCE).status == 200


def test_one_is_put_in_place_of_another(api: Apis, cast: Cast, report: str) -> None:
    register(api, cast, an_order(conditions=[NO_CONTACT]), reference=SECOND)
    claimed(api, report)
    assert put_under(api.officer, report, REFERENCE).status == 200
    answer = put_under(api.officer, report, SECOND)
    assert {f["clause"] for f in answer.body["assessment"]["findings"]} == {"3"}
    assert Report.objects.get(pk=report).verdict == answer.body["assessment"]["verdict"]


def test_it_is_audited_and_told(api: Apis, report: str) -> None:
    claimed(api, report)
    put_under(api.officer, report, REFERENCE)
    row = Entry.objects.get(verb="report_order_changed")
    order = Report.objects.get(pk=report).order_id
    assert (row.action, row.record_ids, row.reason_code, row.reason) == (
        "alteration", [report, str(order)], "attached", WHY,
    )  # fmt: skip
    assert Event.objects.filter(type="report.assessed", subject=report, about=order).count() == 1
    assert not Event.objects.filter(subject=report).exclude(about=order).exists()


def test_whoever_drew_or_approved_a_zone_is_barred_from_verifying_it_then_rule_46(api: Apis, report: str) -> None:
    """Rule 46: worked out anew from the zones of the order that was attached."""
    claimed(api, report)
    assert put_under(api.officer, report, REFERENCE).status == 200
    assert api.supervisor.post(f"officer/reports/{report}/takeover", {"reason": "He is off duty."}).status == 200
    tag = api.supervisor.get(f"officer/reports/{report}").etag
    refused = api.supervisor.post(f"officer/reports/{report}/verify", {"findings": []}, If_Match=tag)
    assert (refused.status, refused.code) == (403, "not_independent")


def test_before_it_is_claimed_whoever_reviews_may_and_then_its_holder(api: Apis, report: str) -> None:
    assert put_under(api.reviewer, report, REFERENCE).status == 200
    claimed(api, report)
    refused = put_under(api.reviewer, report, None)
    assert (refused.status, refused.code) == (403, "not_holder")
    assert put_under(api.auditor, report, None).status == 403


def test_while_it_waits_for_an_answer_it_is_attached_as_well(api: Apis, report: str) -> None:
    claimed(api, report)
    question = {"question": "Which order is it?", "due": in_hours(24)}
    assert api.officer.post(f"officer/reports/{report}/request-information", question).status == 200
    answer = put_under(api.officer, report, REFERENCE)
    assert (answer.status, answer.body["state"]) == (200, "needs_information")


def test_after_a_decision_it_is_reopened_first(api: Apis, report: str) -> None:
    decided(api, report)
    refused = put_under(api.officer, report, REFERENCE)
    assert (refused.status, refused.code, refused.body["allowed"]) == (409, "illegal_transition", ["reopen"])
    tag = api.officer.get(f"officer/reports/{report}").etag
    why = {"reason": "The order was found."}
    api.officer.post(f"officer/reports/{report}/reopen", why, If_Match=tag)
    claimed_by = Report.objects.get(pk=report).claimed_by_id
    assert claimed_by is not None
    assert put_under(api.officer, report, REFERENCE).status == 200


def test_a_stale_version_is_refused_and_none_is_needed(api: Apis, report: str) -> None:
    tag = api.officer.get(f"officer/reports/{report}").etag
    claimed(api, report)
    assert put_under(api.officer, report, REFERENCE, If_Match=tag).status == 412
    assert put_under(api.officer, report, REFERENCE).status == 200


@pytest.mark.parametrize("named", ["NO-SUCH", "CHS-1", " - ", "'; DROP TABLE"])
def test_what_the_officer_may_not_read_and_what_is_not_there_look_alike(api: Apis, report: str, named: str) -> None:
    assert api.other_force.put("force/orders/CHS-1/versions/1", an_order()).status == 201
    claimed(api, report)
    answer = put_under(api.officer, report, named)
    assert (answer.status, answer.codes) == (422, {("/order", "order_not_matched")})


@pytest.mark.parametrize("typed", ["spo 05 0001 26", "spo\N{EN DASH}05-0001-26"])
def test_the_reference_is_matched_as_people_type_it(api: Apis, report: str, typed: str) -> None:
    assert put_under(api.officer, report, typed).body["order"] == REFERENCE


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, {("/order", "required"), ("/reason", "required")}),
        ({"order": REFERENCE, "reason": "short"}, {("/reason", "too_short")}),
        ({"order": "", "reason": WHY}, {("/order", "order_not_matched")}),
        ({"order": None, "reason": "x" * 2_001}, {("/reason", "too_long")}),
    ],
)
def test_what_is_refused_is_told_all_at_once(
    api: Apis, report: str, body: dict[str, Any], problems: set[tuple[str, str]]
) -> None:
    answer = api.officer.post(f"officer/reports/{report}/order", body)
    assert (answer.status, answer.codes) == (422, problems)


def test_the_same_order_again_is_told(api: Apis, report: str) -> None:
    for order, code in ((None, 409), (REFERENCE, 200), ("spo-05-0001-26", 409)):
        assert put_under(api.officer, report, order).status == code
    assert OrderChange.objects.count() == 1


def test_another_force_attaches_nothing(api: Apis, report: str) -> None:
    assert put_under(api.other_officer, report, REFERENCE).status == 404


def test_under_a_restricted_order_it_is_for_its_list_and_off_every_feed_rule_81(
    api: Apis, cast: Cast, report: str
) -> None:
    """Rule 81."""
    assert restrict(api).status == 201
    refused = put_under(api.officer, report, REFERENCE)
    assert (refused.status, refused.codes) == (422, {("/order", "order_not_matched")})
    assert Entry.objects.filter(verb="restricted_attempt").exists()
    assert put_under(api.supervisor, report, REFERENCE).status == 200
    assert api.officer.get(f"officer/reports/{report}").status == 404
    assert not Event.objects.filter(subject=report, quiet=False).exists()


def test_out_from_under_one_takes_a_supervisor_and_shows_nobody_what_was_found_by_it_rule_81(
    api: Apis, cast: Cast, order: str
) -> None:
    """Rule 81."""
    report = submitted(api)
    assert restrict(api).status == 201
    reader = {"staff_id": "4401", "reason": "Investigates the case."}
    assert api.supervisor.post(f"officer/orders/{order}/readers", reader).status == 201
    refused = put_under(api.officer, report, None)
    assert (refused.status, refused.code) == (403, "wrong_role")
    assert put_under(api.supervisor, report, None).status == 200
    shown = api.reviewer.get(f"officer/reports/{report}")
    assert shown.status == 200
    assert [one["findings"] for one in shown.body["assessments"]] == [[], []]
    assert [(one["from"], one["to"]) for one in shown.body["order_changes"]] == [(None, None)]
    assert len(api.supervisor.get(f"officer/reports/{report}").body["assessments"][1]["findings"]) > 0


def test_what_was_assumed_for_her_is_put_right(api: Apis, cast: Cast, order: str) -> None:
    register(api, cast, an_order(conditions=[NO_CONTACT]), reference=SECOND)
    report = str(api.victim.post("victim/reports", a_report(order=None)).body["id"])
    assert [one["order"] for one in detail(api, report)["order_candidates"]] == [REFERENCE, SECOND]
    answer = put_under(api.officer, report, REFERENCE)
    assert (answer.body["order_candidates"], answer.body["assessment"]["verdict"]) == ([], "breach_indicated")


# ---- after a transfer ------------------------------------------------------------------------------------------------


def handed_over(api: Apis, report: str) -> None:
    offer = {"force": "06", "reason": "It happened in your area."}
    tag = api.officer.get(f"officer/reports/{report}").etag
    assert api.officer.post(f"officer/reports/{report}/transfer", offer, If_Match=tag).status == 200
    tag = api.other_officer.get(f"officer/reports/{report}").etag
    assert api.other_officer.post(f"officer/reports/{report}/transfer/accept", {}, If_Match=tag).status == 200


@pytest.mark.parametrize("who", ["victim", "advocate"])
def test_what_was_taken_off_by_a_slip_after_a_transfer_is_put_back_by_whoever_has_it(
    api: Apis, order: str, who: str
) -> None:
    """And judged as it was: another force's order has no terms that the new one sees."""
    call = {"channel": "sms", "from": {"kind": "phone", "value": "07700 900123"}}
    report = str(getattr(api, who).post("victim/reports", a_report(contacts=[call])).body["id"])
    handed_over(api, report)
    before = api.other_officer.get(f"officer/reports/{report}").body
    off = put_under(api.other_officer, report, None)
    assert (off.status, off.body["order"], off.body["order_changes"][0]["from"]) == (200, None, REFERENCE)
    assert off.body["order_candidates"] == [{"order": REFERENCE, "order_force": "05", "grounds": ["detached"]}]
    back = put_under(api.other_officer, report, "spo 05 0001 26")
    assert (back.status, back.body["order"]) == (200, REFERENCE)
    found = [{f["clause"]: (f["outcome"], [r["code"] for r in f["reasons"]]) for f in one["assessment"]["findings"]}
             for one in (before, back.body)]  # fmt: skip
    assert found[0] == found[1]
    assert back.body["assessment"]["verdict"] == before["assessment"]["verdict"] == "breach_indicated"
    (row,) = Entry.objects.filter(verb="report_order_changed", reason_code="attached")
    assert (row.organisation, len(row.record_ids)) == ("06", 2)
    assert api.officer.get(f"officer/reports/{report}").status == 200


def test_only_the_order_it_was_taken_from_last_can_be_put_back_by_another_force(
    api: Apis, cast: Cast, order: str
) -> None:
    register(api, cast, an_order(conditions=[NO_CONTACT]), reference=SECOND)
    report = submitted(api)
    handed_over(api, report)
    assert put_under(api.other_officer, report, SECOND).codes == {("/order", "order_not_matched")}
    assert put_under(api.other_officer, report, None).status == 200
    assert put_under(api.other_officer, report, SECOND).codes == {("/order", "order_not_matched")}
    other = str(api.victim.post("victim/reports", a_report(order=None, force="06")).body["id"])
    assert Report.objects.get(pk=other).order_id is None
    answer = put_under(api.other_officer, other, REFERENCE)
    assert answer.status in (404, 422)
    assert put_under(api.officer, report, REFERENCE).status == 403


def test_one_that_was_restricted_since_is_not_put_back_by_another_force_rule_81(api: Apis, order: str) -> None:
    """Rule 81: and its reference is told to nobody there."""
    report = submitted(api)
    handed_over(api, report)
    assert put_under(api.other_officer, report, None).status == 200
    assert restrict(api).status == 201
    refused = put_under(api.other_officer, report, REFERENCE)
    assert (refused.status, refused.codes) == (422, {("/order", "order_not_matched")})
    shown = api.other_officer.get(f"officer/reports/{report}").body
    assert (shown["order_candidates"], shown["order_changes"][0]["from"]) == ([], None)


def test_a_place_from_evidence_is_judged_by_the_order_after_a_transfer_too(api: Apis, order: str) -> None:
    """Whoever works on the report sees no terms of another force's order, and the rules are given them all the same."""
    report = submitted(api)
    handed_over(api, report)
    with tenancy.acting(tenancy.Tenant(force="06")):
        assert assessing.terms_of(Report.objects.get(pk=report)) is not None
        assert terms_by_id(Order.objects.get(reference=REFERENCE).id) is None


# ---- kept by the database ------------------------------------------------------------------------------------------


def test_the_order_of_a_report_changes_by_a_row_that_says_so_only(api: Apis, report: str) -> None:
    put_under(api.officer, report, REFERENCE)
    order = Report.objects.get(pk=report).order_id
    for act in (
        lambda: Report.objects.filter(pk=report).update(order=None),
        lambda: OrderChange.objects.update(order=None),
        lambda: OrderChange.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert Report.objects.get(pk=report).order_id == order


@pytest.mark.parametrize("row", [{"reason": ""}, {"order_id": None, "before_id": None}, {"same": True}])
def test_a_change_has_a_reason_and_is_one(api: Apis, report: str, row: dict[str, Any]) -> None:
    put_under(api.officer, report, REFERENCE)
    made = OrderChange.objects.get()
    if row.pop("same", False):
        row = {"before_id": made.order_id}
    fields = {"report_id", "before_id", "order_id", "reason", "at", "by_id", "staff_id"}
    with pytest.raises(DatabaseError), transaction.atomic():
        OrderChange.objects.create(**{name: getattr(made, name) for name in fields} | row)
