"""POST /officer/orders/{reference}/zones/{code}/approve: a second person stands by a drawing (rule 16)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.models import Entry
from orders.models import Order, Zone, ZoneApproval
from orders.serializers.document import ApprovalOut
from tests.api.orders.example import Json
from tests.support.api import Answer, Api, Apis
from tests.support.orders import EXCLUSION, REFERENCE, ZONE_A, an_order
from webhooks.models import Event

REASON = {"reason": "Compared with the plan."}


def drawn(staff_id: str = "7714", radius_m: float = 100) -> Json:
    shape = {**ZONE_A["shape"], "radius_m": radius_m}
    return {**ZONE_A, "shape": shape, "drawn_by": {"name": "M. Hale", "staff_id": staff_id}}


def put(api: Apis, *zones: Json, version: int = 1) -> Answer:
    change = {"kind": "variation" if version > 1 else "made", "decided_on": "2026-03-02"}
    doc = an_order(change=change, conditions=[{**EXCLUSION, "zones": list(zones or (drawn(),))}])
    answer = api.force.put(f"force/orders/{REFERENCE}/versions/{version}", doc)
    assert answer.status == 201, answer.body
    return answer


def approve(api: Api, body: Any = REASON, code: str = "A", reference: str = REFERENCE) -> Answer:
    return api.post(f"officer/orders/{reference}/zones/{code}/approve", body)


def sha_of(version: int) -> str:
    return Zone.objects.get(version__number=version, code="A").shape_sha256


def approved(api: Apis, version: int) -> list[bool]:
    conditions = api.force.get(f"force/orders/{REFERENCE}/versions/{version}").body["conditions"]
    return [zone["approved"] for zone in conditions[0]["zones"]]


def test_it_is_approved_by_the_caller(api: Apis) -> None:
    put(api)
    answer = approve(api.supervisor)
    ApprovalOut.model_validate_json(json.dumps(answer.body))
    assert answer.status == 200
    assert {k: v for k, v in answer.body.items() if k != "approved_at"} == {
        "code": "A", "version": 1, "approved": True, "approved_by": "4403",
    }  # fmt: skip
    assert approved(api, 1) == [True]


def test_officers_approve_too(api: Apis) -> None:
    put(api)
    assert approve(api.officer).body["approved_by"] == "4401"


def test_again_is_the_same_answer_and_nothing_more(api: Apis) -> None:
    put(api)
    first = approve(api.supervisor)
    before = (ZoneApproval.objects.count(), Event.objects.count(), Entry.objects.count())
    for caller in (api.supervisor, api.officer):
        again = approve(caller)
        assert (again.status, again.body, again.etag) == (200, first.body, first.etag)
    assert (ZoneApproval.objects.count(), Event.objects.count(), Entry.objects.count()) == before


def test_it_leaves_a_trace_and_tells_the_force(api: Apis) -> None:
    put(api)
    approve(api.supervisor)
    order, zone = Order.objects.get(), Zone.objects.get()
    entry, event = Entry.objects.latest("id"), Event.objects.latest("id")
    assert (entry.action, entry.verb, entry.record_ids) == (
        "alteration",
        "zone_approved",
        [str(order.id), str(zone.id)],
    )
    assert (entry.reason_code, entry.reason) == ("second_person", REASON["reason"])
    assert (event.type, event.subject, event.state) == ("order.approved", order.id, "in_force")


def test_an_identical_shape_carries_its_approval_into_the_next_version(api: Apis) -> None:
    put(api)
    approve(api.supervisor)
    assert put(api, drawn(radius_m=100.0), version=2).body["conditions"][0]["zones"][0]["approved"] is True
    carried = ZoneApproval.objects.get(zone__version__number=2)
    assert (carried.staff_id, carried.carried_from) == ("4403", Zone.objects.get(version__number=1))


def test_an_approval_that_comes_after_the_next_version_is_carried_too(api: Apis) -> None:
    for version in (1, 2, 3):
        put(api, version=version)
    approve(api.supervisor, {**REASON, "version": 1})
    assert [approved(api, version) for version in (1, 2, 3)] == [[True]] * 3


def test_another_shape_carries_nothing(api: Apis) -> None:
    put(api)
    approve(api.supervisor)
    put(api, drawn(radius_m=101), version=2)
    put(api, drawn(), version=3)
    assert [approved(api, version) for version in (1, 2, 3)] == [[True], [False], [False]]


def test_another_code_carries_nothing(api: Apis) -> None:
    put(api)
    approve(api.supervisor)
    put(api, {**drawn(), "code": "B"}, version=2)
    assert approved(api, 2) == [False]


def test_an_approval_is_not_carried_to_a_drawing_of_the_approvers_own(api: Apis) -> None:
    put(api)
    approve(api.supervisor)
    put(api, drawn("4403"), version=2)
    assert approved(api, 2) == [False]


def test_one_version_is_approved_by_its_number_and_another_is_not(api: Apis) -> None:
    put(api)
    put(api, drawn(radius_m=200), version=2)
    assert approve(api.supervisor, {**REASON, "version": 1, "shape_sha256": sha_of(1)}).body["version"] == 1
    assert [approved(api, version) for version in (1, 2)] == [[True], [False]]


def test_the_hash_alone_says_which_drawing(api: Apis) -> None:
    put(api)
    put(api, drawn(radius_m=200), version=2)
    assert approve(api.supervisor, {**REASON, "shape_sha256": sha_of(1)}).body["version"] == 1


def test_the_same_key_gives_the_same_answer(api: Apis) -> None:
    put(api)
    path = f"officer/orders/{REFERENCE}/zones/A/approve"
    first = api.supervisor.post(path, REASON, Idempotency_Key="one")
    again = api.supervisor.post(path, REASON, Idempotency_Key="one")
    assert (again.body, again.headers["Idempotency-Replayed"], again.etag) == (first.body, "true", first.etag)


# --- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("staff_id", ["4403"])
def test_whoever_drew_it_cannot_approve_it(api: Apis, staff_id: str) -> None:
    put(api, drawn(staff_id))
    answer = approve(api.supervisor)
    assert (answer.status, answer.code) == (403, "second_person_required")
    assert not ZoneApproval.objects.exists()


def test_several_drawings_need_a_version(api: Apis) -> None:
    put(api)
    put(api, drawn(radius_m=200), version=2)
    answer = approve(api.supervisor)
    assert (answer.status, answer.code) == (409, "zone_changed")


def test_a_drawing_that_was_not_looked_at_is_not_approved(api: Apis) -> None:
    put(api)
    put(api, drawn(radius_m=200), version=2)
    answers = [approve(api.supervisor, {**REASON, **wanted}) for wanted in (
        {"shape_sha256": "0" * 64}, {"version": 2, "shape_sha256": sha_of(1)},
    )]  # fmt: skip
    assert {(a.status, a.code) for a in answers} == {(409, "zone_changed")}
    assert not ZoneApproval.objects.exists()


BAD: dict[str, tuple[Any, set[tuple[str, str]]]] = {
    "no reason": ({}, {("/reason", "required")}),
    "no body": (None, {("/reason", "required")}),
    "a null reason": ({"reason": None}, {("/reason", "required")}),
    "an empty reason": ({"reason": "  "}, {("/reason", "bad_format")}),
    "no object": ([], {("", "wrong_type")}),
    "a hash that is none": ({**REASON, "shape_sha256": "abc"}, {("/shape_sha256", "bad_format")}),
    "several": ({"version": "1", "colour": "red"}, {
        ("/version", "wrong_type"), ("/colour", "unknown_field"), ("/reason", "required")}),
    "a version below one": ({**REASON, "version": 0}, {("/version", "out_of_range")}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_refused(api: Apis, name: str) -> None:
    put(api)
    body, problems = BAD[name]
    answer = approve(api.supervisor, body)
    assert (answer.status, answer.codes) == (422, problems)
    assert not ZoneApproval.objects.exists()


def test_refusals_come_in_order_not_found_forbidden_conflict_body(api: Apis) -> None:
    """404, 403, 409, 422: what is wrong with the body is told last, however wrong it is."""
    put(api, drawn("4403"))
    assert approve(api.other_officer, {}).status == 404
    assert approve(api.supervisor, {}, code="Z").status == 404
    assert approve(api.supervisor, {"version": 9}).status == 404
    assert approve(api.reviewer, {}).code == "wrong_role"
    assert approve(api.supervisor, {}).code == "second_person_required"
    assert approve(api.supervisor, {"shape_sha256": "0" * 64}).code == "second_person_required"
    assert approve(api.officer, {"shape_sha256": "0" * 64}).code == "zone_changed"
    assert approve(api.officer, {}).status == 422


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 401), ("force", 403), ("victim", 403), ("reviewer", 403), ("auditor", 403), ("other_officer", 404)],
)
def test_others_approve_nothing(api: Apis, who: str, status: int) -> None:
    put(api)
    assert approve(getattr(api, who)).status == status
    assert not ZoneApproval.objects.exists()


WRITTEN = {
    "leading noughts": "04403",
    "width": "４４０３",
    "punctuation": "44-03",
    "a blank": "44 03",
    "a rank": "PC 4403",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_staff_ids_of_two_persons_are_compared_as_people_read_them_rule_16(api: Apis, name: str) -> None:
    put(api, drawn(WRITTEN[name]))
    answer = approve(api.supervisor)
    assert (answer.status, answer.code) == (403, "second_person_required")


def put_as(caller: Api, *zones: Json, version: int = 1, kind: str = "made") -> None:
    doc = an_order(change={"kind": kind, "decided_on": "2026-03-02"}, conditions=[{**EXCLUSION, "zones": list(zones)}])
    answer = caller.put(f"officer/orders/{REFERENCE}/versions/{version}", doc)
    assert answer.status == 201, answer.body


def test_whoever_recorded_the_version_cannot_approve_its_zone_though_another_drew_it_rule_16(api: Apis) -> None:
    put_as(api.supervisor, drawn("7714"))
    answer = approve(api.supervisor)
    assert (answer.status, answer.code) == (403, "second_person_required")
    assert approve(api.officer).status == 200


def test_whoever_recorded_the_drawing_in_an_earlier_version_cannot_approve_it_in_a_later_one_rule_16(
    api: Apis,
) -> None:
    put_as(api.supervisor, drawn("7714"))
    put(api, drawn("7714"), version=2)
    answer = approve(api.supervisor, {**REASON, "version": 2})
    assert (answer.status, answer.code) == (403, "second_person_required")


def test_whoever_drew_it_by_an_earlier_version_cannot_approve_it_under_another_name_rule_16(api: Apis) -> None:
    put(api, drawn("4403"))
    put(api, drawn("9999"), version=2)
    answer = approve(api.supervisor, {**REASON, "version": 2})
    assert (answer.status, answer.code) == (403, "second_person_required")


def test_who_recorded_another_drawing_of_the_order_may_approve_this_one_rule_16(api: Apis) -> None:
    put_as(api.supervisor, drawn("7714"))
    put(api, drawn("7714", radius_m=200), version=2)
    assert approve(api.supervisor, {**REASON, "version": 2}).status == 200


def test_an_approval_is_carried_into_a_version_that_its_approver_records_rule_16(api: Apis) -> None:
    """Two persons stood by the drawing already: whoever repeats it in a variation adds nothing to it."""
    put(api)
    approve(api.supervisor)
    put_as(api.supervisor, drawn(), version=2, kind="variation")
    assert approved(api, 2) == [True]
